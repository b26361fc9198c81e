#[tenfold::service(interface = "demo.Greeter")]
trait Greeter {
    async fn hello(&self, cx: &tenfold::Context, name: &str) -> Result<String, tenfold::RpcError>;
}

fn main() {}

#[tenfold::service(interface = "demo.Greeter")]
trait Greeter {
    async fn hello(&mut self, cx: &tenfold::Context) -> Result<String, tenfold::RpcError>;
}

fn main() {}

#[tenfold::service(interface = "demo.Greeter")]
trait Greeter {
    async fn hello(&self, name: String) -> Result<String, tenfold::RpcError>;
}

fn main() {}

#[tenfold::service(interface = "demo.Greeter", versoin = "1.0.0")]
trait Greeter {
    async fn hello(&self, cx: &tenfold::Context, name: String) -> Result<String, tenfold::RpcError>;
}

fn main() {}

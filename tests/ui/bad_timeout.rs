#[tenfold::service(interface = "demo.Greeter")]
trait Greeter {
    #[rpc(timeout = "1 fortnight")]
    async fn hello(&self, cx: &tenfold::Context, name: String) -> Result<String, tenfold::RpcError>;
}

fn main() {}

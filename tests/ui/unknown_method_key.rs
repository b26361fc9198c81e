#[tenfold::service(interface = "demo.Greeter")]
trait Greeter {
    #[rpc(time_out = "1s")]
    async fn hello(&self, cx: &tenfold::Context, name: String) -> Result<String, tenfold::RpcError>;
}

fn main() {}

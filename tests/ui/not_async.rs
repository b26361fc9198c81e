#[tenfold::service(interface = "demo.Greeter")]
trait Greeter {
    fn hello(&self, cx: &tenfold::Context, name: String) -> Result<String, tenfold::RpcError>;
}

fn main() {}

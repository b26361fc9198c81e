#[tenfold::service(interface = "demo.Greeter")]
trait Greeter<T> {
    async fn hello(&self, cx: &tenfold::Context, name: T) -> Result<String, tenfold::RpcError>;
}

fn main() {}

use tenfold_macros::Wire;

#[derive(Wire)]
#[wire(class = "com.acme.Order", crate = "::tenfold_hessian2")]
struct Order {
    #[wire(rename = "orderId")]
    id: i64,
}

fn main() {}

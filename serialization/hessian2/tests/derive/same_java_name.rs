use tenfold_macros::Wire;

#[derive(Wire)]
#[wire(class = "com.acme.Order", crate = "::tenfold_hessian2")]
struct Order {
    order_id: i64,
    #[wire(name = "orderId")]
    other: i64,
}

fn main() {}

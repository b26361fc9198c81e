use tenfold_macros::Wire;

#[derive(Wire)]
#[wire(crate = "::tenfold_hessian2")]
struct Order {
    id: i64,
}

fn main() {}

use tenfold_macros::Wire;

#[derive(Wire)]
#[wire(class = "com.acme.Order", crate = "::tenfold_hessian2")]
struct Order(i64, String);

fn main() {}

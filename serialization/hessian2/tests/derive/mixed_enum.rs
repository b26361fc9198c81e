use tenfold_macros::Wire;

#[derive(Wire)]
#[wire(class = "com.acme.Status", crate = "::tenfold_hessian2")]
enum Status {
    Active,
    Closed(String),
}

fn main() {}

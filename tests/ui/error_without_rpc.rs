#[derive(Debug, thiserror::Error, tenfold::ServiceError)]
enum OrderError {
    #[error("no stock")]
    #[exception(class = "com.acme.NoStockException")]
    NoStock,
}

fn main() {}

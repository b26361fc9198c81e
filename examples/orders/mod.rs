//! The interface that the examples share: `com.acme.OrderService`, as a Java estate would have it.

use tenfold::{
    Context, RpcError, ServiceError, Wire,
    hessian2::{BigDecimal, Date},
};

/// Where an order stands; a Java enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
#[wire(class = "com.acme.OrderStatus")]
pub enum OrderStatus {
    Open,
    Paid,
    Shipped,
}

/// An order; a Java class with getters and setters.
#[derive(Clone, Debug, PartialEq, Wire)]
#[wire(class = "com.acme.Order")]
pub struct Order {
    pub id: String,
    pub account_id: i64,
    pub amount: BigDecimal,
    pub created_at: Date,
    pub status: OrderStatus,
    pub tags: Vec<String>,
}

/// What a caller sends to make an order.
#[derive(Clone, Debug, PartialEq, Wire)]
#[wire(class = "com.acme.CreateOrder")]
pub struct CreateOrder {
    pub account_id: i64,
    pub amount: BigDecimal,
    pub tags: Vec<String>,
}

/// How the methods can fail; each variant is a Java exception class.
#[derive(Debug, thiserror::Error, ServiceError)]
pub enum OrderError {
    #[error("{0}")]
    #[exception(class = "com.acme.NoStockException")]
    NoStock(String),
    #[error(transparent)]
    Rpc(#[from] RpcError),
}

/// Orders. The Rust trait is the interface: provider, consumer and tests all implement it.
#[tenfold::service(interface = "com.acme.OrderService")]
pub trait OrderService {
    /// Finds an order.
    #[rpc(idempotent, retries = 2)]
    async fn find(&self, cx: &Context, id: String) -> Result<Option<Order>, OrderError>;

    /// Makes an order.
    async fn create(&self, cx: &Context, request: CreateOrder) -> Result<Order, OrderError>;
}

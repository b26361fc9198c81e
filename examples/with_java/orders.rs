//! `com.acme.OrderService` as the Java sources in `examples/java` declare it.

use tenfold::{
    Context, RpcError, ServiceError, Wire,
    hessian2::{BigDecimal, Date},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Wire)]
#[wire(class = "com.acme.OrderStatus")]
pub enum OrderStatus {
    New,
    Paid,
    Shipped,
    Cancelled,
}

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

#[derive(Clone, Debug, PartialEq, Wire)]
#[wire(class = "com.acme.CreateOrder")]
pub struct CreateOrder {
    pub account_id: i64,
    pub amount: BigDecimal,
    pub tags: Vec<String>,
}

/// The exception class on the Java side has a field of its own.
#[derive(Debug, thiserror::Error, ServiceError)]
pub enum OrderError {
    #[error("{message}")]
    #[exception(class = "com.acme.OrderException")]
    Refused { code: String, message: String },
    #[error(transparent)]
    Rpc(#[from] RpcError),
}

#[tenfold::service(interface = "com.acme.OrderService")]
pub trait OrderService {
    #[rpc(idempotent)]
    async fn find(&self, cx: &Context, id: String) -> Result<Option<Order>, OrderError>;
    async fn create(&self, cx: &Context, request: CreateOrder) -> Result<Order, OrderError>;
}

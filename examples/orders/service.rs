//! An implementation of `OrderService` that keeps its orders in memory.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use tenfold::{Context, hessian2::Date};

use crate::orders::{CreateOrder, Order, OrderError, OrderService, OrderStatus};

/// Answers after a short while, as a service with a database would.
pub struct Orders {
    work: Duration,
    next: AtomicU64,
}

impl Orders {
    /// Orders whose methods take `work`.
    pub fn new(work: Duration) -> Self {
        Self {
            work,
            next: AtomicU64::new(1),
        }
    }
}

impl OrderService for Orders {
    async fn find(&self, _cx: &Context, id: String) -> Result<Option<Order>, OrderError> {
        tokio::time::sleep(self.work).await;
        if id.is_empty() {
            return Ok(None);
        }
        Ok(Some(Order {
            id,
            account_id: 7,
            amount: "129.90".parse().expect("a decimal number"),
            created_at: Date::from(SystemTime::now()),
            status: OrderStatus::Paid,
            tags: vec!["gift".to_owned()],
        }))
    }

    async fn create(&self, _cx: &Context, request: CreateOrder) -> Result<Order, OrderError> {
        tokio::time::sleep(self.work).await;
        if request.tags.iter().any(|tag| tag == "sold out") {
            return Err(OrderError::NoStock("nothing left of it".to_owned()));
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(Order {
            id: format!("order-{number}"),
            account_id: request.account_id,
            amount: request.amount,
            created_at: Date::from(SystemTime::now()),
            status: OrderStatus::Open,
            tags: request.tags,
        })
    }
}

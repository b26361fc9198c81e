//! The Rust provider: it keeps its orders in memory, as the Java one does.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use tenfold::{Context, hessian2::Date};

use crate::orders::{CreateOrder, Order, OrderError, OrderService, OrderStatus};

#[derive(Default)]
pub struct Orders {
    made: Mutex<HashMap<String, Order>>,
}

impl OrderService for Orders {
    async fn find(&self, _cx: &Context, id: String) -> Result<Option<Order>, OrderError> {
        Ok(self
            .made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned())
    }

    async fn create(&self, _cx: &Context, request: CreateOrder) -> Result<Order, OrderError> {
        if request.amount.to_f64() <= 0.0 {
            return Err(OrderError::Refused {
                code: "AMOUNT".to_owned(),
                message: format!("the amount is not above zero: {}", request.amount),
            });
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let order = Order {
            id: format!("rust-{}", made.len() + 1),
            account_id: request.account_id,
            amount: request.amount,
            created_at: Date::from(SystemTime::now()),
            status: OrderStatus::New,
            tags: request.tags,
        };
        made.insert(order.id.clone(), order.clone());
        Ok(order)
    }
}

//! Calls a service without its types: a gateway, a test tool, a shell.
//!
//! Starts a provider in the same process, then calls it by interface and method name with JSON.
//!
//! ```text
//! cargo run --release --example generic_call
//! ```

mod orders;
#[path = "orders/service.rs"]
mod service;

use std::time::Duration;

use tenfold::{Application, Context, Dubbo, Service, hessian2::Value};

use crate::{orders::OrderServiceServer, service::Orders};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = Application::builder("orders")
        .listen(Dubbo::on(0).host("127.0.0.1"))
        .serve(
            Service::new(OrderServiceServer::new(Orders::new(Duration::from_millis(
                2,
            ))))
            .allow_generic(),
        )
        .start()
        .await?;
    let address = provider.exported()[0].address();

    let gateway = Application::builder("gateway").start().await?;
    let orders = gateway
        .generic("com.acme.OrderService")
        .url(&format!("dubbo://{address}"))
        .build()
        .await?;
    let cx = Context::new();

    let arguments = vec![Value::from("42")];
    let order = orders.invoke(&cx, "find", None, arguments).await?;
    println!(
        "find(\"42\") = {}",
        serde_json::to_string_pretty(&order.to_json()?)?
    );

    let request = serde_json::json!({ "accountId": 7, "amount": "12.50", "tags": ["sold out"] });
    let thrown = orders
        .invoke(&cx, "create", None, vec![Value::from(request)])
        .await;
    println!("create(…) = {}", thrown.expect_err("the tag says sold out"));

    let unknown = orders.invoke(&cx, "remove", None, vec![]).await;
    println!(
        "remove() = {}",
        unknown.expect_err("there is no such method")
    );

    gateway.shutdown().await;
    provider.shutdown().await;
    Ok(())
}

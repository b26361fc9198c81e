//! A consumer of `com.acme.OrderService`, for the other of two terminals.
//!
//! ```text
//! cargo run --release --example consumer                       # calls 127.0.0.1:20880
//! cargo run --release --example consumer -- --registry zookeeper://127.0.0.1:2181
//! ```
//!
//! It makes a few calls and prints what came back: a result, a typed business error, and what the
//! framework says when nobody answers.

mod orders;

use std::time::Duration;

use clap::Parser;
use tenfold::{Application, CallOptions, Context};

use crate::orders::{CreateOrder, OrderError, OrderService, OrderServiceClient};

#[derive(Parser)]
struct Arguments {
    /// Provider to call, without a registry.
    #[arg(
        long,
        default_value = "dubbo://127.0.0.1:20880",
        conflicts_with = "registry"
    )]
    url: String,
    /// Registry to find providers in.
    #[arg(long)]
    registry: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), tenfold::Error> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let mut application = Application::builder("shop");
    if let Some(registry) = &arguments.registry {
        application = application.registry(registry);
    }
    let application = application.start().await?;
    let mut reference = application
        .refer::<OrderServiceClient>()
        .timeout(Duration::from_millis(800));
    if arguments.registry.is_none() {
        reference = reference.url(&arguments.url);
    }
    let orders = reference.build().await?;
    let cx = Context::new().with_attachment("user", "7");

    match orders.find(&cx, "42".to_owned()).await {
        Ok(order) => println!("find: {order:?}"),
        Err(error) => println!("find failed: {error}"),
    }

    let request = |tags: &[&str]| CreateOrder {
        account_id: 7,
        amount: "12.50".parse().expect("a decimal number"),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    };
    match orders.create(&cx, request(&["gift"])).await {
        Ok(order) => println!("create: {} is {:?}", order.id, order.status),
        Err(error) => println!("create failed: {error}"),
    }
    match orders.create(&cx, request(&["sold out"])).await {
        Err(OrderError::NoStock(reason)) => println!("create, as expected, no stock: {reason}"),
        other => println!("create: {other:?}"),
    }

    let impatient = orders.with(
        CallOptions::new()
            .timeout(Duration::from_millis(1))
            .retries(0),
    );
    match impatient.find(&cx, "42".to_owned()).await {
        Err(OrderError::Rpc(error)) => {
            println!(
                "within 1 ms: {} on the {:?} side: {error}",
                error.kind(),
                error.origin()
            );
        }
        other => println!("within 1 ms: {other:?}"),
    }
    application.shutdown().await;
    Ok(())
}

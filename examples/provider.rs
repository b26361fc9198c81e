//! A provider of `com.acme.OrderService`, for one of two terminals.
//!
//! ```text
//! cargo run --release --example provider                       # listens on 127.0.0.1:20880
//! cargo run --release --example provider -- --port 20881 --registry zookeeper://127.0.0.1:2181
//! ```
//!
//! Ctrl-C ends it politely: consumers are told to go elsewhere, calls in flight are answered.

mod orders;
#[path = "orders/service.rs"]
mod service;

use std::time::Duration;

use clap::Parser;
use tenfold::{Application, Dubbo, Service};

use crate::{orders::OrderServiceServer, service::Orders};

#[derive(Parser)]
struct Arguments {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 20880)]
    port: u16,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Registry to register in; may be repeated.
    #[arg(long)]
    registry: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), tenfold::Error> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let mut application = Application::builder("orders")
        .listen(Dubbo::on(arguments.port).host(&arguments.host))
        .serve(
            Service::new(OrderServiceServer::new(Orders::new(Duration::from_millis(
                2,
            ))))
            .allow_generic(),
        );
    for registry in &arguments.registry {
        application = application.registry(registry);
    }
    eprintln!("serving com.acme.OrderService; Ctrl-C ends it");
    application.run().await
}

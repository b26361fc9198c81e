//! Rust and Java in one picture: the same interface served by both, found in one registry, called
//! from both.
//!
//! ```text
//! cargo run --release --example with_java
//! ```
//!
//! ```text
//!                    the built-in registry (in this process)
//!                   ▲ registers     ▲ registers      │ one list
//!        Java provider        Rust provider          ▼
//!                   ▲                ▲  ▲      Rust consumer
//!                   └────────────────┼──┴────────────┘
//!                                    └── Java consumer
//! ```
//!
//! The built-in registry and the Rust provider run in this process, the Java programs of
//! `examples/java` (plain Dubbo 3.3.6) as children. The Rust consumer finds both providers in one
//! list and calls them in turn, then each alone; at last the Java consumer calls the Rust provider. Orders, nulls and a
//! typed business exception cross both ways. Needs a JDK 17 and Maven; the run fails (exit code 1)
//! if one of the four pairs does not work.

mod java;
mod orders;
mod service;

use std::{collections::BTreeMap, process::ExitCode, time::Duration};

use tenfold::{Application, Context, Dubbo, Reference, Service, registry_server::RegistryServer};

use crate::{
    java::HOST,
    orders::{
        CreateOrder, Order, OrderError, OrderService, OrderServiceClient, OrderServiceServer,
    },
    service::Orders,
};

/// Calls of the Rust consumer.
const CALLS: usize = 40;
/// How long the providers may take to appear in the list.
const PATIENCE: Duration = Duration::from_secs(30);

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nwith_java failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    java::build()?;
    let server = RegistryServer::builder()
        .listen(([127, 0, 0, 1], 0).into())
        .start()
        .await?;
    let registry = format!("zookeeper://{HOST}:{}", server.local_addr().port());
    println!("  registry       {registry}");

    let rust = Application::builder("orders-rust")
        .registry(&registry)
        .listen(Dubbo::on(0).host(HOST))
        .serve(Service::new(OrderServiceServer::new(Orders::default())))
        .start()
        .await?;
    let rust_port = rust
        .exported()
        .first()
        .and_then(|url| url.port())
        .ok_or("nothing served")?;
    println!("  Rust provider  port {rust_port}");
    let java_provider = java::provider(&registry).await?;
    println!("  Java provider  up");

    let shop = Application::builder("shop-rust")
        .registry(&registry)
        .start()
        .await?;
    let mut reference = shop
        .refer::<OrderServiceClient>()
        .balance("roundrobin")
        .timeout(Duration::from_secs(5))
        .open()
        .await?;
    wait_for_both(&mut reference).await?;
    let mut by_provider = call(reference.client()).await?;
    for provider in reference.providers() {
        let url = format!("dubbo://{}", provider.address());
        let alone: OrderServiceClient = shop.refer().url(&url).build().await?;
        by_provider
            .entry(refusal(&alone).await?)
            .or_default()
            .refused += 1;
    }

    println!("\n  caller  provider  orders  refused  the last order");
    for (provider, seen) in &by_provider {
        println!(
            "  Rust    {provider:8}  {:6}  {:7}  {}",
            seen.orders, seen.refused, seen.last
        );
    }
    let said = java::consumer(rust_port).await?;
    let line = |word: &str| said.iter().find_map(|line| line.strip_prefix(word));
    let created = line("created ").ok_or("the Java consumer has created no order")?;
    let refused = line("refused ").ok_or("the Java consumer has not been refused")?;
    let count = |word: &str| said.iter().filter(|line| line.starts_with(word)).count();
    println!(
        "  Java    rust      {:6}  {:7}  {created}",
        count("created "),
        count("refused ")
    );
    println!("\n  what Java was told when it was refused: {refused}");

    let works = |name: &str| {
        by_provider
            .get(name)
            .is_some_and(|it| it.orders > 0 && it.refused > 0)
    };
    shop.shutdown().await;
    rust.shutdown().await;
    drop(java_provider);
    server.stop().await;
    if works("java") && works("rust") && created.starts_with("rust-") {
        Ok(())
    } else {
        Err("not every provider was reached".into())
    }
}

/// What one provider has answered.
#[derive(Default)]
struct Seen {
    orders: usize,
    refused: usize,
    last: String,
}

fn request(amount: &str) -> Result<CreateOrder, Failure> {
    let tags = vec!["first".to_owned(), "gift".to_owned()];
    Ok(CreateOrder {
        account_id: 42,
        amount: amount.parse()?,
        tags,
    })
}

/// Makes orders through the list. The id of an order says who has made it.
async fn call(orders: &OrderServiceClient) -> Result<BTreeMap<String, Seen>, Failure> {
    let mut by_provider = BTreeMap::<String, Seen>::new();
    for _ in 0..CALLS {
        let order = orders.create(&Context::new(), request("19.90")?).await?;
        let seen = by_provider.entry(maker(&order)).or_default();
        seen.orders += 1;
        seen.last = format!(
            "{} {:?} {} {:?}",
            order.id, order.status, order.amount, order.tags
        );
    }
    Ok(by_provider)
}

/// Asks one provider, past the list, for what it does not have and for what it must refuse. Gives
/// its name.
async fn refusal(orders: &OrderServiceClient) -> Result<String, Failure> {
    let name = maker(&orders.create(&Context::new(), request("1")?).await?);
    if let Some(order) = orders
        .find(&Context::new(), "no-such-order".to_owned())
        .await?
    {
        return Err(format!("found what nobody made: {order:?}").into());
    }
    match orders.create(&Context::new(), request("0")?).await {
        Err(OrderError::Refused { code, .. }) if code == "AMOUNT" => Ok(name),
        other => Err(format!("expected a refusal, got {other:?}").into()),
    }
}

fn maker(order: &Order) -> String {
    order.id.split('-').next().unwrap_or_default().to_owned()
}

async fn wait_for_both(reference: &mut Reference<OrderServiceClient>) -> Result<(), Failure> {
    let both = async {
        while reference.providers().len() < 2 {
            reference.changed().await;
        }
    };
    tokio::time::timeout(PATIENCE, both)
        .await
        .map_err(|_| format!("there are not two providers after {PATIENCE:?}").into())
}

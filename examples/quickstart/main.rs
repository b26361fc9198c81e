//! Everything at once, with nothing else installed: a registry, two providers, a consumer, a kill.
//!
//! ```text
//! cargo run --release --example quickstart
//! cargo run --release --example quickstart -- --stay
//! cargo run --release --example quickstart -- --registry zookeeper://127.0.0.1:2181
//! ```
//!
//! The built-in registry runs in this process, the providers are child processes. While several
//! tasks call them, one is killed with SIGKILL: the calls that it had in flight are tried again on
//! the other, no call fails, and when the registry has expired the dead session the list of
//! providers shrinks. Started again, the provider joins. At the end the statistics of the run are
//! printed. The run fails (exit code 1) if a call failed, or if the kill hit no call in flight.

mod children;
mod load;
#[path = "../orders/mod.rs"]
mod orders;
mod report;
#[path = "../orders/service.rs"]
mod service;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Parser, Subcommand};
use tenfold::{
    Application, Context, Dubbo, Reference, Service, Url, registry_server::RegistryServer,
};

use crate::{
    children::Provider,
    load::Load,
    orders::{OrderService, OrderServiceClient, OrderServiceServer},
    report::say,
    service::Orders,
};

/// How long a provider works on a call: long enough for a kill to hit some.
const WORK: Duration = Duration::from_millis(4);
/// How long the registry waits for a dead provider.
const SESSION: Duration = Duration::from_secs(4);
/// How long anything else may take before the run gives up.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Use this registry instead of the built-in one.
    #[arg(long)]
    registry: Option<String>,
    /// Keep everything running after the report, until Ctrl-C.
    #[arg(long)]
    stay: bool,
}

#[derive(Subcommand)]
enum Role {
    /// A provider, started by the quickstart itself.
    #[command(hide = true)]
    Provide {
        #[arg(long)]
        port: u16,
        #[arg(long)]
        registry: String,
    },
}

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.role {
        Some(Role::Provide { port, registry }) => provide(*port, registry).await,
        None => run(&arguments).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nquickstart failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The child's part: serve orders until killed.
async fn provide(port: u16, registry: &str) -> Result<(), Failure> {
    Application::builder("orders")
        .registry(registry)
        .listen(Dubbo::on(port).host("127.0.0.1"))
        .serve(Service::new(OrderServiceServer::new(Orders::new(WORK))).allow_generic())
        .run()
        .await?;
    Ok(())
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (registry, server) = match &arguments.registry {
        Some(url) => (session_of(url)?, None),
        None => {
            let server = RegistryServer::builder()
                .listen(([127, 0, 0, 1], 0).into())
                .tick(Duration::from_millis(500))
                .start()
                .await?;
            let url = session_of(&format!("zookeeper://{}", server.local_addr()))?;
            (url, Some(server))
        }
    };
    say("registry", &registry.address());

    let mut first = Provider::start(&registry)?;
    let second = Provider::start(&registry)?;
    let application = Application::builder("quickstart")
        .registry(registry.to_full_string())
        .start()
        .await?;
    let mut reference = application
        .refer::<OrderServiceClient>()
        .timeout(Duration::from_secs(1))
        .check(false)
        .open()
        .await?;
    wait_for(&mut reference, 2).await?;
    for provider in reference.providers() {
        say("provider", &provider.address());
    }

    let order = reference
        .client()
        .find(&Context::new(), "42".to_owned())
        .await?;
    say(
        "one call",
        &format!("find(\"42\") = {}", report::order(order.as_ref())),
    );

    let load = Load::start(reference.client().clone());
    load.show_for(Duration::from_secs(3), "calling both providers")
        .await;

    let victim = first.address(&reference)?;
    let in_flight = load::in_flight(&application, &victim);
    first.kill()?;
    let killed = Instant::now();
    load.mark("SIGKILL", &format!("{victim}, {in_flight} calls in flight"));
    load.show_until(wait_for(&mut reference, 1), "one provider left, one dead")
        .await??;
    load.mark(
        "list",
        &format!(
            "1 provider, {:.1} s after the kill",
            killed.elapsed().as_secs_f64()
        ),
    );

    let third = Provider::start(&registry)?;
    load.show_until(wait_for(&mut reference, 2), "starting it again")
        .await??;
    load.mark("list", "2 providers");
    load.show_until_total(Duration::from_secs(9), "calling both providers")
        .await;

    let totals = load.stop().await;
    println!();
    report::table(&application);
    println!();
    let lost = load::lost_at(&application, &victim);
    println!(
        "  {} calls, {} failed; {} were in flight at the kill, {lost} of them were lost with the \
         connection and tried again",
        totals.calls, totals.failed, in_flight
    );
    if totals.failed > 0 {
        return Err(format!("{} calls failed: {}", totals.failed, totals.first_error).into());
    }
    if in_flight == 0 {
        return Err("the kill hit no call in flight, so the run shows nothing".into());
    }
    report::next_steps(&registry);

    if arguments.stay {
        println!("\n  running until Ctrl-C");
        tenfold::signal::terminated().await;
    }
    application.shutdown().await;
    drop((first, second, third));
    if let Some(server) = server {
        server.stop().await;
    }
    Ok(())
}

/// The registry's URL with a session short enough to watch it expire.
fn session_of(url: &str) -> Result<Url, Failure> {
    Ok(Url::parse(url)?.with_param("session", SESSION.as_millis()))
}

async fn wait_for(
    reference: &mut Reference<OrderServiceClient>,
    count: usize,
) -> Result<(), Failure> {
    let reached = async {
        while reference.providers().len() != count {
            reference.changed().await;
        }
    };
    tokio::time::timeout(PATIENCE, reached)
        .await
        .map_err(|_| format!("there are not {count} providers after {PATIENCE:?}").into())
}

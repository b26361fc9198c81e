//! Shows what a registry says about a service, and announces URLs for as long as it runs.
//!
//! `cargo run -p tenfold-registry --example registry_watch -- zookeeper://127.0.0.1:2181
//! consumer://127.0.0.1/demo.Greeter?category=providers,configurators [URL to announce …]`
//!
//! Each list is printed when it changes. With `SECONDS=n` in the environment it ends by itself.

use std::{process::ExitCode, sync::Arc, time::Duration};

use tenfold_common::Url;
use tenfold_registry::{Category, Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (Some(registry), Some(subscription)) = (words.next(), words.next()) else {
        eprintln!("usage: registry_watch REGISTRY-URL SUBSCRIPTION-URL [URL to announce …]");
        return ExitCode::from(2);
    };
    match run(&registry, &subscription, words.collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(
    registry: &str,
    subscription: &str,
    announced: Vec<String>,
) -> Result<(), Box<dyn std::error::Error>> {
    let registry: Arc<dyn Registry> = tenfold_registry::open(Url::parse(registry)?).await?;
    for url in &announced {
        registry.register(Url::parse(url)?).await?;
        println!("announced {url}");
    }
    let listener = Arc::new(|category: Category, urls: &[Url]| {
        println!("{category}: {}", urls.len());
        for url in urls {
            println!("  {url}");
        }
    });
    let subscription = registry
        .subscribe(Url::parse(subscription)?, listener)
        .await?;
    let limit = std::env::var("SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    match limit {
        Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
    subscription.unsubscribe();
    registry.close().await;
    Ok(())
}

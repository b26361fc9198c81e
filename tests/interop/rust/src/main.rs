//! A Rust peer for the interoperability suites: serves and calls the interfaces of `java/api`.
//!
//! ```text
//! interop-rust provider port=20880 id=one [registry=zookeeper://127.0.0.1:2181]
//! interop-rust consumer address=127.0.0.1:20880 | registry=zookeeper://127.0.0.1:2181
//! interop-rust registry port=2181
//! ```
//!
//! It takes the same words and prints the same lines as the peers in other languages, so the suites
//! treat it like them.

mod cases;
mod check;
mod consumer;
mod everything;
mod options;
mod peer;
mod provider;
mod registry;
mod samples;
mod service;
mod types;

use std::process::ExitCode;

use options::Options;

/// Why the program ends early.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let mut words = std::env::args().skip(1);
    let role = words.next().unwrap_or_default();
    let ended = match Options::read(words) {
        Ok(options) => run(&role, &options).await,
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// True unless a case failed.
async fn run(role: &str, options: &Options) -> Result<bool, Fault> {
    match role {
        "provider" => provider::run(options).await.map(|()| true),
        "registry" => registry::run(options).await.map(|()| true),
        "consumer" => consumer::run(options).await,
        other => Err(format!("{other:?} is none of provider, consumer, registry").into()),
    }
}

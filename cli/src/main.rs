//! The `tenfold` command.
//!
//! * `tenfold call`: calls any method of any Dubbo service from the shell.
//! * `tenfold registry`: runs the built-in registry server alone.
//!
//! Results go to standard output, everything else to standard error. Exit codes are listed in
//! [`exit`].

mod call;
mod exit;
mod registry;

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(
    name = "tenfold",
    version,
    about = "Dubbo-compatible RPC from the shell"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Call a method of a service and print its result as JSON.
    Call(call::Call),
    /// Run the built-in registry server: one node, in memory.
    Registry(registry::Registry),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("TENFOLD_LOG").unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match arguments.command {
        Command::Call(call) => call.run().await,
        Command::Registry(registry) => registry.run().await,
    }
}

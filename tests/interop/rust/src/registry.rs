//! Runs the built-in registry as a process of its own, so that it can be killed.

use std::{net::SocketAddr, time::Duration};

use tenfold::{registry_server::RegistryServer, signal};

use crate::{Fault, options::Options};

/// Runs the registry until SIGTERM.
pub async fn run(options: &Options) -> Result<(), Fault> {
    let port = u16::try_from(options.number("port", 0)?)?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let server = RegistryServer::builder()
        .listen(address)
        .tick(Duration::from_millis(500))
        .start()
        .await?;
    println!("READY {}", server.local_addr().port());
    signal::terminated().await;
    server.stop().await;
    Ok(())
}

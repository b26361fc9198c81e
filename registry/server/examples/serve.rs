//! Serves a registry until it is killed:
//! `cargo run --example serve -- 127.0.0.1:2181 [super digest [seconds between reaping]]`.
//!
//! All four-letter words are answered and the clockwork is quick, so that ZooKeeper clients can be
//! tried against it.

use std::{error::Error, net::SocketAddr, time::Duration};

use tenfold_registry_server::{RegistryServer, WordSet};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address: SocketAddr = arguments
        .next()
        .unwrap_or_else(|| "127.0.0.1:2181".to_owned())
        .parse()?;
    let mut builder = RegistryServer::builder()
        .listen(address)
        .tick(Duration::from_millis(500))
        .session_timeouts(Duration::from_millis(1000), Duration::from_secs(60))
        .words(WordSet::All);
    if let Some(digest) = arguments.next() {
        builder = builder.super_digest(digest);
    }
    if let Some(seconds) = arguments.next() {
        builder = builder.reap_interval(Duration::from_secs(seconds.parse()?));
    }
    let server = builder.start().await?;
    println!("serving {}", server.local_addr());
    std::future::pending::<()>().await;
    server.stop().await;
    Ok(())
}

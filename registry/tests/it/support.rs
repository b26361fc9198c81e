//! A server to test against, and waiting with a limit.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use tenfold_registry::client::ZkClient;
use tenfold_registry_server::RegistryServer;
use tenfold_zk::{Acl, CreateMode};

/// A server and a root of the test's own.
pub(crate) struct World {
    server: Option<RegistryServer>,
    pub(crate) address: String,
    /// A root without its slash; nobody else uses it.
    pub(crate) root: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = format!("tenfold-it-{}-{number}", std::process::id());
        if let Ok(address) = std::env::var("TENFOLD_ZK") {
            return Self {
                server: None,
                address,
                root,
            };
        }
        let server = RegistryServer::builder()
            .listen(([127, 0, 0, 1], 0).into())
            .tick(Duration::from_millis(200))
            .session_timeouts(Duration::from_millis(500), Duration::from_secs(60))
            .start()
            .await
            .expect("the built-in server starts");
        Self {
            address: server.local_addr().to_string(),
            server: Some(server),
            root,
        }
    }

    /// A client without a chroot.
    pub(crate) async fn client(&self) -> ZkClient {
        connect(&self.address).await
    }

    /// A client below the test's root.
    pub(crate) async fn rooted_client(&self) -> ZkClient {
        let client = self.client().await;
        client
            .create(
                &format!("/{}", self.root),
                "",
                Acl::open(),
                CreateMode::Persistent,
            )
            .await
            .expect("the root is made");
        client.close().await;
        connect(&format!("{}/{}", self.address, self.root)).await
    }

    pub(crate) async fn stop(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}

pub(crate) async fn connect(servers: &str) -> ZkClient {
    ZkClient::builder(servers)
        .session_timeout(Duration::from_secs(2))
        .connect_timeout(Duration::from_secs(2))
        .request_timeout(Duration::from_secs(10))
        .connect()
        .await
        .expect("the client connects")
}

/// Waits until `holds` says so, for ten seconds at most.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !holds().await {
        assert!(Instant::now() < limit, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The outcome of a future that has to come within ten seconds.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future)
        .await
        .unwrap_or_else(|_| panic!("waited too long for {what}"))
}

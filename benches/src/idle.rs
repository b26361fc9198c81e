//! What a connection costs that nobody uses.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tenfold_exchange::{Client, ClientConfig, NoHandler};
use tenfold_transport::TcpConnector;

use crate::{Plan, subjects::Subject};

/// Opens connections from this process to itself, makes `calls` calls on each, waits until their
/// buffers are given back, and prints what each adds to the process, both ends together.
pub(crate) fn measure(connections: u64, calls: usize, plan: &Plan) {
    plan.runtime().block_on(async {
        let address = Subject::Exchange.serve().await;
        let target = address.to_string();
        let body = plan.body();
        // The first ones pay for what all share.
        let mut clients = open(&target, 20, calls, &body).await;
        settle().await;
        let before = resident_bytes();
        clients.extend(open(&target, connections, calls, &body).await);
        let busy = resident_bytes();
        settle().await;
        let idle = resident_bytes();
        let each = |now: u64| now.saturating_sub(before) / connections.max(1);
        let line = json!({
            "connections": connections,
            "calls": calls,
            "bytes_each_when_used": each(busy),
            "bytes_each_when_idle": each(idle),
        });
        println!("{line}");
        drop(clients);
    });
}

async fn open(target: &str, count: u64, calls: usize, body: &[u8]) -> Vec<Client> {
    let mut clients = Vec::new();
    for _ in 0..count {
        let connector = Arc::new(TcpConnector::new(target));
        let client = Client::new(connector, Arc::new(NoHandler), ClientConfig::default());
        client.connected().await.expect("the server listens");
        for _ in 0..calls {
            crate::subjects::echo(&client, body).await;
        }
        clients.push(client);
    }
    clients
}

/// Longer than a connection keeps its buffers after it was used.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(3)).await;
}

/// What of this process is in memory.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|text| text.parse().ok()).unwrap_or(0) * 1024
}

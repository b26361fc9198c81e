//! What is printed.

use tenfold::{Application, Url};

use crate::orders::Order;

/// A line of the story.
pub fn say(what: &str, text: &str) {
    println!("  {what:<9} {text}");
}

/// An order in one line.
pub fn order(order: Option<&Order>) -> String {
    match order {
        Some(order) => format!(
            "Order {{ id: {:?}, amount: {}, status: {:?} }}",
            order.id, order.amount, order.status
        ),
        None => "no such order".to_owned(),
    }
}

/// The statistics of the run: a row for each method and provider.
pub fn table(application: &Application) {
    let snapshot = application.statistics().snapshot();
    print!("{}", snapshot.filtered(|row| row.peer.is_some()).table());
}

/// What to try next.
pub fn next_steps(registry: &Url) {
    println!("\n  Try next:");
    println!("    cargo run --release --example quickstart -- --stay");
    println!(
        "    cargo run --release -p tenfold-cli -- call --registry zookeeper://{} \
         com.acme.OrderService find '[\"42\"]'",
        registry.address()
    );
}

//! The load: tasks that call without pause, and the progress bar above them.

use std::{
    future::Future,
    io::{IsTerminal, Write},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tenfold::{Application, Context};
use tokio::task::JoinHandle;

use crate::{
    Failure,
    orders::{OrderService, OrderServiceClient},
    report,
};

/// Tasks that call at once.
const TASKS: usize = 8;
/// How often the bar is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// What the bar counts up to.
const EXPECTED: Duration = Duration::from_secs(9);

/// Cells of the bar.
const WIDTH: u32 = 24;

/// Calls that are being made.
pub struct Load {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
    started: Instant,
}

/// What came of all calls.
pub struct Totals {
    pub calls: u64,
    pub failed: u64,
    pub first_error: String,
}

#[derive(Default)]
struct Shared {
    calls: AtomicU64,
    failed: AtomicU64,
    first_error: Mutex<String>,
    stop: AtomicBool,
}

impl Load {
    /// Starts calling.
    pub fn start(orders: OrderServiceClient) -> Self {
        let shared = Arc::new(Shared::default());
        let tasks = (0..TASKS)
            .map(|task| tokio::spawn(call_on(orders.clone(), Arc::clone(&shared), task)))
            .collect();
        Self {
            shared,
            tasks,
            started: Instant::now(),
        }
    }

    /// Shows progress for a while.
    pub async fn show_for(&self, time: Duration, doing: &str) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.draw(doing);
            tokio::time::sleep(FRAME).await;
        }
    }

    /// Shows progress until the load has run for `total`.
    pub async fn show_until_total(&self, total: Duration, doing: &str) {
        self.show_for(total.saturating_sub(self.started.elapsed()), doing)
            .await;
    }

    /// Shows progress until `done` is.
    pub async fn show_until<T>(
        &self,
        done: impl Future<Output = T>,
        doing: &str,
    ) -> Result<T, Failure> {
        let mut done = pin!(done);
        loop {
            self.draw(doing);
            tokio::select! {
                result = &mut done => return Ok(result),
                () = tokio::time::sleep(FRAME) => {}
            }
        }
    }

    /// Prints a line above the bar.
    pub fn mark(&self, what: &str, text: &str) {
        if std::io::stdout().is_terminal() {
            print!("\r\x1b[2K");
        }
        report::say(what, text);
    }

    /// Stops calling and waits for the last answers.
    pub async fn stop(self) -> Totals {
        self.shared.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            // A task that panicked has counted what it did before.
            let _ = task.await;
        }
        if std::io::stdout().is_terminal() {
            print!("\r\x1b[2K");
        }
        let first_error = self
            .shared
            .first_error
            .lock()
            .map(|it| it.clone())
            .unwrap_or_default();
        Totals {
            calls: self.shared.calls.load(Ordering::Relaxed),
            failed: self.shared.failed.load(Ordering::Relaxed),
            first_error,
        }
    }

    /// One frame of the bar; nothing where the output is no terminal.
    fn draw(&self, doing: &str) {
        if !std::io::stdout().is_terminal() {
            return;
        }
        let elapsed = self.started.elapsed();
        let full = (1..=WIDTH)
            .take_while(|cells| elapsed * WIDTH >= EXPECTED * *cells)
            .count();
        print!(
            "\r\x1b[2K  [{}{}] {:>4.1} s  {:>7} calls, {} failed  {doing}",
            "█".repeat(full),
            "░".repeat(WIDTH as usize - full),
            elapsed.as_secs_f64(),
            self.shared.calls.load(Ordering::Relaxed),
            self.shared.failed.load(Ordering::Relaxed),
        );
        let _ = std::io::stdout().flush();
    }
}

async fn call_on(orders: OrderServiceClient, shared: Arc<Shared>, task: usize) {
    let cx = Context::new();
    let mut number = 0_u64;
    while !shared.stop.load(Ordering::Relaxed) {
        number += 1;
        let id = format!("{task}-{number}");
        let fault = match orders.find(&cx, id.clone()).await {
            Ok(Some(order)) if order.id == id => None,
            Ok(other) => Some(format!("asked for {id}, got {other:?}")),
            Err(error) => Some(error.to_string()),
        };
        shared.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(fault) = fault {
            shared.failed.fetch_add(1, Ordering::Relaxed);
            if let Ok(mut first) = shared.first_error.lock()
                && first.is_empty()
            {
                *first = fault;
            }
        }
    }
}

/// Calls that a provider has in flight at this moment.
pub fn in_flight(application: &Application, provider: &str) -> u64 {
    rows_of(application, provider)
        .map(|row| row.in_flight)
        .sum()
}

/// Tries that were lost with the connection to a provider.
pub fn lost_at(application: &Application, provider: &str) -> u64 {
    rows_of(application, provider)
        .map(|row| row.failures.values().sum::<u64>())
        .sum()
}

fn rows_of(application: &Application, provider: &str) -> impl Iterator<Item = tenfold::Row> {
    let provider = provider.to_owned();
    application
        .statistics()
        .snapshot()
        .rows
        .into_iter()
        .filter(move |row| row.peer.as_deref() == Some(&*provider))
}

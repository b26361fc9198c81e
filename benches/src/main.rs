//! `callbench`: what a call costs, in CPU time of both ends, with the floors in the same run.
//!
//! ```text
//! cargo run --release -p tenfold-bench -- raw core exchange --payload 100 --inflight 32
//! ```
//!
//! Each subject runs with its server in a process of its own. All subjects take turns within one
//! repetition, and the verdict is a ratio of medians to the first subject: absolute figures change
//! with the machine and with the minute. One JSON line a subject goes to standard output.
//!
//! * `raw`: a framed echo pair over tokio with nothing above the frame. What the system calls and
//!   the bytes cost.
//! * `core`: the least that can be called an RPC core over the same frame. It has no deadlines, no
//!   cancelling, no reconnecting and no bounds.
//! * `exchange`: the exchange room, [`tenfold_exchange::Client`] and a handler with a boxed future.

mod cpu;
mod drive;
mod frame;
mod idle;
mod report;
mod server;
mod subjects;

use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{report::Row, server::ServerProcess, subjects::Subject};

/// What a call costs.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// What is measured; the first is what the others are compared with.
    #[arg(required = true)]
    subjects: Vec<Subject>,
    #[command(flatten)]
    plan: Plan,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves one subject until standard input ends. Started by a measurement.
    Serve {
        subject: Subject,
        #[command(flatten)]
        plan: Plan,
    },
    /// What a connection costs that nobody uses.
    Idle {
        /// How many; each needs two files.
        #[arg(long, default_value_t = 400)]
        connections: u64,
        /// Calls that each makes before it idles.
        #[arg(long, default_value_t = 1)]
        calls: usize,
        #[command(flatten)]
        plan: Plan,
    },
}

/// What is done, in both processes.
#[derive(Clone, Debug, clap::Args)]
struct Plan {
    /// Bytes of each request and answer.
    #[arg(long, default_value_t = 100)]
    payload: usize,
    /// Calls at one time.
    #[arg(long, default_value_t = 32)]
    inflight: usize,
    /// Seconds of each repetition.
    #[arg(long, default_value_t = 0.7)]
    secs: f64,
    /// Seconds before each repetition that are not counted.
    #[arg(long, default_value_t = 0.3)]
    warm: f64,
    /// Repetitions of each subject.
    #[arg(long, default_value_t = 5)]
    reps: usize,
    /// Threads of each runtime; 1 is tokio's current-thread runtime.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Where the two processes run.
    #[arg(long, value_enum, default_value_t = Layout::Same)]
    layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// Both on CPU 0: the layout for verdicts.
    Same,
    /// The server on CPU 0, the client on CPU 1.
    Split,
    /// Wherever the kernel puts them.
    Free,
}

impl Plan {
    fn warm(&self) -> Duration {
        Duration::from_secs_f64(self.warm)
    }

    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.secs)
    }

    fn body(&self) -> Vec<u8> {
        (b'a'..=b'z').cycle().take(self.payload).collect()
    }

    fn runtime(&self) -> tokio::runtime::Runtime {
        let mut builder = if self.threads == 1 {
            tokio::runtime::Builder::new_current_thread()
        } else {
            tokio::runtime::Builder::new_multi_thread()
        };
        builder
            .worker_threads(self.threads.max(1))
            .enable_all()
            .build()
            .expect("a runtime can be built")
    }
}

fn main() {
    let Arguments {
        command,
        subjects,
        plan,
    } = Arguments::parse();
    match command {
        Some(Command::Serve { subject, plan }) => {
            pin(&plan, 0);
            server::serve(subject, &plan);
        }
        Some(Command::Idle {
            connections,
            calls,
            plan,
        }) => idle::measure(connections, calls, &plan),
        None => {
            pin(&plan, 1);
            measure(&subjects, &plan);
        }
    }
}

fn pin(plan: &Plan, own_cpu: usize) {
    match plan.layout {
        Layout::Same => cpu::pin(0),
        Layout::Split => cpu::pin(own_cpu),
        Layout::Free => {}
    }
}

fn measure(subjects: &[Subject], plan: &Plan) {
    let mut rows: Vec<Row> = subjects.iter().map(|subject| Row::new(*subject)).collect();
    for _ in 0..plan.reps {
        for row in &mut rows {
            let mut server = ServerProcess::start(row.subject, plan);
            let measured = plan.runtime().block_on(row.subject.run(&mut server, plan));
            row.add(measured);
        }
    }
    report::print(&rows, plan);
}

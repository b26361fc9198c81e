//! The server in a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::{Plan, cpu, subjects::Subject};

/// A server that lives as long as this does.
pub(crate) struct ServerProcess {
    child: Child,
    ask: Option<ChildStdin>,
    answer: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl ServerProcess {
    pub(crate) fn start(subject: Subject, plan: &Plan) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg("serve")
            .arg(subject.name())
            .args(["--threads", &plan.threads.to_string()])
            .args(["--payload", &plan.payload.to_string()])
            .args(["--layout", &format!("{:?}", plan.layout).to_lowercase()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server process starts");
        let ask = child.stdin.take();
        let answer = child.stdout.take().expect("its output is a pipe");
        let mut server = Self {
            child,
            ask,
            answer: BufReader::new(answer),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.address = server.line().parse().expect("it says where it listens");
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// CPU time that the server has used so far.
    pub(crate) fn cpu(&mut self) -> Duration {
        let ask = self.ask.as_mut().expect("it is open until the end");
        ask.write_all(b"cpu\n").expect("the server lives");
        Duration::from_nanos(self.line().parse().expect("it says a number"))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answer.read_line(&mut line).expect("the server lives");
        line.trim_end().to_owned()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.ask.take());
        // Its input has ended, so it ends.
        let _ = self.child.wait();
    }
}

/// Serves `subject`, answers questions about CPU time, and ends the process with its input.
pub(crate) fn serve(subject: Subject, plan: &Plan) {
    let runtime = plan.runtime();
    runtime.block_on(async {
        let address = subject.serve().await;
        println!("{address}");
        std::thread::spawn(|| {
            for _ in std::io::stdin().lines() {
                println!("{}", cpu::used().as_nanos());
            }
            std::process::exit(0);
        });
        std::future::pending::<()>().await;
    });
}

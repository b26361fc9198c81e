//! Shows the dubbo2 frames between a consumer and a provider.
//!
//! `tap <listen port> <provider host:port>` prints a line for each frame: `>` from the consumer
//! or `<` from the provider, the header in parts, the body in hex.

use std::net::ToSocketAddrs;
use std::process::ExitCode;
use std::sync::Arc;

use tenfold_interop::frames::hex;
use tenfold_interop::tap::{self, From};
use tenfold_interop::{Error, Result};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [listen, target] = words.as_slice() else {
        return Err(Error::new("usage: tap <listen port> <provider host:port>"));
    };
    let listen = listen
        .parse()
        .map_err(|_| Error::new(format!("not a port: {listen}")))?;
    let target = target
        .to_socket_addrs()
        .map_err(Error::while_doing(format!("resolve {target}")))?
        .next()
        .ok_or_else(|| Error::new(format!("{target} has no address")))?;
    let port = tap::serve(
        listen,
        target,
        Arc::new(|from, frame| {
            let sign = if from == From::Consumer { '>' } else { '<' };
            println!("{sign} {} {}", frame.header(), hex(frame.body()));
        }),
    )?;
    println!("READY {port}");
    loop {
        std::thread::park();
    }
}

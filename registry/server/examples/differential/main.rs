//! Does the same random operations on two servers and compares every answer:
//! `cargo run --example differential -- 127.0.0.1:2181 127.0.0.1:2182 [seed] [operations]`.
//!
//! One of the two is meant to be Apache ZooKeeper 3.9 with `extendedTypesEnabled=true`, all else at
//! its defaults. Compared are reply codes, bodies, Stat fields, the zxids' distance from the run's
//! first, the watch events of every connection and whether a connection ends. Times are not
//! compared. The process ends with an error at the first difference and prints the operations that
//! led to it.

mod client;
mod operations;

use std::{collections::VecDeque, error::Error, net::SocketAddr, process::ExitCode};

use tenfold_zk::Request;

use self::{
    client::{Answer, Client},
    operations::{Operation, Random},
};

/// Connections that take turns, so that sessions meet each other's nodes and watches.
const CLIENTS: usize = 3;

fn main() -> ExitCode {
    match run() {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut address = || -> Result<SocketAddr, Box<dyn Error>> {
        Ok(arguments
            .next()
            .ok_or("usage: differential ADDRESS ADDRESS [SEED] [OPERATIONS]")?
            .parse()?)
    };
    let addresses = [address()?, address()?];
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let operations: usize = arguments.next().map_or(Ok(2000), |text| text.parse())?;
    println!(
        "seed {seed}, {operations} operations on {} and {}",
        addresses[0], addresses[1]
    );
    let mut pair = Pair::new(addresses, seed)?;
    let mut random = Random::new(seed);
    for count in 0..operations {
        let who = random.below(CLIENTS);
        let operation = Operation::random(&mut random, &pair.root, pair.last_zxid);
        pair.history.push_back(format!("{who}: {operation:?}"));
        if pair.history.len() > 40 {
            pair.history.pop_front();
        }
        pair.step(who, &operation).map_err(|difference| {
            let history = pair.history.iter().cloned().collect::<Vec<_>>().join("\n");
            format!("{history}\nseed {seed}, operation {count}: {difference}")
        })?;
    }
    for client in pair.clients.iter_mut().flatten() {
        client.ask(&Request::CloseSession, 0)?;
    }
    Ok(format!("{operations} operations, no difference"))
}

/// The same clients on both servers.
struct Pair {
    addresses: [SocketAddr; 2],
    clients: [Vec<Client>; 2],
    /// The zxid that each server's are counted from.
    bases: [i64; 2],
    /// The last zxid, counted from the base.
    last_zxid: i64,
    root: String,
    history: VecDeque<String>,
}

impl Pair {
    fn new(addresses: [SocketAddr; 2], seed: u64) -> Result<Self, Box<dyn Error>> {
        let mut clients = [Vec::new(), Vec::new()];
        let mut bases = [0; 2];
        let root = format!("/differential-{seed}");
        for (at, address) in addresses.iter().enumerate() {
            let mut first = Client::open(*address)?;
            first.remove_tree(&root)?;
            bases[at] = first.zxid()?;
            first.create(&root)?;
            clients[at].push(first);
            for _ in 1..CLIENTS {
                clients[at].push(Client::open(*address)?);
            }
        }
        Ok(Self {
            addresses,
            clients,
            bases,
            last_zxid: 0,
            root,
            history: VecDeque::new(),
        })
    }

    fn step(&mut self, who: usize, operation: &Operation) -> Result<(), Box<dyn Error>> {
        let mut answers = Vec::new();
        for (at, address) in self.addresses.iter().enumerate() {
            let (base, clients) = (self.bases[at], &mut self.clients[at]);
            let mut answer = match operation {
                Operation::Ask(request) => {
                    let request = rebased(request, base);
                    clients[who].ask(&request, base)?
                }
                Operation::Raw { op, body } => clients[who].raw(*op, body, base)?,
                Operation::Reconnect => clients[who].reconnect(*address)?,
            };
            if matches!(operation, Operation::Ask(Request::CloseSession)) {
                clients[who] = Client::open(*address)?;
            } else if answer.ended {
                // Back to the same session: one that was left alone would end at some moment of the
                // server's choice.
                clients[who].reconnect(*address)?;
            }
            for client in clients.iter_mut() {
                answer.events.push(client.events(base)?);
            }
            if matches!(operation, Operation::Ask(Request::CloseSession)) {
                // Ephemerals go in an order of the server's own.
                answer.events.iter_mut().for_each(|events| events.sort());
            }
            answers.push(answer);
        }
        let (left, right) = (&answers[0], &answers[1]);
        if left != right {
            return Err(format!("answers differ\nleft:  {left:#?}\nright: {right:#?}").into());
        }
        self.last_zxid = self.last_zxid.max(left.zxid);
        Ok(())
    }
}

/// A request whose zxid counts from the server's own base.
fn rebased(request: &Request, base: i64) -> Request {
    let mut request = request.clone();
    match &mut request {
        Request::SetWatches(body) => body.relative_zxid.0 += base,
        Request::SetWatches2(body) => body.relative_zxid.0 += base,
        _ => {}
    }
    request
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.zxid == other.zxid
            && self.ended == other.ended
            && self.events == other.events
    }
}

//! The task that owns the socket. It decides nothing: it carries bytes and times to the core and
//! carries out what the core wants.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{Instant, sleep_until, timeout},
};

use super::{hosts::Hosts, shared::Inner};

/// The state of the way to a server.
enum Link {
    /// No socket; the next try is due at that time.
    Waiting(Instant),
    Dialing(Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>),
    Open(OwnedReadHalf, OwnedWriteHalf),
}

/// What happened on the way to a server.
enum Progress {
    Due,
    Dialed(io::Result<TcpStream>),
    Read(io::Result<usize>),
    Wrote(io::Result<usize>),
}

/// Runs until the client is closed or its identity was refused.
pub(super) async fn run(inner: Arc<Inner>, mut hosts: Hosts, dial_timeout: Duration) {
    let mut link = Link::Waiting(Instant::now());
    let mut input = BytesMut::new();
    let mut output = BytesMut::new();
    let mut stood = false;
    let mut step = inner.drive(&mut output, |_, _| ());
    while !step.over {
        if step.connected && !stood {
            stood = true;
            hosts.succeeded();
        }
        if step.wants_connection && matches!(link, Link::Open(..)) {
            // The core gave the connection up.
            link = retry_later(&mut hosts, &mut stood);
            output.clear();
        }
        let wake_at = step.wake_at.map(Instant::from_std);
        let progress = tokio::select! {
            () = inner.wake.notified() => None,
            () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => None,
            progress = link.progress(&mut input, &mut output) => Some(progress),
        };
        step = match progress {
            None => inner.drive(&mut output, |core, now| core.handle_timeout(now)),
            Some(Progress::Wrote(Ok(_))) => continue,
            Some(Progress::Due) => {
                let address = hosts.next();
                tracing::debug!(address, "dialing registry");
                link = Link::Dialing(Box::pin(dial(address, dial_timeout)));
                continue;
            }
            Some(Progress::Dialed(Ok(stream))) => {
                let (read, write) = stream.into_split();
                link = Link::Open(read, write);
                output.clear();
                inner.drive(&mut output, |core, now| core.handle_opened(now))
            }
            Some(Progress::Read(Ok(count))) if count > 0 => {
                let step = inner.drive(&mut output, |core, now| core.handle_bytes(now, &input));
                input.clear();
                step
            }
            Some(Progress::Dialed(Err(error))) => {
                tracing::debug!(%error, "registry cannot be reached");
                link = retry_later(&mut hosts, &mut stood);
                inner.drive(&mut output, |core, now| core.handle_timeout(now))
            }
            Some(Progress::Read(_) | Progress::Wrote(Err(_))) => {
                link = retry_later(&mut hosts, &mut stood);
                input.clear();
                output.clear();
                inner.drive(&mut output, |core, _| core.handle_closed())
            }
        };
    }
    inner.finish();
}

fn retry_later(hosts: &mut Hosts, stood: &mut bool) -> Link {
    if !std::mem::take(stood) {
        hosts.failed();
    }
    Link::Waiting(Instant::now() + hosts.pause(rand::random()))
}

async fn dial(address: String, limit: Duration) -> io::Result<TcpStream> {
    let stream = timeout(limit, TcpStream::connect(&address))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))
        .flatten()
        .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Link {
    /// Waits for the next thing to happen.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: sleeping, dialing (the future is kept), `read_buf` and
    /// `write_buf` all go on from where they were.
    async fn progress(&mut self, input: &mut BytesMut, output: &mut BytesMut) -> Progress {
        match self {
            Self::Waiting(due) => {
                sleep_until(*due).await;
                Progress::Due
            }
            Self::Dialing(dial) => Progress::Dialed(dial.await),
            Self::Open(read, write) => {
                input.reserve(READ_BYTES);
                tokio::select! {
                    count = read.read_buf(input) => Progress::Read(count),
                    count = write.write_buf(output), if !output.is_empty() => Progress::Wrote(count),
                }
            }
        }
    }
}

/// Room for one read.
const READ_BYTES: usize = 16 * 1024;

//! A TCP tap: forwards each connection to a target and keeps the dubbo2 frames of both directions.
//!
//! What is no dubbo2 is forwarded all the same, and no longer recorded.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::frames::{Frame, Splitter};

/// Who sent a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The side that opened the connection.
    Consumer,
    /// The side that accepted it.
    Provider,
}

/// Called with each frame in the order of arrival.
pub type Sink = Arc<dyn Fn(From, &Frame) + Send + Sync>;

/// A running tap. Its threads end with the connections they serve.
#[derive(Debug)]
pub struct Tap {
    port: u16,
    frames: Arc<Mutex<Vec<(From, Frame)>>>,
}

impl Tap {
    /// Listens on a free loopback port in front of `target` and keeps what it sees.
    pub fn start(target: u16) -> Result<Self> {
        let frames = Arc::<Mutex<Vec<(From, Frame)>>>::default();
        let kept = Arc::clone(&frames);
        let sink: Sink = Arc::new(move |from, frame| {
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((from, frame.clone()));
        });
        let port = serve(0, SocketAddr::from((Ipv4Addr::LOCALHOST, target)), sink)?;
        Ok(Self { port, frames })
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether at least so many of the frames that wait to be taken are of that kind.
    pub fn seen(&self, count: usize, kind: impl Fn(&Frame) -> bool) -> bool {
        let frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        frames.iter().filter(|(_, frame)| kind(frame)).count() >= count
    }

    /// Takes the frames seen since the last call.
    pub fn take(&self) -> Vec<(From, Frame)> {
        std::mem::take(&mut *self.frames.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Accepts on the port (0 for a free one) in a thread of its own and gives the port.
pub fn serve(port: u16, target: SocketAddr, sink: Sink) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(Error::while_doing("listen as a tap"))?;
    let address = listener
        .local_addr()
        .map_err(Error::while_doing("read the tap's port"))?;
    std::thread::spawn(move || {
        for incoming in listener.incoming() {
            let Ok(consumer) = incoming else { continue };
            // A target that is gone looks to the consumer as it is: a connection that closes.
            let Ok(provider) = TcpStream::connect(target) else {
                continue;
            };
            join(&consumer, &provider, From::Consumer, &sink);
            join(&provider, &consumer, From::Provider, &sink);
        }
    });
    Ok(address.port())
}

fn join(source: &TcpStream, sink: &TcpStream, from: From, frames: &Sink) {
    let (Ok(source), Ok(target)) = (source.try_clone(), sink.try_clone()) else {
        return;
    };
    let frames = Arc::clone(frames);
    std::thread::spawn(move || {
        pump(source, &target, from, &frames);
        // The other direction ends when its source closes in turn; the end of this one is passed on.
        let _ = target.shutdown(Shutdown::Write);
    });
}

fn pump(mut source: TcpStream, mut target: &TcpStream, from: From, sink: &Sink) {
    let mut splitter = Some(Splitter::default());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => count,
        };
        let bytes = &buffer[..count];
        // Recorded before it is passed on, so that an answer cannot overtake its question.
        match splitter.as_mut().map(|splitter| splitter.push(bytes)) {
            Some(Ok(frames)) => frames.iter().for_each(|frame| sink(from, frame)),
            Some(Err(_)) => splitter = None,
            None => {}
        }
        if target.write_all(bytes).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_are_kept_in_order() {
        let beat = [
            0xda, 0xbb, 0xe2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x4e,
        ];
        let answer = [
            0xda, 0xbb, 0x22, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x4e,
        ];
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let target = server.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut received = [0; 17];
            stream.read_exact(&mut received).unwrap();
            stream.write_all(&answer).unwrap();
        });
        let tap = Tap::start(target).unwrap();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, tap.port())).unwrap();
        client.write_all(&beat).unwrap();
        let mut received = [0; 17];
        client.read_exact(&mut received).unwrap();
        serving.join().unwrap();
        assert_eq!(received, answer);
        let frames = tap.take();
        assert_eq!(
            frames,
            [
                (From::Consumer, Frame(beat.to_vec())),
                (From::Provider, Frame(answer.to_vec()))
            ]
        );
    }
}

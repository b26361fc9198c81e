//! The first floor: frames over tokio and nothing above them. The client keeps a window of requests in
//! flight without a task or a future for each.

use std::{future::poll_fn, net::SocketAddr, pin::Pin, task::Poll, time::Instant};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpStream},
};

use crate::{
    Plan,
    drive::{Latencies, Measured, Meter, latencies},
    frame::{self, HEAD_BYTES},
    server::ServerProcess,
};

const BUFFER_BYTES: usize = 256 * 1024;

/// Filled at the end, used from the front, moved to the front when room runs out.
struct Flat {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Flat {
    fn new() -> Self {
        Self {
            bytes: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
        }
    }

    fn room(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.bytes.len() - self.end < BUFFER_BYTES / 4 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        &mut self.bytes[self.end..]
    }

    fn next(&mut self) -> Option<(u64, &[u8])> {
        let (id, length) = frame::peek(&self.bytes[self.start..self.end])?;
        let body = self.start + HEAD_BYTES;
        self.start = body + length;
        Some((id, &self.bytes[body..body + length]))
    }
}

pub(super) fn serve(listener: TcpListener) -> SocketAddr {
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    });
    address
}

async fn echo(mut stream: TcpStream) {
    stream.set_nodelay(true).expect("a TCP socket");
    let mut input = Flat::new();
    let mut output = Vec::with_capacity(BUFFER_BYTES);
    loop {
        match stream.read(input.room()).await {
            Ok(0) | Err(_) => return,
            Ok(bytes) => input.end += bytes,
        }
        while let Some((id, body)) = input.next() {
            frame::put(&mut output, id, body);
        }
        if stream.write_all(&output).await.is_err() {
            return;
        }
        output.clear();
    }
}

/// Calls in flight, and when each began.
struct Window {
    body: Vec<u8>,
    begun: Vec<Instant>,
    latencies: Latencies,
    counting: bool,
}

impl Window {
    /// Takes every whole answer and puts a further request in its place.
    fn turn(&mut self, input: &mut Flat, output: &mut Vec<u8>) {
        let now = Instant::now();
        while let Some((id, body)) = input.next() {
            assert_eq!(body.len(), self.body.len());
            let begun = std::mem::replace(&mut self.begun[id as usize], now);
            if self.counting {
                self.latencies
                    .saturating_record((now - begun).as_nanos() as u64);
            }
            frame::put(output, id, &self.body);
        }
    }
}

pub(super) async fn run(server: &mut ServerProcess, plan: &Plan) -> Measured {
    let stream = TcpStream::connect(server.address()).await;
    let mut stream = stream.expect("the server listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let mut window = Window {
        body: plan.body(),
        begun: vec![Instant::now(); plan.inflight],
        latencies: latencies(),
        counting: false,
    };
    let mut input = Flat::new();
    let mut output = Vec::with_capacity(BUFFER_BYTES);
    let mut written = 0;
    for id in 0..plan.inflight as u64 {
        frame::put(&mut output, id, &window.body);
    }
    let mut until = Instant::now() + plan.warm();
    let mut meter = None;
    loop {
        let bytes = exchange_bytes(&mut stream, &mut input, &mut output, &mut written).await;
        input.end += bytes;
        window.turn(&mut input, &mut output);
        if Instant::now() < until {
            continue;
        }
        match meter.take() {
            None => {
                meter = Some(Meter::start(server));
                window.counting = true;
                until = Instant::now() + plan.duration();
            }
            Some(meter) => return Meter::stop(meter, server, &window.latencies),
        }
    }
}

/// Writes what there is and reads once, whichever is ready.
async fn exchange_bytes(
    stream: &mut TcpStream,
    input: &mut Flat,
    output: &mut Vec<u8>,
    written: &mut usize,
) -> usize {
    poll_fn(|cx| {
        while *written < output.len() {
            match Pin::new(&mut *stream).poll_write(cx, &output[*written..]) {
                Poll::Ready(bytes) => *written += bytes.expect("the server lives"),
                Poll::Pending => break,
            }
        }
        if *written == output.len() {
            output.clear();
            *written = 0;
        }
        let mut buffer = ReadBuf::new(input.room());
        Pin::new(&mut *stream)
            .poll_read(cx, &mut buffer)
            .map(|read| {
                read.expect("the server lives");
                assert!(!buffer.filled().is_empty(), "the server closed");
                buffer.filled().len()
            })
    })
    .await
}

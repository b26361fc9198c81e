//! The second floor: the least that can be called an RPC core. A task and a future for each call, a table
//! of pending calls, a boxed handler; and no deadlines, no cancelling, no reconnecting, no bounds.
//!
//! The client keeps wakers in slots and drives its connection with one task. The server polls each handler
//! where it stands and makes a task only of what waits.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::{Buf, Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::Notify,
};

use crate::{
    Plan,
    drive::{Measured, drive},
    frame::{self, HEAD_BYTES},
    server::ServerProcess,
};

const BUFFER_BYTES: usize = 64 * 1024;

type BoxFuture = Pin<Box<dyn Future<Output = Bytes> + Send>>;

fn take(input: &mut BytesMut) -> Option<(u64, Bytes)> {
    let (id, length) = frame::peek(input)?;
    let mut whole = input.split_to(HEAD_BYTES + length);
    whole.advance(HEAD_BYTES);
    Some((id, whole.freeze()))
}

// ---- server ----

trait Handler: Send + Sync {
    fn call(&self, request: Bytes) -> BoxFuture;
}

struct Echo;

impl Handler for Echo {
    fn call(&self, request: Bytes) -> BoxFuture {
        Box::pin(async move { request })
    }
}

/// Many append, one task swaps and writes.
struct OutBuffer {
    bytes: Mutex<BytesMut>,
    filled: Notify,
}

impl OutBuffer {
    fn push(&self, id: u64, body: &[u8]) {
        let mut bytes = self.bytes.lock();
        let was_empty = bytes.is_empty();
        frame::put(&mut *bytes, id, body);
        drop(bytes);
        if was_empty {
            self.filled.notify_one();
        }
    }

    async fn write(self: Arc<Self>, mut stream: OwnedWriteHalf) {
        let mut spare = BytesMut::with_capacity(BUFFER_BYTES);
        loop {
            self.filled.notified().await;
            std::mem::swap(&mut spare, &mut *self.bytes.lock());
            if stream.write_all(&spare).await.is_err() {
                return;
            }
            spare.clear();
        }
    }
}

pub(super) fn serve(listener: TcpListener) -> SocketAddr {
    let address = listener.local_addr().expect("it is bound");
    let handler: Arc<dyn Handler> = Arc::new(Echo);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_one(stream, handler.clone()));
        }
    });
    address
}

async fn serve_one(stream: TcpStream, handler: Arc<dyn Handler>) {
    stream.set_nodelay(true).expect("a TCP socket");
    let (mut reader, writer) = stream.into_split();
    let output = Arc::new(OutBuffer {
        bytes: Mutex::new(BytesMut::with_capacity(BUFFER_BYTES)),
        filled: Notify::new(),
    });
    tokio::spawn(output.clone().write(writer));
    let mut input = BytesMut::with_capacity(BUFFER_BYTES);
    loop {
        input.reserve(BUFFER_BYTES / 4);
        match reader.read_buf(&mut input).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        while let Some((id, request)) = take(&mut input) {
            let mut call = handler.call(request);
            let mut cx = Context::from_waker(Waker::noop());
            if let Poll::Ready(answer) = call.as_mut().poll(&mut cx) {
                output.push(id, &answer);
                continue;
            }
            let output = output.clone();
            tokio::spawn(async move { output.push(id, &call.await) });
        }
    }
}

// ---- client ----

enum State {
    Free(usize),
    Waiting(Option<Waker>),
    Done(Bytes),
}

struct Slot {
    generation: u32,
    state: State,
}

struct Inner {
    slots: Vec<Slot>,
    free: usize,
    output: BytesMut,
    /// The connection's task, when it sleeps.
    task: Option<Waker>,
}

struct Connection {
    inner: Mutex<Inner>,
    stream: TcpStream,
}

struct Call<'a> {
    connection: &'a Connection,
    index: usize,
}

impl Future for Call<'_> {
    type Output = Bytes;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Bytes> {
        let mut inner = self.connection.inner.lock();
        let free = inner.free;
        let slot = &mut inner.slots[self.index];
        if let State::Waiting(waker) = &mut slot.state {
            if waker
                .as_ref()
                .is_none_or(|left| !left.will_wake(cx.waker()))
            {
                *waker = Some(cx.waker().clone());
            }
            return Poll::Pending;
        }
        slot.generation = slot.generation.wrapping_add(1);
        let State::Done(answer) = std::mem::replace(&mut slot.state, State::Free(free)) else {
            unreachable!("a call is polled only until it is done");
        };
        inner.free = self.index;
        Poll::Ready(answer)
    }
}

impl Connection {
    fn begin(&self, body: &[u8]) -> Call<'_> {
        let mut inner = self.inner.lock();
        let index = inner.free;
        if index == inner.slots.len() {
            inner.free += 1;
            inner.slots.push(Slot {
                generation: 0,
                state: State::Waiting(None),
            });
        } else {
            let state = std::mem::replace(&mut inner.slots[index].state, State::Waiting(None));
            let State::Free(next) = state else {
                unreachable!("the list of free slots holds only free ones");
            };
            inner.free = next;
        }
        let id = index as u64 | u64::from(inner.slots[index].generation) << 32;
        frame::put(&mut inner.output, id, body);
        let task = inner.task.take();
        drop(inner);
        if let Some(task) = task {
            task.wake();
        }
        Call {
            connection: self,
            index,
        }
    }

    async fn drive(self: Arc<Self>) {
        let mut writing = BytesMut::with_capacity(BUFFER_BYTES);
        let mut input = BytesMut::with_capacity(BUFFER_BYTES);
        let mut wakers = Vec::new();
        poll_fn(|cx| {
            loop {
                if !self.write(cx, &mut writing) {
                    return Poll::Ready(());
                }
                input.reserve(BUFFER_BYTES / 4);
                if self.stream.poll_read_ready(cx).is_pending() {
                    return Poll::Pending;
                }
                match self.stream.try_read_buf(&mut input) {
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                    Ok(0) | Err(_) => return Poll::Ready(()),
                    Ok(_) => {}
                }
                self.deliver(&mut input, &mut wakers);
                wakers.drain(..).for_each(Waker::wake);
                // The callers run before the next read, so that their requests leave in one write.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        })
        .await;
    }

    /// Writes until nothing is left or the network takes no more; false when it is broken.
    fn write(&self, cx: &mut Context<'_>, writing: &mut BytesMut) -> bool {
        loop {
            if writing.is_empty() {
                writing.clear();
                let mut inner = self.inner.lock();
                if inner.output.is_empty() {
                    let task = &mut inner.task;
                    if task.as_ref().is_none_or(|left| !left.will_wake(cx.waker())) {
                        *task = Some(cx.waker().clone());
                    }
                    return true;
                }
                std::mem::swap(writing, &mut inner.output);
            }
            if self.stream.poll_write_ready(cx).is_pending() {
                return true;
            }
            match self.stream.try_write(writing) {
                Ok(bytes) => writing.advance(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return false,
            }
        }
    }

    fn deliver(&self, input: &mut BytesMut, wakers: &mut Vec<Waker>) {
        let mut inner = self.inner.lock();
        while let Some((id, answer)) = take(input) {
            let slot = inner.slots.get_mut((id & u64::from(u32::MAX)) as usize);
            if let Some(slot) = slot
                && slot.generation == (id >> 32) as u32
                && let State::Waiting(waker) = &mut slot.state
            {
                wakers.extend(waker.take());
                slot.state = State::Done(answer);
            }
        }
    }
}

pub(super) async fn run(server: &mut ServerProcess, plan: &Plan) -> Measured {
    let stream = TcpStream::connect(server.address()).await;
    let stream = stream.expect("the server listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let connection = Arc::new(Connection {
        inner: Mutex::new(Inner {
            slots: Vec::new(),
            free: 0,
            output: BytesMut::with_capacity(BUFFER_BYTES),
            task: None,
        }),
        stream,
    });
    tokio::spawn(connection.clone().drive());
    let body: Arc<[u8]> = plan.body().into();
    drive(server, plan, move |_| {
        let (connection, body) = (connection.clone(), body.clone());
        async move {
            let answer = connection.begin(&body).await;
            assert_eq!(answer.len(), body.len());
        }
    })
    .await
}

//! One connection's task: cuts frames out of the stream and sends what the owner puts into the
//! outbox.

use std::{io, sync::Arc, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use tenfold_zk::frame;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};

use super::{
    outbox::{Fate, Outbox},
    owner::Input,
};
use crate::{node::Word, watch::ConnectionId};

/// What a connection's task needs.
pub(super) struct Link {
    pub(super) id: ConnectionId,
    pub(super) outbox: Arc<Outbox>,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) frame_bytes_max: usize,
}

impl Link {
    /// Runs the connection to its end and tells the owner of it.
    pub(super) async fn run(self, mut stream: TcpStream) {
        if let Err(error) = self.serve(&mut stream).await {
            tracing::debug!(connection = self.id.0, %error, "connection lost");
        }
        // The owner is gone only when the server stops, and then needs no telling.
        let _ = self.inputs.send(Input::Gone { id: self.id }).await;
    }

    async fn serve(&self, stream: &mut TcpStream) -> io::Result<()> {
        let (mut reader, mut writer) = stream.split();
        let mut incoming = Incoming {
            buffer: BytesMut::new(),
            stage: Stage::First,
        };
        let mut piece = Bytes::new();
        let mut closing_until = None;
        loop {
            if piece.is_empty() {
                piece = self.outbox.pop().unwrap_or_default();
            }
            match self.outbox.fate() {
                Fate::Cut => return Ok(()),
                Fate::Closing if piece.is_empty() => return close(&mut reader, &mut writer).await,
                Fate::Closing => {
                    closing_until.get_or_insert_with(|| Instant::now() + LAST_WORDS);
                }
                Fate::Open => {}
            }
            let may_read = incoming.stage != Stage::Over && self.outbox.is_idle();
            tokio::select! {
                written = writer.write(&piece), if !piece.is_empty() => {
                    let written = written?;
                    piece.advance(written);
                    if self.outbox.sent(written) {
                        self.hand_in(Input::Drained { id: self.id }).await?;
                    }
                }
                ready = reader.readable(), if may_read => {
                    ready?;
                    self.read(&mut reader, &mut incoming).await?;
                }
                () = self.outbox.changed() => {}
                () = sleep_until(closing_until.unwrap_or_else(Instant::now)),
                    if closing_until.is_some() => return Err(io::ErrorKind::TimedOut.into()),
            }
        }
    }

    /// Reads what is there and hands in what is whole.
    async fn read(&self, reader: &mut ReadHalf<'_>, incoming: &mut Incoming) -> io::Result<()> {
        incoming.buffer.reserve(READ_BYTES);
        match reader.try_read_buf(&mut incoming.buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
        if incoming.stage == Stage::First {
            let Some(first) = incoming.buffer.first_chunk::<4>() else {
                return Ok(());
            };
            if let Some(word) = Word::parse(first) {
                // The owner answers and closes; whatever else was sent is of no interest.
                incoming.stage = Stage::Over;
                return self.hand_in(Input::Word { id: self.id, word }).await;
            }
            incoming.stage = Stage::Frames;
        }
        let mut frames = Vec::new();
        let broken = loop {
            match frame::split(&mut incoming.buffer, self.frame_bytes_max) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        if incoming.buffer.is_empty() {
            incoming.buffer = BytesMut::new();
        }
        if let Some(error) = broken {
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        if !frames.is_empty() {
            self.outbox.set_busy();
            self.hand_in(Input::Frames {
                id: self.id,
                frames,
            })
            .await?;
        }
        Ok(())
    }

    async fn hand_in(&self, input: Input) -> io::Result<()> {
        self.inputs
            .send(input)
            .await
            .map_err(|_| io::ErrorKind::ConnectionAborted.into())
    }
}

/// What has come and is not whole yet.
struct Incoming {
    buffer: BytesMut,
    stage: Stage,
}

#[derive(PartialEq, Eq)]
enum Stage {
    /// Nothing has been looked at: the first four bytes may be a word.
    First,
    /// Frames follow one another.
    Frames,
    /// Nothing more is read.
    Over,
}

/// Closes in an orderly way: says that nothing more comes, and reads away what the peer still had
/// on its way, because unread input would make the operating system take back what we sent last.
async fn close(reader: &mut ReadHalf<'_>, writer: &mut WriteHalf<'_>) -> io::Result<()> {
    writer.shutdown().await?;
    let mut rest = [0; 4096];
    let drain = async {
        for _ in 0..LINGER_READS_MAX {
            if reader.read(&mut rest).await? == 0 {
                break;
            }
        }
        Ok(())
    };
    timeout(LINGER, drain).await.unwrap_or(Ok(()))
}

/// So much is read at once. Small requests come many at a time, large ones in several reads.
const READ_BYTES: usize = 16 << 10;

/// How long a connection that is to be closed may take to send what was said before.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long a closed connection waits for the peer to close its side.
const LINGER: Duration = Duration::from_secs(1);

/// How many reads are thrown away at most while it waits.
const LINGER_READS_MAX: usize = 512;

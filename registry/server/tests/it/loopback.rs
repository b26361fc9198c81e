//! The server over real sockets.

use std::{net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use tenfold_registry_server::{RegistryServer, ServerConfig, ServerError, WordSet};
use tenfold_zk::{
    Acl, AddWatchMode, AddWatchRequest, ConnectRequest, ConnectResponse, CreateRequest,
    DeleteRequest, ErrorCode, OpCode, PathWatchRequest, ReplyHeader, Request, Response, SessionId,
    SetDataRequest, Xid, Zxid, frame,
    jute::{Jute, Reader},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

const LIMIT: Duration = Duration::from_secs(20);

/// A small client that hides nothing.
struct Client {
    stream: TcpStream,
    buffer: BytesMut,
    session: SessionId,
    password: Bytes,
}

impl Client {
    async fn open(address: SocketAddr) -> Self {
        Self::connect(address, SessionId::NONE, Bytes::from_static(&[0; 16])).await
    }

    async fn connect(address: SocketAddr, session: SessionId, password: Bytes) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let mut client = Self {
            stream,
            buffer: BytesMut::new(),
            session,
            password,
        };
        client.send(&client.hello()).await;
        let reply = client.frame().await.expect("a handshake");
        let reply = ConnectResponse::from_bytes(&reply).expect("a connect response");
        client.session = reply.session_id;
        client.password = reply.password;
        client
    }

    fn hello(&self) -> Bytes {
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: Zxid::ZERO,
            timeout_ms: 1000,
            session_id: self.session,
            password: self.password.clone(),
            read_only: Some(false),
        };
        let mut out = BytesMut::new();
        frame::append(&mut out, |out| request.write(out));
        out.freeze()
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream
            .write_all(bytes)
            .await
            .expect("a peer that reads");
    }

    /// The next frame, or nothing at the end of the stream.
    async fn frame(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = frame::split(&mut self.buffer, usize::MAX >> 1).expect("frames") {
                return Some(frame);
            }
            let read = self.stream.read_buf(&mut self.buffer);
            match timeout(LIMIT, read).await.expect("an answer in time") {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn ask(&mut self, request: &Request) -> Result<Response, ErrorCode> {
        self.send(&request.to_frame(Xid(1))).await;
        loop {
            let reply = self.frame().await.ok_or(ErrorCode::CONNECTION_LOSS)?;
            let mut input = Reader::new(&reply);
            let header = ReplyHeader::read(&mut input).expect("a header");
            if header.xid == Xid::NOTIFICATION {
                continue;
            }
            header.err.ok()?;
            return Ok(Response::decode(request.op(), input.rest()).expect("a body"));
        }
    }
}

async fn server(set: impl FnOnce(&mut ServerConfig)) -> RegistryServer {
    let mut config = ServerConfig::default();
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.tick = Duration::from_millis(50);
    config.session_timeout_min = Duration::from_millis(200);
    config.words = WordSet::All;
    set(&mut config);
    RegistryServer::builder()
        .config(config)
        .start()
        .await
        .expect("a server")
}

fn create(path: &str, data: usize, flags: i32) -> Request {
    let data = Some(Bytes::from(vec![7; data]));
    Request::Create(CreateRequest {
        path: path.into(),
        data,
        acl: Acl::open(),
        flags,
    })
}

fn get(path: &str) -> Request {
    Request::GetData(PathWatchRequest {
        path: path.into(),
        watch: false,
    })
}

async fn say(address: SocketAddr, word: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(word).await.expect("a peer that reads");
    let mut text = String::new();
    timeout(LIMIT, stream.read_to_string(&mut text))
        .await
        .expect("in time")
        .expect("text");
    text
}

async fn ends(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(LIMIT, stream.read_to_end(&mut rest))
        .await
        .expect("an end in time")
        .is_err()
        || rest.is_empty()
}

#[tokio::test]
async fn an_embedded_server_serves_and_stops() {
    let server = RegistryServer::embedded().await.expect("a server");
    let address = server.local_addr();
    assert!(address.ip().is_loopback() && address.port() != 0);
    let mut client = Client::open(address).await;
    assert!(client.ask(&create("/a", 3, 0)).await.is_ok());
    assert_eq!(say(address, b"ruok").await, "imok");
    let before = Instant::now();
    server.stop().await;
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_eq!(client.frame().await, None);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_dropped_server_stops() {
    let server = RegistryServer::embedded().await.expect("a server");
    let mut client = Client::open(server.local_addr()).await;
    drop(server);
    assert_eq!(client.frame().await, None);
}

#[tokio::test]
async fn a_taken_address_is_an_error_that_names_it() {
    let server = RegistryServer::embedded().await.expect("a server");
    let again = RegistryServer::builder()
        .listen(server.local_addr())
        .start()
        .await;
    let Err(ServerError::Listen { address, .. }) = again else {
        panic!("{again:?}")
    };
    assert_eq!(address, server.local_addr());
    let nonsense = RegistryServer::builder().tick(Duration::ZERO).start().await;
    assert!(
        matches!(nonsense, Err(ServerError::Setting { .. })),
        "{nonsense:?}"
    );
}

#[tokio::test]
async fn frames_may_be_split_anywhere_and_come_together() {
    let server = server(|_| {}).await;
    let mut script = BytesMut::new();
    let fresh = Client::open(server.local_addr()).await;
    let blank = Client {
        session: SessionId::NONE,
        password: Bytes::from_static(&[0; 16]),
        ..fresh
    };
    script.extend_from_slice(&blank.hello());
    Request::Ping.append_frame(Xid::PING, &mut script);
    get("/").append_frame(Xid(1), &mut script);
    for cut in 1..script.len() {
        let stream = TcpStream::connect(server.local_addr())
            .await
            .expect("a connection");
        stream.set_nodelay(true).expect("nodelay");
        let (session, password) = (SessionId::NONE, Bytes::new());
        let mut client = Client {
            stream,
            buffer: BytesMut::new(),
            session,
            password,
        };
        client.send(&script[..cut]).await;
        tokio::task::yield_now().await;
        client.send(&script[cut..]).await;
        for length in [37, 16] {
            assert_eq!(
                client.frame().await.map(|frame| frame.len()),
                Some(length),
                "cut {cut}"
            );
        }
        assert!(
            client.frame().await.is_some_and(|frame| frame.len() > 16),
            "cut {cut}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn the_largest_request_passes_and_one_byte_more_ends_the_connection() {
    let server = server(|_| {}).await;
    let mut client = Client::open(server.local_addr()).await;
    let overhead = create("/n", 0, 0).to_frame(Xid(1)).len() - 4;
    let largest = 1_048_575 - overhead;
    assert!(client.ask(&create("/n", largest, 0)).await.is_ok());
    match client.ask(&get("/n")).await {
        Ok(Response::GetData(body)) => assert_eq!(body.data.map(|data| data.len()), Some(largest)),
        other => panic!("{other:?}"),
    }
    let frame = create("/m", largest + 1, 0).to_frame(Xid(1));
    client.send(&frame[..4]).await;
    assert!(ends(&mut client.stream).await);
    let mut negative = Client::open(server.local_addr()).await;
    negative.send(&[0xff, 0xff, 0xff, 0xff]).await;
    assert!(ends(&mut negative.stream).await);
    server.stop().await;
}

#[tokio::test]
async fn an_unknown_word_is_a_length_and_ends_the_connection() {
    let server = server(|config| config.words = ServerConfig::default().words).await;
    assert_eq!(say(server.local_addr(), b"nope").await, "");
    assert!(
        say(server.local_addr(), b"srvr")
            .await
            .contains("Mode: standalone")
    );
    assert!(
        say(server.local_addr(), b"ruok\n")
            .await
            .contains("not in the whitelist")
    );
    server.stop().await;
}

#[tokio::test]
async fn a_session_survives_its_connection_and_expires_without_one() {
    let server = server(|_| {}).await;
    let address = server.local_addr();
    let mut first = Client::open(address).await;
    first.ask(&create("/e", 0, 1)).await.expect("created");
    let (session, password) = (first.session, first.password.clone());
    drop(first);
    let mut second = Client::connect(address, session, password.clone()).await;
    assert_eq!(
        (second.session, second.ask(&get("/e")).await.is_ok()),
        (session, true)
    );
    drop(second);
    let mut watching = Client::open(address).await;
    let end = Instant::now() + LIMIT;
    while watching.ask(&get("/e")).await.is_ok() {
        assert!(Instant::now() < end, "the session did not expire");
        sleep(Duration::from_millis(20)).await;
    }
    let late = Client::connect(address, session, password).await;
    assert_eq!(late.session, SessionId::NONE);
    server.stop().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let server = server(|_| {}).await;
    let mut client = Client::open(server.local_addr()).await;
    client.ask(&create("/n", 0, 0)).await.expect("created");
    let mut script = BytesMut::new();
    for xid in 0..2000 {
        let data = Some(Bytes::from(xid.to_string()));
        let set = Request::SetData(SetDataRequest {
            path: "/n".into(),
            data,
            version: xid,
        });
        set.append_frame(Xid(2 * xid + 1), &mut script);
        get("/n").append_frame(Xid(2 * xid + 2), &mut script);
    }
    let (mut reader, mut writer) = client.stream.split();
    let write = writer.write_all(&script);
    let read = async {
        let mut buffer = BytesMut::new();
        for xid in 1..=4000 {
            let reply = loop {
                match frame::split(&mut buffer, 1 << 20).expect("frames") {
                    Some(reply) => break reply,
                    None => assert!(reader.read_buf(&mut buffer).await.expect("bytes") > 0),
                }
            };
            let mut input = Reader::new(&reply);
            let header = ReplyHeader::read(&mut input).expect("a header");
            assert_eq!((header.xid, header.err), (Xid(xid), ErrorCode::OK));
            if xid % 2 == 0 {
                let body = Response::decode(OpCode::GetData, input.rest()).expect("a body");
                let Response::GetData(body) = body else {
                    panic!("{body:?}")
                };
                assert_eq!(body.data, Some(Bytes::from((xid / 2 - 1).to_string())));
            }
        }
    };
    let (written, ()) = timeout(LIMIT, async { tokio::join!(write, read) })
        .await
        .expect("in time");
    written.expect("written");
    server.stop().await;
}

#[tokio::test]
async fn large_replies_wait_for_a_slow_reader_without_piling_up() {
    let server = server(|config| config.limits.output_bytes_max = 4 << 20).await;
    let mut client = Client::open(server.local_addr()).await;
    client
        .ask(&create("/big", 900_000, 0))
        .await
        .expect("created");
    let mut script = BytesMut::new();
    let count = 60;
    for xid in 1..=count {
        get("/big").append_frame(Xid(xid), &mut script);
    }
    client.send(&script).await;
    // Some 50 MB of replies are due. They come as they are read, and nobody else waits for that.
    let mut other = Client::open(server.local_addr()).await;
    assert!(other.ask(&create("/other", 0, 0)).await.is_ok());
    for _ in 0..count {
        assert!(
            client
                .frame()
                .await
                .is_some_and(|frame| frame.len() > 900_000)
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_reader_that_does_not_read_its_events_is_cut_off() {
    let server = server(|config| config.limits.output_bytes_max = 256 << 10).await;
    let address = server.local_addr();
    let mut deaf = Client::open(address).await;
    let mode = AddWatchMode::PersistentRecursive;
    let watch = AddWatchRequest {
        path: "/".into(),
        mode,
    };
    deaf.ask(&Request::AddWatch(watch)).await.expect("armed");
    let mut writer = Client::open(address).await;
    let path = format!("/{}", "x".repeat(50_000));
    let end = Instant::now() + LIMIT;
    loop {
        writer.ask(&create(&path, 0, 0)).await.expect("created");
        let delete = DeleteRequest {
            path: path.clone(),
            version: -1,
        };
        writer.ask(&Request::Delete(delete)).await.expect("deleted");
        if say(address, b"wchs").await.starts_with("0 connections") {
            break;
        }
        assert!(Instant::now() < end, "the deaf connection was not cut off");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_closed_connection_that_does_not_read_gives_its_place_back() {
    let server = server(|config| config.limits.connections_max = 1).await;
    let address = server.local_addr();
    let mut deaf = Client::open(address).await;
    deaf.ask(&create("/big", 1_000_000, 0))
        .await
        .expect("created");
    let mut script = BytesMut::new();
    for xid in 1..=20 {
        get("/big").append_frame(Xid(xid), &mut script);
    }
    deaf.send(&script).await;
    // It falls silent and its session expires, but what it was sent is still in the way.
    let end = Instant::now() + LIMIT;
    loop {
        let mut stream = TcpStream::connect(address)
            .await
            .expect("accepted by the system");
        let _ = stream.write_all(b"ruok").await;
        let mut text = String::new();
        if stream.read_to_string(&mut text).await.is_ok() && text == "imok" {
            break;
        }
        assert!(Instant::now() < end, "no place came back");
        sleep(Duration::from_millis(50)).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn connections_are_bounded_by_address_and_in_all() {
    for in_all in [true, false] {
        let server = server(|config| {
            if in_all {
                config.limits.connections_max = 2;
            } else {
                config.limits.connections_per_address_max = 2;
            }
        })
        .await;
        let address = server.local_addr();
        let first = Client::open(address).await;
        let _second = Client::open(address).await;
        let mut third = TcpStream::connect(address)
            .await
            .expect("accepted by the system");
        assert!(ends(&mut third).await);
        drop(first);
        let end = Instant::now() + LIMIT;
        // The place comes back once the server has seen the end of the first.
        loop {
            let mut stream = TcpStream::connect(address)
                .await
                .expect("accepted by the system");
            let _ = stream.write_all(b"ruok").await;
            let mut text = String::new();
            if stream.read_to_string(&mut text).await.is_ok() && text == "imok" {
                break;
            }
            assert!(Instant::now() < end, "no place came back");
            sleep(Duration::from_millis(10)).await;
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_connection_without_a_session_is_closed_in_time() {
    let limit = Duration::from_millis(200);
    let server = server(|config| config.limits.handshake_time_max = limit).await;
    let mut silent = TcpStream::connect(server.local_addr())
        .await
        .expect("a connection");
    assert!(ends(&mut silent).await);
    let mut half = TcpStream::connect(server.local_addr())
        .await
        .expect("a connection");
    half.write_all(&[0, 0]).await.expect("written");
    assert!(ends(&mut half).await);
    server.stop().await;
}

#[tokio::test]
async fn closing_a_session_is_answered_before_the_end() {
    let server = server(|_| {}).await;
    let mut client = Client::open(server.local_addr()).await;
    // What is pipelined behind the close gets no answer and must not swallow the one before it.
    let mut script = BytesMut::new();
    Request::CloseSession.append_frame(Xid(5), &mut script);
    for xid in 6..200 {
        create("/late", 1000, 0).append_frame(Xid(xid), &mut script);
    }
    client.send(&script).await;
    let reply = client.frame().await.expect("a reply");
    let header = ReplyHeader::from_bytes(&reply).expect("a header");
    assert_eq!(
        (header.xid, header.err, reply.len()),
        (Xid(5), ErrorCode::OK, 16)
    );
    assert_eq!(client.frame().await, None);
    let mut other = Client::open(server.local_addr()).await;
    assert_eq!(other.ask(&get("/late")).await, Err(ErrorCode::NO_NODE));
    server.stop().await;
}

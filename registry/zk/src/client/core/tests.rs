use super::*;
use crate::{
    CreateRequest, EventType, GetDataResponse, KeeperState, PathWatchRequest, RequestHeader, Stat,
};

/// A core and a made-up clock; the test plays the server.
struct World {
    core: ClientCore,
    now: Instant,
    tokens: u64,
    sent: BytesMut,
}

const SESSION: SessionId = SessionId(0x77);
const TIMEOUT: Duration = Duration::from_secs(30);

impl World {
    fn new() -> Self {
        let now = Instant::now();
        let config = ClientConfig {
            session_timeout: TIMEOUT,
            ..ClientConfig::default()
        };
        Self {
            core: ClientCore::new(config, now),
            now,
            tokens: 0,
            sent: BytesMut::new(),
        }
    }

    fn connected() -> Self {
        let mut world = Self::new();
        world.connect(SESSION);
        world
    }

    fn connect(&mut self, session: SessionId) -> ConnectRequest {
        let request = self.open();
        self.answer_handshake(session, 30_000);
        request
    }

    fn open(&mut self) -> ConnectRequest {
        self.core.handle_opened(self.now);
        let frame = self.sent_frame().expect("a handshake");
        ConnectRequest::from_bytes(&frame).expect("well-formed")
    }

    fn answer_handshake(&mut self, session: SessionId, timeout_ms: i32) {
        let response = ConnectResponse {
            protocol_version: 0,
            timeout_ms,
            session_id: session,
            password: Bytes::from_static(&[9; 16]),
            read_only: Some(false),
        };
        let mut out = BytesMut::new();
        frame::append(&mut out, |out| response.write(out));
        self.core.handle_bytes(self.now, &out);
    }

    fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.core.handle_timeout(self.now);
    }

    fn submit(&mut self, request: Request, watch: Option<WatchId>) -> Token {
        self.tokens += 1;
        let token = Token(self.tokens);
        let taken = self.core.submit(self.now, token, request, watch);
        taken.expect("the request is taken");
        token
    }

    fn sent_frame(&mut self) -> Option<Bytes> {
        self.sent.extend_from_slice(&self.core.take_output());
        frame::split(&mut self.sent, usize::MAX).expect("well-formed")
    }

    fn sent(&mut self) -> Option<(Xid, Request)> {
        let frame = self.sent_frame()?;
        let mut input = Reader::new(&frame);
        let header = RequestHeader::read(&mut input).expect("a header");
        let op = OpCode::from_code(header.op).expect("a known opcode");
        let request = Request::decode(op, input.rest()).expect("well-formed");
        Some((header.xid, request))
    }

    fn reply(&mut self, xid: Xid, zxid: i64, response: &Response) {
        let mut out = BytesMut::new();
        response.append_frame(xid, Zxid(zxid), &mut out);
        self.core.handle_bytes(self.now, &out);
    }

    fn reply_error(&mut self, xid: Xid, zxid: i64, code: ErrorCode) {
        let frame = Response::error_frame(xid, Zxid(zxid), code);
        self.core.handle_bytes(self.now, &frame);
    }

    fn notify(&mut self, kind: EventType, path: &str) {
        let event = WatcherEvent {
            kind,
            state: KeeperState::SyncConnected,
            path: path.into(),
        };
        self.core
            .handle_bytes(self.now, &event.to_frame(Zxid::NONE));
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.core.poll_event()).collect()
    }

    /// Ids of the watches that fired since the last look.
    fn fired(&mut self) -> Vec<u64> {
        self.events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Watch { ids, .. } => Some(ids.into_iter().map(|id| id.0)),
                _ => None,
            })
            .flatten()
            .collect()
    }
}

fn read(path: &str) -> PathWatchRequest {
    PathWatchRequest {
        path: path.into(),
        watch: false,
    }
}

fn data() -> Response {
    Response::GetData(GetDataResponse {
        data: None,
        stat: Stat::default(),
    })
}

fn watched_read(world: &mut World, path: &str, id: u64, zxid: i64) {
    world.submit(Request::GetData(read(path)), Some(WatchId(id)));
    let (xid, request) = world.sent().expect("sent at once");
    assert!(matches!(request, Request::GetData(body) if body.watch));
    world.reply(xid, zxid, &data());
}

fn add_watch(world: &mut World, path: &str, mode: AddWatchMode, id: u64) {
    let request = Request::AddWatch(crate::AddWatchRequest {
        path: path.into(),
        mode,
    });
    world.submit(request, Some(WatchId(id)));
    let (xid, _) = world.sent().expect("sent at once");
    let body = crate::ErrorResponse { err: ErrorCode::OK };
    world.reply(xid, 1, &Response::AddWatch(body));
}

#[test]
fn requests_wait_for_the_session_and_leave_in_order() {
    let mut world = World::new();
    let first = world.submit(Request::GetData(read("/a")), None);
    let second = world.submit(Request::Exists(read("/b")), None);
    assert!(world.sent().is_none());

    let handshake = world.connect(SESSION);
    assert_eq!(handshake.session_id, SessionId::NONE);
    assert_eq!(
        (handshake.timeout_ms, handshake.last_zxid_seen),
        (30_000, Zxid(0))
    );
    let sent: Vec<_> = std::iter::from_fn(|| world.sent()).collect();
    assert_eq!(sent[0], (Xid(1), Request::GetData(read("/a"))));
    assert_eq!(sent[1], (Xid(2), Request::Exists(read("/b"))));

    world.reply(Xid(1), 5, &data());
    world.reply_error(Xid(2), 6, ErrorCode::NO_NODE);
    assert_eq!(
        world.events(),
        [
            Event::Connected {
                session: SESSION,
                timeout: TIMEOUT,
                fresh: true,
                read_only: false
            },
            Event::Reply {
                token: first,
                zxid: Zxid(5),
                result: Ok(data())
            },
            Event::Reply {
                token: second,
                zxid: Zxid(6),
                result: Err(ErrorCode::NO_NODE)
            },
        ]
    );
    assert_eq!(world.core.last_zxid(), Zxid(6));
}

#[test]
fn a_reply_out_of_order_ends_the_connection() {
    let mut world = World::connected();
    let token = world.submit(Request::GetData(read("/a")), None);
    world.events();
    world.reply(Xid(9), 5, &data());
    assert_eq!(
        world.events(),
        [
            Event::Reply {
                token,
                zxid: Zxid::NONE,
                result: Err(ErrorCode::CONNECTION_LOSS)
            },
            Event::Suspended(Disconnect::OutOfOrder {
                expected: Some(Xid(1)),
                came: Xid(9)
            }),
        ]
    );
}

#[test]
fn the_session_is_resumed_with_its_id_password_and_zxid() {
    let mut world = World::connected();
    watched_read(&mut world, "/a", 1, 42);
    world.core.handle_closed();
    world.events();
    let handshake = world.connect(SESSION);
    assert_eq!(handshake.session_id, SESSION);
    assert_eq!(handshake.password[..], [9; 16]);
    assert_eq!(handshake.last_zxid_seen, Zxid(42));
    let connected = world.events().remove(0);
    assert!(matches!(connected, Event::Connected { fresh: false, .. }));
}

#[test]
fn in_flight_requests_fail_and_unsent_ones_wait() {
    let mut world = World::connected();
    let in_flight = world.submit(Request::GetData(read("/a")), None);
    world.core.handle_closed();
    let unsent = world.submit(Request::GetData(read("/b")), None);
    let events = world.events();
    assert!(events.contains(&Event::Reply {
        token: in_flight,
        zxid: Zxid::NONE,
        result: Err(ErrorCode::CONNECTION_LOSS)
    }));
    world.sent.clear();
    world.core.take_output();
    world.connect(SESSION);
    assert_eq!(world.sent(), Some((Xid(2), Request::GetData(read("/b")))));
    world.reply(Xid(2), 1, &data());
    let events = world.events();
    assert!(matches!(events.last(), Some(Event::Reply { token, .. }) if *token == unsent));
}

#[test]
fn watches_are_armed_again_after_auth_and_before_the_queue() {
    let mut world = World::connected();
    world.core.add_auth(
        world.now,
        AuthPacket {
            kind: 0,
            scheme: "digest".into(),
            auth: Some(Bytes::from_static(b"u:p")),
        },
    );
    assert!(matches!(world.sent(), Some((Xid::AUTH, Request::Auth(_)))));
    watched_read(&mut world, "/a", 1, 42);
    world.core.handle_closed();
    world.submit(Request::GetData(read("/b")), None);
    world.connect(SESSION);

    assert!(matches!(world.sent(), Some((Xid::AUTH, Request::Auth(_)))));
    let (xid, request) = world.sent().expect("re-arming");
    assert_eq!(xid, Xid::SET_WATCHES);
    let Request::SetWatches(rearm) = request else {
        panic!("without persistent watches the old form is used: {request:?}");
    };
    assert_eq!(
        (rearm.relative_zxid, rearm.data),
        (Zxid(42), vec!["/a".to_owned()])
    );
    assert!(matches!(world.sent(), Some((Xid(2), Request::GetData(_)))));
    world.reply(Xid::SET_WATCHES, 43, &Response::Empty);
    world.notify(EventType::NodeDataChanged, "/a");
    assert_eq!(world.fired(), [1]);
}

#[test]
fn many_watches_are_armed_in_batches() {
    let mut world = World::connected();
    for id in 0..300 {
        watched_read(&mut world, &format!("/{id:01000}"), id, 1);
    }
    add_watch(&mut world, "/p", AddWatchMode::Persistent, 1000);
    add_watch(&mut world, "/r", AddWatchMode::PersistentRecursive, 1001);
    world.core.handle_closed();
    world.connect(SESSION);
    let mut armed = 0;
    let mut batches = 0;
    while let Some((xid, request)) = world.sent() {
        assert_eq!(xid, Xid::SET_WATCHES);
        let Request::SetWatches2(rearm) = request else {
            panic!("persistent watches need the longer form: {request:?}");
        };
        let paths = [&rearm.data, &rearm.persistent, &rearm.persistent_recursive];
        let bytes: usize = paths.iter().copied().flatten().map(String::len).sum();
        assert!(bytes <= 128 * 1024, "{bytes}");
        armed += paths.iter().map(|list| list.len()).sum::<usize>();
        batches += 1;
    }
    assert_eq!((armed, batches), (302, 3));
}

#[test]
fn one_shot_watches_fire_once_and_persistent_ones_go_on() {
    let mut world = World::connected();
    watched_read(&mut world, "/a/b", 1, 1);
    watched_read(&mut world, "/a/b", 2, 1);
    add_watch(&mut world, "/a/b", AddWatchMode::Persistent, 3);
    add_watch(&mut world, "/", AddWatchMode::PersistentRecursive, 4);
    world.notify(EventType::NodeDataChanged, "/a/b");
    assert_eq!(world.fired(), [1, 2, 3, 4]);
    world.notify(EventType::NodeDeleted, "/a/b");
    assert_eq!(world.fired(), [3, 4]);
    world.notify(EventType::NodeChildrenChanged, "/a/b");
    assert_eq!(
        world.fired(),
        [3],
        "recursive watches get no children events"
    );
    assert_eq!(world.core.watch_count(), 2);
}

#[test]
fn exists_on_a_missing_node_arms_a_watch_for_its_birth() {
    let mut world = World::connected();
    world.submit(Request::Exists(read("/x")), Some(WatchId(1)));
    world.submit(Request::GetData(read("/x")), Some(WatchId(2)));
    world.reply_error(Xid(1), 1, ErrorCode::NO_NODE);
    world.reply_error(Xid(2), 1, ErrorCode::NO_NODE);
    assert_eq!(world.core.watch_count(), 1);
    world.core.take_output();
    world.core.handle_closed();
    world.connect(SESSION);
    let Some((_, Request::SetWatches(rearm))) = world.sent() else {
        panic!("no re-arming");
    };
    assert_eq!(rearm.exist, ["/x"]);
    world.notify(EventType::NodeCreated, "/x");
    assert_eq!(world.fired(), [1]);
}

#[test]
fn the_last_user_of_a_lasting_watch_lets_the_server_forget_it() {
    let mut world = World::connected();
    add_watch(&mut world, "/a", AddWatchMode::Persistent, 1);
    add_watch(&mut world, "/a", AddWatchMode::Persistent, 2);
    assert_eq!(world.core.unwatch(WatchId(1)), None);
    assert_eq!(
        world.core.unwatch(WatchId(2)),
        Some((WatchKind::Persistent, "/a".to_owned()))
    );
    watched_read(&mut world, "/a", 3, 1);
    assert_eq!(
        world.core.unwatch(WatchId(3)),
        None,
        "one-shot watches need no removal"
    );
    assert_eq!(world.core.watch_count(), 0);
}

#[test]
fn pings_keep_an_idle_session_alive() {
    let mut world = World::connected();
    assert_eq!(
        world.core.poll_timeout(),
        Some(world.now + Duration::from_secs(10))
    );
    world.pass(9);
    assert!(world.sent().is_none());
    world.pass(1);
    assert_eq!(world.sent(), Some((Xid::PING, Request::Ping)));
    world.reply(Xid::PING, 999, &Response::Empty);
    assert_eq!(
        world.core.last_zxid(),
        Zxid(0),
        "a ping's zxid does not stand as seen"
    );
    world.pass(10);
    assert_eq!(world.sent(), Some((Xid::PING, Request::Ping)));
    world.events();
    world.pass(10);
    assert_eq!(world.events(), [Event::Suspended(Disconnect::Silence)]);
}

#[test]
fn a_refused_session_is_expired_and_the_next_handshake_asks_for_another() {
    let mut world = World::connected();
    watched_read(&mut world, "/a", 1, 42);
    world.core.handle_closed();
    let token = world.submit(Request::GetData(read("/b")), None);
    world.events();
    world.open();
    world.answer_handshake(SessionId::NONE, 0);
    assert_eq!(
        world.events(),
        [
            Event::Reply {
                token,
                zxid: Zxid::NONE,
                result: Err(ErrorCode::SESSION_EXPIRED)
            },
            Event::Expired(SESSION),
            Event::WatchesLost(vec![WatchId(1)]),
            Event::Suspended(Disconnect::Expired),
        ]
    );
    let handshake = world.connect(SessionId(0x78));
    assert_eq!(
        (handshake.session_id, handshake.last_zxid_seen),
        (SessionId::NONE, Zxid(0))
    );
    assert!(matches!(
        world.events()[..],
        [Event::Connected { fresh: true, .. }]
    ));
    assert!(world.sent().is_none(), "no watch is armed again");
}

#[test]
fn a_session_out_of_reach_expires_at_four_thirds_of_its_timeout() {
    let mut world = World::connected();
    world.events();
    world.core.handle_closed();
    world.pass(39);
    assert_eq!(world.events(), [Event::Suspended(Disconnect::Closed)]);
    assert_eq!(
        world.core.poll_timeout(),
        Some(world.now + Duration::from_secs(1))
    );
    world.pass(1);
    assert_eq!(world.events(), [Event::Expired(SESSION)]);
    assert_eq!(world.core.session(), None);
    assert_eq!(world.core.poll_timeout(), None);
}

#[test]
fn a_server_that_hands_out_another_session_has_ended_the_old_one() {
    let mut world = World::connected();
    watched_read(&mut world, "/a", 1, 42);
    world.core.handle_closed();
    world.events();
    world.connect(SessionId(0x79));
    let events = world.events();
    assert_eq!(events[0], Event::Expired(SESSION));
    assert_eq!(events[1], Event::WatchesLost(vec![WatchId(1)]));
    assert!(matches!(events[2], Event::Connected { fresh: true, .. }));
    assert!(world.sent().is_none());
}

#[test]
fn a_silent_handshake_is_given_up() {
    let mut world = World::new();
    world.open();
    world.pass(5);
    assert_eq!(
        world.events(),
        [Event::Suspended(Disconnect::HandshakeTimeout)]
    );
    assert!(world.core.wants_connection());
}

#[test]
fn a_refused_identity_ends_the_client() {
    let mut world = World::connected();
    let token = world.submit(Request::GetData(read("/a")), None);
    world.events();
    world.reply_error(Xid::AUTH, 0, ErrorCode::AUTH_FAILED);
    assert_eq!(
        world.events(),
        [
            Event::Reply {
                token,
                zxid: Zxid::NONE,
                result: Err(ErrorCode::AUTH_FAILED)
            },
            Event::AuthFailed,
        ]
    );
    let refused = world
        .core
        .submit(world.now, Token(99), Request::WhoAmI, None);
    assert_eq!(refused, Err(SubmitError::Closed));
}

#[test]
fn closing_waits_for_the_answer_and_for_requests_before_it() {
    let mut world = World::connected();
    world.submit(Request::GetData(read("/a")), None);
    world.core.close(world.now);
    world.events();
    world.reply(Xid(1), 1, &data());
    assert!(matches!(
        world.events()[..],
        [Event::Reply { result: Ok(_), .. }]
    ));
    world.reply(Xid(2), 2, &Response::Empty);
    assert_eq!(world.events(), [Event::Closed]);
    assert!(world.core.is_over());
}

#[test]
fn cancelled_requests_are_not_sent_or_not_reported() {
    let mut world = World::new();
    let unsent = world.submit(Request::GetData(read("/a")), None);
    assert!(!world.core.cancel(unsent));
    world.connect(SESSION);
    assert!(world.sent().is_none());
    let sent = world.submit(Request::GetData(read("/b")), Some(WatchId(1)));
    assert!(world.core.cancel(sent));
    world.events();
    world.reply(Xid(1), 1, &data());
    assert!(world.events().is_empty());
    assert_eq!(world.core.watch_count(), 0);
}

#[test]
fn long_and_too_many_requests_are_refused() {
    let mut world = World::new();
    let long = Request::Create(CreateRequest {
        path: "/a".into(),
        data: Some(vec![0; frame::FRAME_BYTES_MAX].into()),
        acl: crate::Acl::open(),
        flags: 0,
    });
    let refused = world.core.submit(world.now, Token(1), long, None);
    assert!(matches!(refused, Err(SubmitError::TooLong { .. })));
    world.core.config.requests_max = 1;
    world.submit(Request::WhoAmI, None);
    let refused = world
        .core
        .submit(world.now, Token(2), Request::WhoAmI, None);
    assert_eq!(refused, Err(SubmitError::Overloaded { limit: 1 }));
}

#[test]
fn replies_cut_anywhere_are_put_together() {
    let mut world = World::connected();
    world.submit(Request::GetData(read("/a")), None);
    let mut bytes = BytesMut::new();
    data().append_frame(Xid(1), Zxid(3), &mut bytes);
    world.events();
    for byte in bytes.chunks(1) {
        assert!(world.events().is_empty());
        world.core.handle_bytes(world.now, byte);
    }
    assert!(matches!(
        world.events()[..],
        [Event::Reply { result: Ok(_), .. }]
    ));
}

#[test]
fn a_broken_frame_length_ends_the_connection() {
    let mut world = World::connected();
    world.events();
    world.core.handle_bytes(world.now, &[0xff; 4]);
    assert!(matches!(
        world.events()[..],
        [Event::Suspended(Disconnect::Broken(
            DecodeError::FrameLength { .. }
        ))]
    ));
}

/// Feeds seeded noise, often shaped like frames, to a client with requests and watches under way.
#[test]
fn noise_ends_in_events_and_never_in_a_panic() {
    let seed = std::env::var("TENFOLD_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0xc0de_u64);
    println!("seed {seed}; set TENFOLD_SEED to run it again");
    let mut state = seed;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for _ in 0..2_000 {
        let mut world = World::connected();
        watched_read(&mut world, "/a", 1, 1);
        let waiting = 1 + next() % 3;
        for id in 0..waiting {
            world.submit(Request::GetChildren2(read("/b")), Some(WatchId(10 + id)));
        }
        world.events();
        for _ in 0..4 {
            let mut bytes = BytesMut::new();
            let length = usize::try_from(next() % 48).expect("small");
            let known = [-1, -2, -4, -8, 1, 2, 3, 4];
            let xid = known[usize::try_from(next() % 8).expect("small")];
            frame::append(&mut bytes, |out| {
                i32::write(&xid, out);
                for _ in 0..length {
                    let byte = u8::try_from(next() % 256).expect("a byte");
                    out.extend_from_slice(&[if byte > 100 { 0 } else { byte % 8 }]);
                }
            });
            world.core.handle_bytes(world.now, &bytes);
        }
        world.core.handle_closed();
        let replies = world
            .events()
            .iter()
            .filter(|event| matches!(event, Event::Reply { .. }))
            .count();
        assert_eq!(replies as u64, waiting, "each request has one outcome");
    }
}

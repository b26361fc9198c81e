//! Conversations with a node, byte by byte and with a made-up time. The bytes are those that
//! ZooKeeper 3.8 and 3.9 put on the wire for the same requests.

use std::net::SocketAddr;

use bytes::BytesMut;
use tenfold_zk::{
    AddWatchMode, AddWatchRequest, AuthPacket, ConnectResponse, CreateRequest, DeleteRequest,
    GetDataResponse, MultiRequest, PathWatchRequest, ReplyHeader, Request as Ask, Response,
    SetDataRequest, SetWatches, WatcherEvent, Xid, Zxid, frame,
    jute::{Jute, Reader},
};

use super::*;
use crate::config::WordSet;

/// A node, a clock, and what each connection has been sent.
struct Stage {
    node: Node,
    now: Now,
    index: u64,
    sent: HashMap<ConnectionId, BytesMut>,
    closed: Vec<ConnectionId>,
}

impl Stage {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(set: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = ServerConfig {
            words: WordSet::All,
            ..ServerConfig::default()
        };
        set(&mut config);
        let now = Now {
            monotonic: Duration::from_secs(100),
            unix_ms: 1_000_000,
        };
        let mut node = Node::new(config, Genesis::zero(), b"secret");
        node.tick(now);
        Self {
            node,
            now,
            index: 0,
            sent: HashMap::new(),
            closed: Vec::new(),
        }
    }

    fn connect(&mut self, number: u64) -> ConnectionId {
        let id = ConnectionId(number);
        self.node
            .connected(id, SocketAddr::from(([127, 0, 0, 1], 50_000)), self.now);
        id
    }

    /// A connection with a fresh session of 10 s.
    fn live(&mut self, number: u64) -> (ConnectionId, ConnectResponse) {
        let id = self.connect(number);
        self.bytes(id, &hello(0, 0, &[0; 16]));
        let reply = self.take(id).remove(0);
        (
            id,
            ConnectResponse::from_bytes(&reply).expect("a connect response"),
        )
    }

    fn bytes(&mut self, id: ConnectionId, bytes: &[u8]) {
        self.node
            .received(id, Bytes::copy_from_slice(bytes), self.now);
        self.commit();
    }

    fn ask(&mut self, id: ConnectionId, xid: i32, request: &Ask) {
        self.node
            .received(id, request_frame(xid, request), self.now);
        self.commit();
    }

    fn commit(&mut self) {
        loop {
            let requests = self.node.take_proposals();
            if requests.is_empty() {
                break;
            }
            self.index += 1;
            self.node.committed(
                &Entry::new(self.index, self.now.unix_ms, requests),
                self.now,
            );
        }
        for action in self.node.take_actions() {
            match action {
                Action::Send { connection, bytes } => {
                    assert!(!self.closed.contains(&connection), "bytes after the end");
                    self.sent
                        .entry(connection)
                        .or_default()
                        .extend_from_slice(&bytes);
                }
                Action::Close { connection } => self.closed.push(connection),
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        // In steps, as a clock does: a jump would look like a process that was stopped.
        for _ in 0..ms / 500 {
            self.now.monotonic += Duration::from_millis(500);
            self.now.unix_ms += 500;
            self.node.tick(self.now);
            self.commit();
        }
    }

    /// The frames that a connection has been sent since the last look.
    fn take(&mut self, id: ConnectionId) -> Vec<Bytes> {
        let buffer = self.sent.entry(id).or_default();
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = frame::split(buffer, usize::MAX >> 1) {
            frames.push(frame);
        }
        frames
    }

    /// The same in short: `xid err` of replies and `kind path` of events.
    fn seen(&mut self, id: ConnectionId) -> Vec<String> {
        let show = |frame: Bytes| {
            let mut input = Reader::new(&frame);
            let header = ReplyHeader::read(&mut input).expect("a header");
            if header.xid == Xid::NOTIFICATION {
                let event = WatcherEvent::read(&mut input).expect("an event");
                format!("{:?} {} @{}", event.kind, event.path, header.zxid.0)
            } else {
                format!("{} {}", header.xid, header.err.0)
            }
        };
        self.take(id).into_iter().map(show).collect()
    }
}

fn hello(last_zxid: i64, session: i64, password: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 4];
    out.extend_from_slice(&last_zxid.to_be_bytes());
    out.extend_from_slice(&10_000_i32.to_be_bytes());
    out.extend_from_slice(&session.to_be_bytes());
    out.extend_from_slice(&16_i32.to_be_bytes());
    out.extend_from_slice(password);
    out
}

fn request_frame(xid: i32, request: &Ask) -> Bytes {
    request.to_frame(Xid(xid)).split_off(4)
}

fn create(path: &str, flags: i32) -> Ask {
    let acl = tenfold_zk::Acl::open();
    Ask::Create(CreateRequest {
        path: path.into(),
        data: None,
        acl,
        flags,
    })
}

fn watch(path: &str) -> PathWatchRequest {
    PathWatchRequest {
        path: path.into(),
        watch: true,
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| (pair[0] * 16 + pair[1]) as u8)
        .collect()
}

#[test]
fn the_handshake_answers_in_the_length_of_the_question() {
    let mut stage = Stage::new();
    let old = stage.connect(1);
    stage.bytes(old, &hello(0, 0, &[0; 16]));
    assert_eq!(stage.take(old)[0].len(), 36);
    let current = stage.connect(2);
    stage.bytes(current, &[hello(0, 0, &[0; 16]), vec![1]].concat());
    let reply = stage.take(current).remove(0);
    assert_eq!(
        (reply.len(), &reply[..8], reply[36]),
        (37, &hex("00000000 00002710")[..], 0)
    );
}

#[test]
fn timeouts_are_clamped() {
    for (asked, given) in [(0, 4000), (-5, 4000), (4001, 4001), (i32::MAX, 60_000)] {
        let mut stage = Stage::new();
        let id = stage.connect(1);
        let mut bytes = hello(0, 0, &[0; 16]);
        bytes[12..16].copy_from_slice(&i32::to_be_bytes(asked));
        stage.bytes(id, &bytes);
        let reply = ConnectResponse::from_bytes(&stage.take(id)[0]).expect("a response");
        assert_eq!(reply.timeout_ms, given, "{asked}");
    }
}

#[test]
fn golden_requests_get_golden_replies() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    stage.bytes(id, &hex("fffffffe 0000000b"));
    assert_eq!(
        stage.take(id)[0][..],
        hex("fffffffe 0000000000000001 00000000")
    );
    stage.bytes(
        id,
        &hex(
            "00000001 00000001 00000002 2f61 00000001 64 00000001 0000001f 00000005 776f726c64
              00000006 616e796f6e65 00000000",
        ),
    );
    assert_eq!(
        stage.take(id)[0][..],
        hex("00000001 0000000000000002 00000000 00000002 2f61")
    );
    stage.bytes(id, &hex("00000005 00000004 00000005 2f6e6f6e65 00"));
    assert_eq!(
        stage.take(id)[0][..],
        hex("00000005 0000000000000002 ffffff9b")
    );
    stage.bytes(id, &hex("00000006 0000000e ffffffff 01 ffffffff"));
    assert_eq!(
        stage.take(id)[0][..],
        hex("00000006 0000000000000003 00000000 ffffffff 01 ffffffff")
    );
    stage.bytes(id, &hex("00000007 0000006a 00000002 2f61 00000001"));
    assert_eq!(
        stage.take(id)[0][..],
        hex("00000007 0000000000000003 00000000 00000000")
    );
    stage.bytes(
        id,
        &hex("fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70"),
    );
    assert_eq!(
        stage.take(id)[0][..],
        hex("fffffffc 0000000000000000 00000000")
    );
    stage.bytes(id, &hex("00000008 000003e7"));
    assert_eq!(
        stage.take(id)[0][..],
        hex("00000008 ffffffffffffffff fffffffa")
    );
    assert_eq!(stage.closed, [id]);
}

#[test]
fn a_failed_multi_tells_each_member_its_code() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    let check = tenfold_zk::CheckVersionRequest {
        path: "/none".into(),
        version: -1,
    };
    let delete = DeleteRequest {
        path: "/m".into(),
        version: -1,
    };
    let ops = vec![create("/m", 0), Ask::Check(check), Ask::Delete(delete)];
    stage.ask(id, 1, &Ask::Multi(MultiRequest { ops }));
    assert_eq!(
        stage.take(id)[0][..],
        hex("00000001 0000000000000002 00000000
             ffffffff 00 00000000 00000000 ffffffff 00 ffffff9b ffffff9b
             ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff")
    );
}

#[test]
fn internal_and_unknown_operations_end_the_connection() {
    for op in [-10, -1, 0, 10, 13, 20, 999] {
        let mut stage = Stage::new();
        let (id, _) = stage.live(1);
        stage.bytes(id, &[7_i32.to_be_bytes(), i32::to_be_bytes(op)].concat());
        assert_eq!(stage.seen(id), ["7 -6"], "{op}");
        assert_eq!(stage.closed, [id], "{op}");
    }
}

#[test]
fn a_body_that_does_not_decode_is_answered_and_the_connection_goes_on() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    for (xid, body) in [
        "00000001 00000001",
        "00000002 00000003 7fffffff",
        "00000003 00000011 ff",
    ]
    .iter()
    .enumerate()
    {
        stage.bytes(id, &hex(body));
        assert_eq!(stage.seen(id), [format!("{} -5", xid + 1)]);
    }
    stage.bytes(id, &hex("00000004 0000006a 00000002 2f61 00000009"));
    assert_eq!(stage.seen(id), ["4 -5"]);
    stage.ask(id, 5, &create("/a", 0));
    assert_eq!(
        (stage.seen(id), stage.closed.len()),
        (vec!["5 0".to_owned()], 0)
    );
}

#[test]
fn a_frame_without_a_header_ends_the_connection() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    stage.bytes(id, &[0; 7]);
    assert_eq!(stage.closed, [id]);
    let short = stage.connect(2);
    stage.bytes(short, &[0; 27]);
    assert_eq!(stage.closed, [id, short]);
}

#[test]
fn a_session_is_resumed_with_its_password_and_its_old_connection_ends() {
    let mut stage = Stage::new();
    let (first, session) = stage.live(1);
    stage.ask(first, 1, &create("/e", 1));
    let second = stage.connect(2);
    stage.bytes(second, &hello(2, session.session_id.0, &session.password));
    let reply = ConnectResponse::from_bytes(&stage.take(second)[0]).expect("a response");
    assert_eq!(
        (reply.session_id, reply.timeout_ms),
        (session.session_id, 10_000)
    );
    assert_eq!(reply.password, session.password);
    assert_eq!(stage.closed, [first]);
    assert!(stage.node.state().stat("/e").is_some());
}

#[test]
fn wrong_passwords_and_unknown_sessions_are_refused_alike_and_disturb_nobody() {
    let mut stage = Stage::new();
    let (first, session) = stage.live(1);
    let refused = [
        hex("00000000 00000000 0000000000000000 00000010"),
        vec![0; 16],
    ]
    .concat();
    for (number, id, password) in [
        (2, session.session_id.0, [1; 16].to_vec()),
        (3, session.session_id.0 + 1, session.password.to_vec()),
        (4, i64::MIN, [0; 16].to_vec()),
    ] {
        let id_of = stage.connect(number);
        stage.bytes(id_of, &hello(0, id, &password));
        assert_eq!(stage.take(id_of)[0][..], refused);
        assert_eq!(stage.closed.pop(), Some(id_of));
    }
    stage.ask(first, 1, &create("/still-here", 0));
    assert_eq!(stage.seen(first), ["1 0"]);
}

#[test]
fn a_client_that_is_ahead_is_turned_away_without_a_word() {
    let mut stage = Stage::new();
    let id = stage.connect(1);
    stage.bytes(id, &hello(1, 0, &[0; 16]));
    assert_eq!((stage.take(id).len(), stage.closed.clone()), (0, vec![id]));
}

#[test]
fn requests_behind_the_handshake_are_kept() {
    let mut stage = Stage::new();
    let id = stage.connect(1);
    let now = stage.now;
    stage.node.received(id, hello(0, 0, &[0; 16]).into(), now);
    stage
        .node
        .received(id, request_frame(1, &create("/a", 0)), now);
    stage
        .node
        .received(id, request_frame(2, &Ask::Exists(watch("/a"))), now);
    stage.commit();
    let frames = stage.take(id);
    assert_eq!((frames.len(), frames[0].len()), (3, 36));
}

#[test]
fn reads_between_writes_see_the_state_between_them() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    let now = stage.now;
    let set = |data: &'static str| {
        let data = Some(Bytes::from_static(data.as_bytes()));
        Ask::SetData(SetDataRequest {
            path: "/a".into(),
            data,
            version: -1,
        })
    };
    let get = Ask::GetData(PathWatchRequest {
        path: "/a".into(),
        watch: false,
    });
    let delete = Ask::Delete(DeleteRequest {
        path: "/a".into(),
        version: -1,
    });
    let script = [
        create("/a", 0),
        set("one"),
        get.clone(),
        set("two"),
        get.clone(),
        delete,
        get,
    ];
    for (xid, request) in (1..).zip(&script) {
        // All of it is handed in before the first transaction is decided.
        stage.node.received(id, request_frame(xid, request), now);
    }
    stage.commit();
    let frames = stage.take(id);
    let headers: Vec<_> = frames
        .iter()
        .map(|f| ReplyHeader::from_bytes(f).expect("a header"))
        .collect();
    assert!(
        headers.windows(2).all(|pair| pair[0].zxid <= pair[1].zxid),
        "{headers:?}"
    );
    assert_eq!(
        headers.iter().map(|one| one.xid.0).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    let data = |at: usize| {
        let body = GetDataResponse::from_bytes(&frames[at][16..]).expect("data");
        body.data.unwrap_or_default()
    };
    assert_eq!(
        (&data(2)[..], &data(4)[..], headers[6].err.0),
        (&b"one"[..], &b"two"[..], -101)
    );
}

#[test]
fn own_events_come_before_the_reply_and_carry_the_zxid() {
    let mut stage = Stage::new();
    let (me, _) = stage.live(1);
    let (other, _) = stage.live(2);
    stage.ask(me, 1, &Ask::Exists(watch("/w")));
    stage.ask(other, 1, &Ask::GetChildren(watch("/")));
    assert_eq!(stage.seen(me), ["1 -101"]);
    assert_eq!(stage.seen(other), ["1 0"]);
    stage.ask(me, 2, &create("/w", 0));
    assert_eq!(stage.seen(me), ["NodeCreated /w @3", "2 0"]);
    assert_eq!(stage.seen(other), ["NodeChildrenChanged / @3"]);
    stage.ask(me, 3, &Ask::GetData(watch("/w")));
    stage.ask(me, 4, &Ask::GetChildren2(watch("/w")));
    stage.ask(
        other,
        2,
        &Ask::Delete(DeleteRequest {
            path: "/w".into(),
            version: -1,
        }),
    );
    assert_eq!(stage.seen(me), ["3 0", "4 0", "NodeDeleted /w @4"]);
    assert_eq!(stage.seen(other), ["2 0"]);
    // A read of a missing node arms nothing, and neither does a failed transaction fire.
    stage.ask(me, 5, &Ask::GetData(watch("/w")));
    stage.ask(other, 3, &create("/w", 0));
    stage.ask(other, 4, &create("/w", 0));
    assert_eq!(stage.seen(me), ["5 -101"]);
}

#[test]
fn re_armed_watches_tell_what_was_missed_before_their_reply() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    stage.ask(id, 1, &create("/a", 0));
    stage.ask(id, 2, &create("/b", 0));
    stage.seen(id);
    let body = SetWatches {
        relative_zxid: Zxid(2),
        data: vec!["/a".into(), "/b".into(), "/gone".into()],
        exist: vec!["/later".into()],
        child: vec!["/a".into()],
    };
    stage.ask(id, -8, &Ask::SetWatches(body));
    assert_eq!(
        stage.seen(id),
        ["NodeDataChanged /b @-1", "NodeDeleted /gone @-1", "-8 0"]
    );
    stage.ask(id, 3, &create("/later", 0));
    assert_eq!(stage.seen(id), ["NodeCreated /later @4", "3 0"]);
}

#[test]
fn who_may_not_read_a_node_is_not_told_of_it() {
    let mut stage = Stage::new();
    let (owner, _) = stage.live(1);
    let (stranger, _) = stage.live(2);
    let auth = Some(Bytes::from_static(b"u:p"));
    stage.ask(
        owner,
        -4,
        &Ask::Auth(AuthPacket {
            kind: 0,
            scheme: "digest".into(),
            auth,
        }),
    );
    let mode = AddWatchMode::PersistentRecursive;
    stage.ask(
        stranger,
        1,
        &Ask::AddWatch(AddWatchRequest {
            path: "/".into(),
            mode,
        }),
    );
    let acl = tenfold_zk::Acl::creator_all();
    let secret = CreateRequest {
        path: "/secret".into(),
        data: None,
        acl,
        flags: 0,
    };
    stage.ask(owner, 1, &Ask::Create(secret));
    stage.ask(owner, 2, &create("/open", 0));
    assert_eq!(stage.seen(owner), ["-4 0", "1 0", "2 0"]);
    assert_eq!(stage.seen(stranger), ["1 0", "NodeCreated /open @4"]);
    stage.ask(stranger, 2, &Ask::Exists(watch("/secret")));
    assert_eq!(stage.seen(stranger), ["2 -102"]);
}

#[test]
fn a_refused_identity_ends_the_connection() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    let packet = AuthPacket {
        kind: 0,
        scheme: "world".into(),
        auth: None,
    };
    stage.ask(id, -4, &Ask::Auth(packet));
    assert_eq!(
        stage.take(id)[0][..],
        hex("fffffffc 0000000000000000 ffffff8d")
    );
    assert_eq!(stage.closed, [id]);
}

#[test]
fn identities_are_bounded() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    for user in 0..100 {
        let auth = Some(Bytes::from(format!("{user}:p")));
        stage.ask(
            id,
            -4,
            &Ask::Auth(AuthPacket {
                kind: 0,
                scheme: "digest".into(),
                auth,
            }),
        );
    }
    let seen = stage.seen(id);
    assert_eq!(
        (seen.len(), seen.last().map(String::as_str)),
        (64, Some("-4 -115"))
    );
    assert_eq!(stage.closed, [id]);
}

#[test]
fn closing_a_session_answers_first_and_then_ends_the_connection() {
    let mut stage = Stage::new();
    let (id, session) = stage.live(1);
    let (other, _) = stage.live(2);
    stage.ask(id, 1, &create("/e", 1));
    stage.ask(other, 1, &Ask::Exists(watch("/e")));
    stage.ask(id, 0x7fff_ffff, &Ask::CloseSession);
    assert_eq!(stage.seen(id), ["1 0", "2147483647 0"]);
    assert_eq!(stage.closed, [id]);
    assert_eq!(stage.seen(other), ["1 0", "NodeDeleted /e @4"]);
    let again = stage.connect(3);
    stage.bytes(again, &hello(0, session.session_id.0, &session.password));
    let reply = ConnectResponse::from_bytes(&stage.take(again)[0]).expect("a response");
    assert!(reply.is_refusal());
}

#[test]
fn silence_expires_a_session_and_pings_and_reads_keep_it() {
    let mut stage = Stage::new();
    let (silent, _) = stage.live(1);
    let (pinging, _) = stage.live(2);
    let (reading, _) = stage.live(3);
    stage.ask(silent, 1, &create("/e", 1));
    for _ in 0..4 {
        stage.pass(3000);
        stage.ask(pinging, -2, &Ask::Ping);
        stage.ask(reading, 1, &Ask::Exists(watch("/none")));
    }
    assert_eq!(stage.closed, [silent]);
    assert!(stage.node.state().stat("/e").is_none());
    assert_eq!(stage.node.state().session_count(), 2);
}

#[test]
fn a_lost_connection_keeps_its_session_until_its_time_is_over() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    stage.ask(id, 1, &create("/e", 1));
    stage.node.disconnected(id);
    stage.pass(9500);
    assert!(stage.node.state().stat("/e").is_some());
    stage.pass(3000);
    assert!(stage.node.state().stat("/e").is_none());
}

#[test]
fn a_process_that_was_stopped_expires_nobody() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    stage.now.monotonic += Duration::from_secs(3600);
    stage.node.tick(stage.now);
    stage.commit();
    stage.ask(id, -2, &Ask::Ping);
    assert_eq!(
        (stage.seen(id), stage.closed.len()),
        (vec!["-2 0".to_owned()], 0)
    );
    stage.pass(13_000);
    assert_eq!(stage.closed, [id]);
}

#[test]
fn who_opens_no_session_is_cut_off() {
    let mut stage = Stage::new();
    let id = stage.connect(1);
    stage.pass(10_000);
    assert_eq!(stage.closed, []);
    stage.pass(1000);
    assert_eq!(stage.closed, [id]);
}

#[test]
fn sessions_and_watches_are_bounded() {
    let mut stage = Stage::with(|config| {
        config.limits.sessions_max = 1;
        config.limits.watches_per_connection_max = 2;
    });
    let (id, _) = stage.live(1);
    let second = stage.connect(2);
    stage.bytes(second, &hello(0, 0, &[0; 16]));
    assert_eq!(
        (stage.take(second).len(), stage.closed.clone()),
        (0, vec![second])
    );
    for (xid, path) in ["/a", "/b", "/c"].iter().enumerate() {
        stage.ask(id, xid as i32, &Ask::Exists(watch(path)));
    }
    assert_eq!(stage.closed, [second, id]);
}

#[test]
fn replies_for_another_node_are_left_to_it() {
    let mut stage = Stage::new();
    let (id, session) = stage.live(1);
    let origin = Origin {
        node: 9,
        connection: id.0,
        sequence: 2,
    };
    let write = Write::Delete {
        path: "/none".into(),
        version: -1,
    };
    let identities: Identities = std::sync::Arc::from([]);
    let request = Request::new(origin, session.session_id, identities, write);
    stage.index += 1;
    stage
        .node
        .committed(&Entry::new(stage.index, 0, vec![request]), stage.now);
    stage.commit();
    assert_eq!(stage.seen(id), Vec::<String>::new());
    assert_eq!(stage.node.state().zxid(), Zxid(2));
}

#[test]
fn four_letter_words_have_the_forms_that_monitors_parse() {
    let mut stage = Stage::new();
    let (watching, session) = stage.live(1);
    stage.ask(watching, 1, &create("/e", 1));
    stage.ask(watching, 2, &Ask::GetData(watch("/e")));
    let mut number = 10;
    let mut say = |stage: &mut Stage, word: &[u8]| {
        number += 1;
        let id = stage.connect(number);
        stage
            .node
            .word(id, Word::parse(word).expect("a word"), stage.now);
        stage.commit();
        assert_eq!(stage.closed.pop(), Some(id));
        String::from_utf8(stage.sent.remove(&id).unwrap_or_default().to_vec()).expect("text")
    };
    assert_eq!(say(&mut stage, b"ruok"), "imok");
    assert_eq!(say(&mut stage, b"isro"), "rw");
    let srvr = say(&mut stage, b"srvr");
    assert!(srvr.starts_with("Zookeeper version: 3.9.5-"), "{srvr}");
    assert!(
        srvr.contains("\nMode: standalone\nNode count: 6\n"),
        "{srvr}"
    );
    assert!(say(&mut stage, b"envi").starts_with("Environment:\nzookeeper.version=3.9.5-"));
    assert!(say(&mut stage, b"mntr").contains("zk_ephemerals_count\t1\n"));
    let id = session.session_id;
    assert_eq!(
        say(&mut stage, b"wchs"),
        "1 connections watching 1 paths\nTotal watches:1\n"
    );
    assert_eq!(say(&mut stage, b"wchc"), format!("{id}\n\t/e\n\n"));
    assert_eq!(say(&mut stage, b"wchp"), format!("/e\n\t{id}\n\n"));
    assert!(say(&mut stage, b"dump").contains(&format!("Ephemerals (1):\n{id}:\n\t/e\n")));
    let cons = say(&mut stage, b"cons");
    assert!(cons.contains(&format!(",sid={id},lop=GETD,")), "{cons}");
    assert_eq!(say(&mut stage, b"srst"), "Server stats reset.\n");
    assert!(say(&mut stage, b"srvr").contains("\nReceived: 0\n"));
    assert_eq!(Word::parse(b"nope"), None);
}

#[test]
fn words_outside_the_white_list_are_refused() {
    let mut stage = Stage::with(|config| config.words = ServerConfig::default().words);
    let id = stage.connect(1);
    stage.node.word(id, Word::Stat, stage.now);
    stage.commit();
    let text = "stat is not executed because it is not in the whitelist.\n";
    assert_eq!(stage.sent[&id], text);
}

#[test]
fn containers_are_reaped_by_the_clock() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    let acl = tenfold_zk::Acl::open();
    let container = CreateRequest {
        path: "/box".into(),
        data: None,
        acl,
        flags: 0,
    };
    stage.ask(id, 1, &Ask::CreateContainer(container));
    stage.ask(id, 2, &create("/box/c", 0));
    stage.ask(
        id,
        3,
        &Ask::Delete(DeleteRequest {
            path: "/box/c".into(),
            version: -1,
        }),
    );
    stage.ask(id, 4, &Ask::Exists(watch("/box")));
    stage.seen(id);
    for _ in 0..130 {
        stage.pass(500);
        stage.ask(id, -2, &Ask::Ping);
    }
    assert!(stage.node.state().stat("/box").is_none());
    assert!(stage.seen(id).contains(&"NodeDeleted /box @5".to_owned()));
}

#[test]
fn responses_decode_as_what_was_asked() {
    let mut stage = Stage::new();
    let (id, _) = stage.live(1);
    let null = SetDataRequest {
        path: "/".into(),
        data: None,
        version: -1,
    };
    stage.ask(id, 1, &Ask::SetData(null));
    stage.ask(id, 2, &Ask::GetData(watch("/")));
    let frames = stage.take(id);
    let reply = Response::decode(tenfold_zk::OpCode::GetData, &frames[1][16..]);
    assert!(matches!(
        reply,
        Ok(Response::GetData(GetDataResponse { data: None, .. }))
    ));
}

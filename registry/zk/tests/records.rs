//! Records against bytes of a real server, and against themselves.
//!
//! The golden bytes were captured from ZooKeeper 3.8.0 by a raw socket probe; session ids and
//! zxids are made up where the capture varies.

use bytes::{Bytes, BytesMut};
use tenfold_zk::{
    Acl, AddWatchMode, AddWatchRequest, AuthPacket, CheckVersionRequest, ConnectRequest,
    ConnectResponse, CreateRequest, DecodeError, DeleteRequest, ErrorCode, ErrorResponse,
    EventType, KeeperState, MultiRequest, MultiResponse, MultiResult, OpCode, PathWatchRequest,
    Perms, ReplyHeader, Request, RequestHeader, Response, SessionId, SetWatches2, Stat,
    WatcherEvent, Xid, Zxid, frame,
    jute::{Jute, Reader},
};

/// Bytes from hex text; blanks and `|` are for the reader, `xx*n` repeats a byte.
fn hex(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for word in text.split([' ', '|', '\n']).filter(|word| !word.is_empty()) {
        if let Some((byte, count)) = word.split_once('*') {
            let byte = u8::from_str_radix(byte, 16).expect("hex");
            out.extend(vec![byte; count.parse().expect("count")]);
        } else {
            out.extend(
                word.as_bytes()
                    .chunks(2)
                    .map(|pair| std::str::from_utf8(pair).expect("ascii"))
                    .map(|pair| u8::from_str_radix(pair, 16).expect("hex")),
            );
        }
    }
    out
}

fn framed(payload: &impl Jute) -> Vec<u8> {
    let mut out = BytesMut::new();
    frame::append(&mut out, |out| payload.write(out));
    out.to_vec()
}

/// A request's frame is these bytes, and these bytes are the request.
fn assert_request(request: &Request, xid: Xid, payload: &str) {
    let payload = hex(payload);
    assert_eq!(&request.to_frame(xid)[4..], &payload[..]);
    let mut input = Reader::new(&payload);
    let header = RequestHeader::read(&mut input).expect("header");
    assert_eq!(header.xid, xid);
    let op = OpCode::from_code(header.op).expect("known opcode");
    assert_eq!(Request::decode(op, input.rest()).as_ref(), Ok(request));
}

#[test]
fn the_handshake_has_the_read_only_byte_only_when_it_is_set() {
    let old = ConnectRequest {
        protocol_version: 0,
        last_zxid_seen: Zxid(0),
        timeout_ms: 10_000,
        session_id: SessionId::NONE,
        password: Bytes::from_static(&[0; 16]),
        read_only: None,
    };
    let golden = hex(
        "0000002c | 00000000 | 0000000000000000 | 00002710 | 0000000000000000 | 00000010 00*16",
    );
    assert_eq!(framed(&old), golden);
    assert_eq!(ConnectRequest::from_bytes(&golden[4..]).as_ref(), Ok(&old));

    let today = ConnectRequest {
        read_only: Some(false),
        ..old
    };
    assert_eq!(today.to_bytes().len(), 45);
    assert_eq!(ConnectRequest::from_bytes(&today.to_bytes()), Ok(today));
}

#[test]
fn refusals_are_all_zeroes() {
    let golden = hex("00000000 00000000 0000000000000000 00000010 00*16 00");
    let refusal = ConnectResponse::refused(Some(true));
    assert_eq!(refusal.to_bytes()[..], golden[..]);
    let read = ConnectResponse::from_bytes(&golden).expect("well-formed");
    assert!(read.is_refusal());
    assert_eq!(ConnectResponse::refused(None).to_bytes().len(), 36);
}

#[test]
fn a_granted_session_is_read_from_36_and_37_bytes() {
    let mut golden = hex("00000000 00002710 1000abcdef000001 00000010 07*16");
    let response = ConnectResponse::from_bytes(&golden).expect("well-formed");
    assert_eq!(response.session_id, SessionId(0x1000_abcd_ef00_0001));
    assert_eq!((response.timeout_ms, response.read_only), (10_000, None));
    golden.push(1);
    let response = ConnectResponse::from_bytes(&golden).expect("well-formed");
    assert_eq!(response.read_only, Some(true));
    assert_eq!(response.to_bytes()[..], golden[..]);
}

#[test]
fn requests_have_the_bytes_that_zookeeper_reads() {
    assert_request(&Request::Ping, Xid::PING, "fffffffe 0000000b");
    assert_request(
        &Request::Create(CreateRequest {
            path: "/a".into(),
            data: Some(Bytes::from_static(b"d")),
            acl: Acl::open(),
            flags: 0,
        }),
        Xid(1),
        "00000001 00000001 00000002 2f61 00000001 64 00000001 0000001f
         00000005 776f726c64 00000006 616e796f6e65 00000000",
    );
    assert_request(
        &Request::Auth(AuthPacket {
            kind: 0,
            scheme: "digest".into(),
            auth: Some(Bytes::from_static(b"u:p")),
        }),
        Xid::AUTH,
        "fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70",
    );
    assert_request(
        &Request::AddWatch(AddWatchRequest {
            path: "/w".into(),
            mode: AddWatchMode::PersistentRecursive,
        }),
        Xid(7),
        "00000007 0000006a 00000002 2f77 00000001",
    );
    assert_request(&Request::CloseSession, Xid(9), "00000009 fffffff5");
}

#[test]
fn replies_have_the_bytes_that_zookeeper_writes() {
    let ping = hex("fffffffe 0000000000000005 00000000");
    assert_eq!(
        ReplyHeader::from_bytes(&ping),
        Ok(ReplyHeader {
            xid: Xid::PING,
            zxid: Zxid(5),
            err: ErrorCode::OK
        })
    );
    assert_eq!(
        Response::error_frame(Xid(5), Zxid(8), ErrorCode::NO_NODE)[..],
        hex("00000010 | 00000005 0000000000000008 ffffff9b")[..]
    );
    let created = hex("00000002 2f61");
    let response = Response::decode(OpCode::Create, &created).expect("well-formed");
    let mut out = BytesMut::new();
    response.append_frame(Xid(1), Zxid(3), &mut out);
    assert_eq!(
        out[..],
        hex("00000016 | 00000001 0000000000000003 00000000 00000002 2f61")[..]
    );
    assert_eq!(
        Response::decode(OpCode::AddWatch, &hex("00000000")),
        Ok(Response::AddWatch(ErrorResponse { err: ErrorCode::OK }))
    );
}

#[test]
fn events_have_type_state_and_path() {
    let event = WatcherEvent {
        kind: EventType::NodeDeleted,
        state: KeeperState::SyncConnected,
        path: "/w".into(),
    };
    let golden = hex("ffffffff ffffffffffffffff 00000000 00000002 00000003 00000002 2f77");
    assert_eq!(event.to_frame(Zxid::NONE)[4..], golden[..]);
    assert_eq!(WatcherEvent::from_bytes(&golden[16..]), Ok(event));
}

#[test]
fn a_failed_multi_names_its_culprit() {
    let golden = hex(
        "ffffffff 00 00000000 00000000 | ffffffff 00 ffffff9b ffffff9b
         ffffffff 00 fffffffe fffffffe | ffffffff 01 ffffffff",
    );
    let response = MultiResponse::from_bytes(&golden).expect("well-formed");
    assert_eq!(
        response.results,
        [
            MultiResult::Error(ErrorCode::OK),
            MultiResult::Error(ErrorCode::NO_NODE),
            MultiResult::Error(ErrorCode::RUNTIME_INCONSISTENCY),
        ]
    );
    assert_eq!(response.failure(), Some((1, ErrorCode::NO_NODE)));
    assert_eq!(response.to_bytes()[..], golden[..]);
    let empty = MultiResponse { results: vec![] };
    assert_eq!(empty.to_bytes()[..], hex("ffffffff 01 ffffffff")[..]);
}

#[test]
fn multi_members_survive_the_round_trip() {
    let request = Request::Multi(MultiRequest {
        ops: vec![
            Request::Create2(CreateRequest {
                path: "/a".into(),
                data: None,
                acl: Acl::creator_all(),
                flags: 3,
            }),
            Request::Check(CheckVersionRequest {
                path: "/b".into(),
                version: 4,
            }),
            Request::Delete(DeleteRequest {
                path: "/c".into(),
                version: -1,
            }),
        ],
    });
    let frame = request.to_frame(Xid(2));
    assert_eq!(Request::decode(OpCode::Multi, &frame[12..]), Ok(request));
}

#[test]
fn reads_and_writes_do_not_mix_in_a_multi() {
    let read = Request::GetData(PathWatchRequest {
        path: "/a".into(),
        watch: false,
    });
    let frame = Request::Multi(MultiRequest { ops: vec![read] }).to_frame(Xid(2));
    assert_eq!(
        Request::decode(OpCode::Multi, &frame[12..]),
        Err(DecodeError::MultiMember(4))
    );
    assert!(Request::decode(OpCode::MultiRead, &frame[12..]).is_ok());
}

#[test]
fn a_stat_is_68_bytes() {
    let stat = Stat {
        czxid: Zxid(1),
        mzxid: Zxid(2),
        ctime: 3,
        mtime: 4,
        version: 5,
        cversion: 6,
        aversion: 7,
        ephemeral_owner: SessionId(8),
        data_length: 9,
        num_children: 10,
        pzxid: Zxid(11),
    };
    let bytes = stat.to_bytes();
    assert_eq!(bytes.len(), 68);
    assert_eq!(Stat::from_bytes(&bytes), Ok(stat));
    assert_eq!(bytes[60..], hex("000000000000000b")[..]);
}

#[test]
fn every_cut_of_every_request_is_an_error_and_never_a_panic() {
    let acl = vec![Acl {
        perms: Perms::READ | Perms::ADMIN,
        ..Acl::open().remove(0)
    }];
    let requests = [
        Request::Create(CreateRequest {
            path: "/a".into(),
            data: Some(Bytes::from_static(b"xyz")),
            acl,
            flags: 1,
        }),
        Request::SetWatches2(SetWatches2 {
            relative_zxid: Zxid(1),
            data: vec!["/a".into(), "/b".into()],
            exist: vec![],
            child: vec!["/c".into()],
            persistent: vec![],
            persistent_recursive: vec!["/".into()],
        }),
        Request::Multi(MultiRequest {
            ops: vec![Request::Delete(DeleteRequest {
                path: "/c".into(),
                version: 0,
            })],
        }),
    ];
    for request in requests {
        let frame = request.to_frame(Xid(1));
        let body = &frame[12..];
        for cut in 0..body.len() {
            assert!(
                Request::decode(request.op(), &body[..cut]).is_err(),
                "{:?} cut at {cut}",
                request.op()
            );
        }
        assert_eq!(Request::decode(request.op(), body), Ok(request));
    }
}

/// Feeds seeded noise to every decoder: each must end, with a value or an error.
#[test]
fn noise_never_panics_a_decoder() {
    let seed = std::env::var("TENFOLD_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0x5eed_u64);
    println!("seed {seed}; set TENFOLD_SEED to run it again");
    let mut state = seed;
    let mut next = move || {
        // splitmix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for _ in 0..20_000 {
        let length = usize::try_from(next() % 80).expect("small");
        // Small numbers are likelier to be lengths that lead deeper into a record.
        let noise: Vec<u8> = (0..length)
            .map(|_| {
                let byte = next().to_le_bytes();
                if byte[1] < 160 { 0 } else { byte[0] % 12 }
            })
            .collect();
        for op in OpCode::ALL {
            if let Ok(request) = Request::decode(*op, &noise) {
                let frame = request.to_frame(Xid(1));
                assert_eq!(Request::decode(*op, &frame[12..]), Ok(request));
            }
            let _ = Response::decode(*op, &noise);
        }
        let _ = WatcherEvent::from_bytes(&noise);
        let _ = ConnectRequest::from_bytes(&noise);
        let _ = ConnectResponse::from_bytes(&noise);
    }
}

//! Random operations, with the odd cases among them.

use bytes::Bytes;
use tenfold_zk::{
    Acl, AddWatchMode, AddWatchRequest, AuthPacket, CheckVersionRequest, CheckWatchesRequest,
    CreateRequest, CreateTtlRequest, DeleteRequest, GetEphemeralsRequest, Id, MultiRequest,
    PathRequest, PathWatchRequest, Perms, Request, SetAclRequest, SetDataRequest, SetWatches,
    SetWatches2, WatcherType, Zxid,
};

/// What is done to both servers.
#[derive(Debug)]
pub(crate) enum Operation {
    Ask(Request),
    /// Bytes that may not decode, or an operation that may not exist.
    Raw {
        op: i32,
        body: Vec<u8>,
    },
    Reconnect,
}

/// A small generator (splitmix64) that can be seeded.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

impl Operation {
    pub(crate) fn random(random: &mut Random, root: &str, last_zxid: i64) -> Self {
        Self::Ask(match random.below(100) {
            0..=23 => create(random, root),
            24..=33 => delete(random, root),
            34..=43 => set_data(random, root),
            44..=48 => Request::Exists(watched(random, root)),
            49..=53 => Request::GetData(watched(random, root)),
            54..=57 => Request::GetChildren(watched(random, root)),
            58..=60 => Request::GetChildren2(watched(random, root)),
            61..=62 => Request::GetAcl(path_request(random, root)),
            63..=65 => Request::SetAcl(SetAclRequest {
                path: path(random, root),
                acl: acl(random),
                version: version(random),
            }),
            66..=72 => multi(random, root),
            73..=74 => multi_read(random, root),
            75 => Request::Sync(PathRequest {
                path: echoed(random, root),
            }),
            76..=79 => Request::AddWatch(AddWatchRequest {
                path: path(random, root),
                mode: random.pick(&[AddWatchMode::Persistent, AddWatchMode::PersistentRecursive]),
            }),
            80..=81 => Request::CheckWatches(watch_request(random, root)),
            82..=83 => Request::RemoveWatches(watch_request(random, root)),
            84..=85 => set_watches(random, root, last_zxid),
            86 => Request::GetEphemerals(GetEphemeralsRequest {
                prefix: random.one_in(3).then(|| path(random, root)),
            }),
            87 => Request::GetAllChildrenNumber(PathRequest {
                // The root's count has other runs' nodes in it.
                path: Some(path(random, root))
                    .filter(|path| path.len() > 1)
                    .unwrap_or(root.into()),
            }),
            88 => Request::WhoAmI,
            89..=90 => auth(random),
            91 => Request::CloseSession,
            92 => return raw(random),
            93..=94 => return Self::Reconnect,
            _ => Request::Exists(watched(random, root)),
        })
    }
}

fn path(random: &mut Random, root: &str) -> String {
    const NAMES: [&str; 4] = ["a", "b", "c", "d e%2Fé"];
    if random.one_in(25) {
        return match random.below(12) {
            0 => String::new(),
            1 => "a".to_owned(),
            2 => "/zookeeper".to_owned(),
            3 => "/zookeeper/config".to_owned(),
            4 => format!("{root}/"),
            5 => format!("{root}//a"),
            6 => format!("{root}/./a"),
            7 => format!("{root}/a/.."),
            8 => format!("{root}/x\0y"),
            9 => format!("{root}/x\u{1}"),
            10 => format!("{root}/x\u{e000}"),
            _ => format!("{root}/😀"),
        };
    }
    let mut path = root.to_owned();
    for _ in 0..1 + random.below(3) {
        path.push('/');
        path.push_str(random.pick(&NAMES));
    }
    path
}

/// A path that the server may send back: Java then writes characters beyond the basic plane in a
/// form of its own.
fn echoed(random: &mut Random, root: &str) -> String {
    let path = path(random, root);
    if path.contains('😀') {
        root.to_owned()
    } else {
        path
    }
}

fn path_request(random: &mut Random, root: &str) -> PathRequest {
    PathRequest {
        path: path(random, root),
    }
}

fn watched(random: &mut Random, root: &str) -> PathWatchRequest {
    PathWatchRequest {
        path: path(random, root),
        watch: random.one_in(2),
    }
}

fn watch_request(random: &mut Random, root: &str) -> CheckWatchesRequest {
    let kinds = [
        WatcherType::Children,
        WatcherType::Data,
        WatcherType::Any,
        WatcherType::Persistent,
        WatcherType::PersistentRecursive,
    ];
    CheckWatchesRequest {
        path: path(random, root),
        kind: random.pick(&kinds),
    }
}

fn version(random: &mut Random) -> i32 {
    random.pick(&[-1, -1, -1, 0, 1, 2, -2])
}

fn data(random: &mut Random) -> Option<Bytes> {
    random.pick(&[None, Some(Bytes::new()), Some(Bytes::from_static(b"data"))])
}

fn acl(random: &mut Random) -> Vec<Acl> {
    if !random.one_in(8) {
        return Acl::open();
    }
    let one = |perms: i32, scheme: &str, id: &str| Acl {
        perms: Perms(perms),
        id: Id::new(scheme, id),
    };
    match random.below(14) {
        0 => Vec::new(),
        1 => Acl::read_only(),
        2 => Acl::creator_all(),
        3 => vec![one(31, "digest", "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=")],
        4 => vec![one(31, "ip", "127.0.0.1")],
        5 => vec![one(31, "ip", "127.0.0.0/8"), one(31, "ip", "127.0.0.0/8")],
        6 => vec![one(31, "ip", "10.0.0.1")],
        7 => vec![one(31, "ip", "nonsense")],
        8 => vec![one(
            31,
            "digest",
            random.pick(&["a", "a:", ":b", "a:b:", "a:b:c", ":", "", "::b"]),
        )],
        9 => vec![one(31, "world", "someone")],
        10 => vec![one(31, "nobody", "x")],
        11 => vec![one(1, "world", "anyone"), one(30, "auth", "")],
        12 => vec![one(
            i32::try_from(random.below(32)).unwrap_or(0),
            "world",
            "anyone",
        )],
        _ => vec![one(
            31,
            "ip",
            random.pick(&["127.0.0.1/33", "127.0.0.1/-1", "127.0.0.1/", "::1", "127.1"]),
        )],
    }
}

fn create(random: &mut Random, root: &str) -> Request {
    let mut path = path(random, root);
    let flags = random.pick(&[0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, -1]);
    if random.one_in(20) {
        path.push('/');
    }
    let (data, acl) = (data(random), acl(random));
    match random.below(8) {
        0 => Request::CreateTtl(CreateTtlRequest {
            path,
            data,
            acl,
            // ZooKeeper dies of other flags with ttl −1.
            flags: random.pick(&[5, 6]),
            ttl_ms: random.pick(&[1_000_000, 0, -1, 1 << 40, (1 << 40) - 1]),
        }),
        1 => Request::CreateContainer(CreateRequest {
            path,
            data,
            acl,
            flags,
        }),
        2..=4 => Request::Create2(CreateRequest {
            path,
            data,
            acl,
            flags,
        }),
        _ => Request::Create(CreateRequest {
            path,
            data,
            acl,
            flags,
        }),
    }
}

fn delete(random: &mut Random, root: &str) -> Request {
    Request::Delete(DeleteRequest {
        path: path(random, root),
        version: version(random),
    })
}

fn set_data(random: &mut Random, root: &str) -> Request {
    let (path, data, version) = (path(random, root), data(random), version(random));
    Request::SetData(SetDataRequest {
        path,
        data,
        version,
    })
}

fn multi(random: &mut Random, root: &str) -> Request {
    let member = |random: &mut Random| match random.below(8) {
        0..=2 => create(random, root),
        3..=4 => delete(random, root),
        5..=6 => set_data(random, root),
        _ => Request::Check(CheckVersionRequest {
            path: path(random, root),
            version: version(random),
        }),
    };
    let ops = (0..random.below(5)).map(|_| member(random)).collect();
    Request::Multi(MultiRequest { ops })
}

fn multi_read(random: &mut Random, root: &str) -> Request {
    let member = |random: &mut Random| {
        let body = PathWatchRequest {
            path: path(random, root),
            watch: false,
        };
        if random.one_in(2) {
            Request::GetData(body)
        } else {
            Request::GetChildren(body)
        }
    };
    let ops = (0..random.below(4)).map(|_| member(random)).collect();
    Request::MultiRead(MultiRequest { ops })
}

fn set_watches(random: &mut Random, root: &str, last_zxid: i64) -> Request {
    let mut list = || {
        (0..random.below(3))
            .map(|_| echoed(random, root))
            .collect::<Vec<_>>()
    };
    let [data, exist, child, persistent, persistent_recursive] = std::array::from_fn(|_| list());
    let back = i64::try_from(random.below(20)).unwrap_or(0);
    let relative_zxid = Zxid((last_zxid - back).max(1));
    if random.one_in(2) {
        Request::SetWatches(SetWatches {
            relative_zxid,
            data,
            exist,
            child,
        })
    } else {
        Request::SetWatches2(SetWatches2 {
            relative_zxid,
            data,
            exist,
            child,
            persistent,
            persistent_recursive,
        })
    }
}

fn auth(random: &mut Random) -> Request {
    let (scheme, auth): (&str, &'static [u8]) = random.pick(&[
        ("digest", b"u:p" as &[u8]),
        ("digest", b"v:q"),
        ("digest", b"colonless"),
        ("digest", b"super:test"),
        ("ip", b""),
        ("world", b""),
        ("nobody", b"x"),
    ]);
    Request::Auth(AuthPacket {
        kind: 0,
        scheme: scheme.into(),
        auth: Some(Bytes::from_static(auth)),
    })
}

fn raw(random: &mut Random) -> Operation {
    let (op, body): (i32, &[u8]) = random.pick(&[
        (1, b"" as &[u8]),
        (1, b"\xff\xff\xff\xff"),
        (3, b"\x7f\xff\xff\xff/"),
        (4, b"\xff\xff\xff\xff\x00"),
        (5, b"\x00\x00"),
        (14, b"\x00"),
        (
            14,
            b"\x00\x00\x00\x04\x00\xff\xff\xff\xff\x00\x00\x00\x01/\x00",
        ),
        (
            22,
            b"\x00\x00\x00\x02\x00\xff\xff\xff\xff\x00\x00\x00\x01/\xff\xff\xff\xff",
        ),
        (17, b"\x00\x00\x00\x01/\x00\x00\x00\x09"),
        (106, b"\x00\x00\x00\x01/\x00\x00\x00\x09"),
        (13, b"\x00\x00\x00\x01/\xff\xff\xff\xff"),
        (0, b""),
        (10, b""),
        (999, b""),
    ]);
    Operation::Raw {
        op,
        body: body.to_vec(),
    }
}

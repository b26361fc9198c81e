//! The core driven by hand with a made-up time.

use bytes::Bytes;
use tenfold_zk::{Perms, Request as Read, Response};

use super::{
    entry::{ChangeKind, Create, CreateKind, Identities, WriteReply},
    *,
};

/// A core with one session and a clock of its own.
struct Desk {
    state: State,
    session: SessionId,
    identities: Identities,
    time: i64,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self {
            state: State::new(Genesis::zero()),
            session: SessionId::NONE,
            identities: Arc::from([Id::new("ip", "127.0.0.1")]),
            time: 1000,
        };
        desk.session = desk.run(Write::OpenSession { timeout_ms: 4000 }).session;
        desk
    }

    fn run(&mut self, write: Write) -> Output {
        self.run_as(self.session, write)
    }

    fn run_as(&mut self, session: SessionId, write: Write) -> Output {
        let request = Request {
            origin: None,
            session,
            identities: Arc::clone(&self.identities),
            write,
        };
        let entry = Entry::new(self.state.applied() + 1, self.time, vec![request]);
        self.state.apply(&entry).remove(0)
    }

    fn error(&mut self, write: Write) -> i32 {
        match self.run(write).reply {
            WriteReply::Failed(code) => code.0,
            WriteReply::MultiFailed(codes) => codes
                .iter()
                .find(|code| !code.is_ok())
                .map_or(0, |code| code.0),
            _ => 0,
        }
    }

    fn create(&mut self, path: &str, flags: i32) -> String {
        match self.run(create(path, flags)).reply {
            WriteReply::Created { path, .. } => path,
            other => format!("{other:?}"),
        }
    }

    fn stat(&self, path: &str) -> Stat {
        self.state
            .stat(path)
            .unwrap_or_else(|| panic!("no node {path}"))
    }
}

fn create(path: &str, flags: i32) -> Write {
    create_with(path, flags, Acl::open())
}

fn create_with(path: &str, flags: i32, acl: Vec<Acl>) -> Write {
    Write::Create(Create::new(
        CreateKind::Plain,
        path.to_owned(),
        None,
        acl,
        flags,
    ))
}

fn create_ttl(path: &str, flags: i32, ttl_ms: i64) -> Write {
    let create = Create::new(CreateKind::Ttl, path.to_owned(), None, Acl::open(), flags);
    Write::Create(Create { ttl_ms, ..create })
}

fn delete(path: &str, version: i32) -> Write {
    Write::Delete {
        path: path.to_owned(),
        version,
    }
}

fn set(path: &str, version: i32) -> Write {
    Write::SetData {
        path: path.to_owned(),
        data: Some(Bytes::from_static(b"x")),
        version,
    }
}

fn set_acl(path: &str, acl: Vec<Acl>, version: i32) -> Write {
    Write::SetAcl {
        path: path.to_owned(),
        acl,
        version,
    }
}

fn acl(perms: i32) -> Vec<Acl> {
    vec![Acl {
        perms: Perms(perms),
        id: Id::anyone(),
    }]
}

/// Each row breaks the rule named and every rule behind it in the table: the answer must be that of
/// the first.
#[test]
fn create_checks_in_zookeepers_order() {
    let mut desk = Desk::new();
    desk.create("/closed", 0);
    desk.run(set_acl("/closed", acl(1), -1));
    desk.create("/ephemeral", 1);
    desk.create("/open", 0);
    desk.create("/open/child", 0);
    let rows = [
        ("flags", create_with("bad", 7, vec![]), -8),
        ("ttl", create_ttl("bad", 5, 0), -8),
        ("ttl beyond 40 bits", create_ttl("/t", 5, 1 << 40), -8),
        ("ttl flags without ttl", create("/t", 5), -8),
        (
            "ttl operation without its flags",
            create_ttl("/t", 0, 5),
            -8,
        ),
        ("no slash", create_with("bad", 0, vec![]), -8),
        ("empty path", create_with("", 0, vec![]), -8),
        ("NUL", create_with("/a\0", 0, vec![]), -8),
        (
            "access list before parent",
            create_with("/none/..", 0, vec![]),
            -114,
        ),
        ("parent before validation", create("/none/..", 0), -101),
        (
            "permission before validation",
            create("/closed/..", 0),
            -102,
        ),
        ("validation before existence", create("/open/", 0), -8),
        ("double slash below a node", create("/open//x", 0), -101),
        ("existence", create("/open/child", 0), -110),
        ("the root", create("/", 0), -110),
        ("ephemeral parent", create("/ephemeral/x", 0), -108),
        ("a control character", create("/x\u{1}", 0), -8),
        ("private use", create("/x\u{e000}", 0), -8),
        ("beyond the basic plane", create("/x😀", 0), -8),
    ];
    for (rule, write, code) in rows {
        assert_eq!(desk.error(write), code, "{rule}");
    }
    assert_eq!(desk.create("/zookeeper/x", 0), "/zookeeper/x");
}

#[test]
fn delete_set_and_check_in_zookeepers_order() {
    let mut desk = Desk::new();
    desk.create("/closed", 0);
    desk.create("/closed/child", 0);
    desk.create("/parent", 0);
    desk.create("/parent/child", 0);
    desk.run(set_acl("/closed", acl(1), -1));
    let check = |path: &str, version| {
        Write::Multi(vec![Write::Check {
            path: path.to_owned(),
            version,
        }])
    };
    let rows = [
        ("special before all", delete("/zookeeper", 9), -8),
        ("special root", delete("/", -1), -8),
        ("special config", delete("/zookeeper/config", -1), -8),
        ("no slash", delete("x", -1), -8),
        ("no parent", delete("/none/x", 9), -101),
        (
            "permission on the parent before existence",
            delete("/closed/none", 9),
            -102,
        ),
        ("existence before version", delete("/none", 9), -101),
        ("version before children", delete("/parent", 9), -103),
        ("children", delete("/parent", 0), -111),
        ("validation", set("x", 9), -8),
        ("set: existence", set("/none", 9), -101),
        ("set: permission before version", set("/closed", 9), -102),
        ("set: version", set("/parent", 9), -103),
        ("acl: validation before list", set_acl("x", vec![], 9), -8),
        (
            "acl: list before existence",
            set_acl("/none", vec![], 9),
            -114,
        ),
        ("acl: existence", set_acl("/none", Acl::open(), 9), -101),
        (
            "acl: permission before version",
            set_acl("/closed", Acl::open(), 9),
            -102,
        ),
        ("acl: version", set_acl("/parent", Acl::open(), 9), -103),
        ("check: validation", check("x", 9), -8),
        ("check: existence", check("/none", 9), -101),
        ("check: version", check("/parent", 9), -103),
    ];
    for (rule, write, code) in rows {
        assert_eq!(desk.error(write), code, "{rule}");
    }
    assert_eq!(desk.error(set("/", -1)), 0);
    assert_eq!(desk.error(delete("/parent/child", 0)), 0);
}

#[test]
fn a_dead_session_can_write_nothing() {
    let mut desk = Desk::new();
    desk.create("/n", 0);
    let dead = SessionId(77);
    for write in [
        create("/x", 0),
        delete("/n", -1),
        set("/n", -1),
        set_acl("/n", Acl::open(), -1),
        Write::CloseSession,
    ] {
        let reply = desk.run_as(dead, write).reply;
        assert_eq!(reply, WriteReply::Failed(ErrorCode::SESSION_EXPIRED));
    }
    assert_eq!(
        desk.state.query(dead, &[], &Read::WhoAmI),
        Err(ErrorCode::SESSION_EXPIRED)
    );
}

#[test]
fn every_transaction_takes_one_zxid_and_reads_take_none() {
    let mut desk = Desk::new();
    let start = desk.state.zxid().0;
    assert_eq!(desk.run(create("/a", 0)).zxid.0, start + 1);
    assert_eq!(desk.run(create("/a", 0)).zxid.0, start + 2);
    assert_eq!(desk.run(Write::Multi(vec![])).zxid.0, start + 3);
    let read = Read::Sync(tenfold_zk::PathRequest {
        path: "/none".into(),
    });
    assert!(desk.state.query(desk.session, &[], &read).is_ok());
    assert_eq!(
        desk.run(Write::OpenSession { timeout_ms: 1 }).zxid.0,
        start + 4
    );
    assert_eq!(desk.stat("/a").czxid.0, start + 1);
}

#[test]
fn suffixes_count_creations_and_failures_do_not() {
    let mut desk = Desk::new();
    desk.create("/p", 0);
    for name in ["/p/a", "/p/b", "/p/c"] {
        desk.create(name, 0);
    }
    desk.run(create("/p/a", 0));
    desk.run(delete("/p/a", -1));
    assert_eq!(desk.create("/p/s-", 2), "/p/s-0000000003");
    assert_eq!(desk.create("/p/", 3), "/p/0000000004");
    assert_eq!(
        (desk.stat("/p").cversion, desk.stat("/p").num_children),
        (6, 4)
    );
}

#[test]
fn stats_move_as_the_table_says() {
    let mut desk = Desk::new();
    desk.create("/p", 0);
    let born = desk.stat("/p");
    assert_eq!(
        (born.czxid, born.mzxid, born.pzxid),
        (born.czxid, born.czxid, born.czxid)
    );
    assert_eq!((born.ctime, born.mtime, born.version), (1000, 1000, 0));
    desk.time = 2000;
    let set_zxid = desk.run(set("/p", 0)).zxid;
    let child_zxid = desk.run(create("/p/c", 0)).zxid;
    desk.run(set("/p/c", 0));
    desk.run(set_acl("/p", Acl::open(), 0));
    let stat = desk.stat("/p");
    assert_eq!(
        (stat.mzxid, stat.pzxid, stat.czxid),
        (set_zxid, child_zxid, born.czxid)
    );
    assert_eq!((stat.ctime, stat.mtime), (1000, 2000));
    assert_eq!(
        (stat.version, stat.cversion, stat.aversion, stat.data_length),
        (1, 1, 1, 1)
    );
    let gone_zxid = desk.run(delete("/p/c", -1)).zxid;
    assert_eq!(
        (desk.stat("/p").pzxid, desk.stat("/p").cversion),
        (gone_zxid, 2)
    );
}

#[test]
fn a_failed_multi_leaves_no_trace() {
    let mut desk = Desk::new();
    desk.create("/p", 0);
    desk.create("/p/old", 1);
    let before = desk.state.digest_without_counters();
    let reply = desk.run(Write::Multi(vec![
        create("/p/s-", 2),
        set("/p", 0),
        delete("/p/old", -1),
        create("/p/box", 0),
        create("/p/box/deep", 1),
        set("/p/none", -1),
        delete("/p", -1),
    ]));
    let codes = [0, 0, 0, 0, 0, -101, -2].map(ErrorCode);
    assert_eq!(reply.reply, WriteReply::MultiFailed(codes.to_vec()));
    assert_eq!(reply.changes, []);
    assert_eq!(desk.state.digest_without_counters(), before);
    assert_eq!(desk.create("/p/s-", 2), "/p/s-0000000001");
}

#[test]
fn members_of_a_multi_see_each_other_and_share_a_zxid() {
    let mut desk = Desk::new();
    let output = desk.run(Write::Multi(vec![
        create("/p", 0),
        create("/p/s-", 2),
        create("/p/s-", 2),
        set("/p", 0),
        Write::Check {
            path: "/p".into(),
            version: 1,
        },
        delete("/p/s-0000000000", 0),
    ]));
    assert!(matches!(&output.reply, WriteReply::Multi(replies) if replies.len() == 6));
    let kinds: Vec<_> = output
        .changes
        .iter()
        .map(|change| (change.kind, &*change.path))
        .collect();
    assert_eq!(
        kinds,
        [
            (ChangeKind::Created, "/p"),
            (ChangeKind::Created, "/p/s-0000000000"),
            (ChangeKind::Created, "/p/s-0000000001"),
            (ChangeKind::DataChanged, "/p"),
            (ChangeKind::Deleted, "/p/s-0000000000"),
        ]
    );
    assert_eq!(desk.stat("/p").czxid, desk.stat("/p/s-0000000001").czxid);
}

#[test]
fn the_end_of_a_session_takes_its_ephemerals_in_one_transaction() {
    let mut desk = Desk::new();
    let other = desk.run(Write::OpenSession { timeout_ms: 4000 }).session;
    desk.create("/p", 0);
    for name in ["/p/b", "/p/a"] {
        desk.run_as(other, create(name, 1));
    }
    desk.create("/p/mine", 1);
    let output = desk.run_as(other, Write::CloseSession);
    let gone: Vec<_> = output.changes.iter().map(|change| &*change.path).collect();
    assert_eq!(
        (output.reply, gone),
        (WriteReply::Closed, vec!["/p/a", "/p/b"])
    );
    assert_eq!(
        (desk.stat("/p").num_children, desk.stat("/p").pzxid),
        (1, output.zxid)
    );
    assert!(!desk.state.has_session(other) && desk.state.has_session(desk.session));
}

#[test]
fn containers_and_ttl_nodes_go_when_they_are_due() {
    let mut desk = Desk::new();
    let container = |path: &str| {
        let (path, acl) = (path.to_owned(), Acl::open());
        Write::Create(Create::new(CreateKind::Container, path, None, acl, 0))
    };
    desk.run(container("/used"));
    desk.run(container("/unused"));
    desk.run(create_ttl("/ttl", 5, 500));
    desk.create("/used/c", 0);
    assert_eq!(desk.stat("/ttl").ephemeral_owner, SessionId::NONE);
    let due = |desk: &Desk, time| {
        let requests = desk.state.reapable(time, 10_000, 10);
        requests
            .into_iter()
            .map(|request| match request.write {
                Write::Reap { path, .. } => path,
                other => format!("{other:?}"),
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(due(&desk, 1500), Vec::<String>::new());
    assert_eq!(due(&desk, 1501), ["/ttl"]);
    desk.run(delete("/used/c", -1));
    assert_eq!(due(&desk, 1000), ["/used"]);
    assert_eq!(due(&desk, 11_001), ["/ttl", "/unused", "/used"]);
    // What was due when it was proposed may not be when it is applied.
    let requests = desk.state.reapable(1501, 10_000, 10);
    desk.time = 1501;
    desk.run(set("/ttl", -1));
    desk.create("/used/again", 0);
    let entry = Entry::new(desk.state.applied() + 1, desk.time, requests);
    let refused = WriteReply::Failed(ErrorCode::BAD_VERSION);
    assert!(
        desk.state
            .apply(&entry)
            .iter()
            .all(|output| output.reply == refused)
    );
}

#[test]
fn versions_never_become_minus_one() {
    assert_eq!(super::write::next_version(-2, -1), Ok(0));
    assert_eq!(super::write::next_version(i32::MAX, i32::MAX), Ok(i32::MIN));
    assert_eq!(
        super::write::next_version(3, 4),
        Err(ErrorCode::BAD_VERSION)
    );
}

#[test]
fn time_never_runs_backwards_and_old_entries_change_nothing() {
    let mut desk = Desk::new();
    desk.create("/a", 0);
    desk.time = 10;
    desk.create("/b", 0);
    assert_eq!((desk.state.time(), desk.stat("/b").ctime), (1000, 1000));
    let before = desk.state.digest();
    let old = Entry::new(desk.state.applied(), 5000, vec![]);
    assert_eq!(desk.state.apply(&old), []);
    assert_eq!(desk.state.digest(), before);
}

#[test]
fn the_same_entries_give_the_same_state_and_outputs() {
    let script = || {
        let mut desk = Desk::new();
        let mut outputs = Vec::new();
        for write in [
            create("/p", 0),
            create("/p/s-", 3),
            set("/p", 7),
            Write::Multi(vec![create("/p/x", 4), delete("/p/s-0000000000", -1)]),
            create_ttl("/p/t", 6, 5),
            Write::OpenSession { timeout_ms: 9 },
        ] {
            desk.time += 10;
            outputs.push(desk.run(write));
        }
        (desk.state.digest(), outputs)
    };
    assert_eq!(script(), script());
    let mut other = Desk::new();
    other.create("/p", 0);
    assert_ne!(script().0, other.state.digest());
}

#[test]
fn lists_hide_secrets_from_who_may_only_read() {
    let mut desk = Desk::new();
    let user = acl::digest_identity(b"u:p");
    let list = vec![
        Acl {
            perms: Perms::ALL,
            id: user.clone(),
        },
        Acl {
            perms: Perms::READ,
            id: Id::anyone(),
        },
    ];
    desk.run(create_with("/n", 0, list.clone()));
    let shown = |identities: &[Id]| {
        let read = Read::GetAcl(tenfold_zk::PathRequest { path: "/n".into() });
        match desk.state.query(desk.session, identities, &read) {
            Ok(Response::GetAcl(body)) => body.acl,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(shown(&[user]), list);
    assert_eq!(shown(&[])[0].id.id, "u:x");
    assert_eq!(desk.error(set("/n", -1)), -102);
    desk.identities = Arc::from([Id::new("super", "")]);
    assert_eq!(desk.error(set("/n", -1)), 0);
}

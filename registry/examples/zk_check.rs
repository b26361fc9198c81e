//! Checks a ZooKeeper-compatible server through this crate's client, operation by operation.
//!
//! `cargo run -p tenfold-registry --example zk_check -- 127.0.0.1:2181` prints each fact that it
//! checks and ends with a code other than 0 at the first wrong answer. It works below a chroot of
//! its own and leaves nothing behind.

use std::{process::ExitCode, time::Duration};

use tenfold_registry::client::{
    Multi, SessionPhase, Watch, WatchEvent, ZkClient, ZkError, ZkErrorKind,
};
use tenfold_zk::{Acl, AddWatchMode, CreateMode, EventType, Id, MultiResult, Perms};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Fails with the sentence when the fact is not so.
fn check(fact: &str, holds: bool) -> Outcome {
    if holds {
        println!("ok    {fact}");
        return Ok(());
    }
    println!("WRONG {fact}");
    Err(fact.into())
}

fn check_error<T: std::fmt::Debug>(
    fact: &str,
    result: Result<T, ZkError>,
    kind: &ZkErrorKind,
) -> Outcome {
    match &result {
        Err(error) if error.kind() == kind => check(fact, true),
        other => check(&format!("{fact}: expected {kind:?}, got {other:?}"), false),
    }
}

async fn next(watch: &mut Watch) -> Outcome<WatchEvent> {
    let event = tokio::time::timeout(Duration::from_secs(5), watch.next()).await?;
    event.ok_or_else(|| "the watch has ended".into())
}

async fn check_event(fact: &str, watch: &mut Watch, kind: EventType, path: &str) -> Outcome {
    let event = next(watch).await?;
    let fits = matches!(&event, WatchEvent::Changed { kind: came, path: at, .. }
        if *came == kind && at == path);
    check(&format!("{fact} ({event:?})"), fits)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(servers) = std::env::args()
        .nth(1)
        .or_else(|| std::env::var("TENFOLD_ZK").ok())
    else {
        eprintln!("usage: zk_check host:port[,host:port]   (or TENFOLD_ZK=host:port)");
        return ExitCode::from(2);
    };
    match run(&servers).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(servers: &str) -> Outcome {
    let plain = client(servers).await?;
    let root = plain
        .create(
            "/tenfold-check-",
            "",
            Acl::open(),
            CreateMode::PersistentSequential,
        )
        .await?;
    println!("working below {root} on {servers}");
    let zk = client(&format!("{servers}{root}")).await?;

    nodes(&zk).await?;
    sequences(&zk, &plain, &root).await?;
    watches(&zk).await?;
    lasting_watches(&zk).await?;
    multis(&zk).await?;
    acls(servers, &root).await?;
    ephemerals(servers, &root, &zk).await?;
    housekeeping(&zk).await?;

    zk.close().await;
    check(
        "a closed client is closed",
        zk.session().current().phase == SessionPhase::Closed,
    )?;
    clear(&plain, &root).await?;
    plain.close().await;
    println!("all facts hold");
    Ok(())
}

async fn client(servers: &str) -> Outcome<ZkClient> {
    let client = ZkClient::builder(servers)
        .session_timeout(Duration::from_secs(6))
        .connect()
        .await?;
    Ok(client)
}

async fn nodes(zk: &ZkClient) -> Outcome {
    let path = zk
        .create("/a", "one", Acl::open(), CreateMode::Persistent)
        .await?;
    check("create returns the path without the chroot", path == "/a")?;
    let again = zk
        .create("/a", "", Acl::open(), CreateMode::Persistent)
        .await;
    check_error(
        "creating a node twice fails",
        again,
        &ZkErrorKind::NodeExists,
    )?;
    let orphan = zk
        .create("/x/y", "", Acl::open(), CreateMode::Persistent)
        .await;
    check_error(
        "creating without a parent fails",
        orphan,
        &ZkErrorKind::NoNode,
    )?;

    let (data, stat) = zk.data("/a").await?;
    check("data comes back", data.as_deref() == Some(b"one"))?;
    check(
        "a node starts with version 0 and equal zxids",
        stat.version == 0 && stat.czxid == stat.mzxid && stat.czxid == stat.pzxid,
    )?;
    let stat = zk.set_data("/a", "three", Some(0)).await?;
    check(
        "setData moves version and mzxid",
        stat.version == 1 && stat.mzxid > stat.czxid && stat.data_length == 5,
    )?;
    let stale = zk.set_data("/a", "", Some(0)).await;
    check_error(
        "a stale version is refused",
        stale,
        &ZkErrorKind::BadVersion,
    )?;

    check(
        "a missing node is none",
        zk.exists("/missing").await?.is_none(),
    )?;
    zk.create("/a/b", "", Acl::open(), CreateMode::Persistent)
        .await?;
    let full = zk.delete("/a", None).await;
    check_error("a node with children stays", full, &ZkErrorKind::NotEmpty)?;
    zk.delete("/a/b", Some(0)).await?;
    let (children, stat) = zk.children("/a").await?;
    check(
        "cversion counts creations and deletions",
        children.is_empty() && stat.cversion == 2 && stat.num_children == 0,
    )?;
    check_error(
        "deleting twice fails",
        zk.delete("/a/b", None).await,
        &ZkErrorKind::NoNode,
    )?;
    zk.ensure_path("/deep/er/still", "10.0.0.1").await?;
    zk.ensure_path("/deep/er/still", "other").await?;
    let (data, _) = zk.data("/deep/er").await?;
    check(
        "ensure_path fills the nodes between",
        data.as_deref() == Some(b"10.0.0.1"),
    )?;
    let encoded = "/deep/dubbo%3A%2F%2F10.0.0.1%3A20880%2Fa.B%3Fx%3D1%26y%3D%2A";
    zk.create(encoded, "", Acl::open(), CreateMode::Persistent)
        .await?;
    check(
        "encoded URLs are node names",
        zk.exists(encoded).await?.is_some(),
    )?;
    let (big, size) = (vec![7_u8; 500_000], 500_000);
    zk.create("/big", big, Acl::open(), CreateMode::Persistent)
        .await?;
    let (data, _) = zk.data("/big").await?;
    check(
        "half a megabyte goes there and back",
        data.is_some_and(|data| data.len() == size),
    )
}

async fn sequences(zk: &ZkClient, plain: &ZkClient, root: &str) -> Outcome {
    zk.create("/seq", "", Acl::open(), CreateMode::Persistent)
        .await?;
    zk.create("/seq/plain", "", Acl::open(), CreateMode::Persistent)
        .await?;
    let first = zk
        .create("/seq/n-", "", Acl::open(), CreateMode::PersistentSequential)
        .await?;
    check(
        "numbers count every creation before",
        first == "/seq/n-0000000001",
    )?;
    let bare = zk
        .create("/seq/", "", Acl::open(), CreateMode::EphemeralSequential)
        .await?;
    check("a number can be the whole name", bare == "/seq/0000000002")?;
    let (path, stat) = zk
        .create_with_stat("/box", "", Acl::open(), CreateMode::Container)
        .await?;
    check(
        "containers show no owner",
        path == "/box" && stat.ephemeral_owner.0 == 0,
    )?;
    let outside = plain.exists(&format!("{root}/seq/plain")).await?;
    check("a chroot is a prefix and nothing more", outside.is_some())
}

async fn watches(zk: &ZkClient) -> Outcome {
    zk.create("/w", "", Acl::open(), CreateMode::Persistent)
        .await?;
    let (_, mut data) = zk.data_watched("/w").await?;
    let (_, mut children) = zk.children_watched("/w").await?;
    let (none, mut birth) = zk.exists_watched("/w/c").await?;
    check("the child is missing", none.is_none())?;
    zk.create("/w/c", "", Acl::open(), CreateMode::Persistent)
        .await?;
    check_event("birth is told", &mut birth, EventType::NodeCreated, "/w/c").await?;
    check_event(
        "children are told",
        &mut children,
        EventType::NodeChildrenChanged,
        "/w",
    )
    .await?;
    zk.set_data("/w", "x", None).await?;
    check_event(
        "change is told",
        &mut data,
        EventType::NodeDataChanged,
        "/w",
    )
    .await?;
    check("a one-shot watch ends", data.next().await.is_none())?;
    let (_, mut end) = zk.children_watched("/w/c").await?;
    zk.delete("/w/c", None).await?;
    check_event("end is told", &mut end, EventType::NodeDeleted, "/w/c").await?;
    let missing = zk.children_watched("/nowhere").await;
    check_error("no node, no child watch", missing, &ZkErrorKind::NoNode)
}

async fn lasting_watches(zk: &ZkClient) -> Outcome {
    let mut tree = zk
        .add_watch("/p", AddWatchMode::PersistentRecursive)
        .await?;
    let mut node = zk.add_watch("/p", AddWatchMode::Persistent).await?;
    zk.create("/p", "", Acl::open(), CreateMode::Persistent)
        .await?;
    zk.create("/p/q", "", Acl::open(), CreateMode::Persistent)
        .await?;
    zk.set_data("/p/q", "1", None).await?;
    zk.set_data("/p", "1", None).await?;
    zk.delete("/p/q", None).await?;
    for (kind, path) in [
        (EventType::NodeCreated, "/p"),
        (EventType::NodeCreated, "/p/q"),
        (EventType::NodeDataChanged, "/p/q"),
        (EventType::NodeDataChanged, "/p"),
        (EventType::NodeDeleted, "/p/q"),
    ] {
        check_event("a recursive watch goes on", &mut tree, kind, path).await?;
    }
    for kind in [
        EventType::NodeCreated,
        EventType::NodeChildrenChanged,
        EventType::NodeDataChanged,
        EventType::NodeChildrenChanged,
    ] {
        check_event("a persistent watch goes on", &mut node, kind, "/p").await?;
    }
    Ok(())
}

async fn multis(zk: &ZkClient) -> Outcome {
    let results = zk
        .multi(
            Multi::new()
                .create("/m", "1", Acl::open(), CreateMode::Persistent)
                .set_data("/m", "2", Some(0))
                .check("/m", Some(1))
                .create("/m/s-", "", Acl::open(), CreateMode::PersistentSequential)
                .delete("/m/s-0000000000", None),
        )
        .await?;
    check(
        "members see what members before them did",
        matches!(&results[..], [
            MultiResult::Create(path),
            MultiResult::SetData(stat),
            MultiResult::Check,
            MultiResult::Create(numbered),
            MultiResult::Delete,
        ] if path == "/m" && stat.version == 1 && numbered == "/m/s-0000000000"),
    )?;
    let failed = zk
        .multi(
            Multi::new()
                .set_data("/m", "3", None)
                .check("/none", None)
                .delete("/m", None),
        )
        .await;
    let error = failed
        .err()
        .ok_or("a multi with a failing member succeeded")?;
    check(
        &format!("a failed multi names its culprit ({error})"),
        *error.kind() == ZkErrorKind::NoNode
            && error.multi_member() == Some(1)
            && error.path() == Some("/none"),
    )?;
    let (data, _) = zk.data("/m").await?;
    check("and changes nothing", data.as_deref() == Some(b"2"))?;
    check(
        "an empty multi is legal",
        zk.multi(Multi::new()).await?.is_empty(),
    )?;
    let reads = zk.data_of(&["/m", "/none"]).await?;
    check(
        "a multiRead has a result for each",
        matches!(
            &reads[..],
            [MultiResult::GetData { .. }, MultiResult::Error(_)]
        ),
    )
}

async fn acls(servers: &str, root: &str) -> Outcome {
    let owner = client(&format!("{servers}{root}")).await?;
    let stranger = client(&format!("{servers}{root}")).await?;
    owner.add_auth("digest", "u:p");
    owner
        .create("/locked", "s", Acl::creator_all(), CreateMode::Persistent)
        .await?;
    let (acl, stat) = owner.acl("/locked").await?;
    let id = Id::new("digest", "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=");
    check(
        "auth expands to the digest",
        acl == [Acl {
            perms: Perms::ALL,
            id,
        }],
    )?;
    let read = stranger.data("/locked").await;
    check_error("strangers are kept out", read, &ZkErrorKind::NoAuth)?;
    let stat = owner
        .set_acl("/locked", Acl::read_only(), Some(stat.aversion))
        .await?;
    check("setACL moves the ACL's version", stat.aversion == 1)?;
    check(
        "and lets strangers read",
        stranger.data("/locked").await.is_ok(),
    )?;
    let empty = owner
        .create("/e", "", Vec::new(), CreateMode::Persistent)
        .await;
    check_error("an empty list is refused", empty, &ZkErrorKind::InvalidAcl)?;
    let who = owner.who_am_i().await?;
    check(
        "whoAmI tells address and user",
        who.iter().any(|info| info.scheme == "ip")
            && who
                .iter()
                .any(|info| info.scheme == "digest" && info.user == "u"),
    )?;
    owner.close().await;
    stranger.close().await;
    Ok(())
}

async fn ephemerals(servers: &str, root: &str, zk: &ZkClient) -> Outcome {
    let other = client(&format!("{servers}{root}")).await?;
    other
        .create("/eph", "", Acl::open(), CreateMode::Ephemeral)
        .await?;
    let session = other.session().current().session;
    let stat = zk.exists("/eph").await?.ok_or("the ephemeral is missing")?;
    check(
        "an ephemeral belongs to its session",
        Some(stat.ephemeral_owner) == session,
    )?;
    let child = zk
        .create("/eph/x", "", Acl::open(), CreateMode::Persistent)
        .await;
    check_error(
        "and has no children",
        child,
        &ZkErrorKind::NoChildrenForEphemerals,
    )?;
    check(
        "the session knows it",
        other.ephemerals("/").await? == ["/eph"],
    )?;
    let (_, mut end) = zk.exists_watched("/eph").await?;
    other.close().await;
    check_event(
        "it goes with its session",
        &mut end,
        EventType::NodeDeleted,
        "/eph",
    )
    .await
}

async fn housekeeping(zk: &ZkClient) -> Outcome {
    zk.sync("/").await?;
    check("sync is answered", true)?;
    check("the membership is readable", zk.config().await.is_ok())?;
    zk.create("/count", "", Acl::open(), CreateMode::Persistent)
        .await?;
    zk.create("/count/1", "", Acl::open(), CreateMode::Persistent)
        .await?;
    zk.create("/count/1/2", "", Acl::open(), CreateMode::Persistent)
        .await?;
    check(
        "descendants are counted",
        zk.descendants("/count").await? == 2,
    )?;
    // Longer than a third of the session timeout, so that pings have to carry the session.
    let before = zk.session().current();
    tokio::time::sleep(Duration::from_secs(7)).await;
    let after = zk.session().current();
    check("pings keep the session and the connection", before == after)
}

async fn clear(zk: &ZkClient, root: &str) -> Outcome {
    // Deepest first: a node goes when its children have gone.
    let mut found = vec![root.to_owned()];
    let mut at = 0;
    while let Some(path) = found.get(at).cloned() {
        let (children, _) = zk.children(&path).await?;
        found.extend(children.iter().map(|name| format!("{path}/{name}")));
        at += 1;
    }
    for path in found.iter().rev() {
        match zk.delete(path, None).await {
            Ok(()) => {}
            Err(error) if *error.kind() == ZkErrorKind::NoNode => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

//! [`ZkClient`]: sessions, watches and errors over a line that breaks.

use std::time::Duration;

use tenfold_registry::client::{SessionPhase, WatchEvent, ZkClient, ZkErrorKind};
use tenfold_zk::{Acl, AddWatchMode, CreateMode, EventType};

use crate::{
    proxy::Proxy,
    support::{World, connect, soon, until},
};

#[tokio::test]
async fn a_session_survives_its_connection_with_ephemerals_and_watches() {
    let world = World::new().await;
    let other = world.rooted_client().await;
    let mut proxy = Proxy::to(&world.address).await;
    let client = connect(&format!("{}/{}", proxy.address, world.root)).await;
    client
        .create("/e", "", Acl::open(), CreateMode::Ephemeral)
        .await
        .expect("created");
    other
        .create("/d", "1", Acl::open(), CreateMode::Persistent)
        .await
        .expect("created");
    let (_, mut kept) = client.data_watched("/e").await.expect("read");
    let (_, mut caught_up) = client.data_watched("/d").await.expect("read");
    let mut lasting = client
        .add_watch("/d", AddWatchMode::Persistent)
        .await
        .expect("armed");
    let before = client.session().current();

    proxy.shut();
    let mut session = client.session();
    until("the client notices", async || {
        session.current().phase == SessionPhase::Suspended
    })
    .await;
    other
        .set_data("/d", "2", None)
        .await
        .expect("written behind its back");
    proxy.open();
    assert!(soon("the session", session.connected()).await);
    let after = client.session().current();
    assert_eq!(after.session, before.session, "the session is resumed");
    assert_eq!((after.sessions, after.connections), (1, 2));

    assert!(matches!(
        soon("the catch-up event", caught_up.next()).await,
        Some(WatchEvent::Changed {
            kind: EventType::NodeDataChanged,
            ..
        })
    ));
    assert_eq!(
        soon("the gap", lasting.next()).await,
        Some(WatchEvent::Missed)
    );
    other
        .set_data("/e", "x", None)
        .await
        .expect("the ephemeral is there");
    assert!(matches!(
        soon("the armed watch", kept.next()).await,
        Some(WatchEvent::Changed { kind: EventType::NodeDataChanged, path, .. }) if path == "/e"
    ));
    other.set_data("/d", "3", None).await.expect("written");
    assert!(matches!(
        soon("the lasting watch", lasting.next()).await,
        Some(WatchEvent::Changed {
            kind: EventType::NodeDataChanged,
            ..
        })
    ));
    client.close().await;
    other.close().await;
    world.stop().await;
}

#[tokio::test]
async fn an_expired_session_is_reported_and_followed_by_another() {
    let world = World::new().await;
    let other = world.rooted_client().await;
    let mut proxy = Proxy::to(&world.address).await;
    let client = connect(&format!("{}/{}", proxy.address, world.root)).await;
    client
        .create("/e", "", Acl::open(), CreateMode::Ephemeral)
        .await
        .expect("created");
    let (_, mut watch) = client.data_watched("/e").await.expect("read");
    let before = client.session().current();

    proxy.shut();
    until("the ephemeral has gone", async || {
        other.exists("/e").await.expect("read").is_none()
    })
    .await;
    proxy.open();
    assert_eq!(
        soon("the watch's end", watch.next()).await,
        Some(WatchEvent::SessionLost)
    );
    assert_eq!(watch.next().await, None);
    let mut session = client.session();
    assert!(soon("another session", session.connected()).await);
    let after = session.current();
    assert_ne!(after.session, before.session);
    assert_eq!(after.sessions, 2);
    client
        .create("/e", "", Acl::open(), CreateMode::Ephemeral)
        .await
        .expect("created again");
    client.close().await;
    other.close().await;
    world.stop().await;
}

#[tokio::test]
async fn reads_are_repeated_over_a_broken_line_and_order_is_kept() {
    let world = World::new().await;
    let setup = world.rooted_client().await;
    setup
        .create("/n", "0", Acl::open(), CreateMode::Persistent)
        .await
        .expect("created");
    let mut proxy = Proxy::to(&world.address).await;
    let client = connect(&format!("{}/{}", proxy.address, world.root)).await;
    let mut last = -1;
    for round in 0..20 {
        if round % 5 == 4 {
            proxy.cut();
        }
        setup
            .set_data("/n", round.to_string(), None)
            .await
            .expect("written");
        let (_, stat) = client.data("/n").await.expect("reads survive cuts");
        assert!(
            stat.version > last,
            "round {round}: {} after {last}",
            stat.version
        );
        last = stat.version;
    }
    client.close().await;
    setup.close().await;
    world.stop().await;
}

#[tokio::test]
async fn requests_that_were_not_sent_are_withdrawn_at_their_deadline() {
    let world = World::new().await;
    let setup = world.rooted_client().await;
    let mut proxy = Proxy::to(&world.address).await;
    let client = connect(&format!("{}/{}", proxy.address, world.root)).await;
    proxy.shut();
    let session = client.session();
    until("the client notices", async || {
        session.current().phase == SessionPhase::Suspended
    })
    .await;
    let hasty = client.with_request_timeout(Duration::from_millis(50));
    let error = hasty
        .create("/late", "", Acl::open(), CreateMode::Persistent)
        .await
        .expect_err("no server");
    assert_eq!(
        error.to_string(),
        "create `/late`: no answer within 50ms, not sent"
    );
    proxy.open();
    client.sync("/").await.expect("connected again");
    assert_eq!(setup.exists("/late").await.expect("read"), None);
    client.close().await;
    setup.close().await;
    world.stop().await;
}

#[tokio::test]
async fn hundreds_of_requests_in_flight_are_answered_each_by_its_own_reply() {
    let world = World::new().await;
    let client = world.rooted_client().await;
    let tasks: Vec<_> = (0..500)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let path = format!("/n{number}");
                let data = number.to_string();
                client
                    .create(&path, data.clone(), Acl::open(), CreateMode::Persistent)
                    .await
                    .expect("created");
                let (read, _) = client.data(&path).await.expect("read");
                assert_eq!(read.as_deref(), Some(data.as_bytes()));
            })
        })
        .collect();
    for task in tasks {
        soon("a reply", task).await.expect("no panic");
    }
    let (children, stat) = client.children("/").await.expect("read");
    assert_eq!((children.len(), stat.num_children), (500, 500));
    client.close().await;
    world.stop().await;
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_session() {
    let world = World::new().await;
    let other = world.rooted_client().await;
    let client = ZkClient::builder(&format!("{}/{}", world.address, world.root))
        .session_timeout(Duration::from_secs(30))
        .connect()
        .await
        .expect("connected");
    client
        .create("/e", "", Acl::open(), CreateMode::Ephemeral)
        .await
        .expect("created");
    let (_, mut end) = other.exists_watched("/e").await.expect("read");
    drop(client);
    assert!(matches!(
        soon("the ephemeral's end", end.next()).await,
        Some(WatchEvent::Changed {
            kind: EventType::NodeDeleted,
            ..
        })
    ));
    other.close().await;
    world.stop().await;
}

#[tokio::test]
async fn a_closed_client_refuses_and_its_watches_end() {
    let world = World::new().await;
    let client = world.rooted_client().await;
    let (_, mut watch) = client.children_watched("/").await.expect("read");
    client.close().await;
    assert_eq!(
        soon("the end", watch.next()).await,
        Some(WatchEvent::SessionLost)
    );
    let error = client.exists("/").await.expect_err("closed");
    assert_eq!(*error.kind(), ZkErrorKind::Closed);
    world.stop().await;
}

#[tokio::test]
async fn several_servers_are_tried_until_one_answers() {
    let world = World::new().await;
    let root = world.rooted_client().await;
    // Nobody listens on the discard port of loopback.
    let servers = format!("127.0.0.1:9,{},127.0.0.1:9", world.address);
    let client = soon("a good server", ZkClient::builder(&servers).connect()).await;
    client.expect("connected").close().await;
    root.close().await;
    world.stop().await;
}

#[tokio::test]
async fn bad_paths_are_refused_before_they_are_sent() {
    let world = World::new().await;
    let client = world.rooted_client().await;
    for path in ["", "a", "/a/", "/a//b", "/a/../b", "/a\u{0}"] {
        let error = client.data(path).await.expect_err("no path");
        assert!(
            matches!(error.kind(), ZkErrorKind::BadPath(_)),
            "{path:?}: {error}"
        );
    }
    client.close().await;
    world.stop().await;
}

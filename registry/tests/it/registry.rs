//! [`ZkRegistry`]: Dubbo's tree, kept and followed.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tenfold_common::Url;
use tenfold_registry::{
    Category, NotifyListener, Registry, RegistryError,
    zookeeper::{MetadataKey, ServiceDefinition, ZkRegistry, tree},
};
use tenfold_zk::{Acl, CreateMode};

use crate::{
    proxy::Proxy,
    support::{World, soon, until},
};

/// Notes what it is told.
#[derive(Default)]
struct Recorder {
    told: Mutex<Vec<(Category, Vec<String>)>>,
}

impl Recorder {
    fn all(&self) -> Vec<(Category, Vec<String>)> {
        self.told.lock().expect("not poisoned").clone()
    }

    fn last(&self, category: Category) -> Option<Vec<String>> {
        let told = self.told.lock().expect("not poisoned");
        let last = told.iter().rev().find(|(at, _)| *at == category);
        last.map(|(_, urls)| urls.clone())
    }

    async fn until_last(&self, category: Category, expected: &[&str]) {
        until(&format!("{category} are {expected:?}"), async || {
            self.last(category).is_some_and(|urls| urls == expected)
        })
        .await;
    }
}

impl NotifyListener for Recorder {
    fn notify(&self, category: Category, urls: &[Url]) {
        let texts = urls.iter().map(Url::to_full_string).collect();
        self.told
            .lock()
            .expect("not poisoned")
            .push((category, texts));
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

fn registry_url(world: &World, address: &str, more: &str) -> Url {
    url(&format!(
        "zookeeper://{address}?group={}&session=2000&timeout=5000&retry.period=500&file-cache=false{more}",
        world.root
    ))
}

async fn registry(world: &World) -> Arc<ZkRegistry> {
    let registry = ZkRegistry::connect(registry_url(world, &world.address, "")).await;
    registry.expect("the registry connects")
}

const PROVIDER: &str = "dubbo://10.0.0.1:20880/demo.Greeter?application=p&interface=demo.Greeter&methods=hello&side=provider";
const SECOND: &str = "dubbo://10.0.0.2:20880/demo.Greeter?application=p&interface=demo.Greeter&methods=hello&side=provider";
const CONSUMER: &str = "consumer://10.0.0.9/demo.Greeter?application=c&category=providers,configurators,routers&interface=demo.Greeter&side=consumer";

#[tokio::test]
async fn a_registered_provider_stands_where_java_looks_and_goes_when_unregistered() {
    let world = World::new().await;
    let registry = registry(&world).await;
    let with_private = url(&format!("{PROVIDER}&anyhost=true&bind.port=20880&pid=7"));
    registry
        .register(with_private.clone())
        .await
        .expect("registered");

    let client = world.client().await;
    let folder = format!("/{}/demo.Greeter/providers", world.root);
    let (names, _) = client.children(&folder).await.expect("the folder is there");
    assert_eq!(names, [url(PROVIDER).to_encoded_string()]);
    let node = format!("{folder}/{}", names[0]);
    let (data, stat) = client.data(&node).await.expect("the node is there");
    assert_eq!(data.as_deref(), Some(&b"127.0.0.1"[..]));
    let session = registry.client().session().current().session;
    assert_eq!(Some(stat.ephemeral_owner), session);
    let (data, stat) = client.data(&folder).await.expect("read");
    assert_eq!(
        (data.as_deref(), stat.ephemeral_owner.0),
        (Some(&b"127.0.0.1"[..]), 0)
    );

    registry
        .unregister(&with_private)
        .await
        .expect("unregistered");
    assert_eq!(client.exists(&node).await.expect("read"), None);
    registry
        .unregister(&with_private)
        .await
        .expect("twice is no error");
    client.close().await;
    registry.close().await;
    world.stop().await;
}

#[tokio::test]
async fn static_providers_outlive_the_registry_client() {
    let world = World::new().await;
    let registry = registry(&world).await;
    let provider = url(&format!("{PROVIDER}&dynamic=false"));
    registry
        .register(provider.clone())
        .await
        .expect("registered");
    registry.close().await;
    let client = world.client().await;
    let node = tree::url_path(&format!("/{}", world.root), &provider);
    let stat = client.exists(&node).await.expect("read").expect("it stays");
    assert_eq!(stat.ephemeral_owner.0, 0);
    client.close().await;
    world.stop().await;
}

#[tokio::test]
async fn a_consumer_is_told_each_category_and_then_the_changes() {
    let world = World::new().await;
    let (providers, consumers) = (registry(&world).await, registry(&world).await);
    let recorder = Arc::new(Recorder::default());
    let subscription = consumers.subscribe(url(CONSUMER), recorder.clone()).await;
    let subscription = subscription.expect("subscribed");
    let mut told = recorder.all();
    told.sort();
    assert_eq!(
        told,
        [
            (Category::Providers, vec![]),
            (Category::Configurators, vec![]),
            (Category::Routers, vec![]),
        ]
    );

    providers.register(url(PROVIDER)).await.expect("registered");
    recorder.until_last(Category::Providers, &[PROVIDER]).await;
    providers.register(url(SECOND)).await.expect("registered");
    recorder
        .until_last(Category::Providers, &[PROVIDER, SECOND])
        .await;
    let other = url(&format!("{PROVIDER}&version=2.0.0"));
    providers.register(other).await.expect("registered");
    providers
        .unregister(&url(PROVIDER))
        .await
        .expect("unregistered");
    recorder.until_last(Category::Providers, &[SECOND]).await;
    providers.close().await;
    recorder.until_last(Category::Providers, &[]).await;

    subscription.unsubscribe();
    let count = recorder.all().len();
    consumers.register(url(PROVIDER)).await.expect("registered");
    let late = Arc::new(Recorder::default());
    let subscription = consumers.subscribe(url(CONSUMER), late.clone()).await;
    assert_eq!(
        late.last(Category::Providers),
        Some(vec![PROVIDER.to_owned()])
    );
    assert_eq!(
        recorder.all().len(),
        count,
        "who unsubscribed is told nothing"
    );
    drop(subscription);
    consumers.close().await;
    world.stop().await;
}

#[tokio::test]
async fn everything_is_back_after_an_expired_session() {
    let world = World::new().await;
    let mut proxy = Proxy::to(&world.address).await;
    let registry = ZkRegistry::connect(registry_url(&world, &proxy.address, ""))
        .await
        .expect("connected");
    let other = self::registry(&world).await;
    let recorder = Arc::new(Recorder::default());
    registry.register(url(PROVIDER)).await.expect("registered");
    let subscription = registry.subscribe(url(CONSUMER), recorder.clone()).await;
    assert_eq!(
        recorder.last(Category::Providers),
        Some(vec![PROVIDER.to_owned()])
    );

    let client = world.client().await;
    let node = tree::url_path(&format!("/{}", world.root), &url(PROVIDER));
    proxy.shut();
    until("the session has ended", async || {
        client.exists(&node).await.expect("read").is_none()
    })
    .await;
    other
        .register(url(SECOND))
        .await
        .expect("registered meanwhile");
    assert_eq!(
        recorder.last(Category::Providers),
        Some(vec![PROVIDER.to_owned()]),
        "a registry out of reach says nothing"
    );
    proxy.open();
    until("the provider is registered again", async || {
        client.exists(&node).await.expect("read").is_some()
    })
    .await;
    recorder
        .until_last(Category::Providers, &[PROVIDER, SECOND])
        .await;
    assert_eq!(registry.client().session().current().sessions, 2);
    drop(subscription);
    client.close().await;
    registry.close().await;
    other.close().await;
    world.stop().await;
}

#[tokio::test]
async fn a_node_of_a_dead_session_is_replaced_without_a_gap() {
    let world = World::new().await;
    let registry = registry(&world).await;
    // A client that stays connected plays the session that has not ended yet.
    let ghost = world.client().await;
    let node = tree::url_path(&format!("/{}", world.root), &url(PROVIDER));
    let (parent, _) = node.rsplit_once('/').expect("a parent");
    ghost.ensure_path(parent, "").await.expect("made");
    ghost
        .create(&node, "", Acl::open(), CreateMode::Ephemeral)
        .await
        .expect("created");
    let watcher = world.client().await;
    let ghost_owner = watcher
        .exists(&node)
        .await
        .expect("read")
        .expect("there")
        .ephemeral_owner;

    registry.register(url(PROVIDER)).await.expect("registered");
    let owner = watcher
        .exists(&node)
        .await
        .expect("read")
        .expect("there")
        .ephemeral_owner;
    assert_ne!(owner, ghost_owner);
    assert_eq!(Some(owner), registry.client().session().current().session);
    ghost.close().await;
    assert!(watcher.exists(&node).await.expect("read").is_some());
    watcher.close().await;
    registry.close().await;
    world.stop().await;
}

#[tokio::test]
async fn a_registration_that_somebody_deleted_comes_back() {
    let world = World::new().await;
    let registry = registry(&world).await;
    registry.register(url(PROVIDER)).await.expect("registered");
    let client = world.client().await;
    let node = tree::url_path(&format!("/{}", world.root), &url(PROVIDER));
    client
        .delete(&node, None)
        .await
        .expect("deleted behind its back");
    until("it is registered again", async || {
        client.exists(&node).await.expect("read").is_some()
    })
    .await;
    client.close().await;
    registry.close().await;
    world.stop().await;
}

#[tokio::test]
async fn two_that_announce_the_same_url_do_not_take_turns() {
    let world = World::new().await;
    let (first, second) = (registry(&world).await, registry(&world).await);
    first.register(url(PROVIDER)).await.expect("registered");
    second.register(url(PROVIDER)).await.expect("registered");
    let client = world.client().await;
    let node = tree::url_path(&format!("/{}", world.root), &url(PROVIDER));
    let stat = client.exists(&node).await.expect("read").expect("there");
    let (_, mut change) = client.exists_watched(&node).await.expect("read");
    // Four periods of comparing.
    let quiet = tokio::time::timeout(Duration::from_secs(2), change.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    first
        .unregister(&url(PROVIDER))
        .await
        .expect("unregistered");
    let after = client
        .exists(&node)
        .await
        .expect("read")
        .expect("it is the other's");
    assert_eq!(after.czxid, stat.czxid);
    client.close().await;
    first.close().await;
    second.close().await;
    world.stop().await;
}

#[tokio::test]
async fn a_consumer_starts_from_the_cache_file_while_the_registry_is_down() {
    let world = World::new().await;
    let folder = std::env::temp_dir().join(format!("{}-cache", world.root));
    let file: PathBuf = folder.join("registry.cache");
    let mut proxy = Proxy::to(&world.address).await;
    let cached = |timeout: u32| {
        let url = registry_url(&world, &proxy.address, "").with_param("file-cache", true);
        url.with_param("file", file.display())
            .with_param("timeout", timeout)
    };
    let (online, offline) = (cached(5000), cached(300));

    let registry = ZkRegistry::connect(online).await.expect("connected");
    registry.register(url(PROVIDER)).await.expect("registered");
    let recorder = Arc::new(Recorder::default());
    let subscription = registry.subscribe(url(CONSUMER), recorder).await;
    drop(subscription);
    registry.close().await;

    proxy.shut();
    let registry = ZkRegistry::connect(offline)
        .await
        .expect("the cache will do");
    assert!(!registry.is_available());
    let recorder = Arc::new(Recorder::default());
    let subscription = registry.subscribe(url(CONSUMER), recorder.clone()).await;
    let subscription = subscription.expect("the cache knows a provider");
    assert_eq!(
        recorder.all(),
        [(Category::Providers, vec![PROVIDER.to_owned()])]
    );
    let unknown = url("consumer://c/demo.Unknown");
    let refused = registry
        .subscribe(unknown, Arc::new(Recorder::default()))
        .await;
    assert!(
        matches!(refused, Err(RegistryError::Unavailable { .. })),
        "{refused:?}"
    );

    proxy.open();
    recorder.until_last(Category::Providers, &[]).await;
    drop(subscription);
    registry.close().await;
    world.stop().await;
    std::fs::remove_dir_all(folder).expect("cleaned up");
}

#[tokio::test]
async fn check_decides_whether_an_unreachable_registry_is_an_error() {
    let unreachable = "zookeeper://127.0.0.1:9?timeout=200&retry.period=200&file-cache=false";
    let refused = ZkRegistry::connect(url(unreachable)).await;
    assert!(matches!(refused, Err(RegistryError::Unavailable { .. })));

    let world = World::new().await;
    let mut proxy = Proxy::to(&world.address).await;
    proxy.shut();
    let lenient = registry_url(&world, &proxy.address, "&check=false").with_param("timeout", 300);
    let registry = ZkRegistry::connect(lenient).await.expect("check=false");
    registry
        .register(url(PROVIDER))
        .await
        .expect("tried again in the background");
    let recorder = Arc::new(Recorder::default());
    let subscription = registry.subscribe(url(CONSUMER), recorder.clone()).await;
    assert!(
        recorder.all().is_empty(),
        "nothing is known, so nothing is told"
    );
    proxy.open();
    recorder.until_last(Category::Providers, &[PROVIDER]).await;
    drop(subscription);
    registry.close().await;
    world.stop().await;
}

#[tokio::test]
async fn a_star_subscription_is_told_all_interfaces_together() {
    let world = World::new().await;
    let registry = registry(&world).await;
    registry.register(url(PROVIDER)).await.expect("registered");
    let recorder = Arc::new(Recorder::default());
    let all = url(
        "admin://h/x?category=providers,consumers&check=false&enabled=*&group=*&interface=*&version=*",
    );
    let subscription = registry
        .subscribe(all, recorder.clone())
        .await
        .expect("subscribed");
    assert_eq!(
        recorder.last(Category::Providers),
        Some(vec![PROVIDER.to_owned()])
    );
    let another = "dubbo://h:1/demo.Other?group=g&interface=demo.Other&version=3.0.0";
    registry.register(url(another)).await.expect("registered");
    recorder
        .until_last(Category::Providers, &[PROVIDER, another])
        .await;
    let consumer = "consumer://c/demo.Other?application=c&category=consumers&check=false";
    registry.register(url(consumer)).await.expect("registered");
    recorder.until_last(Category::Consumers, &[consumer]).await;
    registry
        .unregister(&url(PROVIDER))
        .await
        .expect("unregistered");
    recorder.until_last(Category::Providers, &[another]).await;
    let client = world.client().await;
    let untouched = format!("/{}/demo.Greeter/consumers", world.root);
    assert_eq!(client.exists(&untouched).await.expect("read"), None);
    client.close().await;
    drop(subscription);
    registry.close().await;
    world.stop().await;
}

#[tokio::test]
async fn bursts_are_gathered_into_few_notifications() {
    let world = World::new().await;
    let (providers, consumers) = (registry(&world).await, registry(&world).await);
    let recorder = Arc::new(Recorder::default());
    let subscription = consumers
        .subscribe(url("consumer://c/a.B"), recorder.clone())
        .await;
    let urls: Vec<Url> = (1..=100)
        .map(|port| url(&format!("dubbo://h:{port}/a.B")))
        .collect();
    let mut tasks = tokio::task::JoinSet::new();
    let started = std::time::Instant::now();
    for url in urls {
        let providers = Arc::clone(&providers);
        tasks.spawn(async move { providers.register(url).await.expect("registered") });
    }
    soon("all registrations", tasks.join_all()).await;
    until("all are told", async || {
        recorder
            .last(Category::Providers)
            .is_some_and(|urls| urls.len() == 100)
    })
    .await;
    // One for the emptiness, one at the first event, then one for each gathering time at most.
    let most = 3 + started.elapsed().as_millis() / 100;
    let told = recorder.all().len();
    assert!(
        told as u128 <= most,
        "{told} notifications, at most {most} expected"
    );
    drop(subscription);
    providers.close().await;
    consumers.close().await;
    world.stop().await;
}

#[tokio::test]
async fn mapping_and_metadata_are_written_where_dubbo_reads_them() {
    let world = World::new().await;
    let (first, second) = (registry(&world).await, registry(&world).await);
    let provider = |app: &str, port: u16| {
        url(&format!(
            "dubbo://h:{port}/a.B?application={app}&service-name-mapping=true&side=provider"
        ))
    };
    let (one, two) = tokio::join!(
        first.register(provider("app-1", 1)),
        second.register(provider("app-2", 2))
    );
    one.expect("registered");
    two.expect("registered");
    let client = world.client().await;
    let path = format!("/{}/mapping/a.B", world.root);
    let (data, _) = client.data(&path).await.expect("the mapping is there");
    let text = String::from_utf8(data.expect("data").to_vec()).expect("text");
    let mut applications: Vec<&str> = text.split(',').collect();
    applications.sort_unstable();
    assert_eq!(applications, ["app-1", "app-2"]);

    let key = MetadataKey::of(&provider("app-1", 1));
    let definition = ServiceDefinition::new("a.B").method("m", &["int"], "void");
    for _ in 0..2 {
        first
            .publish_metadata(&key, &definition)
            .await
            .expect("published");
    }
    let path = format!("/{}/metadata/a.B/provider/app-1", world.root);
    let (data, stat) = client.data(&path).await.expect("the definition is there");
    assert_eq!(data.as_deref(), Some(definition.to_json().as_bytes()));
    assert_eq!(stat.version, 1, "published over the first one");
    client.close().await;
    first.close().await;
    second.close().await;
    world.stop().await;
}

#[tokio::test]
async fn unknown_kinds_of_registries_name_the_known_ones_and_none_is_a_static_list() {
    let error = tenfold_registry::open(url("etcd://h:1"))
        .await
        .err()
        .expect("unknown");
    assert_eq!(
        error.to_string(),
        "registry protocol `etcd` is unknown; known: zookeeper"
    );
    let none = tenfold_registry::open(url("zookeeper://N/A"))
        .await
        .expect("none at all");
    assert!(none.is_available());
    let world = World::new().await;
    let generic = format!(
        "registry://{}?registry=zookeeper&file-cache=false",
        world.address
    );
    let registry = tenfold_registry::open(url(&generic))
        .await
        .expect("Dubbo's own form");
    assert_eq!(registry.url().protocol(), "zookeeper");
    registry.close().await;
    world.stop().await;
}

/// Registers, withdraws, deletes behind the back, cuts the line and lets sessions expire, in a
/// seeded order; in the end the tree holds what is wanted and the listener knows the tree.
#[tokio::test]
async fn whatever_happens_the_tree_ends_as_wanted_and_the_listener_knows_it() {
    let seed = std::env::var("TENFOLD_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}; set TENFOLD_SEED to run it again");
    let mut state = seed;
    let mut below = move |limit: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };

    let world = World::new().await;
    let client = world.client().await;
    let mut proxy = Proxy::to(&world.address).await;
    let lenient = registry_url(&world, &proxy.address, "&check=false").with_param("session", 1000);
    let lenient = lenient
        .with_param("timeout", 400)
        .with_param("retry.period", 200);
    let registry = ZkRegistry::connect(lenient).await.expect("check=false");
    let recorder = Arc::new(Recorder::default());
    let subscription = registry
        .subscribe(url("consumer://c/a.B"), recorder.clone())
        .await;
    let mut wanted = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let provider = format!("dubbo://h:{}/a.B", 1 + below(8));
        match below(10) {
            0..=3 => {
                registry
                    .register(url(&provider))
                    .await
                    .expect("check=false");
                wanted.insert(provider);
            }
            4..=5 => {
                // Out of reach it is withdrawn later.
                let _ = registry.unregister(&url(&provider)).await;
                wanted.remove(&provider);
            }
            6 => {
                let node = tree::url_path(&format!("/{}", world.root), &url(&provider));
                let _ = client.delete(&node, None).await;
            }
            7 => proxy.cut(),
            8 => proxy.shut(),
            _ => proxy.open(),
        }
    }
    proxy.open();
    let expected: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let folder = format!("/{}/a.B/providers", world.root);
    until("the tree is as wanted", async || {
        let (mut names, _) = client.children(&folder).await.unwrap_or_default();
        names.sort();
        let urls: Vec<String> = names
            .iter()
            .map(|name| Url::parse_encoded(name).expect("a url").to_full_string())
            .collect();
        urls == expected
    })
    .await;
    recorder.until_last(Category::Providers, &expected).await;
    drop(subscription);
    client.close().await;
    registry.close().await;
    world.stop().await;
}

//! [`ZkRegistry`]: the registry's door on Dubbo's tree.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tenfold_common::{Url, encode, keys};
use tokio::{
    sync::{Notify, oneshot, watch},
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use super::{
    cache::Cache,
    follow::{Follow, GATHER},
    keeper::{Keeper, Wanted},
    metadata::{self, MetadataKey, ServiceDefinition},
    settings::Settings,
    subscriber::{Subscriber, View},
    tree,
};
use crate::{
    BoxFuture, Category, NotifyListener, Registry, RegistryError, Subscription, address,
    client::{ZkClient, ZkError, ZkErrorKind},
};

/// A registry on ZooKeeper, or on anything that speaks its protocol.
///
/// What is registered is kept registered: after a lost session at once, and every few seconds
/// (`retry.period`, 5 s) by comparing what should stand with what stands. A node in the way that
/// belongs to another session, most often this process's own last one, is replaced in one step.
///
/// Parameters of its URL: `backup`, `group` (root of the tree), `timeout` (of connecting and of
/// each operation, 5 s), `session` (60 s), `retry.period`, `check`, `simplified`, `extra-keys`,
/// `enable-empty-protection`, `file`, `file-cache`, `application`; user and password become a
/// digest identity.
///
/// A subscription to the interface `*` is told the URLs of all interfaces as one list.
pub struct ZkRegistry {
    url: Url,
    settings: Settings,
    client: ZkClient,
    host: String,
    keeper: Arc<Keeper>,
    cache: Arc<Cache>,
    subscriptions: Arc<Mutex<HashMap<u64, JoinSet<()>>>>,
    last_subscription: AtomicU64,
    background: Mutex<JoinSet<()>>,
}

impl ZkRegistry {
    /// Connects to the registry of a URL such as
    /// `zookeeper://h1:2181?backup=h2:2181,h3:2181&application=shop`.
    ///
    /// With `check=false`, or when the cache file knows something, an unreachable registry is no
    /// error: connecting goes on in the background.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Unavailable`] when there is no session within `timeout`, and errors about
    /// the URL.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the client.
    pub async fn connect(url: Url) -> Result<Arc<Self>, RegistryError> {
        let settings = Settings::read(&url, std::env::home_dir())?;
        let mut builder = ZkClient::builder(&settings.servers)
            .session_timeout(settings.session_timeout)
            .connect_timeout(settings.connect_timeout)
            .request_timeout(settings.connect_timeout);
        if let Some(user) = url.username() {
            builder = builder.digest(user, url.password().unwrap_or_default());
        }
        let client = builder.start()?;
        let file = settings.cache_file.clone();
        let cache = tokio::task::spawn_blocking(move || Cache::open(file)).await;
        let cache = Arc::new(cache.unwrap_or_else(|_| Cache::open(None)));

        let mut session = client.session();
        let connected = timeout(settings.connect_timeout, session.connected()).await;
        match connected {
            Ok(true) => {}
            Ok(false) => {
                return Err(ZkError::new(ZkErrorKind::AuthFailed, "connect", None).into());
            }
            Err(_) if settings.check && cache.is_empty() => {
                return Err(RegistryError::Unavailable {
                    address: settings.servers,
                    waited: settings.connect_timeout,
                });
            }
            Err(_) => tracing::warn!(
                servers = settings.servers,
                "registry is not connected; going on without it"
            ),
        }

        let host = local_host(&settings).await;
        let keeper = Arc::new(Keeper::new(
            client.clone(),
            settings.root.clone(),
            host.clone(),
        ));
        let mut background = JoinSet::new();
        background.spawn(Arc::clone(&keeper).run(settings.retry_period));
        background.spawn(Arc::clone(&cache).run());
        Ok(Arc::new(Self {
            url,
            settings,
            client,
            host,
            keeper,
            cache,
            subscriptions: Arc::default(),
            last_subscription: AtomicU64::new(0),
            background: Mutex::new(background),
        }))
    }

    /// The client below, for whoever needs more of the tree than services.
    pub const fn client(&self) -> &ZkClient {
        &self.client
    }

    /// The root of the tree, `/dubbo` by default.
    pub fn root(&self) -> &str {
        &self.settings.root
    }

    /// Writes an interface definition where Dubbo Admin looks for it.
    ///
    /// # Errors
    ///
    /// Those of any write.
    pub async fn publish_metadata(
        &self,
        key: &MetadataKey,
        definition: &ServiceDefinition,
    ) -> Result<(), RegistryError> {
        let (client, root) = (&self.client, &self.settings.root);
        metadata::write_definition(client, root, &self.host, key, definition)
            .await
            .map_err(|error| self.explained(error))
    }

    /// Adds an application to the list of those that serve an interface, by which Dubbo 3
    /// consumers find it. Registering a URL with `service-name-mapping=true` does it too.
    ///
    /// # Errors
    ///
    /// [`ZkErrorKind::BadVersion`] when 10 tries met another writer, and those of any write.
    pub async fn publish_mapping(
        &self,
        interface: &str,
        application: &str,
    ) -> Result<(), RegistryError> {
        let mapped = self.keeper.map(interface, application).await;
        mapped.map_err(|error| self.explained(error))
    }

    /// The node of a URL.
    fn node(&self, url: &Url) -> String {
        let registered = tree::registered(url, self.settings.simplified, &self.settings.extra_keys);
        tree::url_path(&self.settings.root, &registered)
    }

    async fn register_url(&self, url: Url) -> Result<(), RegistryError> {
        let path = self.node(&url);
        let mapping = url
            .flag(keys::SERVICE_NAME_MAPPING, false)
            .then(|| url.param(keys::APPLICATION))
            .flatten()
            .map(|application| (url.interface().to_owned(), application.to_owned()));
        let wanted = Wanted {
            ephemeral: url.flag(keys::DYNAMIC, true),
            mapping,
        };
        let Err(error) = self.keeper.want(&path, wanted).await else {
            return Ok(());
        };
        // A consumer can work unannounced, and so can a provider that listens on no port.
        let check = self.settings.check
            && url.flag(keys::CHECK, true)
            && !tree::is_consumer(&url)
            && url.port() != Some(0);
        if check {
            self.keeper.discard(&path);
            return Err(self.explained(error));
        }
        tracing::warn!(%url, %error, "not registered yet; trying again in the background");
        Ok(())
    }

    async fn subscribe_url(
        &self,
        url: Url,
        listener: Arc<dyn NotifyListener>,
    ) -> Result<Subscription, RegistryError> {
        let subscriber = Arc::new(Subscriber::new(
            url.clone(),
            listener,
            Arc::clone(&self.cache),
            self.settings.empty_protection,
        ));
        let mut tasks = JoinSet::new();
        let mut firsts = Vec::new();
        for category in Category::of_subscription(&url) {
            let (sender, first) = oneshot::channel();
            firsts.push((category, first));
            let job = Job {
                url: url.clone(),
                category,
                subscriber: Arc::clone(&subscriber),
                root: self.settings.root.clone(),
                follow: Follow {
                    client: self.client.clone(),
                    path: String::new(),
                    make: Some(self.host.clone()),
                    retry: self.settings.retry_period,
                },
            };
            if url.interface() == keys::ANY {
                tasks.spawn(job.all_interfaces(sender));
            } else {
                tasks.spawn(job.one_interface(sender));
            }
        }
        let subscription = self.keep(tasks);

        let mut failure = None;
        let mut cached = false;
        for (category, first) in firsts {
            match first.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    cached |= subscriber.tell_cached(category);
                    failure.get_or_insert(self.explained(error));
                }
                Err(_) => {
                    failure.get_or_insert(RegistryError::Closed {
                        address: self.settings.servers.clone(),
                    });
                }
            }
        }
        match failure {
            Some(error) if !cached && self.settings.check && url.flag(keys::CHECK, true) => {
                Err(error)
            }
            Some(error) => {
                tracing::warn!(%url, %error, cached, "subscribed without the registry");
                Ok(subscription)
            }
            None => Ok(subscription),
        }
    }

    /// Keeps the tasks of a subscription until it is dropped or the registry closed.
    fn keep(&self, tasks: JoinSet<()>) -> Subscription {
        let id = self.last_subscription.fetch_add(1, Ordering::Relaxed);
        self.subscriptions.lock().insert(id, tasks);
        let subscriptions = Arc::clone(&self.subscriptions);
        Subscription::new(move || {
            // A set of tasks aborts them when it is dropped.
            let tasks = subscriptions.lock().remove(&id);
            drop(tasks);
        })
    }

    async fn close_all(&self) {
        let subscriptions: Vec<JoinSet<()>> = self
            .subscriptions
            .lock()
            .drain()
            .map(|(_, tasks)| tasks)
            .collect();
        for mut tasks in subscriptions {
            tasks.shutdown().await;
        }
        let mut background = std::mem::take(&mut *self.background.lock());
        background.shutdown().await;
        // The end of the session takes all ephemerals with it, in one step.
        self.client.close().await;
        self.cache.save().await;
    }

    /// Says "the registry is out of reach" where that is the reason.
    fn explained(&self, error: ZkError) -> RegistryError {
        let address = self.settings.servers.clone();
        match error.kind() {
            ZkErrorKind::DeadlineExceeded { limit, .. } if !self.is_available() => {
                RegistryError::Unavailable {
                    address,
                    waited: *limit,
                }
            }
            ZkErrorKind::Closed => RegistryError::Closed { address },
            _ => RegistryError::Zk(error),
        }
    }
}

impl Registry for ZkRegistry {
    fn url(&self) -> &Url {
        &self.url
    }

    fn register(&self, url: Url) -> BoxFuture<'_, Result<(), RegistryError>> {
        Box::pin(self.register_url(url))
    }

    fn describe<'a>(
        &'a self,
        url: &'a Url,
        definition: ServiceDefinition,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async move {
            let definition = definition.parameters_of(url);
            self.publish_metadata(&MetadataKey::of(url), &definition)
                .await
        })
    }

    fn unregister<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async move {
            let removed = self.keeper.unwant(&self.node(url)).await;
            removed.map_err(|error| self.explained(error))
        })
    }

    fn subscribe(
        &self,
        url: Url,
        listener: Arc<dyn NotifyListener>,
    ) -> BoxFuture<'_, Result<Subscription, RegistryError>> {
        Box::pin(self.subscribe_url(url, listener))
    }

    fn is_available(&self) -> bool {
        self.client.session().current().is_connected()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.close_all())
    }
}

impl std::fmt::Debug for ZkRegistry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZkRegistry")
            .field("url", &self.url)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// One category of one subscription.
struct Job {
    url: Url,
    category: Category,
    subscriber: Arc<Subscriber>,
    root: String,
    /// How to follow a list; the path is filled in.
    follow: Follow,
}

impl Job {
    async fn one_interface(self, first: oneshot::Sender<Result<(), ZkError>>) {
        let interface = self.url.interface().to_owned();
        let follow = Follow {
            path: tree::category_path(&self.root, &interface, self.category),
            ..self.follow.clone()
        };
        let mut view = View::default();
        follow
            .run(first, |names| {
                view.update(&interface, names);
                let urls = view.matching(&self.url, self.category);
                self.subscriber.tell(self.category, urls);
            })
            .await;
    }

    /// Follows the root, and below it the list of each interface that there is.
    async fn all_interfaces(self, first: oneshot::Sender<Result<(), ZkError>>) {
        let view = Arc::new(Mutex::new(View::default()));
        let changed = Arc::new(Notify::new());
        let (names, mut interfaces) = watch::channel(Vec::new());
        let (root_sender, root_first) = oneshot::channel();
        let root = Follow {
            path: self.root.clone(),
            ..self.follow.clone()
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(root.run(root_sender, move |list| {
            names.send_replace(list);
        }));
        let mut first = Some(first);
        if let Ok(Err(error)) = root_first.await
            && let Some(first) = first.take()
        {
            // Who subscribed may have given up waiting.
            let _ = first.send(Err(error));
        }
        let mut followed: HashMap<String, AbortHandle> = HashMap::new();
        loop {
            tokio::select! {
                more = interfaces.changed() => {
                    if more.is_err() {
                        return;
                    }
                    let list = interfaces.borrow_and_update().clone();
                    let firsts = self.follow_each(list, &mut followed, &mut tasks, &view, &changed);
                    for first in firsts {
                        // A list that cannot be read yet is told when it can.
                        let _ = first.await;
                    }
                }
                () = changed.notified() => sleep(GATHER).await,
            }
            while tasks.try_join_next().is_some() {}
            let urls = view.lock().matching(&self.url, self.category);
            self.subscriber.tell(self.category, urls);
            if let Some(first) = first.take() {
                let _ = first.send(Ok(()));
            }
        }
    }

    /// Starts to follow interfaces that came and stops for those that went.
    fn follow_each(
        &self,
        list: Vec<String>,
        followed: &mut HashMap<String, AbortHandle>,
        tasks: &mut JoinSet<()>,
        view: &Arc<Mutex<View>>,
        changed: &Arc<Notify>,
    ) -> Vec<oneshot::Receiver<Result<(), ZkError>>> {
        let list: HashSet<String> = list
            .into_iter()
            .filter(|name| !RESERVED.contains(&name.as_str()))
            .collect();
        followed.retain(|name, task| {
            let stays = list.contains(name);
            if !stays {
                task.abort();
            }
            stays
        });
        view.lock().retain(|name| list.contains(name));
        let mut firsts = Vec::new();
        for name in list {
            if followed.contains_key(&name) || encode::decode(&name).is_none() {
                continue;
            }
            let (sender, first) = oneshot::channel();
            firsts.push(first);
            let follow = Follow {
                path: format!("{}/{name}/{}", self.root, self.category),
                // Looking at everything must not make nodes everywhere.
                make: None,
                ..self.follow.clone()
            };
            let (view, changed) = (Arc::clone(view), Arc::clone(changed));
            let interface = name.clone();
            let task = tasks.spawn(follow.run(sender, move |names| {
                view.lock().update(&interface, names);
                changed.notify_one();
            }));
            followed.insert(name, task);
        }
        firsts
    }
}

/// This machine's address as the registry sees it, the data of the nodes that are made.
async fn local_host(settings: &Settings) -> String {
    let server = settings
        .servers
        .split(',')
        .next()
        .unwrap_or_default()
        .to_owned();
    let found = timeout(settings.connect_timeout, tokio::net::lookup_host(server)).await;
    let target = match found {
        Ok(Ok(mut addresses)) => addresses.next(),
        _ => None,
    };
    target
        .and_then(address::route_probe)
        .map_or_else(|| "127.0.0.1".to_owned(), |host| host.to_string())
}

/// Nodes below the root that are no interfaces.
const RESERVED: [&str; 3] = ["metadata", "mapping", "config"];

//! From a reference to its providers: where lists of providers come into the cluster's directory.
//!
//! Registries publish, the directory takes over; a call never comes by here.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tenfold_cluster::{ClusterInvoker, Directory, InvokerFactory};
use tenfold_common::{Url, keys};
use tenfold_protocol::{
    BoxFuture, ErrorKind, Filter, Invocation, Invoker, Response, RpcError, ServiceDescriptor,
};
use tenfold_proxy::GenericTarget;
use tenfold_registry::{Category, Registry, Subscription};
use tokio::sync::watch;

use crate::{
    Error,
    application::{Inner, registry_error},
};

/// How long a reference that checks waits for a provider, unless its URL's `check.timeout` says
/// otherwise, in milliseconds.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

/// The view of a reference's providers.
pub(crate) struct Providers {
    directory: Arc<Directory>,
    changes: watch::Receiver<u64>,
}

/// Makes invokers for the providers of one reference.
struct Factory {
    application: Weak<Inner>,
    service: Arc<ServiceDescriptor>,
}

/// The lists of several registries, made one.
struct Lists {
    directory: Arc<Directory>,
    by_registry: Mutex<Vec<Option<Vec<Url>>>>,
    changes: watch::Sender<u64>,
}

/// A cluster together with what has to live as long as it.
struct Referred {
    cluster: Arc<dyn Invoker>,
    _subscriptions: Vec<Subscription>,
    announced: Vec<(Arc<dyn Registry>, Url)>,
}

/// Finds the providers of a reference and makes an invoker of them.
pub(crate) async fn refer(
    application: &Arc<Inner>,
    url: Url,
    service: Arc<ServiceDescriptor>,
    direct: &[String],
    filters: Vec<Arc<dyn Filter>>,
) -> Result<(Arc<dyn Invoker>, Providers), Error> {
    let key = service.key().to_string();
    let refused = |source| Error::Refer {
        service: key.clone(),
        source,
    };
    let factory = Factory {
        application: Arc::downgrade(application),
        service: Arc::clone(&service),
    };
    let registries = if direct.is_empty() {
        &*application.registries
    } else {
        &[]
    };
    if direct.is_empty() && registries.is_empty() {
        return Err(Error::Setting(format!(
            "nobody says where {key} is: name a registry for the application, or a `url` for the \
             reference"
        )));
    }
    let names: Vec<String> = registries
        .iter()
        .map(|registry| registry.url().address())
        .collect();
    let directory = Directory::builder(url.clone(), service, Arc::new(factory))
        .registry(if names.is_empty() {
            "N/A".to_owned()
        } else {
            names.join(", ")
        })
        .build();
    let (changes, seen) = watch::channel(0);
    let cluster = ClusterInvoker::builder(Arc::clone(&directory))
        .extensions(&application.extensions)
        .filters(filters)
        .build()
        .map_err(refused)?;

    let mut referred = Referred {
        cluster,
        _subscriptions: Vec::new(),
        announced: Vec::new(),
    };
    if direct.is_empty() {
        let lists = Arc::new(Lists {
            directory: Arc::clone(&directory),
            by_registry: Mutex::new(vec![None; registries.len()]),
            changes,
        });
        for (at, registry) in registries.iter().enumerate() {
            referred.follow(at, registry, &url, &lists).await?;
        }
    } else {
        directory.update(direct_urls(direct, &url)?);
    }
    if url.flag(keys::CHECK, true) && !url.flag(keys::LAZY, false) {
        let limit = url.millis("check.timeout").unwrap_or(CHECK_TIMEOUT);
        directory.ready(limit).await.map_err(refused)?;
    }
    Ok((
        Arc::new(referred),
        Providers {
            directory,
            changes: seen,
        },
    ))
}

/// The provider URLs that the user gave; what they leave open is filled from the reference.
fn direct_urls(direct: &[String], reference: &Url) -> Result<Vec<Url>, Error> {
    direct
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| {
            let url = Url::parse(text)?;
            let interface = reference.interface();
            let path = if url.path().is_empty() {
                interface
            } else {
                url.path()
            };
            Ok(url
                .to_builder()
                .path(path)
                .param(keys::INTERFACE, interface)
                .param_opt(keys::GROUP, reference.param(keys::GROUP))
                .param_opt(keys::VERSION, reference.param(keys::VERSION))
                .build())
        })
        .collect()
}

impl Referred {
    /// Announces the reference in a registry and follows the list of providers there.
    async fn follow(
        &mut self,
        at: usize,
        registry: &Arc<dyn Registry>,
        url: &Url,
        lists: &Arc<Lists>,
    ) -> Result<(), Error> {
        let consumer = url
            .to_builder()
            .param(keys::CATEGORY, keys::CONSUMERS)
            .param(keys::CHECK, false)
            .build();
        registry
            .register(consumer.clone())
            .await
            .map_err(|source| registry_error(registry, source))?;
        self.announced.push((Arc::clone(registry), consumer));
        let subscription = url.with_param(keys::CATEGORY, keys::PROVIDERS);
        let lists = Arc::clone(lists);
        let listener = move |category: Category, urls: &[Url]| {
            if category == Category::Providers {
                lists.take(at, urls);
            }
        };
        let subscribed = registry
            .subscribe(subscription, Arc::new(listener))
            .await
            .map_err(|source| registry_error(registry, source))?;
        self._subscriptions.push(subscribed);
        Ok(())
    }
}

impl Lists {
    /// Takes over the list of one registry.
    fn take(&self, at: usize, urls: &[Url]) {
        let mut by_registry = self.by_registry.lock();
        if let Some(list) = by_registry.get_mut(at) {
            *list = Some(urls.to_vec());
        }
        let mut all: Vec<Url> = by_registry.iter().flatten().flatten().cloned().collect();
        if all.is_empty() {
            // Every registry that has answered says that there are none.
            let reference = self.directory.reference();
            all.push(
                reference
                    .to_builder()
                    .protocol(keys::EMPTY_PROTOCOL)
                    .build(),
            );
        }
        self.directory.update(all);
        self.changes.send_modify(|changes| *changes += 1);
    }
}

impl Invoker for Referred {
    fn url(&self) -> &Url {
        self.cluster.url()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        self.cluster.invoke(invocation)
    }

    fn is_available(&self) -> bool {
        self.cluster.is_available()
    }
}

impl Drop for Referred {
    fn drop(&mut self) {
        let announced = std::mem::take(&mut self.announced);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            for (registry, url) in announced {
                if let Err(error) = registry.unregister(&url).await {
                    tracing::debug!(%url, %error, "cannot withdraw the consumer");
                }
            }
        });
    }
}

impl InvokerFactory for Factory {
    fn refer(&self, url: &Url) -> Result<Arc<dyn Invoker>, RpcError> {
        let closed = || RpcError::new(ErrorKind::Closed, "the application has ended");
        let application = self.application.upgrade().ok_or_else(closed)?;
        let protocol = application
            .protocol(url)
            .map_err(|error| RpcError::new(ErrorKind::Config, error.to_string()))?;
        let provider = protocol.refer(url.clone(), Arc::clone(&self.service))?;
        Ok(GenericTarget::wrap(provider))
    }

    fn filters(&self, url: &Url) -> Vec<Arc<dyn Filter>> {
        match self.application.upgrade() {
            Some(application) => vec![application.statistics.per_try(&self.service, url)],
            None => Vec::new(),
        }
    }
}

impl Providers {
    pub(crate) fn urls(&self) -> Vec<Url> {
        self.directory
            .snapshot()
            .members()
            .iter()
            .map(|member| member.url().clone())
            .collect()
    }

    pub(crate) async fn changed(&mut self) -> Vec<Url> {
        if self.changes.changed().await.is_err() {
            // The list of a direct reference never changes.
            std::future::pending::<()>().await;
        }
        self.urls()
    }
}

//! The door of the registry room: announce, withdraw, be told.

use std::{fmt, pin::Pin, str::FromStr, sync::Arc};

use tenfold_common::{Url, keys};

use crate::{RegistryError, zookeeper::ServiceDefinition};

/// A boxed future that may borrow from the registry.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A registry as the rest of the house sees it.
///
/// # Cancel safety
///
/// Dropping a future of `register` or `unregister` stops waiting; the wish stands and is carried
/// out in the background. Dropping a future of `subscribe` withdraws the subscription.
pub trait Registry: Send + Sync {
    /// The registry's own URL.
    fn url(&self) -> &Url;

    /// Announces `url` and keeps it announced until it is unregistered or the registry is closed.
    ///
    /// `dynamic=true`, the default, ties it to this process; `dynamic=false` leaves it there for
    /// good.
    ///
    /// # Errors
    ///
    /// When the registry cannot be reached and `check` is neither `false` in `url` nor in the
    /// registry's URL. With `check=false` the registration is retried in the background.
    fn register(&self, url: Url) -> BoxFuture<'_, Result<(), RegistryError>>;

    /// Withdraws what [`Registry::register`] announced; withdrawing something unknown is no error.
    ///
    /// # Errors
    ///
    /// When the registry cannot be reached. The wish is kept and retried in the background.
    fn unregister<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Tells `listener` what matches `url`, at once and after each change.
    ///
    /// The categories are those of the URL's `category` parameter, a comma list, `providers` by
    /// default. When the future is ready the listener has been told each of them once, from the
    /// registry; when that is out of reach, those that the cache file knows.
    ///
    /// # Errors
    ///
    /// When the registry cannot be reached, nothing is cached, and `check` is neither `false` in
    /// `url` nor in the registry's URL.
    fn subscribe(
        &self,
        url: Url,
        listener: Arc<dyn NotifyListener>,
    ) -> BoxFuture<'_, Result<Subscription, RegistryError>>;

    /// Writes what consoles read about a service: its methods and their types. A registry that has
    /// no place for it does nothing.
    ///
    /// # Errors
    ///
    /// When the registry cannot be reached.
    fn describe<'a>(
        &'a self,
        url: &'a Url,
        definition: ServiceDefinition,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        let _ = (url, definition);
        Box::pin(std::future::ready(Ok(())))
    }

    /// Whether the registry can be reached at this moment.
    fn is_available(&self) -> bool;

    /// Withdraws everything that belongs to this process and ends all subscriptions.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Is told about the URLs that match a subscription.
///
/// Calls for one subscription never overlap. A slow listener delays its own subscription and
/// nothing else; it must not wait for the registry, nor block for long.
pub trait NotifyListener: Send + Sync {
    /// The full list of one category, sorted by text and without repetition.
    ///
    /// An empty list says that the registry has *confirmed* that nothing matches. A registry that
    /// cannot be reached tells nothing, so the last list stays valid.
    fn notify(&self, category: Category, urls: &[Url]);
}

impl<F: Fn(Category, &[Url]) + Send + Sync> NotifyListener for F {
    fn notify(&self, category: Category, urls: &[Url]) {
        self(category, urls);
    }
}

/// What kind of URL stands under a node of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Category {
    /// Who serves the interface.
    Providers,
    /// Who calls it.
    Consumers,
    /// Override rules in the old form.
    Configurators,
    /// Routing rules in the old form.
    Routers,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Providers,
        Self::Consumers,
        Self::Configurators,
        Self::Routers,
    ];

    /// The node name and parameter value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Providers => keys::PROVIDERS,
            Self::Consumers => keys::CONSUMERS,
            Self::Configurators => keys::CONFIGURATORS,
            Self::Routers => keys::ROUTERS,
        }
    }

    /// The categories that a subscription's `category` parameter asks for: a comma list, `*` for
    /// all, `-name` to leave one out. Names that are none of Dubbo's four are passed over.
    pub fn of_subscription(url: &Url) -> Vec<Self> {
        let wanted = url.category();
        Self::ALL
            .into_iter()
            .filter(|category| crate::matching::list_holds(wanted, category.as_str()))
            .collect()
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is none of Dubbo's four categories.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("category `{0}` is none of providers, consumers, configurators, routers")]
pub struct UnknownCategory(String);

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str() == text)
            .ok_or_else(|| UnknownCategory(text.to_owned()))
    }
}

/// A running subscription; dropping it ends it.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Subscription {
    /// A subscription that runs `end` when it is dropped or unsubscribed.
    pub fn new(end: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self {
            end: Some(Box::new(end)),
        }
    }

    /// Ends the subscription. A call of the listener that is under way is let finish.
    pub fn unsubscribe(self) {
        drop(self);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}

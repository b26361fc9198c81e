//! A registry that is a fixed list: direct URLs, no network.

use std::sync::Arc;

use tenfold_common::{Url, keys};

use crate::{BoxFuture, Category, NotifyListener, Registry, RegistryError, Subscription, matching};

/// A registry that knows the providers it was made with, and no others.
///
/// A URL that leaves out the interface serves whoever asks; Dubbo's direct URLs
/// (`url="dubbo://10.0.0.1:20880"`) are like that. Registering is accepted and does nothing.
#[derive(Clone, Debug)]
pub struct StaticRegistry {
    url: Url,
    providers: Vec<Url>,
}

impl StaticRegistry {
    /// The address that stands for "no registry" in Dubbo's configuration.
    pub const NOT_AVAILABLE: &str = "N/A";

    /// A registry of these providers, in this order.
    pub fn new(providers: impl IntoIterator<Item = Url>) -> Self {
        Self {
            url: Url::builder("static", Self::NOT_AVAILABLE, None).build(),
            providers: providers.into_iter().collect(),
        }
    }

    /// Reads a list of provider URLs separated by `;` or blanks, as Dubbo's `url` attribute has it.
    ///
    /// A `;` also separates parameters of a URL, so a part without `://` belongs to the one before.
    ///
    /// # Errors
    ///
    /// [`RegistryError::BadUrl`] for the first part that is no URL.
    pub fn parse(list: &str) -> Result<Self, RegistryError> {
        let mut parts: Vec<String> = Vec::new();
        for part in list.split([';', ' ', '\t', '\n']).map(str::trim) {
            match parts.last_mut() {
                _ if part.is_empty() => {}
                Some(last) if !part.contains("://") => {
                    last.push(';');
                    last.push_str(part);
                }
                _ => parts.push(part.to_owned()),
            }
        }
        let providers = parts
            .iter()
            .map(|part| Url::parse(part))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(providers))
    }

    /// What a subscription gets: matching URLs, with the interface filled in where it was left out.
    fn answer(&self, subscription: &Url) -> Vec<Url> {
        self.providers
            .iter()
            .map(|provider| completed(provider, subscription))
            .filter(|provider| matching::is_match(subscription, provider))
            .collect()
    }
}

impl Registry for StaticRegistry {
    fn url(&self) -> &Url {
        &self.url
    }

    fn register(&self, _url: Url) -> BoxFuture<'_, Result<(), RegistryError>> {
        Box::pin(async { Ok(()) })
    }

    fn unregister<'a>(&'a self, _url: &'a Url) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async { Ok(()) })
    }

    fn subscribe(
        &self,
        url: Url,
        listener: Arc<dyn NotifyListener>,
    ) -> BoxFuture<'_, Result<Subscription, RegistryError>> {
        Box::pin(async move {
            for category in Category::of_subscription(&url) {
                if category == Category::Providers {
                    listener.notify(category, &self.answer(&url));
                } else {
                    listener.notify(category, &[]);
                }
            }
            Ok(Subscription::new(|| ()))
        })
    }

    fn is_available(&self) -> bool {
        true
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A direct URL says where, not always what: interface, group and version then come from the one
/// who asks.
fn completed(provider: &Url, subscription: &Url) -> Url {
    if !provider.interface().is_empty() {
        return provider.clone();
    }
    let interface = subscription.interface();
    provider
        .to_builder()
        .path(interface)
        .param(keys::INTERFACE, interface)
        .param_opt(keys::GROUP, subscription.param(keys::GROUP))
        .param_opt(keys::VERSION, subscription.param(keys::VERSION))
        .build()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    async fn told(registry: &StaticRegistry, subscription: &str) -> Vec<(Category, Vec<String>)> {
        let told = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&told);
        let listener = move |category: Category, urls: &[Url]| {
            let texts = urls.iter().map(Url::to_full_string).collect();
            writer.lock().expect("not poisoned").push((category, texts));
        };
        let url = Url::parse(subscription).expect("a url");
        let subscription = registry.subscribe(url, Arc::new(listener)).await;
        subscription
            .expect("static lists are always there")
            .unsubscribe();
        told.lock().expect("not poisoned").clone()
    }

    #[tokio::test]
    async fn direct_urls_take_the_interface_of_who_asks() {
        let registry = StaticRegistry::parse("dubbo://10.0.0.1:20880;dubbo://[::1]:2/?a=1;b=2")
            .expect("two urls");
        assert_eq!(
            told(&registry, "consumer://c/a.B?version=1.0.0").await,
            [(
                Category::Providers,
                vec![
                    "dubbo://10.0.0.1:20880/a.B?interface=a.B&version=1.0.0".to_owned(),
                    "dubbo://[::1]:2/a.B?a=1&b=2&interface=a.B&version=1.0.0".to_owned(),
                ]
            )]
        );
    }

    #[tokio::test]
    async fn full_urls_have_to_match_and_other_categories_are_confirmed_empty() {
        let registry =
            StaticRegistry::parse("dubbo://h:1/a.B?group=g dubbo://h:2/a.B").expect("two urls");
        assert_eq!(
            told(&registry, "consumer://c/a.B?category=providers,routers").await,
            [
                (Category::Providers, vec!["dubbo://h:2/a.B".to_owned()]),
                (Category::Routers, vec![]),
            ]
        );
    }

    #[test]
    fn a_broken_list_names_its_part() {
        let error = StaticRegistry::parse("nonsense")
            .expect_err("no url")
            .to_string();
        assert!(error.contains("nonsense"), "{error}");
    }
}

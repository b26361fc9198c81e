//! One subscription: children lists become lists of URLs, and the listener is told what changed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use parking_lot::Mutex;
use tenfold_common::Url;

use super::cache::Cache;
use crate::{Category, NotifyListener, matching};

/// Turns what the tree holds into what the listener is told.
pub(super) struct Subscriber {
    url: Url,
    listener: Arc<dyn NotifyListener>,
    cache: Arc<Cache>,
    empty_protection: bool,
    /// Held while the listener is told, so that calls never overlap.
    told: Mutex<HashMap<Category, Vec<Url>>>,
}

/// The URLs of one category as they were last read, by interface. Parsed URLs are kept, so that a
/// change of one provider among a thousand parses one name.
#[derive(Default)]
pub(super) struct View {
    interfaces: BTreeMap<String, HashMap<String, Option<Url>>>,
}

impl Subscriber {
    pub(super) fn new(
        url: Url,
        listener: Arc<dyn NotifyListener>,
        cache: Arc<Cache>,
        empty_protection: bool,
    ) -> Self {
        Self {
            url,
            listener,
            cache,
            empty_protection,
            told: Mutex::new(HashMap::new()),
        }
    }

    /// Tells the listener a category's full list, if it differs from the last one.
    pub(super) fn tell(&self, category: Category, urls: Vec<Url>) {
        let mut told = self.told.lock();
        let before = told.get(&category);
        if before == Some(&urls) {
            return;
        }
        let had_some = before.is_some_and(|before| !before.is_empty());
        if self.empty_protection && category == Category::Providers && urls.is_empty() && had_some {
            tracing::warn!(
                subscription = %self.url,
                "registry says that no provider is left; empty protection keeps the last list"
            );
            return;
        }
        self.cache.note(&self.url, category, &urls);
        self.listener.notify(category, &urls);
        told.insert(category, urls);
    }

    /// Tells what the cache file holds; says whether it held anything for this category.
    pub(super) fn tell_cached(&self, category: Category) -> bool {
        let urls = self.cache.urls(&self.url, category);
        if urls.is_empty() {
            return false;
        }
        // What the registry said meanwhile is better than what it said in another life.
        self.told.lock().entry(category).or_insert_with(|| {
            self.listener.notify(category, &urls);
            urls
        });
        true
    }
}

impl View {
    /// Takes in the names of one interface's nodes.
    pub(super) fn update(&mut self, interface: &str, names: Vec<String>) {
        let mut before = self.interfaces.remove(interface).unwrap_or_default();
        let known = names
            .into_iter()
            .map(|name| {
                let url = before.remove(&name).unwrap_or_else(|| {
                    let parsed = Url::parse_encoded(&name);
                    if let Err(error) = &parsed {
                        tracing::debug!(interface, name, %error, "registry node is no url");
                    }
                    parsed.ok()
                });
                (name, url)
            })
            .collect();
        self.interfaces.insert(interface.to_owned(), known);
    }

    /// Drops interfaces that are no more.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.interfaces.retain(|interface, _| keep(interface));
    }

    /// The URLs that match, sorted by text and without repetition.
    pub(super) fn matching(&self, subscription: &Url, category: Category) -> Vec<Url> {
        let all = self.interfaces.values().flat_map(HashMap::values).flatten();
        let mut urls: Vec<(String, Url)> = all
            .filter(|url| url.category() == category.as_str())
            .filter(|url| matching::is_match(subscription, url))
            .map(|url| (url.to_full_string(), url.clone()))
            .collect();
        urls.sort_by(|(left, _), (right, _)| left.cmp(right));
        urls.dedup_by(|(left, _), (right, _)| left == right);
        urls.into_iter().map(|(_, url)| url).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = Arc<Mutex<Vec<(Category, usize)>>>;

    fn subscriber(empty_protection: bool) -> (Subscriber, Told) {
        let told = Told::default();
        let writer = Arc::clone(&told);
        let listener = move |category: Category, urls: &[Url]| {
            writer.lock().push((category, urls.len()));
        };
        let url = Url::parse("consumer://c/a.B").expect("a url");
        let cache = Arc::new(Cache::open(None));
        (
            Subscriber::new(url, Arc::new(listener), cache, empty_protection),
            told,
        )
    }

    fn provider() -> Url {
        Url::parse("dubbo://h:1/a.B").expect("a url")
    }

    #[test]
    fn unchanged_lists_are_not_told_again() {
        let (subscriber, told) = subscriber(false);
        subscriber.tell(Category::Providers, vec![]);
        subscriber.tell(Category::Providers, vec![]);
        subscriber.tell(Category::Providers, vec![provider()]);
        subscriber.tell(Category::Providers, vec![provider()]);
        subscriber.tell(Category::Providers, vec![]);
        let counts: Vec<usize> = told.lock().iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [0, 1, 0]);
    }

    #[test]
    fn empty_protection_keeps_providers_and_nothing_else() {
        let (subscriber, told) = subscriber(true);
        subscriber.tell(Category::Providers, vec![]);
        for category in [Category::Providers, Category::Routers] {
            subscriber.tell(category, vec![provider()]);
            subscriber.tell(category, vec![]);
        }
        assert_eq!(
            *told.lock(),
            [
                (Category::Providers, 0),
                (Category::Providers, 1),
                (Category::Routers, 1),
                (Category::Routers, 0),
            ]
        );
    }

    #[test]
    fn views_hold_matching_urls_of_their_category_sorted() {
        let mut view = View::default();
        let names = [
            "dubbo://h:2/a.B",
            "dubbo://h:1/a.B",
            "dubbo://h:3/a.B?version=1.0.0",
            "route://h/a.B?category=routers",
        ];
        let mut encoded: Vec<String> = names
            .iter()
            .map(|text| tenfold_common::encode::encode(text))
            .collect();
        encoded.push("%zz".to_owned());
        view.update("a.B", encoded);
        let subscription =
            Url::parse("consumer://c/a.B?category=providers,routers").expect("a url");
        let texts = |view: &View, category| -> Vec<String> {
            let urls = view.matching(&subscription, category);
            urls.iter().map(Url::to_full_string).collect()
        };
        assert_eq!(
            texts(&view, Category::Providers),
            ["dubbo://h:1/a.B", "dubbo://h:2/a.B"]
        );
        assert_eq!(
            texts(&view, Category::Routers),
            ["route://h/a.B?category=routers"]
        );
        view.retain(|_| false);
        assert!(texts(&view, Category::Providers).is_empty());
    }
}

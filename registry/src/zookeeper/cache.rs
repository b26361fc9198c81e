//! The cache file: what the registry last said, so that a consumer can start while it is down.
//!
//! The format is Dubbo's: Java properties, key = service key of the subscribed URL, value = the
//! full URLs separated by blanks, with an `empty://` URL for a category that was empty. Processes
//! that share a file take turns by a lock file beside it, and each keeps the others' keys.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tenfold_common::{Url, keys};
use tokio::sync::Notify;

use super::properties;
use crate::Category;

/// The cache of one registry.
#[derive(Debug)]
pub(super) struct Cache {
    file: Option<PathBuf>,
    /// What the file held when the registry was made.
    read: BTreeMap<String, String>,
    told: Mutex<HashMap<String, BTreeMap<Category, String>>>,
    changed: Notify,
}

impl Cache {
    /// Reads the file; a missing or broken one is an empty cache.
    pub(super) fn open(file: Option<PathBuf>) -> Self {
        let read = match file.as_deref().map(fs::read_to_string) {
            Some(Ok(text)) => properties::read(&text),
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(?file, %error, "registry cache cannot be read");
                BTreeMap::new()
            }
            _ => BTreeMap::new(),
        };
        Self {
            file,
            read,
            told: Mutex::new(HashMap::new()),
            changed: Notify::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.read.is_empty()
    }

    /// The URLs of one category that the file held for a subscription.
    ///
    /// A cached emptiness is no news: only a registry can confirm that nobody is there.
    pub(super) fn urls(&self, subscription: &Url, category: Category) -> Vec<Url> {
        self.read
            .get(&subscription.service_key().to_string())
            .map_or("", String::as_str)
            .split_ascii_whitespace()
            .filter_map(|text| Url::parse(text).ok())
            .filter(|url| url.protocol() != keys::EMPTY_PROTOCOL)
            .filter(|url| url.category() == category.as_str())
            .collect()
    }

    /// Notes what the registry said; the file follows half a second later.
    pub(super) fn note(&self, subscription: &Url, category: Category, urls: &[Url]) {
        if self.file.is_none() {
            return;
        }
        let texts: Vec<String> = if urls.is_empty() {
            let empty = subscription
                .to_builder()
                .protocol(keys::EMPTY_PROTOCOL)
                .param(keys::CATEGORY, category);
            vec![empty.build().to_full_string()]
        } else {
            urls.iter().map(Url::to_full_string).collect()
        };
        // A blank inside a URL would split it in two when it is read again.
        let whole = texts
            .iter()
            .filter(|text| !text.contains(char::is_whitespace));
        let value = whole.map(String::as_str).collect::<Vec<_>>().join(" ");
        self.told
            .lock()
            .entry(subscription.service_key().to_string())
            .or_default()
            .insert(category, value);
        self.changed.notify_one();
    }

    /// Saves after changes, until it is aborted.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            self.changed.notified().await;
            tokio::time::sleep(SAVE_DELAY).await;
            self.save().await;
        }
    }

    /// Saves what was noted.
    pub(super) async fn save(self: &Arc<Self>) {
        let cache = Arc::clone(self);
        let saved = tokio::task::spawn_blocking(move || cache.save_blocking()).await;
        match saved {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(file = ?self.file, %error, "registry cache not saved"),
            Err(error) => {
                tracing::warn!(file = ?self.file, %error, "saving the registry cache failed")
            }
        }
    }

    fn save_blocking(&self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let news: BTreeMap<String, String> = self
            .told
            .lock()
            .iter()
            .map(|(key, categories)| {
                let values: Vec<&str> = categories.values().map(String::as_str).collect();
                (key.clone(), values.join(" "))
            })
            .collect();
        if news.is_empty() {
            return Ok(());
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let _lock = lock(&with_suffix(file, ".lock"))?;
        let mut entries = match fs::read_to_string(file) {
            Ok(text) => properties::read(&text),
            Err(_) => BTreeMap::new(),
        };
        entries.extend(news);
        write_atomically(file, &properties::write("Dubbo Registry Cache", &entries))
    }
}

/// Writes a neighbour and puts it in the file's place, so that no reader sees half a file.
fn write_atomically(file: &Path, text: &str) -> io::Result<()> {
    let neighbour = with_suffix(file, &format!(".{}.tmp", std::process::id()));
    let written = File::create(&neighbour).and_then(|mut out| {
        out.write_all(text.as_bytes())?;
        out.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&neighbour, file));
    if placed.is_err() {
        // The neighbour is of no use; that it may stay behind matters less than the first error.
        let _ = fs::remove_file(&neighbour);
    }
    placed
}

/// Takes the lock file; it is given back when the returned file is dropped.
fn lock(path: &Path) -> io::Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    for _ in 1..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    file.try_lock()?;
    Ok(file)
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Changes come in bursts; one save half a second later holds them all.
const SAVE_DELAY: Duration = Duration::from_millis(500);
const LOCK_TRIES: u32 = 3;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("tenfold-cache-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    #[tokio::test]
    async fn a_saved_cache_is_read_by_the_next_process_and_keeps_foreign_keys() {
        let folder = folder("saved");
        let file = folder.join("x.cache");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(&file, "other.Service=dubbo\\://o\\:1/other.Service\n").expect("a file");

        let subscription = url("consumer://c/a.B?category=providers,routers&version=1.0.0");
        let providers = [
            url("dubbo://h:1/a.B?version=1.0.0"),
            url("dubbo://h:2/a.B?version=1.0.0"),
        ];
        let cache = Arc::new(Cache::open(Some(file.clone())));
        cache.note(&subscription, Category::Providers, &providers);
        cache.note(&subscription, Category::Routers, &[]);
        cache.save().await;

        let text = fs::read_to_string(&file).expect("saved");
        assert!(text.contains("\na.B\\:1.0.0=dubbo\\://h\\:1/"), "{text}");
        assert!(
            text.contains(" empty\\://c/a.B?category\\=routers&"),
            "{text}"
        );
        let cache = Cache::open(Some(file.clone()));
        assert_eq!(cache.urls(&subscription, Category::Providers), providers);
        assert_eq!(cache.urls(&subscription, Category::Routers), []);
        let other = url("consumer://c/other.Service");
        assert_eq!(cache.urls(&other, Category::Providers).len(), 1);
        let left: Vec<_> = fs::read_dir(&folder).expect("a folder").collect();
        assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
        fs::remove_dir_all(folder).expect("cleaned up");
    }

    #[tokio::test]
    async fn a_held_lock_is_an_error_and_leaves_the_file_alone() {
        let folder = folder("locked");
        let file = folder.join("x.cache");
        let cache = Arc::new(Cache::open(Some(file.clone())));
        cache.note(&url("consumer://c/a.B"), Category::Providers, &[]);
        fs::create_dir_all(&folder).expect("a folder");
        let held = lock(&with_suffix(&file, ".lock")).expect("the lock is free");
        assert!(cache.save_blocking().is_err());
        assert!(!file.exists());
        drop(held);
        cache.save_blocking().expect("the lock is free again");
        fs::remove_dir_all(folder).expect("cleaned up");
    }
}

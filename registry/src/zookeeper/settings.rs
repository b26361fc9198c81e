//! What a registry URL asks for.

use std::{path::PathBuf, time::Duration};

use tenfold_common::{Url, keys};

use super::tree;
use crate::RegistryError;

/// The settings of a [`super::ZkRegistry`], read from its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// `host:port` of all servers, separated by commas.
    pub(super) servers: String,
    pub(super) root: String,
    pub(super) connect_timeout: Duration,
    pub(super) session_timeout: Duration,
    pub(super) retry_period: Duration,
    pub(super) check: bool,
    pub(super) simplified: bool,
    pub(super) extra_keys: Vec<String>,
    pub(super) empty_protection: bool,
    pub(super) cache_file: Option<PathBuf>,
}

impl Settings {
    /// Reads a registry URL.
    ///
    /// `home` is the user's home directory; without one, and without `file=`, there is no cache.
    pub(super) fn read(url: &Url, home: Option<PathBuf>) -> Result<Self, RegistryError> {
        let mut servers = url.address();
        for backup in url.param(keys::BACKUP).unwrap_or_default().split(',') {
            if !backup.trim().is_empty() {
                servers.push(',');
                servers.push_str(backup.trim());
            }
        }
        Ok(Self {
            root: tree::root(url),
            connect_timeout: duration(url, keys::TIMEOUT, CONNECT_TIMEOUT)?,
            session_timeout: duration(url, SESSION, SESSION_TIMEOUT)?,
            retry_period: duration(url, RETRY_PERIOD_KEY, RETRY_PERIOD)?,
            check: url.flag(keys::CHECK, true),
            simplified: url.flag("simplified", false),
            extra_keys: url
                .param("extra-keys")
                .unwrap_or_default()
                .split(',')
                .map(|key| key.trim().to_owned())
                .filter(|key| !key.is_empty())
                .collect(),
            empty_protection: url.flag("enable-empty-protection", false),
            cache_file: cache_file(url, home),
            servers,
        })
    }
}

fn duration(url: &Url, key: &'static str, default: Duration) -> Result<Duration, RegistryError> {
    let Some(text) = url.param(key) else {
        return Ok(default);
    };
    match text.trim().parse() {
        Ok(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err(RegistryError::BadParameter {
            key,
            value: text.to_owned(),
            reason: "expected milliseconds above 0",
        }),
    }
}

/// `file=`, or Dubbo's own place: `~/.dubbo/dubbo-registry-<application>-<address>.cache`.
fn cache_file(url: &Url, home: Option<PathBuf>) -> Option<PathBuf> {
    if !url.flag("file-cache", true) {
        return None;
    }
    if let Some(file) = url.param("file") {
        return Some(PathBuf::from(file));
    }
    let application = url.param(keys::APPLICATION).unwrap_or("unknown");
    // An application's name must not lead out of the folder.
    let name = format!("dubbo-registry-{application}-{}.cache", url.address())
        .replace([':', '/', '\\'], "-");
    Some(home?.join(".dubbo").join(name))
}

const SESSION: &str = "session";
const RETRY_PERIOD_KEY: &str = "retry.period";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const SESSION_TIMEOUT: Duration = Duration::from_secs(60);
const RETRY_PERIOD: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, RegistryError> {
        Settings::read(
            &Url::parse(text).expect(text),
            Some(PathBuf::from("/home/u")),
        )
    }

    #[test]
    fn the_defaults_are_dubbos() {
        let settings = read("zookeeper://h:2181?application=shop").expect("settings");
        assert_eq!(settings.servers, "h:2181");
        assert_eq!(settings.root, "/dubbo");
        assert_eq!(settings.connect_timeout, Duration::from_secs(5));
        assert_eq!(settings.session_timeout, Duration::from_secs(60));
        assert!(settings.check && !settings.simplified && !settings.empty_protection);
        assert_eq!(
            settings.cache_file,
            Some(PathBuf::from(
                "/home/u/.dubbo/dubbo-registry-shop-h-2181.cache"
            ))
        );
    }

    #[test]
    fn backups_are_servers_too() {
        let settings = read("zookeeper://a:1?backup=b:2,c:3&file-cache=false").expect("settings");
        assert_eq!(settings.servers, "a:1,b:2,c:3");
        assert_eq!(settings.cache_file, None);
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let error = read("zookeeper://a:1?session=soon")
            .expect_err("no number")
            .to_string();
        assert_eq!(
            error,
            "registry parameter `session=soon`: expected milliseconds above 0"
        );
    }

    #[test]
    fn an_application_name_cannot_leave_the_cache_folder() {
        let settings = read("zookeeper://h:1?application=../../etc/x").expect("settings");
        let file = settings.cache_file.expect("a file");
        assert_eq!(file.parent(), Some(std::path::Path::new("/home/u/.dubbo")));
    }
}

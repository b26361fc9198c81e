//! Dubbo's URL: the one description of services, registries and subscriptions.
//!
//! `protocol "://" [user [":" password] "@"] host [":" port] ["/" path] ["?" k=v *("&" k=v)]`
//!
//! Parameters are not percent-encoded inside the URL; the *whole* URL text is encoded when it
//! becomes a znode name ([`crate::encode`]). A URL is immutable and cheap to clone; a changed copy
//! comes from [`Url::to_builder`] or the `with_` methods.

use std::{
    collections::{BTreeMap, btree_map},
    fmt,
    hash::{Hash, Hasher},
    ops::Bound,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use crate::{ServiceKey, encode, keys};

/// An immutable Dubbo URL.
#[derive(Clone)]
pub struct Url {
    inner: Arc<Parts>,
}

/// Builds a [`Url`], or a changed copy of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UrlBuilder {
    parts: Parts,
}

/// Why a text is not a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseUrlError {
    /// There is no `://` and no `/`, or nothing before `://`.
    #[error("`{0}` has no protocol; expected `protocol://host:port/path?key=value`")]
    NoProtocol(String),
    /// The port is not a number from 0 to 65535.
    #[error("`{port}` in `{url}` is not a port from 0 to 65535")]
    BadPort {
        /// The text that stands for a port.
        port: String,
        /// The whole URL.
        url: String,
    },
    /// A percent-encoded URL cannot be decoded.
    #[error("`{0}` is not a percent-encoded URL")]
    BadEncoding(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Parts {
    protocol: String,
    username: Option<String>,
    password: Option<String>,
    host: String,
    port: Option<u16>,
    path: String,
    parameters: BTreeMap<String, String>,
}

impl Url {
    /// Starts a URL from its protocol, host and port.
    pub fn builder(protocol: &str, host: &str, port: Option<u16>) -> UrlBuilder {
        UrlBuilder {
            parts: Parts {
                protocol: protocol.to_owned(),
                host: unbracketed(host).to_owned(),
                port,
                ..Parts::default()
            },
        }
    }

    /// Parses a URL text.
    ///
    /// # Errors
    ///
    /// [`ParseUrlError`] when there is no protocol or the port is no port.
    ///
    /// ```
    /// let url = tenfold_common::Url::parse("dubbo://10.0.0.1:20880/demo.Greeter?group=g&timeout=3000")?;
    /// assert_eq!(url.address(), "10.0.0.1:20880");
    /// assert_eq!(url.service_key().to_string(), "g/demo.Greeter");
    /// # Ok::<(), tenfold_common::ParseUrlError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ParseUrlError> {
        parse_parts(text.trim()).map(Self::from_parts)
    }

    /// Parses the percent-encoded form that stands as a znode name.
    ///
    /// # Errors
    ///
    /// [`ParseUrlError`] when the encoding or the URL in it is broken.
    pub fn parse_encoded(text: &str) -> Result<Self, ParseUrlError> {
        let decoded =
            encode::decode(text).ok_or_else(|| ParseUrlError::BadEncoding(text.to_owned()))?;
        Self::parse(&decoded)
    }

    fn from_parts(parts: Parts) -> Self {
        Self {
            inner: Arc::new(parts),
        }
    }

    /// A builder that starts with all parts of this URL.
    pub fn to_builder(&self) -> UrlBuilder {
        UrlBuilder {
            parts: (*self.inner).clone(),
        }
    }

    /// A copy with one parameter set; an empty value removes it.
    #[must_use]
    pub fn with_param(&self, key: &str, value: impl fmt::Display) -> Self {
        self.to_builder().param(key, value).build()
    }

    /// A copy without one parameter.
    #[must_use]
    pub fn without_param(&self, key: &str) -> Self {
        self.to_builder().remove_param(key).build()
    }

    /// The protocol, such as `dubbo` or `zookeeper`.
    pub fn protocol(&self) -> &str {
        &self.inner.protocol
    }

    /// The user name, if any.
    pub fn username(&self) -> Option<&str> {
        self.inner.username.as_deref()
    }

    /// The password, if any. It is left out of every printed form but [`Url::to_full_string`].
    pub fn password(&self) -> Option<&str> {
        self.inner.password.as_deref()
    }

    /// The host name or address; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.inner.host
    }

    /// The port, if any.
    pub fn port(&self) -> Option<u16> {
        self.inner.port
    }

    /// `host:port`, or the host alone when there is no port; IPv6 in brackets.
    pub fn address(&self) -> String {
        let mut out = String::with_capacity(self.inner.host.len() + 8);
        push_address(&mut out, &self.inner.host, self.inner.port);
        out
    }

    /// The path without its leading slash.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// A parameter; an absent one falls back to `default.<key>`, which old registries hold.
    pub fn param(&self, key: &str) -> Option<&str> {
        let parameters = &self.inner.parameters;
        let value = parameters.get(key).or_else(|| {
            // Most URLs hold no `default.` key at all, so the name is built only if one can exist.
            let has_defaults = parameters
                .range::<str, _>((Bound::Included("default."), Bound::Unbounded))
                .next()
                .is_some_and(|(known, _)| known.starts_with("default."));
            has_defaults
                .then(|| parameters.get(&format!("default.{key}")))
                .flatten()
        });
        value.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A method's parameter: `<method>.<key>`, else `<key>`.
    pub fn method_param(&self, method: &str, key: &str) -> Option<&str> {
        self.strict_method_param(method, key)
            .or_else(|| self.param(key))
    }

    /// A method's own parameter `<method>.<key>`, without a fallback to the service's.
    pub fn strict_method_param(&self, method: &str, key: &str) -> Option<&str> {
        let name = format!("{method}.{key}");
        self.inner
            .parameters
            .get(&name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A parameter parsed to a number or another type; `None` when absent or unparsable.
    pub fn param_as<T: FromStr>(&self, key: &str) -> Option<T> {
        self.param(key)?.trim().parse().ok()
    }

    /// A boolean parameter: `true` in any case is true, any other text is false.
    pub fn flag(&self, key: &str, default: bool) -> bool {
        self.param(key)
            .map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// A parameter in milliseconds.
    pub fn millis(&self, key: &str) -> Option<Duration> {
        self.param_as(key).map(Duration::from_millis)
    }

    /// All parameters in byte order of their keys.
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.inner
            .parameters
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The interface: parameter `interface`, else the path.
    pub fn interface(&self) -> &str {
        self.param(keys::INTERFACE).unwrap_or(&self.inner.path)
    }

    /// The service's identity from interface, group and version.
    pub fn service_key(&self) -> ServiceKey {
        ServiceKey::new(
            self.interface(),
            self.param(keys::GROUP),
            self.param(keys::VERSION),
        )
    }

    /// The category that a registered URL belongs to, `providers` by default.
    pub fn category(&self) -> &str {
        self.param(keys::CATEGORY).unwrap_or(keys::PROVIDERS)
    }

    /// The whole text with user and password, parameters sorted by key.
    pub fn to_full_string(&self) -> String {
        self.text(true)
    }

    /// [`Url::to_full_string`], percent-encoded to a znode name.
    pub fn to_encoded_string(&self) -> String {
        encode::encode(&self.to_full_string())
    }

    fn text(&self, with_credentials: bool) -> String {
        let parts = &*self.inner;
        let mut out = String::with_capacity(64 + parts.parameters.len() * 24);
        if !parts.protocol.is_empty() {
            out.push_str(&parts.protocol);
            out.push_str("://");
        }
        if with_credentials {
            push_credentials(&mut out, parts);
        }
        push_address(&mut out, &parts.host, parts.port);
        if !parts.path.is_empty() {
            out.push('/');
            out.push_str(&parts.path);
        }
        for (at, (key, value)) in parts.parameters.iter().enumerate() {
            out.push(if at == 0 { '?' } else { '&' });
            out.push_str(key);
            out.push('=');
            out.push_str(value.trim());
        }
        out
    }
}

impl UrlBuilder {
    /// Sets the protocol.
    #[must_use]
    pub fn protocol(mut self, protocol: &str) -> Self {
        protocol.clone_into(&mut self.parts.protocol);
        self
    }

    /// Sets user name and password.
    #[must_use]
    pub fn credentials(mut self, username: &str, password: &str) -> Self {
        self.parts.username = Some(username.to_owned());
        self.parts.password = Some(password.to_owned());
        self
    }

    /// Sets the host.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        unbracketed(host).clone_into(&mut self.parts.host);
        self
    }

    /// Sets or removes the port.
    #[must_use]
    pub fn port(mut self, port: Option<u16>) -> Self {
        self.parts.port = port;
        self
    }

    /// Sets the path; a leading slash is dropped.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.trim_start_matches('/')
            .clone_into(&mut self.parts.path);
        self
    }

    /// Sets a parameter; an empty value removes it.
    #[must_use]
    pub fn param(mut self, key: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if value.is_empty() {
            self.parts.parameters.remove(key);
        } else {
            self.parts.parameters.insert(key.to_owned(), value);
        }
        self
    }

    /// Sets a parameter if there is a value.
    #[must_use]
    pub fn param_opt(self, key: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.param(key, value),
            None => self,
        }
    }

    /// Sets a parameter unless it is set.
    #[must_use]
    pub fn param_if_absent(self, key: &str, value: impl fmt::Display) -> Self {
        if self.parts.parameters.contains_key(key) {
            self
        } else {
            self.param(key, value)
        }
    }

    /// Removes a parameter.
    #[must_use]
    pub fn remove_param(mut self, key: &str) -> Self {
        self.parts.parameters.remove(key);
        self
    }

    /// Keeps the parameters for which `keep` says so.
    #[must_use]
    pub fn retain_params(mut self, mut keep: impl FnMut(&str, &str) -> bool) -> Self {
        self.parts.parameters.retain(|key, value| keep(key, value));
        self
    }

    /// Freezes the URL.
    pub fn build(self) -> Url {
        Url::from_parts(self.parts)
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner == other.inner
    }
}

impl Eq for Url {}

impl Hash for Url {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl FromStr for Url {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Prints the URL without user and password, so that it can stand in logs and errors.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

fn push_credentials(out: &mut String, parts: &Parts) {
    if parts.username.is_none() && parts.password.is_none() {
        return;
    }
    out.push_str(parts.username.as_deref().unwrap_or_default());
    if let Some(password) = &parts.password {
        out.push(':');
        out.push_str(password);
    }
    out.push('@');
}

fn push_address(out: &mut String, host: &str, port: Option<u16>) {
    if host.contains(':') {
        out.push('[');
        out.push_str(host);
        out.push(']');
    } else {
        out.push_str(host);
    }
    if let Some(port) = port {
        out.push(':');
        out.push_str(&port.to_string());
    }
}

fn unbracketed(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

fn parse_parts(text: &str) -> Result<Parts, ParseUrlError> {
    let (before_query, query) = text.split_once('?').unwrap_or((text, ""));
    let mut parts = Parts {
        parameters: parse_parameters(query),
        ..Parts::default()
    };

    let rest = match before_query.split_once("://") {
        Some(("", _)) => return Err(ParseUrlError::NoProtocol(text.to_owned())),
        Some((protocol, rest)) => {
            protocol.clone_into(&mut parts.protocol);
            rest
        }
        // `/a/b` and `host/path` are legal in Dubbo: a URL without a protocol.
        None if before_query.contains('/') => before_query,
        None => return Err(ParseUrlError::NoProtocol(text.to_owned())),
    };

    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    path.split('#')
        .next()
        .unwrap_or_default()
        .clone_into(&mut parts.path);

    let address = match authority.rsplit_once('@') {
        Some((credentials, address)) => {
            let (username, password) = match credentials.split_once(':') {
                Some((username, password)) => (username, Some(password)),
                None => (credentials, None),
            };
            parts.username = Some(username.to_owned()).filter(|name| !name.is_empty());
            parts.password = password.map(str::to_owned);
            address
        }
        None => authority,
    };
    let (host, port) = split_port(address);
    host.clone_into(&mut parts.host);
    parts.port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse().map_err(|_| ParseUrlError::BadPort {
            port: port.to_owned(),
            url: text.to_owned(),
        })?),
    };
    Ok(parts)
}

/// Splits `host:port`; a bare IPv6 address or one with a scope has no port.
fn split_port(address: &str) -> (&str, Option<&str>) {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, after) = rest.split_once(']').unwrap_or((rest, ""));
        return (host, after.strip_prefix(':'));
    }
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (address, None),
    }
}

fn parse_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::new();
    for pair in query
        .split(['&', ';'])
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        // A key without a value stands for itself, as in Dubbo's URLStrParser.
        let (key, value) = pair.split_once('=').unwrap_or((pair, pair));
        if let (false, btree_map::Entry::Vacant(entry)) =
            (key.is_empty(), parameters.entry(key.to_owned()))
        {
            entry.insert(value.to_owned());
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_full_url_is_taken_apart_and_put_together_again() {
        let text = "dubbo://user:pa:ss@10.0.0.1:20880/demo.Greeter?a=1&b=x=y&group=g&version=1.0.0";
        let parsed = url(text);
        assert_eq!(parsed.protocol(), "dubbo");
        assert_eq!(
            (parsed.username(), parsed.password()),
            (Some("user"), Some("pa:ss"))
        );
        assert_eq!((parsed.host(), parsed.port()), ("10.0.0.1", Some(20880)));
        assert_eq!(parsed.param("b"), Some("x=y"));
        assert_eq!(parsed.service_key().to_string(), "g/demo.Greeter:1.0.0");
        assert_eq!(parsed.to_full_string(), text);
        assert_eq!(Url::parse_encoded(&parsed.to_encoded_string()), Ok(parsed));
    }

    #[test]
    fn printed_urls_hold_no_credentials() {
        let parsed = url("zookeeper://root:secret@h:2181?timeout=1");
        assert_eq!(parsed.to_string(), "zookeeper://h:2181?timeout=1");
        assert!(!format!("{parsed:?}").contains("secret"));
    }

    #[test]
    fn ipv6_hosts_keep_their_brackets_in_text_only() {
        let parsed = url("dubbo://[fe80::1%eth0]:20880/x");
        assert_eq!(
            (parsed.host(), parsed.port()),
            ("fe80::1%eth0", Some(20880))
        );
        assert_eq!(parsed.address(), "[fe80::1%eth0]:20880");
        assert_eq!(url("dubbo://[::1]/x").port(), None);
        assert_eq!(url("dubbo://::1/x").host(), "::1");
    }

    #[test]
    fn parameters_fall_back_from_method_to_service_to_default() {
        let parsed = url("dubbo://h:1/i?default.retries=5&find.timeout=10&timeout=20");
        assert_eq!(parsed.method_param("find", "timeout"), Some("10"));
        assert_eq!(parsed.method_param("save", "timeout"), Some("20"));
        assert_eq!(parsed.strict_method_param("save", "timeout"), None);
        assert_eq!(parsed.param("retries"), Some("5"));
        assert_eq!(parsed.param("cluster"), None);
    }

    #[test]
    fn semicolons_separate_and_fragments_are_dropped() {
        let parsed = url("dubbo://h/p#frag?a=1;b=2");
        assert_eq!(parsed.path(), "p");
        assert_eq!(
            (parsed.param("a"), parsed.param("b")),
            (Some("1"), Some("2"))
        );
    }

    #[test]
    fn texts_that_are_no_urls_are_refused_with_their_reason() {
        for (text, message) in [
            ("", "`` has no protocol"),
            ("hello", "`hello` has no protocol"),
            ("://h", "`://h` has no protocol"),
            (
                "dubbo://h:99999/x",
                "`99999` in `dubbo://h:99999/x` is not a port",
            ),
            (
                "dubbo://h:abc/x",
                "`abc` in `dubbo://h:abc/x` is not a port",
            ),
        ] {
            let error = Url::parse(text).expect_err(text).to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn empty_values_remove_a_parameter() {
        let parsed = url("dubbo://h/p?a=1")
            .with_param("a", "")
            .with_param("b", 2);
        assert_eq!(parsed.to_full_string(), "dubbo://h/p?b=2");
    }
}

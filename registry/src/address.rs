//! Which address a provider announces, and why.
//!
//! The order is Dubbo's: the environment (`DUBBO_IP_TO_REGISTRY`, `DUBBO_PORT_TO_REGISTRY`), then
//! the configured host, then the interface that routes to the registry, then loopback. Containers
//! and machines with several networks go wrong here, so the choice comes with a sentence that says
//! what was taken and why; it belongs in the log.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
};

/// Environment variable with the host to announce.
pub const IP_TO_REGISTRY: &str = "DUBBO_IP_TO_REGISTRY";
/// Environment variable with the port to announce.
pub const PORT_TO_REGISTRY: &str = "DUBBO_PORT_TO_REGISTRY";

/// Everything the choice depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressInputs<'a> {
    /// Value of [`IP_TO_REGISTRY`].
    pub env_host: Option<&'a str>,
    /// Value of [`PORT_TO_REGISTRY`].
    pub env_port: Option<&'a str>,
    /// The host of the protocol's configuration.
    pub configured_host: Option<&'a str>,
    /// The port of the protocol's configuration.
    pub configured_port: Option<u16>,
    /// The address of the interface that routes to the registry; see [`route_probe`].
    pub routed: Option<IpAddr>,
    /// The port that the listener is bound to.
    pub bound_port: u16,
}

/// An address and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisteredAddress {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// What was taken and why, in one sentence.
    pub reason: String,
}

/// Why no address can be announced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The environment's port is no port.
    #[error("{PORT_TO_REGISTRY}={0} is not a port from 1 to 65535")]
    BadPort(String),
    /// The environment's host cannot be reached by anybody else.
    #[error("{IP_TO_REGISTRY}={0} is a wildcard or multicast address that nobody can call")]
    BadHost(String),
}

impl<'a> AddressInputs<'a> {
    /// Inputs with only the listener's port.
    pub fn bound_to(port: u16) -> Self {
        Self {
            bound_port: port,
            ..Self::default()
        }
    }

    /// Sets the values of the two environment variables.
    #[must_use]
    pub fn env(mut self, host: Option<&'a str>, port: Option<&'a str>) -> Self {
        self.env_host = host;
        self.env_port = port;
        self
    }

    /// Sets the configured host and port.
    #[must_use]
    pub fn configured(mut self, host: Option<&'a str>, port: Option<u16>) -> Self {
        self.configured_host = host;
        self.configured_port = port;
        self
    }

    /// Sets the address of the interface that routes to the registry.
    #[must_use]
    pub fn routed(mut self, address: Option<IpAddr>) -> Self {
        self.routed = address;
        self
    }
}

/// Chooses the address to announce.
///
/// # Errors
///
/// [`AddressError`] when the environment says something impossible: a wrong wish is better refused
/// than passed over.
///
/// ```
/// use tenfold_registry::address::{AddressInputs, select};
///
/// let inputs = AddressInputs::bound_to(20880).env(Some("203.0.113.9"), None);
/// let address = select(&inputs)?;
/// assert_eq!((address.host.as_str(), address.port), ("203.0.113.9", 20880));
/// # Ok::<(), tenfold_registry::address::AddressError>(())
/// ```
pub fn select(inputs: &AddressInputs<'_>) -> Result<RegisteredAddress, AddressError> {
    let (host, host_reason) = select_host(inputs)?;
    let (port, port_reason) = select_port(inputs)?;
    let reason = format!(
        "registered address {}: host from {host_reason}, port from {port_reason}",
        Printed(&host, port)
    );
    Ok(RegisteredAddress { host, port, reason })
}

/// The local address from which `target` would be reached, or `None` when there is no route.
///
/// It connects a datagram socket, which asks the routing table and sends nothing.
pub fn route_probe(target: SocketAddr) -> Option<IpAddr> {
    let unspecified: IpAddr = if target.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        std::net::Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((unspecified, 0)).ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn select_host(inputs: &AddressInputs<'_>) -> Result<(String, String), AddressError> {
    if let Some(host) = given(inputs.env_host) {
        if is_uncallable(host) {
            return Err(AddressError::BadHost(host.to_owned()));
        }
        return Ok((host.to_owned(), format!("environment {IP_TO_REGISTRY}")));
    }
    let configured = given(inputs.configured_host);
    if let Some(host) = configured.filter(|host| !is_uncallable(host)) {
        return Ok((host.to_owned(), "the configured host".to_owned()));
    }
    let because = match configured {
        Some(host) => format!("the configured host {host} is a wildcard"),
        None => "no host is configured".to_owned(),
    };
    Ok(match inputs.routed {
        Some(address) => (
            address.to_string(),
            format!("the interface that routes to the registry ({because})"),
        ),
        None => (
            Ipv4Addr::LOCALHOST.to_string(),
            format!("loopback ({because}, and no interface routes to the registry)"),
        ),
    })
}

fn select_port(inputs: &AddressInputs<'_>) -> Result<(u16, String), AddressError> {
    if let Some(text) = given(inputs.env_port) {
        return match text.parse() {
            Ok(port) if port != 0 => Ok((port, format!("environment {PORT_TO_REGISTRY}"))),
            _ => Err(AddressError::BadPort(text.to_owned())),
        };
    }
    Ok(match inputs.configured_port {
        Some(port) if port != 0 => (port, "the configuration".to_owned()),
        _ => (inputs.bound_port, "the listener".to_owned()),
    })
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Wildcards and multicast groups; names are taken as they are.
fn is_uncallable(host: &str) -> bool {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_unspecified() || address.is_multicast())
}

struct Printed<'a>(&'a str, u16);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') {
            write!(f, "[{}]:{}", self.0, self.1)
        } else {
            write!(f, "{}:{}", self.0, self.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(inputs: &AddressInputs<'_>) -> (String, u16, String) {
        let address = select(inputs).expect("an address");
        (address.host, address.port, address.reason)
    }

    #[test]
    fn the_environment_comes_before_the_configuration() {
        let inputs = AddressInputs::bound_to(20880)
            .env(Some("1.2.3.4"), Some("30000"))
            .configured(Some("5.6.7.8"), Some(20881))
            .routed(Some([9, 9, 9, 9].into()));
        let (host, port, reason) = chosen(&inputs);
        assert_eq!((host.as_str(), port), ("1.2.3.4", 30000));
        assert_eq!(
            reason,
            "registered address 1.2.3.4:30000: host from environment DUBBO_IP_TO_REGISTRY, \
             port from environment DUBBO_PORT_TO_REGISTRY"
        );
    }

    #[test]
    fn a_wildcard_is_replaced_by_the_interface_that_routes_to_the_registry() {
        let inputs = AddressInputs::bound_to(20880)
            .configured(Some("0.0.0.0"), Some(0))
            .routed(Some("fe80::1".parse().expect("ipv6")));
        let (host, port, reason) = chosen(&inputs);
        assert_eq!((host.as_str(), port), ("fe80::1", 20880));
        assert!(
            reason.starts_with("registered address [fe80::1]:20880"),
            "{reason}"
        );
        assert!(reason.contains("0.0.0.0 is a wildcard"), "{reason}");
    }

    #[test]
    fn names_are_announced_as_they_are() {
        let inputs = AddressInputs::bound_to(1).configured(Some("orders.internal"), Some(2));
        assert_eq!(chosen(&inputs).0, "orders.internal");
    }

    #[test]
    fn without_anything_it_is_loopback_and_the_reason_says_so() {
        let (host, _, reason) = chosen(&AddressInputs::bound_to(1).env(Some(" "), None));
        assert_eq!(host, "127.0.0.1");
        assert!(reason.contains("no interface routes"), "{reason}");
    }

    #[test]
    fn impossible_wishes_are_refused() {
        let inputs = AddressInputs::bound_to(1);
        for port in ["0", "70000", "x"] {
            let refused = select(&inputs.clone().env(None, Some(port)));
            assert_eq!(refused, Err(AddressError::BadPort(port.into())));
        }
        let refused = select(&inputs.env(Some("::"), None));
        assert_eq!(refused, Err(AddressError::BadHost("::".into())));
    }

    #[test]
    fn loopback_is_reached_from_loopback() {
        let target = SocketAddr::from(([127, 0, 0, 1], 2181));
        assert_eq!(route_probe(target), Some(IpAddr::from([127, 0, 0, 1])));
    }
}

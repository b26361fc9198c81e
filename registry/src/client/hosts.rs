//! Which server to try next, and how long to wait before.

use std::time::Duration;

/// The servers of an ensemble and the luck with them so far. Plain decisions: the order and the
/// jitter come from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hosts {
    addresses: Vec<String>,
    next: usize,
    failures: usize,
}

/// Why a list of servers cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HostsError {
    #[error("no server in `{0}`")]
    Empty(String),
    #[error("`{0}` is not a port from 1 to 65535")]
    BadPort(String),
    #[error("chroot `{chroot}`: {source}")]
    BadChroot {
        chroot: String,
        source: tenfold_zk::path::PathError,
    },
}

impl Hosts {
    /// Reads `host[:port][,host[:port]…][/chroot]`; returns the chroot without a trailing slash.
    pub(super) fn parse(text: &str) -> Result<(Self, String), HostsError> {
        let (servers, chroot) = match text.find('/') {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let chroot = chroot.trim_end_matches('/').to_owned();
        if !chroot.is_empty() {
            tenfold_zk::path::validate(&chroot).map_err(|source| HostsError::BadChroot {
                chroot: chroot.clone(),
                source,
            })?;
        }
        let addresses = servers
            .split(',')
            .map(str::trim)
            .filter(|server| !server.is_empty())
            .map(with_port)
            .collect::<Result<Vec<_>, _>>()?;
        if addresses.is_empty() {
            return Err(HostsError::Empty(text.to_owned()));
        }
        let hosts = Self {
            addresses,
            next: 0,
            failures: 0,
        };
        Ok((hosts, chroot))
    }

    pub(super) fn addresses_mut(&mut self) -> &mut [String] {
        &mut self.addresses
    }

    /// The server to try, `host:port`.
    pub(super) fn next(&mut self) -> String {
        let address = self.addresses.get(self.next).cloned().unwrap_or_default();
        self.next = (self.next + 1) % self.addresses.len();
        address
    }

    /// A session stands: what went wrong before counts no more.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// A try failed before a session stood.
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// How long to wait before the next try. `jitter` is from 0 to 1.
    ///
    /// Within a round there is no pause; after each round in vain it doubles. After the loss of a
    /// good connection it is short, but not zero, so that a thousand clients do not arrive at once.
    pub(super) fn pause(&self, jitter: f64) -> Duration {
        if self.failures == 0 {
            return AFTER_LOSS_MAX.mul_f64(jitter.clamp(0.0, 1.0));
        }
        let rounds = self.failures / self.addresses.len();
        if !self.failures.is_multiple_of(self.addresses.len()) {
            return Duration::ZERO;
        }
        let doublings = u32::try_from(rounds.saturating_sub(1))
            .unwrap_or(u32::MAX)
            .min(10);
        let pause = PAUSE_MIN.saturating_mul(1 << doublings).min(PAUSE_MAX);
        pause.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
    }
}

fn with_port(server: &str) -> Result<String, HostsError> {
    let port = match server.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(_, after)| after),
        None => match server.rsplit_once(':') {
            // A bare IPv6 address.
            Some((host, _)) if host.contains(':') => return Ok(format!("[{server}]:{PORT}")),
            Some((host, _)) => server.get(host.len()..).unwrap_or_default(),
            None => "",
        },
    };
    match port.strip_prefix(':') {
        None => Ok(format!("{server}:{PORT}")),
        Some(text) => match text.parse::<u16>() {
            Ok(port) if port != 0 => Ok(server.to_owned()),
            _ => Err(HostsError::BadPort(text.to_owned())),
        },
    }
}

/// ZooKeeper's client port.
const PORT: u16 = 2181;
/// Longest pause after the loss of a good connection.
const AFTER_LOSS_MAX: Duration = Duration::from_millis(100);
/// Pause after the first round in vain.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// Longest pause between rounds. Short against a session timeout, so that a registry that comes
/// back is found while sessions still live.
const PAUSE_MAX: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_default_ports_and_a_chroot() {
        let (mut hosts, chroot) = Hosts::parse("a, b:2182,[::1],[::2]:9,::3/x/y/").expect("a list");
        assert_eq!(chroot, "/x/y");
        let all: Vec<String> = (0..6).map(|_| hosts.next()).collect();
        assert_eq!(
            all,
            [
                "a:2181",
                "b:2182",
                "[::1]:2181",
                "[::2]:9",
                "[::3]:2181",
                "a:2181"
            ]
        );
        assert_eq!(Hosts::parse("a/").expect("a list").1, "");
    }

    #[test]
    fn broken_lists_name_their_fault() {
        assert_eq!(Hosts::parse(" ,"), Err(HostsError::Empty(" ,".into())));
        assert_eq!(Hosts::parse("a:x"), Err(HostsError::BadPort("x".into())));
        assert_eq!(Hosts::parse("a:0"), Err(HostsError::BadPort("0".into())));
        assert!(matches!(
            Hosts::parse("a/b//c"),
            Err(HostsError::BadChroot { .. })
        ));
    }

    #[test]
    fn pauses_grow_by_the_round_and_have_a_limit() {
        let (mut hosts, _) = Hosts::parse("a,b").expect("a list");
        assert_eq!(hosts.pause(0.5), Duration::from_millis(50));
        hosts.failed();
        assert_eq!(hosts.pause(1.0), Duration::ZERO);
        hosts.failed();
        assert_eq!(hosts.pause(1.0), Duration::from_millis(100));
        assert_eq!(hosts.pause(0.0), Duration::from_millis(50));
        for _ in 0..2 {
            hosts.failed();
        }
        assert_eq!(hosts.pause(1.0), Duration::from_millis(200));
        for _ in 0..1000 {
            hosts.failed();
        }
        assert_eq!(hosts.pause(1.0), Duration::from_secs(3));
        hosts.succeeded();
        assert_eq!(hosts.pause(0.0), Duration::ZERO);
    }
}

//! The providers at one moment, and what became of the others.

use std::{fmt, sync::Arc};

use tenfold_common::Url;
use tenfold_protocol::RpcError;

use crate::{Member, loadbalance::Rings};

/// The providers of a directory at one moment. It does not change; a call reads one snapshot from
/// its beginning to the end of its try.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub(super) version: u64,
    pub(super) members: Vec<Arc<Member>>,
    pub(super) fallen: Vec<Fallen>,
    pub(super) state: State,
    pub(super) any_tagged: bool,
    pub(super) rings: Arc<Rings>,
}

/// What the registry has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing yet.
    #[default]
    Waiting,
    /// A list with this many providers.
    Listed(usize),
    /// That there are none (`empty://`).
    Forbidden,
}

/// A provider that was seen and is not called, with the reason.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fallen {
    /// Its URL as it was registered.
    pub url: Url,
    /// Why it is not called.
    pub reason: Reason,
}

/// Why a provider is not called.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// One of its identifying parameters is not what the reference asks for.
    Mismatch {
        /// The parameter's name.
        key: String,
        /// The provider's value.
        offered: String,
        /// The reference's value.
        wanted: String,
    },
    /// It is registered as disabled.
    Disabled,
    /// No invoker could be made for it.
    Refused(RpcError),
    /// The registry lists it no more.
    Left,
}

impl Snapshot {
    /// The providers that can be called, in the registry's order.
    pub fn members(&self) -> &[Arc<Member>] {
        &self.members
    }

    /// The providers that were seen and are not called; of those that have left the latest 32.
    pub fn fallen(&self) -> &[Fallen] {
        &self.fallen
    }

    /// Rises with each change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether the registry has said that there are no providers.
    pub fn is_forbidden(&self) -> bool {
        self.state == State::Forbidden
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn any_tagged(&self) -> bool {
        self.any_tagged
    }

    pub(crate) fn rings(&self) -> &Arc<Rings> {
        &self.rings
    }
}

impl Reason {
    pub(super) fn mismatch(key: &str, offered: &str, wanted: &str) -> Self {
        Self::Mismatch {
            key: key.to_owned(),
            offered: offered.to_owned(),
            wanted: wanted.to_owned(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |value: &str| match value {
            "" => "none".to_owned(),
            value => format!("`{value}`"),
        };
        match self {
            Self::Mismatch {
                key,
                offered,
                wanted,
            } => write!(
                f,
                "its {key} is {}, wanted is {}",
                quoted(offered),
                quoted(wanted)
            ),
            Self::Disabled => f.write_str("it is disabled"),
            Self::Refused(error) => write!(f, "no invoker for it: {}", error.message()),
            Self::Left => f.write_str("it has left the registry"),
        }
    }
}

impl fmt::Display for Fallen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url.address(), self.reason)
    }
}

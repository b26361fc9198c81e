//! A provider as the cluster sees it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use tenfold_common::{Url, keys};
use tenfold_protocol::{Filter, FilterChain, Invoker};

/// A provider in a [`crate::Directory`]: its invoker and the settings by which it is called.
pub struct Member {
    url: Url,
    address: String,
    tag: Option<String>,
    invoker: Arc<dyn Invoker>,
    filters: Box<[Arc<dyn Filter>]>,
    /// Calls that it has, by method index; the last place is for methods without one.
    active: Box<[AtomicU32]>,
}

impl Member {
    /// A provider with the merged URL `url`, with filters around each try that goes to it.
    ///
    /// Filters that wrap ([`Filter::wraps`]) take a chain of their own, which costs a boxed future
    /// a try; the others cost their work.
    pub fn new(
        url: Url,
        invoker: Arc<dyn Invoker>,
        filters: Vec<Arc<dyn Filter>>,
        methods: usize,
    ) -> Self {
        let (invoker, filters) = if filters.iter().any(|filter| filter.wraps()) {
            (FilterChain::wrap(filters, invoker), Vec::new())
        } else {
            (invoker, filters)
        };
        Self {
            address: url.address(),
            tag: url.param(keys::TAG).map(str::to_owned),
            url,
            invoker,
            filters: filters.into(),
            active: (0..=methods).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// The provider's URL, merged with the reference's settings.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its static tag (`dubbo.tag`), if any.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Whether a call has a chance.
    pub fn is_available(&self) -> bool {
        self.invoker.is_available()
    }

    /// Calls of the method with that index that it has at this moment; counted only while a load
    /// balance asks for it ([`crate::LoadBalance::counts_active`]).
    pub fn active(&self, method: usize) -> u32 {
        self.active_cell(method)
            .map_or(0, |cell| cell.load(Ordering::Relaxed))
    }

    pub(crate) fn active_cell(&self, method: usize) -> Option<&AtomicU32> {
        self.active.get(method).or_else(|| self.active.last())
    }

    pub(crate) fn invoker(&self) -> &Arc<dyn Invoker> {
        &self.invoker
    }

    pub(crate) fn filters(&self) -> &[Arc<dyn Filter>] {
        &self.filters
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("url", &self.url)
            .field("available", &self.is_available())
            .finish_non_exhaustive()
    }
}

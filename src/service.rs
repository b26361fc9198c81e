//! A service to serve, with its settings.

use std::sync::Arc;

use tenfold_common::{Url, keys};
use tenfold_config::ServiceConfig;
use tenfold_protocol::{Filter, Invoker, ServiceDescriptor};
use tenfold_proxy::{GenericExport, Skeleton, SkeletonInvoker};

/// A service to serve: a generated server and what its URL says beyond the interface.
///
/// Anything that implements [`Skeleton`] turns into one by itself, so
/// `.serve(OrderServiceServer::new(it))` is enough when there is nothing to set.
#[derive(Clone)]
pub struct Service {
    skeleton: Arc<dyn Skeleton>,
    params: Vec<(String, String)>,
    filters: Vec<Arc<dyn Filter>>,
}

impl Service {
    /// A service without settings of its own.
    pub fn new(skeleton: impl Skeleton) -> Self {
        Self {
            skeleton: Arc::new(skeleton),
            params: Vec::new(),
            filters: Vec::new(),
        }
    }

    /// Serves it under this group instead of the interface's.
    #[must_use]
    pub fn group(self, group: &str) -> Self {
        self.param(keys::GROUP, group)
    }

    /// Serves it under this version instead of the interface's.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        self.param(keys::VERSION, version)
    }

    /// The share of calls that this provider gets; 100 by default.
    #[must_use]
    pub fn weight(self, weight: u32) -> Self {
        self.param(keys::WEIGHT, &weight.to_string())
    }

    /// The tag that calls can ask for.
    #[must_use]
    pub fn tag(self, tag: &str) -> Self {
        self.param(keys::TAG, tag)
    }

    /// Calls that run at once; more are refused and can be tried elsewhere.
    #[must_use]
    pub fn executes(self, calls: usize) -> Self {
        self.param(keys::EXECUTES, &calls.to_string())
    }

    /// Lets peers call it by names and plain values (`$invoke`). Off by default.
    #[must_use]
    pub fn allow_generic(mut self) -> Self {
        self.skeleton = Arc::new(GenericExport::new(self.skeleton));
        self
    }

    /// Any other parameter of the provider's URL, by Dubbo's own name.
    #[must_use]
    pub fn param(mut self, key: &str, value: &str) -> Self {
        self.params.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Looks at every call of this service.
    #[must_use]
    pub fn filter(mut self, filter: impl Filter + 'static) -> Self {
        self.filters.push(Arc::new(filter));
        self
    }

    pub(crate) fn descriptor(&self) -> Arc<ServiceDescriptor> {
        self.skeleton.descriptor()
    }

    pub(crate) fn filters(&self) -> &[Arc<dyn Filter>] {
        &self.filters
    }

    /// The provider URL of this service on the listener `base`.
    pub(crate) fn url_on(&self, base: &Url) -> Url {
        let descriptor = self.skeleton.descriptor();
        let mut url = base
            .to_builder()
            .path(&descriptor.interface)
            .param(keys::INTERFACE, &descriptor.interface)
            .param_opt(keys::GROUP, descriptor.group.as_deref())
            .param_opt(keys::VERSION, descriptor.version.as_deref())
            .param(keys::METHODS, descriptor.method_names());
        for (key, value) in &self.params {
            url = url.param(key, value);
        }
        url.build()
    }

    /// What the code says about this service, for the configuration to stand above.
    pub(crate) fn config(&self) -> ServiceConfig {
        let descriptor = self.skeleton.descriptor();
        let mut config = ServiceConfig::new(&*descriptor.interface);
        if let Some(group) = &descriptor.group {
            config = config.group(&**group);
        }
        if let Some(version) = &descriptor.version {
            config = config.version(&**version);
        }
        for (key, value) in &self.params {
            config = match key.as_str() {
                keys::GROUP => config.group(value),
                keys::VERSION => config.version(value),
                _ => config.parameter(key, value),
            };
        }
        config
    }

    pub(crate) fn invoker(&self, url: Url) -> Arc<dyn Invoker> {
        Arc::new(SkeletonInvoker::new(url, Arc::clone(&self.skeleton)))
    }
}

impl<S: Skeleton> From<S> for Service {
    fn from(skeleton: S) -> Self {
        Self::new(skeleton)
    }
}

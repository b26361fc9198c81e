//! The provider that the cases are run against, and the clients for it.

use std::time::Duration;

use tenfold::{Application, Client, GenericClient, ReferenceBuilder};

use crate::{
    Fault,
    everything::{DynamicClient, EchoClient, EverythingClient, ReducedClient},
    options::Options,
};

/// Where the provider is and how it is called.
pub struct Peer {
    application: Application,
    /// Empty when it is found through the registry.
    address: String,
    timeout: Duration,
    params: Vec<(String, String)>,
}

impl Peer {
    /// Connects to the registry, if there is one.
    pub async fn open(options: &Options) -> Result<Self, Fault> {
        let mut application = Application::builder(options.text("application", "interop-rust-consumer"));
        for registry in options.text("registry", "").split(';').filter(|url| !url.is_empty()) {
            application = application.registry(registry);
        }
        Ok(Self {
            application: application.start().await?,
            address: options.text("address", "").to_owned(),
            timeout: options.millis("timeout", 10_000)?,
            params: options
                .under("reference.")
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    /// `Everything` without group and version.
    pub async fn everything(&self) -> Result<EverythingClient, Fault> {
        Ok(self.refer("").build().await?)
    }

    /// `Everything` of a group and version.
    pub async fn variant(&self, group: &str, version: &str) -> Result<EverythingClient, Fault> {
        Ok(self.refer("").group(group).version(version).build().await?)
    }

    /// `Everything` with another timeout.
    pub async fn impatient(&self, timeout: Duration) -> Result<EverythingClient, Fault> {
        Ok(self.refer("").timeout(timeout).build().await?)
    }

    /// Any typed client.
    pub async fn client<C: Client>(&self) -> Result<C, Fault> {
        Ok(self.refer("").build().await?)
    }

    /// `Reduced`.
    pub async fn reduced(&self) -> Result<ReducedClient, Fault> {
        self.client().await
    }

    /// `Dynamic`, whose provider has no class for it. A registry says so, an address does not.
    pub async fn dynamic(&self) -> Result<DynamicClient, Fault> {
        Ok(self.refer("?generic=true").build().await?)
    }

    /// `$echo` of `Everything`.
    pub async fn echo(&self) -> Result<EchoClient, Fault> {
        self.client().await
    }

    /// Any interface, without its types.
    pub async fn generic(&self, interface: &str) -> Result<GenericClient, Fault> {
        Ok(self.described(self.application.generic(interface), "").build().await?)
    }

    /// Ends all connections politely.
    pub async fn close(&self) {
        self.application.shutdown().await;
    }

    /// A reference with the settings of the command line; `query` stands behind the address.
    pub fn refer<C: Client>(&self, query: &str) -> ReferenceBuilder<C> {
        self.described(self.application.refer(), query)
    }

    fn described<C>(&self, mut reference: ReferenceBuilder<C>, query: &str) -> ReferenceBuilder<C> {
        reference = reference.timeout(self.timeout).retries(0);
        if !self.address.is_empty() {
            for address in self.address.split(',') {
                reference = reference.url(&format!("dubbo://{address}{query}"));
            }
        }
        self.params.iter().fold(reference, |reference, (key, value)| reference.param(key, value))
    }
}

//! The provider that the cases are run against, and the clients for it.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    time::Duration,
};

use tenfold::{Application, Client, GenericClient, ReferenceBuilder};
use tokio::sync::Mutex;

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
    clients: Mutex<HashMap<(TypeId, String), Box<dyn Any + Send + Sync>>>,
}

impl Peer {
    /// Connects to the registry, if there is one.
    pub async fn open(options: &Options) -> Result<Self, Fault> {
        let mut application =
            Application::builder(options.text("application", "interop-rust-consumer"));
        for registry in options
            .text("registry", "")
            .split(';')
            .filter(|url| !url.is_empty())
        {
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
            clients: Mutex::default(),
        })
    }

    /// `Everything` without group and version.
    pub async fn everything(&self) -> Result<EverythingClient, Fault> {
        self.client().await
    }

    /// `Everything` of a group and version.
    pub async fn variant(&self, group: &str, version: &str) -> Result<EverythingClient, Fault> {
        let reference = self.refer("").group(group).version(version);
        self.kept(&format!("{group}/{version}"), reference).await
    }

    /// `Everything` with another timeout.
    pub async fn impatient(&self, timeout: Duration) -> Result<EverythingClient, Fault> {
        self.kept(&format!("{timeout:?}"), self.refer("").timeout(timeout))
            .await
    }

    /// Any typed client.
    pub async fn client<C: Client + Clone + Send + Sync + 'static>(&self) -> Result<C, Fault> {
        self.kept("", self.refer("")).await
    }

    /// `Reduced`.
    pub async fn reduced(&self) -> Result<ReducedClient, Fault> {
        self.client().await
    }

    /// `Dynamic`, whose provider has no class for it. A registry says so, an address does not.
    pub async fn dynamic(&self) -> Result<DynamicClient, Fault> {
        self.kept("", self.refer("?generic=true")).await
    }

    /// `$echo` of `Everything`.
    pub async fn echo(&self) -> Result<EchoClient, Fault> {
        self.client().await
    }

    /// Any interface, without its types.
    pub async fn generic(&self, interface: &str) -> Result<GenericClient, Fault> {
        let reference = self.described(self.application.generic(interface), "");
        self.kept(interface, reference).await
    }

    /// Ends all connections politely.
    pub async fn close(&self) {
        self.application.shutdown().await;
    }

    /// A reference with the settings of the command line; `query` stands behind the address.
    pub fn refer<C: Client>(&self, query: &str) -> ReferenceBuilder<C> {
        self.described(self.application.refer(), query)
    }

    /// The client of that kind and name, made when it is first asked for and kept to the end: a
    /// program has its clients for as long as it runs.
    async fn kept<C>(&self, name: &str, reference: ReferenceBuilder<C>) -> Result<C, Fault>
    where
        C: Clone + Send + Sync + 'static,
    {
        let mut clients = self.clients.lock().await;
        let key = (TypeId::of::<C>(), name.to_owned());
        if let Some(client) = clients
            .get(&key)
            .and_then(|client| client.downcast_ref::<C>())
        {
            return Ok(client.clone());
        }
        let client = reference.build().await?;
        clients.insert(key, Box::new(client.clone()));
        Ok(client)
    }

    fn described<C>(&self, mut reference: ReferenceBuilder<C>, query: &str) -> ReferenceBuilder<C> {
        reference = reference.timeout(self.timeout).retries(0);
        if !self.address.is_empty() {
            for address in self.address.split(',') {
                reference = reference.url(&format!("dubbo://{address}{query}"));
            }
        }
        self.params
            .iter()
            .fold(reference, |reference, (key, value)| {
                reference.param(key, value)
            })
    }
}

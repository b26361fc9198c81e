//! Serves the interfaces until SIGTERM.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tenfold::{Application, Dubbo, Filter, Invocation, RpcError, Service, signal};

use crate::{
    Fault,
    everything::{EverythingServer, ReducedServer},
    options::Options,
    service::{self, EverythingService, ReducedService},
};

/// Runs the provider that the options describe.
pub async fn run(options: &Options) -> Result<(), Fault> {
    let port = u16::try_from(options.number("port", 0)?)?;
    let mut listener = Dubbo::on(port).host(options.text("host", "127.0.0.1"));
    for (key, value) in options.under("protocol.") {
        listener = listener.param(key, value);
    }
    let id = options.text("id", "rust");
    let served = Served::default();
    let mut application = Application::builder(options.text("application", "interop-rust"))
        .listen(listener)
        .provider_filter(served.clone())
        .shutdown_deadline(Duration::from_secs(10));
    for registry in options
        .text("registry", "")
        .split(';')
        .filter(|url| !url.is_empty())
    {
        application = application.registry(registry);
    }
    for service in services(id, options.text("only", "")) {
        let described = options
            .under("service.")
            .fold(service, |service, (key, value)| service.param(key, value));
        application = application.serve(described);
    }
    let application = application.start().await?;
    let bound = application.exported().first().and_then(|url| url.port());
    println!("READY {}", bound.ok_or("nothing is exported")?);
    signal::terminated().await;
    application.shutdown().await;
    println!("SERVED {}", served.0.load(Ordering::Relaxed));
    Ok(())
}

/// Counts the calls that have come.
#[derive(Clone, Default)]
struct Served(Arc<AtomicU64>);

impl Filter for Served {
    fn before(&self, _invocation: &mut Invocation) -> Result<(), RpcError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn services(id: &str, only: &str) -> Vec<Service> {
    let everything = |id: String| {
        Service::new(EverythingServer::new(EverythingService::new(id))).allow_generic()
    };
    let plain = everything(id.to_owned());
    if !only.is_empty() {
        return vec![plain];
    }
    vec![
        plain,
        everything(format!("{id}@blue:1.0.0"))
            .group("blue")
            .version("1.0.0"),
        everything(format!("{id}@green:2.0.0"))
            .group("green")
            .version("2.0.0"),
        Service::new(ReducedServer::new(ReducedService::new(id.to_owned()))).allow_generic(),
        Service::new(service::dynamic()).allow_generic(),
    ]
}

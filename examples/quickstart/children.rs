//! The providers: child processes of the quickstart itself.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use tenfold::{Reference, Url};

use crate::{Failure, orders::OrderServiceClient};

/// A provider process; killed when this is dropped.
pub struct Provider {
    child: Child,
    port: u16,
}

impl Provider {
    /// Starts a provider on a free port.
    pub fn start(registry: &Url) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(std::env::current_exe()?)
            .args(["provide", "--port", &port.to_string()])
            .args(["--registry", &registry.to_full_string()])
            .stdin(Stdio::null())
            .spawn()?;
        Ok(Self { child, port })
    }

    /// The address under which it is registered.
    pub fn address(&self, reference: &Reference<OrderServiceClient>) -> Result<String, Failure> {
        reference
            .providers()
            .iter()
            .find(|url| url.port() == Some(self.port))
            .map(Url::address)
            .ok_or_else(|| format!("the provider on port {} is not registered", self.port).into())
    }

    /// Kills it with SIGKILL: it has no chance to say anything.
    pub fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // A process that has ended already is no fault here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

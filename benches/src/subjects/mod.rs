//! What is measured.

mod core;
mod exchange;
mod raw;

use std::net::SocketAddr;

use clap::ValueEnum;
use tokio::net::TcpListener;

pub(crate) use self::exchange::echo;
use crate::{Plan, drive::Measured, server::ServerProcess};

/// A pair of client and server that echoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Frames and nothing above them.
    Raw,
    /// The least that can be called an RPC core.
    Core,
    /// The exchange room.
    Exchange,
    /// The exchange room with a handler that yields once.
    ExchangeYield,
}

impl Subject {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value().expect("no variant is skipped");
        value.get_name().to_owned()
    }

    /// Serves on a free port of loopback.
    pub(crate) async fn serve(self) -> SocketAddr {
        match self {
            Self::Raw => raw::serve(listener().await),
            Self::Core => core::serve(listener().await),
            Self::Exchange => exchange::serve(false).await,
            Self::ExchangeYield => exchange::serve(true).await,
        }
    }

    /// Calls a server of the same subject as the plan says.
    pub(crate) async fn run(self, server: &mut ServerProcess, plan: &Plan) -> Measured {
        match self {
            Self::Raw => raw::run(server, plan).await,
            Self::Core => core::run(server, plan).await,
            Self::Exchange | Self::ExchangeYield => exchange::run(server, plan).await,
        }
    }
}

async fn listener() -> TcpListener {
    let bound = TcpListener::bind("127.0.0.1:0").await;
    bound.expect("loopback has a free port")
}

//! What is measured.

mod core;
mod dubbo;
mod exchange;
mod raw;

use std::net::SocketAddr;

use clap::ValueEnum;
use tokio::net::TcpListener;

pub(crate) use self::exchange::echo;
use crate::{Plan, drive::Measured, server::ServerProcess};

use self::dubbo::Payload;

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
    /// The bare dubbo2 protocol with a typed stub and skeleton; the payload is `byte[]`.
    Dubbo,
    /// The same with a `String`.
    DubboText,
    /// The same with a class of ten fields.
    DubboPojo,
    /// The whole path: applications, statistics, a cluster of two, failover, consistent hash.
    Whole,
    /// The same with a class of ten fields.
    WholePojo,
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
            Self::Dubbo | Self::DubboText | Self::DubboPojo => dubbo::serve_bare().await,
            Self::Whole | Self::WholePojo => dubbo::serve_whole().await,
        }
    }

    /// Calls a server of the same subject as the plan says.
    pub(crate) async fn run(self, server: &mut ServerProcess, plan: &Plan) -> Measured {
        match self {
            Self::Raw => raw::run(server, plan).await,
            Self::Core => core::run(server, plan).await,
            Self::Exchange | Self::ExchangeYield => exchange::run(server, plan).await,
            Self::Dubbo => dubbo::run_bare(server, plan, Payload::Bytes).await,
            Self::DubboText => dubbo::run_bare(server, plan, Payload::Text).await,
            Self::DubboPojo => dubbo::run_bare(server, plan, Payload::Pojo).await,
            Self::Whole => dubbo::run_whole(server, plan, Payload::Bytes).await,
            Self::WholePojo => dubbo::run_whole(server, plan, Payload::Pojo).await,
        }
    }
}

async fn listener() -> TcpListener {
    let bound = TcpListener::bind("127.0.0.1:0").await;
    bound.expect("loopback has a free port")
}

//! `tenfold registry`: the built-in registry server alone.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use clap::Args;
use tenfold::registry_server::{RegistryServer, WordSet};

use crate::exit;

/// Run the built-in registry server: one node, in memory.
#[derive(Args)]
pub(crate) struct Registry {
    /// Address that clients connect to.
    #[arg(long, default_value = "127.0.0.1:2181")]
    client: SocketAddr,
    /// Length of a tick in milliseconds: sessions expire at a multiple of it.
    #[arg(long, default_value_t = 2_000)]
    tick: u64,
    /// Four-letter words that are answered: `all`, or a comma list.
    #[arg(long, default_value = "ruok,srvr,stat,isro")]
    four_letter_words: String,
}

impl Registry {
    fn words(&self) -> WordSet {
        match self.four_letter_words.trim() {
            "all" => WordSet::All,
            list => WordSet::Only(list.split(',').map(|word| word.trim().to_owned()).collect()),
        }
    }

    pub(crate) async fn run(self) -> ExitCode {
        let server = RegistryServer::builder()
            .listen(self.client)
            .tick(Duration::from_millis(self.tick))
            .words(self.words())
            .start()
            .await;
        let server = match server {
            Ok(server) => server,
            Err(error) => {
                eprintln!("tenfold registry: {error}");
                return ExitCode::from(exit::OTHER);
            }
        };
        eprintln!(
            "registry on zookeeper://{}, in memory; Ctrl-C ends it",
            server.local_addr()
        );
        tenfold::signal::terminated().await;
        server.stop().await;
        ExitCode::SUCCESS
    }
}

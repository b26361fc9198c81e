//! Java Dubbo, in two versions, as provider and as consumer.
//!
//! The sources in `java/api` and `java/peer` are compiled once for each version; only the class
//! `Attachments` differs. `README.md` names the options of both programs.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::build;
use crate::error::{Error, Result};
use crate::ports::HOST;
use crate::process::Peer;
use crate::report::Report;

/// How long all cases of a consumer may take together.
const CONSUMER_LIMIT: Duration = Duration::from_secs(300);

/// A release of Java Dubbo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dubbo {
    /// 3.3.6.
    V3,
    /// 2.7.23.
    V27,
}

impl Dubbo {
    /// Both, the newer one first.
    pub const ALL: [Self; 2] = [Self::V3, Self::V27];

    /// The release, as it stands in registered URLs.
    pub fn release(self) -> &'static str {
        match self {
            Self::V3 => "3.3.6",
            Self::V27 => "2.7.23",
        }
    }

    /// The short name in the column `java-fails` of `CASES.md`.
    pub fn short(self) -> &'static str {
        match self {
            Self::V3 => "3",
            Self::V27 => "27",
        }
    }

    fn project(self) -> &'static str {
        match self {
            Self::V3 => "dubbo3",
            Self::V27 => "dubbo27",
        }
    }

    /// Fetches and compiles what this version needs.
    pub fn build(self) -> Result<()> {
        let java = build::root().join("java");
        let folder = java.join(self.project());
        let lib = build::fetch_jars(self.project())?;
        // Two folders, because Dubbo's exception filter treats exceptions that come from the
        // interface's own code source differently from others.
        let (api, peer) = (folder.join("target/api"), folder.join("target/peer"));
        build::compile_java(&[java.join("api")], "", &api)?;
        let class_path = format!("{}:{}/*", api.display(), lib.display());
        build::compile_java(&[java.join("peer"), folder.join("src")], &class_path, &peer)
    }

    /// Starts one of the programs `Provider`, `Consumer` and `Follower`.
    ///
    /// `options` are words of the form `key=value`.
    pub fn start(self, main: &str, name: &str, options: &[String], folder: &Path) -> Result<Peer> {
        Peer::start(name, self.command(main, name, options, folder)?, folder)
    }

    /// Starts a provider and waits until it serves.
    pub fn provider(self, name: &str, options: &[String], folder: &Path) -> Result<(Peer, u16)> {
        let mut peer = self.start("Provider", name, options, folder)?;
        let port = peer.wait_until_ready()?;
        Ok((peer, port))
    }

    /// Starts a consumer and gives it back while it runs its cases.
    pub fn start_consumer(self, name: &str, options: &[String], folder: &Path) -> Result<Peer> {
        let mut peer = self.start("Consumer", name, options, folder)?;
        peer.wait_until_ready()?;
        Ok(peer)
    }

    /// Runs a consumer to its end and gives the outcome of each case.
    pub fn consumer(self, name: &str, options: &[String], folder: &Path) -> Result<Report> {
        Self::report(self.start_consumer(name, options, folder)?)
    }

    /// Waits for a consumer's end and gives the outcome of each case.
    pub fn report(consumer: Peer) -> Result<Report> {
        let log = consumer.log().to_owned();
        let (lines, _) = consumer.finish(CONSUMER_LIMIT)?;
        Report::read(&lines).map_err(|e| Error::new(format!("{e}, see {}", log.display())))
    }

    /// The names of all cases that the consumer knows, in its order.
    pub fn case_names(self, folder: &Path) -> Result<Vec<String>> {
        let options = ["list=true".to_owned()];
        let peer = self.start("Consumer", "list", &options, folder)?;
        let (lines, status) = peer.finish(Duration::from_secs(60))?;
        if status.success() {
            Ok(lines)
        } else {
            Err(Error::new(format!("the list of cases ended with {status}")))
        }
    }

    fn command(self, main: &str, name: &str, options: &[String], folder: &Path) -> Result<Command> {
        self.build()?;
        // Dubbo locks cache files below the home folder, so no two peers can share one.
        let home = folder.join(format!("home-{name}"));
        std::fs::create_dir_all(&home).map_err(Error::while_doing("create a home folder"))?;
        let java = build::root().join("java");
        let target = java.join(self.project()).join("target");
        let class_path = format!(
            "{t}/api:{t}/peer:{j}/peer:{t}/lib/*",
            t = target.display(),
            j = java.display()
        );
        let mut command = Command::new("java");
        command.arg(format!("@{}", java.join("java.args").display()));
        command.arg(format!("-Duser.home={}", home.display()));
        command.arg(format!("-DDUBBO_IP_TO_BIND={HOST}"));
        command
            .arg("-cp")
            .arg(class_path)
            .arg(format!("org.tenfold.interop.peer.{main}"));
        command.args(options);
        Ok(command)
    }
}

impl fmt::Display for Dubbo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Java {}", self.release())
    }
}

//! A server of ZooKeeper's protocol on a loopback port: Apache ZooKeeper 3.9.5, or one of ours.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::build;
use crate::error::{Error, Result};
use crate::ports::{self, HOST};
use crate::process::{Peer, READY_LIMIT};

/// A running server.
#[derive(Debug)]
pub struct ZooKeeper {
    peer: Peer,
    port: u16,
    folder: PathBuf,
}

/// One node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The whole path.
    pub path: String,
    /// `persistent` or `ephemeral`. A container node looks persistent to a client.
    pub kind: String,
    /// The data as text; `(null)` and `(empty)` when there is none.
    pub data: String,
}

impl ZooKeeper {
    /// Starts a server with a tick of 500 ms on a free port and waits until it answers.
    ///
    /// Sessions may last up to 60 s, which is what Dubbo asks for.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_on(ports::free_port()?, folder)
    }

    /// As [`ZooKeeper::start`], on a given port: for a restart with the same data.
    pub fn start_on(port: u16, folder: &Path) -> Result<Self> {
        Self::start_with(port, &[], folder)
    }

    /// As [`ZooKeeper::start_on`], with more lines of `zoo.cfg`.
    pub fn start_with(port: u16, settings: &[&str], folder: &Path) -> Result<Self> {
        let lib = build::fetch_jars("zookeeper")?;
        let home = folder.join(format!("zookeeper-{port}"));
        fs::create_dir_all(&home).map_err(Error::while_doing("create ZooKeeper's folder"))?;
        let file = home.join("zoo.cfg");
        let text = format!(
            "tickTime=500\ndataDir={}\nclientPort={port}\nclientPortAddress=127.0.0.1\n\
             admin.enableServer=false\nmaxSessionTimeout=60000\n4lw.commands.whitelist=*\n\
             {}\n",
            home.join("data").display(),
            settings.join("\n")
        );
        fs::write(&file, text).map_err(Error::while_doing("write zoo.cfg"))?;
        let mut java = Command::new("java");
        java.arg(format!(
            "@{}",
            build::root()
                .join("java/zookeeper/zookeeper.args")
                .display()
        ));
        java.arg("-cp").arg(format!("{}/*", lib.display()));
        java.arg("org.apache.zookeeper.server.quorum.QuorumPeerMain")
            .arg(file);
        let peer = Peer::start(&format!("zookeeper-{port}"), java, folder)?;
        Self::of(peer, port, folder)
    }

    /// A server that has been started, once it answers.
    pub fn of(peer: Peer, port: u16, folder: &Path) -> Result<Self> {
        let server = Self {
            peer,
            port,
            folder: folder.to_owned(),
        };
        let end = Instant::now() + READY_LIMIT;
        // It says `imok` before it opens sessions, and names its mode only from then on.
        while !server
            .word("srvr")
            .is_ok_and(|answer| answer.contains("Mode: "))
        {
            if Instant::now() > end {
                return Err(Error::new(format!(
                    "the server on port {port} does not answer, see {}",
                    server.peer.log().display()
                )));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process, for [`Peer::pause`] and its like.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The address as Dubbo's registry settings want it.
    pub fn address(&self) -> String {
        format!("zookeeper://{HOST}:{}", self.port)
    }

    /// The answer to a four-letter word such as `mntr`.
    pub fn word(&self, word: &str) -> Result<String> {
        let doing = || Error::while_doing(format!("ask the server {word}"));
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).map_err(doing())?;
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .map_err(doing())?;
        stream.write_all(word.as_bytes()).map_err(doing())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(doing())?;
        Ok(answer)
    }

    /// Every node but ZooKeeper's own, in the order of their paths.
    pub fn tree(&self) -> Result<Vec<Node>> {
        let folder = build::root().join("java/zookeeper");
        let classes = folder.join("target/classes");
        let lib = format!("{}/*", folder.join("target/lib").display());
        build::compile_java(&[folder.join("src")], &lib, &classes)?;
        let mut java = Command::new("java");
        java.arg("-cp").arg(format!("{}:{lib}", classes.display()));
        java.arg("org.tenfold.interop.zookeeper.Tree")
            .arg(format!("127.0.0.1:{}", self.port));
        let peer = Peer::start("tree", java, &self.folder)?;
        let log = peer.log().to_owned();
        let (lines, status) = peer.finish(Duration::from_secs(30))?;
        if !status.success() {
            return Err(Error::new(format!(
                "reading the tree ended with {status}, see {}",
                log.display()
            )));
        }
        lines.iter().map(|line| Node::read(line)).collect()
    }

    /// Ends the server at once, as a crash would.
    pub fn kill(self) -> Result<()> {
        self.peer.kill()
    }

    /// Stops the server with SIGTERM.
    pub fn stop(self) -> Result<Duration> {
        self.peer.stop()
    }
}

impl Node {
    fn read(line: &str) -> Result<Self> {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(path), Some(kind), Some(data)) => Ok(Self { path, kind, data }),
            _ => Err(Error::new(format!("not a node: {line:?}"))),
        }
    }
}

//! The Java side in `examples/java`: built with Maven, run as child processes.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use crate::Failure;

/// 127.0.0.1 as one number. Java Dubbo refuses to bind and to connect to anything that looks like
/// 127.x or `localhost`; this passes its check and is the loopback address all the same.
pub const HOST: &str = "2130706433";

/// How long the provider may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fetches Dubbo and compiles the sources, unless that has been done before.
pub fn build() -> Result<(), Failure> {
    let missing: Vec<_> = ["java", "mvn"]
        .into_iter()
        .filter(|it| !is_installed(it))
        .collect();
    if !missing.is_empty() {
        return Err(format!(
            "not installed: {}. This example needs a JDK of version 17 or later and Maven \
             (Debian: apt install openjdk-17-jdk-headless maven)",
            missing.join(", ")
        )
        .into());
    }
    println!("  building examples/java with Maven (the first time it fetches Dubbo)");
    let built = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(folder().join("pom.xml"))
        .args(["compile", "dependency:copy-dependencies"])
        .status()?;
    if built.success() {
        Ok(())
    } else {
        Err("Maven could not build examples/java".into())
    }
}

/// Starts the provider and waits until it serves; it is killed when the child is dropped.
pub async fn provider(registry: &str) -> Result<Child, Failure> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = tokio::process::Command::from(java("com.acme.Provider"));
    command
        .arg(format!("port={port}"))
        .arg(format!("registry={registry}"));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let output = child.stdout.take().ok_or("the provider has no output")?;
    let mut lines = BufReader::new(output).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await? {
            if line.starts_with("READY") {
                return Ok::<_, Failure>(true);
            }
        }
        Ok(false)
    };
    match tokio::time::timeout(PATIENCE, ready).await {
        Ok(Ok(true)) => Ok(child),
        Ok(Err(error)) => Err(error),
        _ => Err("the Java provider did not start".into()),
    }
}

/// Runs the consumer against the provider on a port and gives what it prints.
pub async fn consumer(port: u16) -> Result<Vec<String>, Failure> {
    let mut command = tokio::process::Command::from(java("com.acme.Consumer"));
    command
        .arg(format!("address={HOST}:{port}"))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let Output {
        status,
        stdout,
        stderr,
    } = tokio::time::timeout(PATIENCE, command.output()).await??;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        let last: Vec<_> = said.lines().rev().take(5).collect();
        return Err(format!(
            "the Java consumer ended with {status}: {}",
            last.join(" | ")
        )
        .into());
    }
    Ok(String::from_utf8_lossy(&stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}

fn java(main: &str) -> Command {
    let mut command = Command::new("java");
    command
        .current_dir(folder())
        .arg("@java.args")
        .arg(format!("-DDUBBO_IP_TO_BIND={HOST}"))
        // Dubbo keeps caches in the home folder and locks them: one for each program.
        .arg(format!(
            "-Duser.home={}",
            folder().join("target").join(main).display()
        ))
        .args(["-cp", "target/classes:target/lib/*", main]);
    command
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/java")
}

fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

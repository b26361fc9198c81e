//! A peer as a child process: started with a limit, stopped for certain.
//!
//! Standard output is read line by line by one thread, standard error by another. Both go to a
//! log file in the run's folder, which is kept when a suite fails.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::{Error, Result};

/// How long a peer may take until it says that it is ready. A JVM on a busy machine needs 3 to 13 s.
pub const READY_LIMIT: Duration = Duration::from_secs(90);

/// How long a peer may take to end after SIGTERM. Java takes up to 14 s while clients are attached.
pub const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Longest line that is kept for the suites; the log has it whole.
const LINE_CHARS_MAX: usize = 1024 * 1024;

/// A running child process. Dropping it kills the process and waits for its end.
#[derive(Debug)]
pub struct Peer {
    name: String,
    child: Child,
    output: Arc<Output>,
    log: PathBuf,
}

#[derive(Debug, Default)]
struct Output {
    state: Mutex<Lines>,
    grown: Condvar,
}

#[derive(Debug, Default)]
struct Lines {
    lines: Vec<String>,
    ended: bool,
}

impl Peer {
    /// Starts the command. Its two outputs go to `<folder>/<name>.log`, or to `<name>-2.log` and
    /// so on when there is one already.
    pub fn start(name: &str, mut command: Command, folder: &Path) -> Result<Self> {
        let log = unused(folder, name);
        let mut file =
            File::create(&log).map_err(Error::while_doing(format!("create {}", log.display())))?;
        writeln!(file, "$ {}", shown(&command)).map_err(Error::while_doing("write the log"))?;
        let errors = file
            .try_clone()
            .map_err(Error::while_doing("share the log"))?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(errors));
        let mut child = command
            .spawn()
            .map_err(Error::while_doing(format!("start {name}")))?;
        let output = Arc::new(Output::default());
        let pipe = child
            .stdout
            .take()
            .ok_or_else(|| Error::new(format!("{name} has no output")))?;
        let sink = Arc::clone(&output);
        std::thread::spawn(move || sink.read(BufReader::new(pipe), file));
        Ok(Self {
            name: name.to_owned(),
            child,
            output,
            log,
        })
    }

    /// Waits for a line that begins with `prefix` and gives the rest of it.
    pub fn wait_for(&mut self, prefix: &str, limit: Duration) -> Result<String> {
        let end = Instant::now() + limit;
        let mut seen = 0;
        let mut state = self.output.lock();
        loop {
            for line in &state.lines[seen..] {
                if let Some(rest) = line.strip_prefix(prefix) {
                    return Ok(rest.trim().to_owned());
                }
            }
            seen = state.lines.len();
            let left = end.saturating_duration_since(Instant::now());
            if state.ended || left.is_zero() {
                let why = if state.ended { "ended" } else { "is silent" };
                return Err(Error::new(format!(
                    "{} {why} without a line {prefix:?} within {limit:?}, see {}",
                    self.name,
                    self.log.display()
                )));
            }
            state = self.output.wait(state, left);
        }
    }

    /// Waits for the line `READY <port>`.
    pub fn wait_until_ready(&mut self) -> Result<u16> {
        let port = self.wait_for("READY", READY_LIMIT)?;
        port.parse()
            .map_err(|_| Error::new(format!("{} is ready on no port: {port:?}", self.name)))
    }

    /// Waits for the end and gives all lines and how it ended.
    pub fn finish(mut self, limit: Duration) -> Result<(Vec<String>, ExitStatus)> {
        let status = self.wait(limit)?.ok_or_else(|| {
            Error::new(format!(
                "{} is running after {limit:?}, see {}",
                self.name,
                self.log.display()
            ))
        })?;
        let end = Instant::now() + Duration::from_secs(5);
        let mut state = self.output.lock();
        while !state.ended && Instant::now() < end {
            state = self.output.wait(state, Duration::from_millis(100));
        }
        Ok((std::mem::take(&mut state.lines), status))
    }

    /// Asks with SIGTERM, waits, and says how long the end took.
    pub fn stop(mut self) -> Result<Duration> {
        let start = Instant::now();
        self.signal(Signal::TERM)?;
        match self.wait(STOP_LIMIT)? {
            Some(_) => Ok(start.elapsed()),
            None => Err(Error::new(format!(
                "{} ignores SIGTERM for {STOP_LIMIT:?}",
                self.name
            ))),
        }
    }

    /// Asks with SIGTERM, waits, and gives all lines.
    pub fn stop_and_read(self) -> Result<Vec<String>> {
        self.signal(Signal::TERM)?;
        self.finish(STOP_LIMIT).map(|(lines, _)| lines)
    }

    /// Ends the process at once, as a crash would.
    pub fn kill(mut self) -> Result<()> {
        self.child
            .kill()
            .map_err(Error::while_doing(format!("kill {}", self.name)))?;
        self.wait(STOP_LIMIT).map(|_| ())
    }

    /// As [`Peer::kill`], while others still look at the guard.
    pub fn crash(&self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    /// Freezes the process (SIGSTOP) until [`Peer::resume`].
    pub fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets a frozen process go on.
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// The lines printed until now.
    pub fn lines(&self) -> Vec<String> {
        self.output.lock().lines.clone()
    }

    /// Where both outputs are written.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let id = id.ok_or_else(|| Error::new(format!("{} has no process id", self.name)))?;
        kill_process(id, signal).map_err(|e| Error::new(format!("signal {}: {e}", self.name)))
    }

    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let end = Instant::now() + limit;
        loop {
            let status = self.child.try_wait();
            let status = status.map_err(Error::while_doing(format!("wait for {}", self.name)))?;
            if status.is_some() || Instant::now() > end {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // A process that has ended already cannot be killed, and that is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Output {
    fn read(&self, pipe: impl BufRead, mut log: File) {
        for line in pipe.split(b'\n') {
            let Ok(line) = line else { break };
            // A full disk must not stop the reading, which would block the peer.
            let _ = log.write_all(&line).and_then(|()| log.write_all(b"\n"));
            let text = String::from_utf8_lossy(&line);
            self.lock()
                .lines
                .push(text.chars().take(LINE_CHARS_MAX).collect());
            self.grown.notify_all();
        }
        self.lock().ended = true;
        self.grown.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, guard: MutexGuard<'a, Lines>, limit: Duration) -> MutexGuard<'a, Lines> {
        let waited = self.grown.wait_timeout(guard, limit);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

fn unused(folder: &Path, name: &str) -> PathBuf {
    let first = folder.join(format!("{name}.log"));
    let later = (2..1000).map(|number| folder.join(format!("{name}-{number}.log")));
    std::iter::once(first.clone())
        .chain(later)
        .find(|path| !path.exists())
        .unwrap_or(first)
}

/// The command as one could type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_=+./:,@%".contains(c));
    if plain && !word.is_empty() {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("tenfold-interop-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        folder
    }

    #[test]
    fn the_port_is_read_from_the_ready_line() {
        let folder = folder("ready");
        let mut peer = Peer::start(
            "p",
            shell("echo starting; echo READY 4711; sleep 60"),
            &folder,
        )
        .unwrap();
        assert_eq!(peer.wait_until_ready().unwrap(), 4711);
        assert!(peer.stop().unwrap() < STOP_LIMIT);
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn a_peer_that_ends_early_is_an_error_at_once() {
        let folder = folder("early");
        let mut peer = Peer::start("p", shell("echo nothing"), &folder).unwrap();
        let error = peer.wait_until_ready().unwrap_err().to_string();
        assert!(error.contains("ended without a line"), "{error}");
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn all_lines_and_the_exit_code_are_kept() {
        let folder = folder("finish");
        let peer = Peer::start("p", shell("echo a; echo b; exit 3"), &folder).unwrap();
        let (lines, status) = peer.finish(Duration::from_secs(10)).unwrap();
        assert_eq!(lines, ["a", "b"]);
        assert_eq!(status.code(), Some(3));
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn a_dropped_guard_leaves_no_process() {
        let folder = folder("drop");
        let peer = Peer::start("p", shell("sleep 60"), &folder).unwrap();
        let entry = PathBuf::from(format!("/proc/{}", peer.id()));
        assert!(entry.exists());
        drop(peer);
        assert!(!entry.exists());
        let _ = std::fs::remove_dir_all(folder);
    }
}

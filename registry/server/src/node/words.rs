//! The four-letter words: what operators and exporters ask a ZooKeeper server, in the text forms
//! they parse.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::Arc,
    time::Duration,
};

use tenfold_zk::SessionId;

use super::{
    Action, Connection, ConnectionId, Latency, Node, Now,
    connection::{ConnectionStats, Phase},
};

/// The release whose behaviour this server has. Clients and monitors read the leading three
/// numbers.
const VERSION: &str = concat!(
    "3.9.5-tenfold-",
    env!("CARGO_PKG_VERSION"),
    // Monitors expect a date here. A real one would make two builds of the same source differ.
    ", built on 1970-01-01 00:00 UTC"
);

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A four-letter word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Word {
            $($(#[$doc])* $name,)*
        }

        impl Word {
            /// The word that a connection begins with, if it begins with one.
            #[must_use]
            pub fn parse(first: &[u8]) -> Option<Self> {
                $(if first == $text.as_bytes() {
                    return Some(Self::$name);
                })*
                None
            }

            /// Its letters.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

words! {
    /// The settings.
    Conf = "conf",
    /// The connections, in full.
    Cons = "cons",
    /// Resets the connections' statistics.
    Crst = "crst",
    /// The sizes of data and log.
    Dirs = "dirs",
    /// Sessions and ephemerals.
    Dump = "dump",
    /// The environment.
    Envi = "envi",
    /// Whether the server takes writes.
    Isro = "isro",
    /// What monitors collect.
    Mntr = "mntr",
    /// Whether the server is there.
    Ruok = "ruok",
    /// Resets the server's statistics.
    Srst = "srst",
    /// The server's statistics.
    Srvr = "srvr",
    /// The server's statistics and its connections in short.
    Stat = "stat",
    /// The watches by session.
    Wchc = "wchc",
    /// The watches by path.
    Wchp = "wchp",
    /// How many watches there are.
    Wchs = "wchs",
}

impl Node {
    /// A connection has begun with a four-letter word: answers it and closes the connection.
    pub fn word(&mut self, id: ConnectionId, word: Word, now: Now) {
        let text = if self.config.words.contains(word.text()) {
            self.text(word, now)
        } else {
            format!(
                "{} is not executed because it is not in the whitelist.\n",
                word.text()
            )
        };
        self.actions.push(Action::Send {
            connection: id,
            bytes: text.into(),
        });
        self.close(id);
    }

    fn text(&mut self, word: Word, now: Now) -> String {
        match word {
            Word::Ruok => "imok".to_owned(),
            Word::Isro => "rw".to_owned(),
            Word::Conf => self.conf(),
            Word::Cons => self.cons(true) + "\n",
            Word::Dirs => "datadir_size: 0\nlogdir_size: 0\n".to_owned(),
            Word::Dump => self.dump(now),
            Word::Envi => environment(),
            Word::Mntr => self.mntr(now),
            Word::Srvr => format!("Zookeeper version: {VERSION}\n{}", self.srvr()),
            Word::Stat => {
                let cons = self.cons(false);
                format!(
                    "Zookeeper version: {VERSION}\nClients:\n{cons}\n{}",
                    self.srvr()
                )
            }
            Word::Wchc => self.wchc(),
            Word::Wchp => self.wchp(),
            Word::Wchs => self.wchs(),
            Word::Crst => {
                for connection in self.connections.values_mut() {
                    let (last_op, timeout_ms) =
                        (connection.stats.last_op, connection.stats.timeout_ms);
                    connection.stats = ConnectionStats {
                        last_op,
                        timeout_ms,
                        ..ConnectionStats::default()
                    };
                }
                "Connection stats reset.\n".to_owned()
            }
            Word::Srst => {
                (self.stats.received, self.stats.sent) = (0, 0);
                self.stats.latency = Latency::default();
                "Server stats reset.\n".to_owned()
            }
        }
    }

    fn srvr(&self) -> String {
        let latency = &self.stats.latency;
        format!(
            "Latency min/avg/max: {}/{}/{}\nReceived: {}\nSent: {}\nConnections: {}\n\
             Outstanding: {}\nZxid: {}\nMode: standalone\nNode count: {}\n",
            latency.min(),
            decimal(latency.average()),
            latency.max(),
            self.stats.received,
            self.stats.sent,
            self.connections.len(),
            self.outstanding(),
            self.state.zxid(),
            self.state.node_count(),
        )
    }

    fn mntr(&self, now: Now) -> String {
        let latency = &self.stats.latency;
        let started_at = self.stats.started_at.unwrap_or(now.monotonic);
        let uptime = now.monotonic.saturating_sub(started_at).as_millis();
        let ephemerals: usize = self.state.ephemerals().map(|(_, paths)| paths.len()).sum();
        let rows: [(&str, String); 24] = [
            ("version", VERSION.to_owned()),
            ("server_state", "standalone".to_owned()),
            ("avg_latency", decimal(latency.average())),
            ("max_latency", latency.max().to_string()),
            ("min_latency", latency.min().to_string()),
            ("packets_received", self.stats.received.to_string()),
            ("packets_sent", self.stats.sent.to_string()),
            ("num_alive_connections", self.connections.len().to_string()),
            ("outstanding_requests", self.outstanding().to_string()),
            ("uptime", uptime.to_string()),
            ("znode_count", self.state.node_count().to_string()),
            ("watch_count", self.watches.summary().watches.to_string()),
            ("ephemerals_count", ephemerals.to_string()),
            ("approximate_data_size", self.state.data_bytes().to_string()),
            ("global_sessions", self.state.session_count().to_string()),
            ("local_sessions", "0".to_owned()),
            ("connection_drop_probability", "0.0".to_owned()),
            ("auth_failed_count", self.stats.auth_failures.to_string()),
            ("non_mtls_local_conn_count", "0".to_owned()),
            ("non_mtls_remote_conn_count", "0".to_owned()),
            ("outstanding_tls_handshake", "0".to_owned()),
            ("quorum_size", "1".to_owned()),
            ("stale_sessions_expired", self.stats.expired.to_string()),
            ("throttled_ops", "0".to_owned()),
        ];
        rows.iter().fold(String::new(), |mut text, (key, value)| {
            let _ = writeln!(text, "zk_{key}\t{value}");
            text
        })
    }

    fn conf(&self) -> String {
        let config = &self.config;
        format!(
            "clientPort={}\nsecureClientPort=-1\ndataDir=\ndataDirSize=0\ndataLogDir=\n\
             dataLogSize=0\ntickTime={}\nmaxClientCnxns={}\nminSessionTimeout={}\n\
             maxSessionTimeout={}\nclientPortListenBacklog=-1\nserverId={}\n",
            config.listen.port(),
            config.tick.as_millis(),
            config.limits.connections_per_address_max,
            config.session_timeout_min.as_millis(),
            config.session_timeout_max.as_millis(),
            config.node_id,
        )
    }

    fn cons(&self, full: bool) -> String {
        self.connections
            .values()
            .fold(String::new(), |mut text, connection| {
                describe(connection, full, &mut text);
                text
            })
    }

    fn dump(&self, now: Now) -> String {
        let deadlines: Vec<_> = self.liveness.deadlines().collect();
        let sessions: usize = deadlines.iter().map(|(_, sessions)| sessions.len()).sum();
        let mut text = "SessionTracker dump:\n".to_owned();
        let _ = writeln!(text, "Session Sets ({})/({sessions}):", deadlines.len());
        for (deadline, sessions) in deadlines {
            let left = deadline.saturating_sub(now.monotonic).as_millis();
            let at = now
                .unix_ms
                .saturating_add(i64::try_from(left).unwrap_or(i64::MAX));
            let _ = writeln!(text, "{} expire at {}:", sessions.len(), date(at));
            for session in sessions {
                let _ = writeln!(text, "\t{session}");
            }
        }
        text.push_str("ephemeral nodes dump:\n");
        let _ = writeln!(
            text,
            "Sessions with Ephemerals ({}):",
            self.state.ephemerals().count()
        );
        for (session, paths) in self.state.ephemerals() {
            let _ = writeln!(text, "{session}:");
            for path in paths {
                let _ = writeln!(text, "\t{path}");
            }
        }
        let count = self.connections.len();
        let _ = writeln!(text, "Connections dump:\nConnections Sets (1)/({count}):");
        for connection in self.connections.values() {
            let session = connection.session().unwrap_or(SessionId::NONE);
            let _ = writeln!(text, "\tip: /{} sessionId: {session}", connection.peer);
        }
        text
    }

    fn wchs(&self) -> String {
        let summary = self.watches.summary();
        format!(
            "{} connections watching {} paths\nTotal watches:{}\n",
            summary.connections, summary.paths, summary.watches
        )
    }

    fn wchc(&self) -> String {
        let mut text = String::new();
        for (session, paths) in self.watched() {
            let _ = writeln!(text, "{session}");
            for path in paths {
                let _ = writeln!(text, "\t{path}");
            }
        }
        text + "\n"
    }

    fn wchp(&self) -> String {
        let mut by_path: BTreeMap<Arc<str>, Vec<SessionId>> = BTreeMap::new();
        for (session, paths) in self.watched() {
            for path in paths {
                by_path.entry(path).or_default().push(session);
            }
        }
        let mut text = String::new();
        for (path, sessions) in by_path {
            let _ = writeln!(text, "{path}");
            for session in sessions {
                let _ = writeln!(text, "\t{session}");
            }
        }
        text + "\n"
    }

    fn watched(&self) -> Vec<(SessionId, BTreeSet<Arc<str>>)> {
        let session = |id: ConnectionId| self.connections.get(&id).and_then(Connection::session);
        let by_connection = self.watches.by_connection().into_iter();
        by_connection
            .filter_map(|(id, paths)| Some((session(id)?, paths)))
            .collect()
    }

    fn outstanding(&self) -> usize {
        self.connections
            .values()
            .map(|connection| connection.pending.len())
            .sum()
    }
}

/// One line of `cons` or `stat`; a connection without a session has only its beginning.
fn describe(connection: &Connection, full: bool, text: &mut String) {
    let stats = &connection.stats;
    let queued = connection.pending.len();
    let _ = write!(
        text,
        " /{}[1](queued={queued},recved={},sent={}",
        connection.peer, stats.received, stats.sent
    );
    if let (true, Phase::Live { session }) = (full, &connection.phase) {
        let _ = write!(
            text,
            ",sid={session},lop={},est={},to={},lcxid={:#x},lzxid={:#x},lresp={},llat={},minlat={},\
             avglat={},maxlat={}",
            stats.last_op,
            ms(connection.opened_at),
            stats.timeout_ms,
            stats.last_xid,
            stats.last_zxid,
            ms(stats.last_reply),
            stats.last_latency_ms,
            stats.latency.min(),
            stats.latency.average() as u64,
            stats.latency.max(),
        );
    }
    text.push_str(")\n");
}

fn environment() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Environment:\nzookeeper.version={VERSION}\nos.name={}\nos.arch={}\nos.cores={cores}\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}

fn ms(time: Duration) -> u128 {
    time.as_millis()
}

/// A number with at least one decimal, as Java prints it.
fn decimal(value: f64) -> String {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    format!("{rounded:?}")
}

/// A moment as Java's `Date` prints it, in UTC.
fn date(unix_ms: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb",
    ];
    let seconds = unix_ms.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days are counted from 1 March of the year 0, so that leap days come last; see Howard
    // Hinnant's date algorithms.
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = year_of_era + era * 400 + i64::from(month >= 10);
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at).copied())
            .unwrap_or_default()
    };
    format!(
        "{} {} {day:02} {:02}:{:02}:{:02} UTC {year}",
        name(&DAYS, days.rem_euclid(7)),
        name(&MONTHS, month),
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_java() {
        assert_eq!(date(0), "Thu Jan 01 00:00:00 UTC 1970");
        assert_eq!(date(951_782_399_000), "Mon Feb 28 23:59:59 UTC 2000");
        assert_eq!(date(951_868_799_999), "Tue Feb 29 23:59:59 UTC 2000");
        assert_eq!(date(1_795_557_577_000), "Tue Nov 24 21:59:37 UTC 2026");
    }

    #[test]
    fn numbers_keep_a_decimal() {
        assert_eq!(decimal(0.0), "0.0");
        assert_eq!(decimal(1.0 / 3.0), "0.3333");
    }
}

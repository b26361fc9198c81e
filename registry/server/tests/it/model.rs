//! Seeded random operations on the core and on a model that knows nothing but a flat map of nodes.
//!
//! The model is written for being right at a glance: children are found by looking at every path,
//! counters are recounted from a list of events, and a multi works on a copy.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng, rngs::StdRng};
use tenfold_registry_server::core::{
    Genesis, State,
    entry::{Create, CreateKind, Entry, Origin, Output, Request, Write, WriteReply},
};
use tenfold_zk::{Acl, ErrorCode, SessionId, Stat, Zxid, path};

#[test]
fn the_core_does_what_the_naive_model_does() {
    let seeds = match std::env::var("TENFOLD_SEED") {
        Ok(seed) => vec![seed.parse().expect("TENFOLD_SEED is a number")],
        Err(_) => (1..=20).collect(),
    };
    for seed in seeds {
        // Shown by the test harness when the run fails; TENFOLD_SEED runs it again.
        println!("seed {seed}");
        run(seed);
    }
}

fn run(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut state = State::new(Genesis::zero());
    let mut twin = State::new(Genesis::zero());
    let mut model = Model::new();
    for index in 1..=600_u64 {
        let time = random.random_range(0..5000);
        let requests: Vec<Request> = (0..random.random_range(1..4))
            .map(|_| {
                let session = SessionId(random.random_range(1..5) | (1 << 56));
                let origin = Origin {
                    node: 1,
                    connection: 1,
                    sequence: index,
                };
                let write = random_write(&mut random);
                Request::new(origin, session, [].into(), write)
            })
            .collect();
        let entry = Entry::new(index, time, requests);
        let outputs = state.apply(&entry);
        assert_eq!(twin.apply(&entry), outputs, "two cores differ");
        model.time = model.time.max(time);
        for (request, output) in entry.requests.iter().zip(&outputs) {
            let wanted = model.apply(request);
            assert_eq!(
                short(output),
                wanted,
                "seed {seed}, entry {index}: {request:?}"
            );
        }
        model.compare(&state);
    }
    assert_eq!(state.digest(), twin.digest());
}

fn random_write(random: &mut StdRng) -> Write {
    let version = *pick(random, &[-1, -1, 0, 1, 2]);
    let path = random_path(random);
    match random.random_range(0..20) {
        0..=7 => create(random, path),
        8..=11 => Write::Delete { path, version },
        12..=14 => Write::SetData {
            path,
            data: None,
            version,
        },
        15 => Write::SetAcl {
            path,
            acl: Acl::open(),
            version,
        },
        16 => Write::OpenSession { timeout_ms: 4000 },
        17 => Write::CloseSession,
        _ => {
            let members = (0..random.random_range(0..4)).map(|_| {
                let (path, version) = (random_path(random), *pick(random, &[-1, 0, 1]));
                match random.random_range(0..5) {
                    0..=1 => create(random, path),
                    2 => Write::Delete { path, version },
                    3 => Write::SetData {
                        path,
                        data: None,
                        version,
                    },
                    _ => Write::Check { path, version },
                }
            });
            Write::Multi(members.collect())
        }
    }
}

fn create(random: &mut StdRng, path: String) -> Write {
    let kind = *pick(
        random,
        &[
            CreateKind::Plain,
            CreateKind::WithStat,
            CreateKind::Container,
        ],
    );
    let flags = *pick(random, &[0, 0, 1, 1, 2, 3, 4, 9]);
    Write::Create(Create::new(kind, path, None, Acl::open(), flags))
}

fn random_path(random: &mut StdRng) -> String {
    let mut path = String::new();
    for _ in 0..random.random_range(1..4) {
        path.push('/');
        path.push(*pick(random, &['a', 'b', 'c']));
    }
    path
}

fn pick<'a, T>(random: &mut StdRng, choices: &'a [T]) -> &'a T {
    &choices[random.random_range(0..choices.len())]
}

/// What the model can foretell of an output.
fn short(output: &Output) -> (i64, Vec<String>) {
    let told = match &output.reply {
        WriteReply::Multi(replies) => replies.iter().map(one).collect(),
        WriteReply::MultiFailed(codes) => codes.iter().map(|code| code.0.to_string()).collect(),
        other => vec![one(other)],
    };
    (output.zxid.0, told)
}

fn one(reply: &WriteReply) -> String {
    match reply {
        WriteReply::Created { path, stat, .. } => format!("created {path} {}", stat.czxid.0),
        WriteReply::DataSet(stat) => format!("set {} {}", stat.version, stat.mzxid.0),
        WriteReply::AclSet(stat) => format!("acl {}", stat.aversion),
        WriteReply::Failed(code) => code.0.to_string(),
        WriteReply::Opened { .. } => "opened".to_owned(),
        WriteReply::Closed => "closed".to_owned(),
        _ => "ok".to_owned(),
    }
}

#[derive(Clone, Default)]
struct Node {
    stat: Stat,
    /// Every creation and deletion of a child: (zxid, created).
    children: Vec<(Zxid, bool)>,
    ephemeral: Option<SessionId>,
}

#[derive(Clone)]
struct Model {
    nodes: BTreeMap<String, Node>,
    sessions: Vec<SessionId>,
    opened: i64,
    zxid: i64,
    time: i64,
}

impl Model {
    fn new() -> Self {
        let nodes = BTreeMap::from([("/".to_owned(), Node::default())]);
        Self {
            nodes,
            sessions: Vec::new(),
            opened: 0,
            zxid: 0,
            time: 0,
        }
    }

    fn apply(&mut self, request: &Request) -> (i64, Vec<String>) {
        self.zxid += 1;
        let told = match &request.write {
            Write::Multi(members) => {
                let mut copy = self.clone();
                let mut told = Vec::new();
                for (at, member) in members.iter().enumerate() {
                    match copy.member(request.session, member) {
                        Ok(reply) => told.push(reply),
                        Err(code) => {
                            let after = members.len() - at - 1;
                            let mut codes = vec!["0".to_owned(); at];
                            codes.push(code.0.to_string());
                            codes.extend(vec!["-2".to_owned(); after]);
                            return (self.zxid, codes);
                        }
                    }
                }
                *self = copy;
                told
            }
            write => {
                let reply = self.member(request.session, write);
                vec![reply.unwrap_or_else(|code| code.0.to_string())]
            }
        };
        (self.zxid, told)
    }

    fn member(&mut self, session: SessionId, write: &Write) -> Result<String, ErrorCode> {
        let alive = self.sessions.contains(&session);
        match write {
            Write::OpenSession { .. } => {
                self.opened += 1;
                self.sessions.push(SessionId(self.opened | (1 << 56)));
                Ok("opened".to_owned())
            }
            Write::Create(create) if !(0..=4).contains(&create.flags) => {
                Err(ErrorCode::BAD_ARGUMENTS)
            }
            _ if !alive => Err(ErrorCode::SESSION_EXPIRED),
            Write::CloseSession => {
                self.sessions.retain(|one| *one != session);
                let mine = |(path, node): (&String, &Node)| {
                    (node.ephemeral == Some(session)).then(|| path.clone())
                };
                let paths: Vec<String> = self.nodes.iter().filter_map(mine).collect();
                paths.iter().for_each(|path| self.remove(path));
                Ok("closed".to_owned())
            }
            Write::Create(create) => self.create(session, create),
            Write::Delete { path, version } => {
                self.nodes.get(parent(path)).ok_or(ErrorCode::NO_NODE)?;
                self.at_version(path, *version, |stat| stat.version)?;
                if self.has_children(path) {
                    return Err(ErrorCode::NOT_EMPTY);
                }
                self.remove(path);
                Ok("ok".to_owned())
            }
            Write::SetData { path, version, .. } => {
                let (zxid, time) = (Zxid(self.zxid), self.time);
                let node = self.at_version(path, *version, |stat| stat.version)?;
                node.stat.version += 1;
                node.stat.mzxid = zxid;
                node.stat.mtime = time;
                Ok(format!("set {} {}", node.stat.version, zxid.0))
            }
            Write::SetAcl { path, version, .. } => {
                let node = self.at_version(path, *version, |stat| stat.aversion)?;
                node.stat.aversion += 1;
                Ok(format!("acl {}", node.stat.aversion))
            }
            Write::Check { path, version } => self
                .at_version(path, *version, |stat| stat.version)
                .map(|_| "ok".to_owned()),
            other => panic!("the model does not know {other:?}"),
        }
    }

    fn create(&mut self, session: SessionId, create: &Create) -> Result<String, ErrorCode> {
        let up = self
            .nodes
            .get(parent(&create.path))
            .ok_or(ErrorCode::NO_NODE)?;
        let births = up.children.iter().filter(|(_, created)| *created).count();
        let mut path = create.path.clone();
        if matches!(create.flags, 2 | 3) {
            path.push_str(&format!("{:010}", births));
        }
        if self.nodes.contains_key(&path) {
            return Err(ErrorCode::NODE_EXISTS);
        }
        if up.ephemeral.is_some() {
            return Err(ErrorCode::NO_CHILDREN_FOR_EPHEMERALS);
        }
        let zxid = Zxid(self.zxid);
        let ephemeral = (matches!(create.flags, 1 | 3) && create.kind != CreateKind::Container)
            .then_some(session);
        let stat = Stat {
            czxid: zxid,
            mzxid: zxid,
            pzxid: zxid,
            ctime: self.time,
            mtime: self.time,
            ephemeral_owner: ephemeral.unwrap_or(SessionId::NONE),
            ..Stat::default()
        };
        self.nodes.insert(
            path.clone(),
            Node {
                stat,
                children: Vec::new(),
                ephemeral,
            },
        );
        self.note(&path, true);
        Ok(format!("created {path} {}", zxid.0))
    }

    fn at_version(
        &mut self,
        path: &str,
        version: i32,
        of: impl Fn(&Stat) -> i32,
    ) -> Result<&mut Node, ErrorCode> {
        let node = self.nodes.get_mut(path).ok_or(ErrorCode::NO_NODE)?;
        if version != -1 && version != of(&node.stat) {
            return Err(ErrorCode::BAD_VERSION);
        }
        Ok(node)
    }

    fn remove(&mut self, path: &str) {
        self.nodes.remove(path);
        self.note(path, false);
    }

    fn note(&mut self, path: &str, created: bool) {
        let zxid = Zxid(self.zxid);
        if let Some(node) = self.nodes.get_mut(parent(path)) {
            node.children.push((zxid, created));
        }
    }

    fn has_children(&self, path: &str) -> bool {
        self.nodes
            .keys()
            .any(|other| other != "/" && parent(other) == path)
    }

    fn compare(&self, state: &State) {
        for (path, node) in &self.nodes {
            if path == "/" {
                continue;
            }
            let mut wanted = node.stat;
            wanted.cversion = i32::try_from(node.children.len()).expect("few");
            wanted.num_children = node
                .children
                .iter()
                .map(|(_, created)| if *created { 1 } else { -1 })
                .sum();
            if let Some((zxid, _)) = node.children.last() {
                wanted.pzxid = *zxid;
            }
            assert_eq!(state.stat(path), Some(wanted), "{path}");
        }
        // The root counts twice, and /zookeeper is four nodes less the root.
        assert_eq!(state.node_count(), self.nodes.len() + 4);
        let sessions: Vec<SessionId> = state.sessions().map(|(id, _)| id).collect();
        assert_eq!(sessions, self.sessions);
    }
}

fn parent(of: &str) -> &str {
    path::parent(of).unwrap_or("/")
}

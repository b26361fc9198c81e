//! Real processes that are killed and restarted under load: no call may fail.
//!
//! The providers are child processes of this very binary (the test [`provider_process`], with the
//! registry in its environment). A run in which a kill hit no call in flight, or in which the load
//! did not reach its base, fails: it would have proved nothing.

use std::{
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use tenfold::{Application, Context, Dubbo, Reference, RpcError, registry_server::RegistryServer};

/// What the children are told by.
const REGISTRY: &str = "TENFOLD_CHAOS_REGISTRY";
/// How long a handler works: long enough for a kill to hit some calls.
const WORK: Duration = Duration::from_millis(5);
/// How long the registry waits for a dead provider.
const SESSION_MILLIS: u64 = 4_000;
/// How long anything may take that must come.
const LIMIT: Duration = Duration::from_secs(60);
const CALLERS: usize = 16;
const PROVIDERS: usize = 3;
const KILLS: usize = 20;
const RESTARTS: usize = 20;
/// Calls between two faults.
const CALLS_BETWEEN: u64 = 300;

/// Echoes.
#[tenfold::service(interface = "chaos.Echo")]
pub trait Echo {
    /// May be run twice.
    #[rpc(idempotent, retries = 2, timeout = "20s")]
    async fn echo(&self, cx: &Context, id: i64) -> Result<i64, RpcError>;

    /// May be run once only.
    #[rpc(retries = 0, timeout = "20s")]
    async fn once(&self, cx: &Context, id: i64) -> Result<i64, RpcError>;
}

struct Slow;

impl Echo for Slow {
    async fn echo(&self, _: &Context, id: i64) -> Result<i64, RpcError> {
        tokio::time::sleep(WORK).await;
        Ok(id)
    }

    async fn once(&self, _: &Context, id: i64) -> Result<i64, RpcError> {
        tokio::time::sleep(WORK).await;
        Ok(id)
    }
}

/// The child's part: serves until it is ended. As a test of its own it does nothing.
#[test]
fn provider_process() {
    let Ok(registry) = std::env::var(REGISTRY) else {
        return;
    };
    let served = runtime().block_on(
        Application::builder("chaos")
            .registry(registry)
            .listen(Dubbo::on(0).host("127.0.0.1"))
            .serve(EchoServer::new(Slow))
            .run(),
    );
    served.expect("it serves");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// A provider process; killed when this is dropped.
struct Provider(Child);

impl Provider {
    fn start(registry: &str) -> Self {
        let child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["provider_process", "--exact", "--nocapture"])
            .env(REGISTRY, registry)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("a child process");
        Self(child)
    }

    /// SIGKILL: it has no chance to say anything.
    fn kill(&mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ended");
    }

    /// SIGTERM: it takes its leave.
    async fn terminate(&mut self) -> ExitStatus {
        let asked = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
        assert!(
            asked.is_ok_and(|status| status.success()),
            "the signal is sent"
        );
        within("the end of a process", async {
            loop {
                if let Some(status) = self.0.try_wait().expect("it can be waited for") {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // A process that has ended already is no fault here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: nothing within {LIMIT:?}"),
    }
}

/// Everything but the fault.
struct Scene {
    /// Held, for the registry ends with it.
    _server: RegistryServer,
    registry: String,
    application: Application,
    reference: Reference<EchoClient>,
    load: Load,
    /// By the port that they listen on.
    providers: Vec<(u16, Provider)>,
}

impl Scene {
    async fn start(kind: Kind) -> Self {
        let server = RegistryServer::builder()
            .listen(([127, 0, 0, 1], 0).into())
            .tick(Duration::from_millis(200))
            .start()
            .await
            .expect("a registry");
        let registry = format!(
            "zookeeper://{}?session={SESSION_MILLIS}",
            server.local_addr()
        );
        let application = Application::builder("callers")
            .registry(&registry)
            .start()
            .await
            .expect("an application");
        let reference = application
            .refer::<EchoClient>()
            .check(false)
            .open()
            .await
            .expect("a reference");
        let mut scene = Self {
            load: Load::start(kind, reference.client().clone()),
            _server: server,
            registry,
            application,
            reference,
            providers: Vec::new(),
        };
        for _ in 0..PROVIDERS {
            scene.join().await;
        }
        scene.load.go();
        scene
    }

    /// Starts a provider and waits until callers know it and are connected to it.
    async fn join(&mut self) {
        let process = Provider::start(&self.registry);
        let known: Vec<u16> = self.ports();
        let reference = &mut self.reference;
        let port = within("a provider joins", async {
            loop {
                let joined = reference
                    .providers()
                    .iter()
                    .filter_map(tenfold::Url::port)
                    .find(|port| !known.contains(port));
                match joined {
                    Some(port) => return port,
                    None => {
                        reference.changed().await;
                    }
                }
            }
        })
        .await;
        self.providers.push((port, process));
    }

    /// Every port that is or was listed.
    fn ports(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self.providers.iter().map(|(port, _)| *port).collect();
        ports.extend(
            self.reference
                .providers()
                .iter()
                .filter_map(tenfold::Url::port),
        );
        ports
    }

    /// Calls that the provider at `port` has in flight.
    fn in_flight(&self, port: u16) -> u64 {
        let peer = format!("127.0.0.1:{port}");
        let rows = self.application.statistics().snapshot().rows;
        rows.iter()
            .filter(|row| row.peer.as_deref() == Some(&*peer))
            .map(|row| row.in_flight)
            .sum()
    }

    /// Waits until the provider at `port` has calls in flight.
    async fn busy(&self, port: u16) {
        within("calls in flight", async {
            while self.in_flight(port) == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Idempotent,
    Once,
}

/// Callers that call without a pause.
struct Load {
    shared: Arc<Shared>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    going: AtomicBool,
    ended: AtomicBool,
    next: AtomicI64,
    done: AtomicU64,
    failures: Mutex<Vec<String>>,
}

impl Load {
    fn start(kind: Kind, client: EchoClient) -> Self {
        let shared = Arc::new(Shared::default());
        let tasks = (0..CALLERS)
            .map(|_| tokio::spawn(call_on(kind, client.clone(), Arc::clone(&shared))))
            .collect();
        Self { shared, tasks }
    }

    fn go(&self) {
        self.shared.going.store(true, Ordering::SeqCst);
    }

    fn done(&self) -> u64 {
        self.shared.done.load(Ordering::SeqCst)
    }

    /// Waits until so many further calls have been made.
    async fn further(&self, calls: u64) {
        let until = self.done() + calls;
        within("further calls", async {
            while self.done() < until {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
    }

    /// Ends the callers; the number of their calls and what failed.
    async fn end(self) -> (u64, Vec<String>) {
        self.shared.ended.store(true, Ordering::SeqCst);
        for task in self.tasks {
            within("a caller's last call", task)
                .await
                .expect("no panic");
        }
        let failures = std::mem::take(&mut *self.shared.failures.lock().expect("no panic"));
        (self.shared.done.load(Ordering::SeqCst), failures)
    }
}

async fn call_on(kind: Kind, client: EchoClient, shared: Arc<Shared>) {
    while !shared.ended.load(Ordering::SeqCst) {
        if !shared.going.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        }
        let id = shared.next.fetch_add(1, Ordering::SeqCst);
        let context = Context::new();
        let result = match kind {
            Kind::Idempotent => client.echo(&context, id).await,
            Kind::Once => client.once(&context, id).await,
        };
        let failure = match result {
            Ok(answer) if answer == id => None,
            Ok(answer) => Some(format!("{id} was answered with {answer}")),
            Err(error) => Some(format!("{id}: {error:?}")),
        };
        if let Some(failure) = failure {
            shared.failures.lock().expect("no panic").push(failure);
        }
        shared.done.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn no_idempotent_call_fails_when_providers_are_killed() {
    runtime().block_on(async {
        let mut scene = Scene::start(Kind::Idempotent).await;
        let mut bitten = 0_u64;
        for _ in 0..KILLS {
            scene.load.further(CALLS_BETWEEN).await;
            let (port, mut victim) = scene.providers.remove(0);
            scene.busy(port).await;
            victim.kill();
            // What was in flight is told by the tries that were lost.
            scene.load.further(CALLS_BETWEEN).await;
            bitten += u64::from(lost_at(&scene.application, port) > 0);
            scene.join().await;
        }
        scene.load.further(CALLS_BETWEEN).await;
        let (calls, failures) = scene.load.end().await;
        assert_eq!(failures, Vec::<String>::new(), "of {calls} calls");
        assert!(
            bitten >= KILLS as u64 / 2,
            "only {bitten} of {KILLS} kills hit a call"
        );
    });
}

/// Tries that were lost with the provider at `port`.
fn lost_at(application: &Application, port: u16) -> u64 {
    let peer = format!("127.0.0.1:{port}");
    let rows = application.statistics().snapshot().rows;
    rows.iter()
        .filter(|row| row.peer.as_deref() == Some(&*peer))
        .map(|row| row.failures.values().sum::<u64>())
        .sum()
}

#[test]
fn no_call_fails_when_providers_are_restarted_one_by_one() {
    runtime().block_on(async {
        let mut scene = Scene::start(Kind::Once).await;
        for _ in 0..RESTARTS {
            scene.load.further(CALLS_BETWEEN).await;
            let (port, mut leaving) = scene.providers.remove(0);
            scene.busy(port).await;
            let status = leaving.terminate().await;
            assert!(status.success(), "{status}");
            assert_eq!(lost_at(&scene.application, port), 0, "tries were lost");
            scene.join().await;
        }
        scene.load.further(CALLS_BETWEEN).await;
        let (calls, failures) = scene.load.end().await;
        assert_eq!(failures, Vec::<String>::new(), "of {calls} calls");
    });
}

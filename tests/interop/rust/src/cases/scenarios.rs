//! What needs a provider that comes, goes, limits or waits. The suites choose these by name and do
//! to the provider what each is about; none of them runs with `cases=*`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tenfold::{CallOptions, Context, ErrorKind, RpcError};
use tokio::task::JoinSet;

use super::Cases;
use crate::{
    Fault,
    check::{fails, same, that},
    everything::{Everything, EverythingClient, Failure, Missing, Reduced},
    peer::Peer,
};

/// Calls at once of the burst.
const BURST: i32 = 200;
/// Calls in flight when a provider is killed.
const IN_FLIGHT: i32 = 20;
/// Tasks that call without a pause in a load.
const LOAD_TASKS: usize = 8;
/// Calls before the provider is asked to leave.
const WARM_CALLS: u64 = 500;
/// How long anything may take that another process does.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than two of the heartbeat intervals that the suites set.
const IDLE: Duration = Duration::from_millis(3500);

pub(super) fn add(cases: &mut Cases) {
    cases.add("scenario.burst", |peer| async move { burst(&peer).await });
    cases.add("scenario.idle", |peer| async move { idle(&peer).await });
    cases.add(
        "scenario.restart",
        |peer| async move { restart(&peer).await },
    );
    cases.add(
        "scenario.leaving",
        |peer| async move { leaving(&peer).await },
    );
    cases.add(
        "scenario.overload",
        |peer| async move { overload(&peer).await },
    );
    cases.add(
        "scenario.unknown",
        |peer| async move { unknown(&peer).await },
    );
}

/// Many calls at once over the one connection: all wait at the provider at the same time.
async fn burst(peer: &Peer) -> Result<(), Fault> {
    let it = peer.everything().await?;
    it.whoami(&Context::new()).await?;
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for number in 0..BURST {
        let it = it.clone();
        callers.spawn(async move {
            let value = format!("answer {number}");
            same(
                &value,
                &it.later(&Context::new(), 1000, value.clone()).await?,
            )
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let took = start.elapsed();
    println!("BURST {}", took.as_millis());
    that(
        took >= Duration::from_millis(1000) && took < Duration::from_secs(8),
        || format!("{BURST} calls of a second at once took {took:?}"),
    )
}

/// Says nothing for longer than the heartbeat interval, then calls again.
async fn idle(peer: &Peer) -> Result<(), Fault> {
    let it = peer.everything().await?;
    it.whoami(&Context::new()).await?;
    println!("IDLE");
    tokio::time::sleep(IDLE).await;
    it.whoami(&Context::new()).await?;
    Ok(())
}

/// Has calls in flight when the provider is killed, then waits for it to come back.
async fn restart(peer: &Peer) -> Result<(), Fault> {
    let it = peer.everything().await?.with(CallOptions::new().retries(0));
    it.whoami(&Context::new()).await?;
    let mut flying = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let it = it.clone();
        flying.spawn(async move { it.later(&Context::new(), 30_000, String::new()).await });
    }
    // An answer on the same connection says that those before it have been sent.
    it.whoami(&Context::new()).await?;
    println!("FLYING");
    while let Some(outcome) = flying.join_next().await {
        let kind = rpc(fails(outcome?)?)?.kind();
        same(&ErrorKind::Network, &kind)?;
    }
    println!("LOST");
    let end = Instant::now() + PATIENCE;
    while let Err(error) = it.whoami(&Context::new()).await {
        that(Instant::now() < end, || {
            format!("not back within {PATIENCE:?}: {error}")
        })?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("BACK");
    Ok(())
}

/// Calls without a pause and without retries, from before one of two providers goes until after.
async fn leaving(peer: &Peer) -> Result<(), Fault> {
    let mut reference = peer
        .refer::<crate::everything::EverythingClient>("")
        .open()
        .await?;
    let two = async {
        while reference.providers().len() != 2 {
            reference.changed().await;
        }
    };
    tokio::time::timeout(PATIENCE, two)
        .await
        .map_err(|_| "there are not two providers")?;
    let load = Load::start(reference.client());
    // The first calls to a Java program that has just started are slow.
    let warm = async {
        while load.calls.load(Ordering::Relaxed) < WARM_CALLS {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, warm)
        .await
        .map_err(|_| "the load does not get going")?;
    println!("CALLING");
    let one = async {
        while reference.providers().len() != 1 {
            reference.changed().await;
        }
    };
    let left = tokio::time::timeout(PATIENCE, one).await;
    let calls_until_then = load.calls.load(Ordering::Relaxed);
    // The one that leaves goes on answering for a while: calls that it gets then count too.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let calls = load.stop().await?;
    left.map_err(|_| "no provider has left")?;
    println!("CALLS {calls}");
    that(calls_until_then > 0 && calls > calls_until_then, || {
        "there were no calls".to_owned()
    })
}

struct Load {
    calls: Arc<AtomicU64>,
    stopped: Arc<AtomicBool>,
    tasks: JoinSet<Result<(), Failure>>,
}

impl Load {
    fn start(client: &EverythingClient) -> Self {
        let (calls, stopped) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let mut tasks = JoinSet::new();
        for _ in 0..LOAD_TASKS {
            let (calls, stopped) = (Arc::clone(&calls), Arc::clone(&stopped));
            let client = client.with(CallOptions::new().retries(0));
            tasks.spawn(async move {
                while !stopped.load(Ordering::Relaxed) {
                    client.later(&Context::new(), 2, String::new()).await?;
                    calls.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        Self {
            calls,
            stopped,
            tasks,
        }
    }

    /// The number of calls, or the first failure.
    async fn stop(mut self) -> Result<u64, Fault> {
        self.stopped.store(true, Ordering::Relaxed);
        while let Some(task) = self.tasks.join_next().await {
            task??;
        }
        Ok(self.calls.load(Ordering::Relaxed))
    }
}

/// More calls at once than the provider allows: those beyond are refused at once, as overload and
/// safe to repeat.
async fn overload(peer: &Peer) -> Result<(), Fault> {
    let it = peer.everything().await?.with(CallOptions::new().retries(0));
    it.whoami(&Context::new()).await?;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let it = it.clone();
        callers.spawn(async move {
            let start = Instant::now();
            let outcome = it.sleep(&Context::new(), 1000, String::new()).await;
            (outcome, start.elapsed())
        });
    }
    let (mut answered, mut refused) = (0, 0);
    while let Some(caller) = callers.join_next().await {
        match caller? {
            (Ok(_), _) => answered += 1,
            (Err(failure), took) => {
                let error = rpc(failure)?;
                println!("REFUSED {:?} {}", error.kind(), error.message());
                that(took < Duration::from_millis(900), || {
                    format!("refused after {took:?}")
                })?;
                refused += 1;
            }
        }
    }
    same(&(2, 14), &(answered, refused))
}

/// A service, a method and a group that the provider does not have.
async fn unknown(peer: &Peer) -> Result<(), Fault> {
    let limit = Duration::from_secs(5);
    let start = Instant::now();
    let cx = Context::new();
    let service = rpc(fails(peer.reduced().await?.whoami(&cx).await)?)?;
    let missing = peer.client::<crate::everything::MissingClient>().await?;
    let method = rpc(fails(missing.no_such_method(&cx, 7).await)?)?;
    let group = rpc(fails(
        peer.variant("red", "9.9.9").await?.whoami(&cx).await,
    )?)?;
    println!(
        "KINDS {} {} {}",
        service.kind(),
        method.kind(),
        group.kind()
    );
    for error in [&service, &method, &group] {
        let known = [ErrorKind::ServiceNotFound, ErrorKind::MethodNotFound];
        that(known.contains(&error.kind()), || {
            format!("failed with {error:?}")
        })?;
        // A provider that lacks something is not asked again.
        let tries = error
            .explain()
            .iter()
            .filter(|line| line.starts_with("try "))
            .count();
        that(tries <= 1, || format!("{tries} tries: {error}"))?;
    }
    that(start.elapsed() < limit, || {
        format!("took {:?}", start.elapsed())
    })
}

fn rpc(failure: Failure) -> Result<RpcError, Fault> {
    match failure {
        Failure::Rpc(error) => Ok(error),
        other => Err(format!("not the framework's error: {other:?}").into()),
    }
}

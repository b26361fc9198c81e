//! The names that a user types in this room, and what is behind them.

use std::sync::Arc;

use tenfold_common::{ExtensionPoint, Url};

use crate::{
    Cluster, ConsistentHash, Failfast, Failover, Failsafe, LeastActive, LoadBalance, Random,
    RoundRobin, Router, TagRouter,
};

/// Makes a load balance for one method of a reference.
pub type LoadBalanceFactory = Arc<dyn Fn() -> Arc<dyn LoadBalance> + Send + Sync>;

/// Makes a router for the reference with that URL.
pub type RouterFactory = Arc<dyn Fn(&Url) -> Arc<dyn Router> + Send + Sync>;

/// All that a [`crate::ClusterInvoker`] may be asked for by name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extensions {
    /// The parameter `loadbalance`, per method too.
    pub load_balances: ExtensionPoint<LoadBalanceFactory>,
    /// The parameter `cluster`.
    pub clusters: ExtensionPoint<Arc<dyn Cluster>>,
    /// The parameter `router`: a comma list; `-name` leaves a built-in out.
    pub routers: ExtensionPoint<RouterFactory>,
}

/// The built-in extensions.
///
/// ```
/// let known = tenfold_cluster::extensions();
/// let error = known.clusters.named("failback").err().expect("it is not built in");
/// assert_eq!(
///     error.to_string(),
///     "unknown cluster `failback`; known: failfast, failover, failsafe"
/// );
/// ```
pub fn extensions() -> Extensions {
    let balance = |make: fn() -> Arc<dyn LoadBalance>| -> LoadBalanceFactory { Arc::new(make) };
    let router = |make: fn(&Url) -> Arc<dyn Router>| -> RouterFactory { Arc::new(make) };
    Extensions {
        load_balances: ExtensionPoint::builder("load balance")
            .with("random", balance(|| Arc::new(Random)))
            .with("roundrobin", balance(|| Arc::new(RoundRobin::default())))
            .with("leastactive", balance(|| Arc::new(LeastActive)))
            .with("consistenthash", balance(|| Arc::new(ConsistentHash)))
            // dubbo-go's name for it.
            .with("consistenthashing", balance(|| Arc::new(ConsistentHash)))
            .freeze(),
        clusters: ExtensionPoint::builder("cluster")
            .with("failover", Arc::new(Failover) as Arc<dyn Cluster>)
            .with("failfast", Arc::new(Failfast))
            .with("failsafe", Arc::new(Failsafe))
            .freeze(),
        routers: ExtensionPoint::builder("router")
            .with("tag", router(|url| Arc::new(TagRouter::new(url))))
            .freeze(),
    }
}

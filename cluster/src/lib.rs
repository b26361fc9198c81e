//! The cluster room: many providers as one invoker.
//!
//! A [`Directory`] knows the providers that the registry publishes. A [`ClusterInvoker`] carries a
//! call to one of them: it takes the directory's snapshot, lets the routers narrow it, has the load
//! balance pick, and leaves to the [`Cluster`] strategy what happens when that fails.
//!
//! ```text
//!   registry ──list──▶ Directory ──snapshot──┐
//!                                            ▼
//!   proxy ──▶ ClusterInvoker: filters once a call
//!                  │   Candidates ──▶ Router… ──▶ LoadBalance ──▶ Member
//!                  │                                                │ filters once a try
//!                  └── Cluster: again, fail, or empty? ◀────────────┘ protocol's invoker
//! ```
//!
//! How a provider is picked is in `loadbalance/` and `select.rs`, which providers are seen in
//! `directory/`, what happens after a failure in `strategy/`. Deciding is plain code; one boxed
//! future a call waits for the tries.

mod candidates;
mod directory;
mod explain;
mod extensions;
mod invoker;
mod loadbalance;
mod member;
mod plan;
mod randomness;
mod router;
mod run;
mod select;
mod strategy;

pub use candidates::Candidates;
pub use directory::{
    Directory, DirectoryBuilder, Fallen, InvokerFactory, Reason, Snapshot, matches, merge,
};
pub use extensions::{Extensions, LoadBalanceFactory, RouterFactory, extensions};
pub use invoker::{ClusterBuilder, ClusterInvoker};
pub use loadbalance::{
    ConsistentHash, HashRing, LeastActive, LoadBalance, Md5Ring, Random, RoundRobin, Selection,
    hash_of_key,
};
pub use member::Member;
pub use plan::RetryPolicy;
pub use randomness::Randomness;
pub use router::{RouteRequest, Router, RouterChain, TagRouter};
pub use strategy::{Cluster, Failfast, Failover, Failsafe, Failure, Verdict};

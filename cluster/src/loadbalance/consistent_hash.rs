//! `consistenthash`: calls with the same key go to the same provider.

use std::{
    cell::RefCell,
    sync::{Arc, OnceLock},
};

use md5::{Digest, Md5};

use super::{HashRing, LoadBalance, Selection, ring::point_of};
use crate::Candidates;

/// Dubbo's consistent hash, point for point: Java and Rust consumers send a key to the same
/// provider.
///
/// The key is the text of the arguments that `hash.arguments` names (the first by default), as
/// Java's `String.valueOf` prints them; arguments without a stable text are passed over. Parameters
/// `hash.arguments` and `hash.nodes` may stand at the method or the service.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConsistentHash;

impl LoadBalance for ConsistentHash {
    fn name(&self) -> &str {
        "consistenthash"
    }

    fn select(&self, selection: &Selection<'_>, candidates: &Candidates<'_>) -> usize {
        let plan = selection.plan;
        let ring = plan
            .ring
            .get_or_init(|| selection.rings.ring(plan.hash_nodes));
        let point = point_of_call(selection);
        let place = if candidates.is_all() {
            ring.owner(point, &mut |_| true)
        } else {
            ring.owner(point, &mut |place| {
                candidates.index_of_place(place).is_some()
            })
        };
        place
            .and_then(|place| candidates.index_of_place(place))
            .unwrap_or(0)
    }

    fn follows_key(&self) -> bool {
        true
    }
}

/// A plan's ring, taken from its snapshot at the first call.
pub(crate) type RingCell = OnceLock<Arc<dyn HashRing>>;

/// The point of a key on the ring.
///
/// ```
/// assert_eq!(tenfold_cluster::hash_of_key("world"), 925_923_709);
/// ```
pub fn hash_of_key(key: &str) -> u32 {
    let digest: [u8; 16] = Md5::digest(key).into();
    point_of(&digest, 0)
}

fn point_of_call(selection: &Selection<'_>) -> u32 {
    let Some(arguments) = selection.arguments else {
        return hash_of_key("");
    };
    let fill = |key: &mut String| {
        for index in &selection.plan.hash_arguments {
            // A text that fails half-way leaves nothing behind.
            let length = key.len();
            if !arguments.text(*index, key) {
                key.truncate(length);
            }
        }
    };
    KEY.with(|key| match key.try_borrow_mut() {
        Ok(mut key) => {
            key.clear();
            fill(&mut key);
            let point = hash_of_key(&key);
            key.shrink_to(KEY_BYTES_KEPT);
            point
        }
        // An argument whose text makes a call of its own.
        Err(_) => {
            let mut key = String::new();
            fill(&mut key);
            hash_of_key(&key)
        }
    })
}

thread_local! {
    static KEY: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a thread keeps of its buffer; longer keys are rare.
const KEY_BYTES_KEPT: usize = 1024;

//! The ring of the consistent hash: Dubbo's MD5 points of each provider's `host:port`.
//!
//! The points depend on the addresses alone, never on weights, health or anything else of a URL, so
//! that every consumer, whatever its language, sends a key to the same provider.

use std::{
    cmp::Reverse,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use consistent_hash::{Node, RingHash, StaticHashRing};
use md5::{Digest, Md5};
use parking_lot::Mutex;

/// Says who owns a point.
pub trait HashRing: Send + Sync {
    /// The owner of `point` among those that are `allowed`: the first at or after the point, around
    /// the end to the least. Nodes are named by their place in the list that the ring was made of.
    ///
    /// Passing over those that are not allowed gives the owner on the ring of the others.
    fn owner(&self, point: u32, allowed: &mut dyn FnMut(usize) -> bool) -> Option<usize>;
}

/// Dubbo's ring, by the crate `consistent_hash`.
pub struct Md5Ring {
    ring: StaticHashRing<'static, Key, (), Points>,
}

/// A node's place in the list. Of two nodes with the same point the later one owns it (in Dubbo the
/// later insert replaces the earlier), and the ring takes the lesser key, so the order is reversed.
type Key = Reverse<usize>;

/// The points of each node by its place.
struct Points(Vec<Box<[u32]>>);

impl Md5Ring {
    /// The ring of these addresses with `nodes` points each: a multiple of four, from 4 to 4096.
    pub fn new<'a>(addresses: impl Iterator<Item = &'a str>, nodes: usize) -> Self {
        let digests = (nodes / POINTS_OF_A_DIGEST).clamp(1, DIGESTS_MAX);
        let points: Vec<Box<[u32]>> = addresses
            .map(|address| points_of(address, digests))
            .collect();
        let quantity = digests * POINTS_OF_A_DIGEST;
        let nodes: Vec<_> = (0..points.len())
            .map(|place| Node::new(Reverse(place)).quantity(quantity))
            .collect();
        Self {
            ring: StaticHashRing::new(Points(points), nodes.into_iter()),
        }
    }
}

impl HashRing for Md5Ring {
    fn owner(&self, point: u32, allowed: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
        self.ring
            .calc_candidates(&point)
            .map(|node| node.key.0)
            .find(|place| allowed(*place))
    }
}

impl fmt::Debug for Md5Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Md5Ring({} points)", self.ring.len())
    }
}

impl RingHash for Points {
    /// Items are points already.
    fn hash_item<T: Hash>(&self, item: &T) -> u64 {
        let mut taken = Taken(0);
        item.hash(&mut taken);
        taken.0
    }

    fn hash_vnode<K: Hash>(&self, key: &K, sequence: usize) -> u64 {
        let place = usize::try_from(self.hash_item(key)).unwrap_or(usize::MAX);
        self.0
            .get(place)
            .and_then(|points| points.get(sequence))
            .map_or(0, |point| u64::from(*point))
    }
}

/// Takes the one integer that is hashed as it is.
struct Taken(u64);

impl Hasher for Taken {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = u64::from(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.0 = u64::try_from(value).unwrap_or(u64::MAX);
    }
}

fn points_of(address: &str, digests: usize) -> Box<[u32]> {
    (0..digests)
        .flat_map(|number| {
            let digest: [u8; 16] = Md5::digest(format!("{address}{number}")).into();
            std::array::from_fn::<u32, POINTS_OF_A_DIGEST, _>(|h| point_of(&digest, h))
        })
        .collect()
}

/// Four bytes of a digest, the last of them the highest.
pub(super) fn point_of(digest: &[u8; 16], h: usize) -> u32 {
    let mut bytes = [0; 4];
    for (byte, from) in bytes.iter_mut().zip(digest.iter().skip(4 * h)) {
        *byte = *from;
    }
    u32::from_le_bytes(bytes)
}

/// The rings of one list of addresses, made when they are first asked for.
#[derive(Default)]
pub(crate) struct Rings {
    addresses: Vec<String>,
    made: Mutex<Vec<(usize, Arc<dyn HashRing>)>>,
}

impl Rings {
    /// The rings of these addresses; the former ones, if the addresses are the same.
    pub(crate) fn of<'a>(
        addresses: impl Iterator<Item = &'a str> + Clone,
        former: &Arc<Self>,
    ) -> Arc<Self> {
        if former
            .addresses
            .iter()
            .map(String::as_str)
            .eq(addresses.clone())
        {
            return Arc::clone(former);
        }
        Arc::new(Self {
            addresses: addresses.map(str::to_owned).collect(),
            made: Mutex::default(),
        })
    }

    /// The ring with that many points for each address.
    pub(crate) fn ring(&self, nodes: usize) -> Arc<dyn HashRing> {
        let mut made = self.made.lock();
        if let Some((_, ring)) = made.iter().find(|(known, _)| *known == nodes) {
            return Arc::clone(ring);
        }
        let addresses = self.addresses.iter().map(String::as_str);
        let ring: Arc<dyn HashRing> = Arc::new(Md5Ring::new(addresses, nodes));
        if made.len() < RINGS_MAX {
            made.push((nodes, Arc::clone(&ring)));
        }
        ring
    }
}

impl fmt::Debug for Rings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rings")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

const POINTS_OF_A_DIGEST: usize = 4;
/// 4096 points, 25 times Dubbo's default: 64 KiB for each provider.
const DIGESTS_MAX: usize = 1024;
/// Methods may differ in `hash.nodes`; nobody uses more than a few values.
const RINGS_MAX: usize = 8;

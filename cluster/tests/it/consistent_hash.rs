//! The consistent hash: Dubbo's own numbers, a second implementation, and what a change moves.

use std::collections::HashMap;

use md5::{Digest, Md5};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tenfold_cluster::{HashRing, Md5Ring, hash_of_key};

use crate::world::{World, call, providers};

const THREE: [&str; 3] = ["10.0.0.1:20880", "10.0.0.2:20880", "10.0.0.3:20880"];

/// Keys, their hashes and owners among [`THREE`], from Java Dubbo's ConsistentHashLoadBalance.
const GOLDEN: [(&str, u32, usize); 9] = [
    ("", 3_649_838_548, 1),
    ("world", 925_923_709, 2),
    ("1", 943_901_380, 2),
    ("2", 2_373_066_440, 1),
    ("3", 2_127_088_620, 2),
    ("null", 2_619_713_079, 2),
    ("你好", 2_674_444_926, 2),
    ("alice", 3_001_189_475, 1),
    ("user-42", 129_773_942, 2),
];

/// The seed of a random test: from the environment to repeat a run, else a fresh one.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("TENFOLD_TEST_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(rand::random);
    println!("TENFOLD_TEST_SEED={seed}");
    seed
}

/// The ring as a sorted array, written after Dubbo's TreeMap and not after the crate.
struct Sorted(Vec<(u32, usize)>);

impl Sorted {
    fn new(addresses: &[&str], nodes: usize) -> Self {
        let mut map = std::collections::BTreeMap::new();
        for (place, address) in addresses.iter().enumerate() {
            for number in 0..nodes / 4 {
                let digest = Md5::digest(format!("{address}{number}"));
                for h in 0..4 {
                    let point = (u32::from(digest[3 + h * 4]) << 24)
                        | (u32::from(digest[2 + h * 4]) << 16)
                        | (u32::from(digest[1 + h * 4]) << 8)
                        | u32::from(digest[h * 4]);
                    map.insert(point, place);
                }
            }
        }
        Self(map.into_iter().collect())
    }

    fn owner(&self, point: u32) -> usize {
        let at = self.0.partition_point(|(known, _)| *known < point);
        self.0[at % self.0.len()].1
    }
}

fn ring(addresses: &[&str], nodes: usize) -> Md5Ring {
    Md5Ring::new(addresses.iter().copied(), nodes)
}

fn owner(ring: &Md5Ring, key: &str) -> usize {
    ring.owner(hash_of_key(key), &mut |_| true)
        .expect("the ring has nodes")
}

#[test]
fn keys_hash_as_in_java() {
    let ring = ring(&THREE, 160);
    for (key, hash, place) in GOLDEN {
        assert_eq!(hash_of_key(key), hash, "{key}");
        assert_eq!(owner(&ring, key), place - 1, "{key}");
    }
    assert_eq!(hash_of_key("wrap1347"), 4_292_487_451);
    assert_eq!(owner(&ring, "wrap1347"), 2, "past the greatest point");
}

#[test]
fn the_least_and_the_greatest_point_are_javas() {
    let sorted = Sorted::new(&THREE, 160).0;
    assert_eq!(sorted.len(), 480);
    assert_eq!(sorted.first(), Some(&(4_712_220, 2)));
    assert_eq!(sorted.last(), Some(&(4_291_552_516, 0)));
    let ring = ring(&THREE, 160);
    assert_eq!(format!("{ring:?}"), "Md5Ring(480 points)");
    for (point, place) in [
        (4_712_220, 2),
        (4_291_552_516, 0),
        (4_291_552_517, 2),
        (0, 2),
    ] {
        assert_eq!(ring.owner(point, &mut |_| true), Some(place), "{point}");
    }
}

#[test]
fn calls_go_where_java_sends_them() {
    let world = World::default();
    let cluster = world.cluster("loadbalance=consistenthash", &THREE);
    for (key, _, place) in GOLDEN {
        let answer = cluster
            .answer(call("find", &[key]))
            .expect("a provider answers");
        assert_eq!(answer, THREE[place - 1], "{key}");
    }
}

#[test]
fn a_second_implementation_agrees_on_random_rings_and_keys() {
    let mut random = StdRng::seed_from_u64(seed());
    for _ in 0..40 {
        let count = random.random_range(1..30);
        let addresses: Vec<String> = (0..count)
            .map(|_| {
                let host = random.random::<u16>();
                format!(
                    "10.1.{}.{}:{}",
                    host >> 8,
                    host & 255,
                    random.random::<u16>()
                )
            })
            .collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let nodes = random.random_range(4..400);
        let (ours, theirs) = (ring(&addresses, nodes), Sorted::new(&addresses, nodes));
        for _ in 0..200 {
            let point = random.random();
            let found = ours
                .owner(point, &mut |_| true)
                .expect("the ring has nodes");
            // Equal addresses share their points, and either place may stand for them.
            assert_eq!(addresses[found], addresses[theirs.owner(point)]);
        }
    }
}

#[test]
fn of_equal_points_the_later_node_owns() {
    let twins = ["10.0.0.1:20880", "10.0.0.1:20880"];
    let (ours, theirs) = (ring(&twins, 160), Sorted::new(&twins, 160));
    assert_eq!(ours.owner(7, &mut |_| true), Some(1));
    assert_eq!(theirs.owner(7), 1);
    assert_eq!(ours.owner(7, &mut |place| place == 0), Some(0));
}

#[test]
fn passing_over_nodes_gives_the_ring_of_the_others() {
    let mut random = StdRng::seed_from_u64(seed());
    let addresses: Vec<String> = (0..20).map(|host| format!("10.0.1.{host}:20880")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let whole = ring(&addresses, 160);
    for _ in 0..20 {
        let kept: Vec<usize> = (0..20).filter(|_| random.random_bool(0.5)).collect();
        let others: Vec<&str> = kept.iter().map(|place| addresses[*place]).collect();
        let part = Sorted::new(&others, 160);
        for _ in 0..if kept.is_empty() { 0 } else { 100 } {
            let point = random.random();
            let found = whole.owner(point, &mut |place| kept.contains(&place));
            assert_eq!(found, Some(kept[part.owner(point)]));
        }
    }
    assert_eq!(whole.owner(1, &mut |_| false), None);
}

#[test]
fn removing_one_of_n_providers_moves_its_keys_and_no_others() {
    let seed = seed();
    for n in [2_usize, 3, 10, 50] {
        let addresses: Vec<String> = (0..n).map(|host| format!("10.2.0.{host}:20880")).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let (before, after) = (ring(&addresses, 160), ring(&addresses[1..], 160));
        let keys = 20_000;
        let mut moved = 0;
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..keys {
            let key = format!("key-{}", random.random::<u64>());
            let (old, new) = (owner(&before, &key), owner(&after, &key));
            if old == 0 {
                moved += 1;
            } else {
                assert_eq!(addresses[old], addresses[new + 1], "{key} has moved");
            }
        }
        let share = f64::from(moved) / f64::from(keys);
        // Only the keys of the one that left move; with 160 points its part is near a fair one.
        let limit = 1.2 / n as f64;
        assert!(share <= limit, "{n} providers: {share} of the keys moved");
    }
}

#[test]
fn the_named_arguments_make_the_key() {
    let world = World::default();
    let parameters = "loadbalance=consistenthash&hash.arguments=1,%200,9&save.hash.arguments=0";
    let cluster = world.cluster(&parameters.replace("%20", " "), &THREE);
    let expected = |key: &str| THREE[owner(&ring(&THREE, 160), key)].to_owned();
    let mut spread = HashMap::new();
    for number in 0..50 {
        let text = number.to_string();
        let answer = cluster
            .answer(call("find", &[&text, "k"]))
            .expect("an answer");
        assert_eq!(answer, expected(&format!("k{text}")));
        *spread.entry(answer).or_insert(0) += 1;
        let answer = cluster
            .answer(call("save", &[&text, "k"]))
            .expect("an answer");
        assert_eq!(answer, expected(&text));
    }
    assert_eq!(spread.len(), 3, "{spread:?}");
    let answer = cluster
        .answer(call("save", &["unstable"]))
        .expect("an answer");
    assert_eq!(answer, expected(""), "a text that fails leaves nothing");
}

#[test]
fn a_generic_call_hashes_by_its_own_method_settings() {
    let world = World::default();
    let cluster = world.cluster(
        "loadbalance=random&query.loadbalance=consistenthash&query.hash.arguments=1",
        &THREE,
    );
    for key in ["a", "b", "c", "d"] {
        let expected = THREE[owner(&ring(&THREE, 160), key)];
        for _ in 0..5 {
            let answer = cluster.answer(call("$invoke", &["query", key]));
            assert_eq!(answer.expect("an answer"), expected, "{key}");
        }
    }
}

#[test]
fn weights_and_other_settings_do_not_bend_the_ring() {
    let world = World::default();
    let cluster = world.cluster("loadbalance=consistenthash", &THREE);
    let heavy = providers(&THREE)
        .into_iter()
        .enumerate()
        .map(|(at, url)| {
            url.with_param("weight", at * 1000)
                .with_param("timestamp", 1_700_000_000_000_u64)
        })
        .collect();
    cluster.directory.update(heavy);
    for (key, _, place) in GOLDEN {
        let answer = cluster.answer(call("find", &[key])).expect("an answer");
        assert_eq!(answer, THREE[place - 1], "{key}");
    }
}

#[test]
fn an_unavailable_owners_keys_go_to_the_next_on_the_ring() {
    let world = World::default();
    let addresses: Vec<String> = (0..15).map(|host| format!("10.3.0.{host}:20880")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let cluster = world.cluster("loadbalance=consistenthash", &addresses);
    let ring = ring(&addresses, 160);
    for number in 0..40 {
        let key = number.to_string();
        let away = owner(&ring, &key);
        world.provider(addresses[away]).set_available(false);
        let next = ring.owner(hash_of_key(&key), &mut |place| place != away);
        for _ in 0..3 {
            let answer = cluster.answer(call("find", &[&key])).expect("an answer");
            assert_eq!(Some(&*answer), next.map(|place| addresses[place]), "{key}");
        }
        world.provider(addresses[away]).set_available(true);
    }
}

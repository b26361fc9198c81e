//! Random values, from a printed seed: set `TENFOLD_SEED` to run one again.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tenfold_hessian2::{Date, Decoder, Limits, Throwable, Value, from_slice, to_vec};

fn seed() -> u64 {
    let given = std::env::var("TENFOLD_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| rand::rng().random());
    println!("TENFOLD_SEED={seed}");
    seed
}

/// A random value; `made` are containers that may be shared.
fn value(rng: &mut StdRng, depth: usize, made: &mut Vec<Value>) -> Value {
    let kinds = if depth == 0 { 8 } else { 13 };
    let container = match rng.random_range(0..kinds) {
        0 => return Value::Null,
        1 => return rng.random::<bool>().into(),
        2 => return (rng.random::<i32>() >> rng.random_range(0..32)).into(),
        3 => return (rng.random::<i64>() >> rng.random_range(0..64)).into(),
        4 => return f64::from_bits(rng.random()).into(),
        5 => return (f64::from(rng.random::<i32>() >> rng.random_range(0..32)) * 0.001).into(),
        6 => return text(rng).into(),
        7 => return Date::from_millis(rng.random::<i64>() >> 20).into(),
        8 => {
            return (0..rng.random_range(0..40))
                .map(|_| rng.random())
                .collect::<Vec<u8>>()
                .into();
        }
        9 if !made.is_empty() => return made[rng.random_range(0..made.len())].clone(),
        10 => {
            let items: Vec<_> = (0..count(rng))
                .map(|_| value(rng, depth - 1, made))
                .collect();
            match rng.random_range(0..3) {
                0 => Value::typed_list("java.util.LinkedList", items),
                1 => Value::typed_list("[object", items),
                _ => Value::list(items),
            }
        }
        11 => {
            let entries: Vec<_> = (0..count(rng))
                .map(|_| (text(rng), value(rng, depth - 1, made)))
                .collect();
            match rng.random() {
                true => Value::map(entries),
                false => Value::typed_map("java.util.LinkedHashMap", entries),
            }
        }
        _ => {
            let class = rng.random_range(0..20);
            let mut object = Value::object(&format!("demo.C{class}"));
            for field in 0..class {
                object = object.field(&format!("f{field}"), value(rng, depth.min(2) - 1, made));
            }
            object.build()
        }
    };
    made.push(container.clone());
    container
}

fn count(rng: &mut StdRng) -> usize {
    let most = if rng.random_range(0..10) == 0 { 20 } else { 5 };
    rng.random_range(0..most)
}

fn text(rng: &mut StdRng) -> String {
    let len = match rng.random_range(0..40) {
        0 => 1200,
        1 => 70,
        _ => rng.random_range(0..12),
    };
    let chars = ['a', 'Z', '0', '\0', 'é', '你', '😀', '\u{7ff}', '\u{ffff}'];
    let plain = rng.random_range(0..3) > 0;
    (0..len)
        .map(|_| {
            chars[if plain {
                1
            } else {
                rng.random_range(0..chars.len())
            }]
        })
        .collect()
}

#[test]
fn random_values_come_back_equal_and_as_the_same_bytes() {
    let mut rng = StdRng::seed_from_u64(seed());
    for _ in 0..3_000 {
        let value = value(&mut rng, 5, &mut Vec::new());
        let bytes = to_vec(&value).unwrap();
        let mut d = Decoder::new(&bytes);
        let back = d.read_value().unwrap();
        assert!(d.is_at_end());
        drop(d);
        assert_eq!(back, value);
        assert_eq!(to_vec(&back).unwrap(), bytes);
        let mut d = Decoder::new(&bytes);
        d.skip_value().unwrap();
        assert!(d.is_at_end());
    }
}

#[test]
fn damaged_bytes_never_panic_and_reading_agrees_with_skipping() {
    let mut rng = StdRng::seed_from_u64(seed());
    let limits = Limits::default().bytes(1 << 20);
    for _ in 0..20_000 {
        let mut bytes = to_vec(&value(&mut rng, 3, &mut Vec::new())).unwrap();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes[at] = rng.random(),
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, rng.random()),
                _ => bytes[at] ^= 1 << rng.random_range(0..8),
            }
        }
        let mut d = Decoder::with_limits(&bytes, &limits);
        let read = d.read_value();
        let mut s = Decoder::with_limits(&bytes, &limits);
        if let (Ok(_), Ok(())) = (&read, s.skip_value()) {
            assert_eq!(d.position(), s.position(), "{bytes:02x?}");
        }
        let _ = from_slice::<Throwable>(&bytes);
        let _ = from_slice::<Vec<Vec<String>>>(&bytes);
        let _ = from_slice::<std::collections::HashMap<String, Value>>(&bytes);
    }
}

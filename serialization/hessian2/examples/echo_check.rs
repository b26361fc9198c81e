//! Sends random values to the reference implementation of Hessian 2 and compares what it makes of
//! them: each value is written here, read and written back by Java, and must come home equal and,
//! written again, as the same bytes (which checks references and cycles as well).
//!
//! ```text
//! (cd tests/interop/java/hessian-golden && mvn -q package)
//! cargo run -p tenfold-hessian2 --example echo_check -- \
//!     tests/interop/java/hessian-golden/target/hessian-golden.jar [count] [seed]
//! ```
//!
//! It prints the seed; the same seed makes the same values. The exit code says whether all agreed.

use std::error::Error;
use std::io::{BufWriter, Read, Write};
use std::process::{Command, ExitCode, Stdio};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tenfold_hessian2::time::{Duration, Instant, LocalDate, LocalDateTime, LocalTime};
use tenfold_hessian2::types::{Locale, Timestamp, Uuid};
use tenfold_hessian2::{BigDecimal, Date, Value, from_slice, to_vec};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let jar = arguments
        .next()
        .ok_or("usage: echo_check JAR [count] [seed]")?;
    let count: usize = arguments.next().map_or(Ok(5_000), |text| text.parse())?;
    let seed: u64 = arguments
        .next()
        .map_or(Ok(rand::rng().random()), |text| text.parse())?;
    println!("seed {seed}");
    let mut java = Command::new("java")
        .args(["-jar", &jar, "echo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut to_java = BufWriter::new(java.stdin.take().ok_or("no standard input")?);
    let mut from_java = java.stdout.take().ok_or("no standard output")?;
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut failures, mut bytes_sent) = (0, 0);
    for number in 0..count {
        let value = value(&mut rng, 4, &mut Vec::new());
        let sent = to_vec(&value)?;
        bytes_sent += sent.len();
        to_java.write_all(&u32::try_from(sent.len())?.to_be_bytes())?;
        to_java.write_all(&sent)?;
        to_java.flush()?;
        let failure = match answer(&mut from_java)? {
            Err(text) => Some(text),
            Ok(received) => difference(&value, &sent, &received),
        };
        if let Some(failure) = failure {
            failures += 1;
            println!("value {number} {value:?}\nsent {}\n{failure}", hex(&sent));
        }
    }
    drop(to_java);
    java.wait()?;
    println!("{count} values, {bytes_sent} bytes, {failures} differences");
    Ok(if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Reads Java's answer: bytes, or the text of its exception.
fn answer(from_java: &mut impl Read) -> Result<Result<Vec<u8>, String>, Box<dyn Error>> {
    let mut length = [0; 4];
    from_java.read_exact(&mut length)?;
    let length = i32::from_be_bytes(length);
    let mut bytes = vec![0; usize::try_from(length.unsigned_abs())?];
    from_java.read_exact(&mut bytes)?;
    Ok(match length {
        0.. => Ok(bytes),
        _ => Err(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

fn difference(value: &Value, sent: &[u8], received: &[u8]) -> Option<String> {
    let back: Value = match from_slice(received) {
        Ok(back) => back,
        Err(error) => return Some(format!("{error} in {}", hex(received))),
    };
    if back != *value {
        return Some(format!("came back as {back:?}"));
    }
    let again = to_vec(&back).unwrap_or_default();
    (again != sent).then(|| format!("shared otherwise: {}", hex(&again)))
}

/// A value that Java reads as what it is: its classes exist there, its hash tables have at most one
/// entry. `made` are containers that may occur again.
fn value(rng: &mut StdRng, depth: usize, made: &mut Vec<Value>) -> Value {
    let kinds = if depth == 0 { 10 } else { 17 };
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
            return (0..rng.random_range(0..3000))
                .map(|_| rng.random())
                .collect::<Vec<u8>>()
                .into();
        }
        // Not shared: Java makes a new handle for each occurrence of one java.time value.
        9 => return single(rng),
        10 | 11 if !made.is_empty() => return made[rng.random_range(0..made.len())].clone(),
        12 => Value::typed_map(
            "java.util.LinkedHashMap",
            (0..count(rng))
                .map(|index| (format!("{index}{}", text(rng)), value(rng, depth - 1, made)))
                .collect::<Vec<_>>(),
        ),
        13 => Value::map([(text(rng), value(rng, depth - 1, made))]),
        14 => Value::object("golden.Model$Small")
            .field("b", rng.random::<i32>())
            .field("a", text(rng))
            .build(),
        15 => {
            let name = text(rng);
            Value::cyclic_object("golden.Model$Node", |me| {
                vec![("next".to_owned(), me), ("name".to_owned(), name.into())]
            })
        }
        _ => {
            let items: Vec<_> = (0..count(rng))
                .map(|_| value(rng, depth - 1, made))
                .collect();
            match rng.random_range(0..4) {
                0 => Value::typed_list("java.util.LinkedList", items),
                1 => Value::typed_list("[object", items),
                2 => Value::typed_list("[int", (0..count(rng)).map(|_| rng.random::<i32>())),
                _ => Value::list(items),
            }
        }
    };
    made.push(container.clone());
    container
}

/// A value of one of the small classes.
fn single(rng: &mut StdRng) -> Value {
    let date = LocalDate::new(rng.random_range(-9999..9999), rng.random_range(1..13), 28);
    let time = LocalTime::new(
        rng.random_range(0..24),
        59,
        0,
        rng.random_range(0..1_000_000_000),
    );
    let written = match rng.random_range(0..9) {
        0 => Value::from_encode(&Uuid(rng.random())),
        1 => Value::from_encode(&Locale("en_GB".to_owned())),
        2 => Value::from_encode(&date),
        3 => Value::from_encode(&time),
        4 => Value::from_encode(&LocalDateTime { time, date }),
        5 => Value::from_encode(&Instant {
            nanos: rng.random_range(0..1_000_000_000),
            seconds: rng.random_range(-1 << 33..1 << 33),
        }),
        6 => Value::from_encode(&Duration {
            nanos: rng.random_range(0..1_000_000_000),
            seconds: rng.random_range(-1 << 33..1 << 33),
        }),
        7 => Value::from_encode(&Timestamp(Date::from_millis(rng.random::<i64>() >> 20))),
        _ => Value::from_encode(&BigDecimal::from(rng.random::<i64>())),
    };
    written.unwrap_or_default()
}

fn count(rng: &mut StdRng) -> usize {
    let most = if rng.random_range(0..10) == 0 { 20 } else { 5 };
    rng.random_range(0..most)
}

fn text(rng: &mut StdRng) -> String {
    let len = match rng.random_range(0..60) {
        0 => rng.random_range(32_000..70_000),
        1 => 1200,
        2 => 70,
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

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(2000)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

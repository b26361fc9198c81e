//! The values that `CASES.md` gives names to.

use std::collections::{HashMap, HashSet};

use tenfold::hessian2::{
    Date, JavaArray, Value,
    time::{Duration, Instant, LocalDate, LocalDateTime, LocalTime, ZoneOffset, ZonedDateTime},
    types::{Locale, SqlDate, SqlTime, Timestamp},
};

use crate::types::{Address, AllTypes, Animal, Color, Dog, Person, Puppy};

/// 2023-11-14T22:13:20.123Z, with milliseconds that are no whole minute.
pub const MILLIS: i64 = 1_700_000_000_123;
/// A whole minute, which Hessian writes in a shorter form.
pub const MINUTE: i64 = 1_699_999_980_000;

/// At the edges of each form that Hessian has for an int.
pub const INTS: [i32; 17] = [
    0,
    1,
    -1,
    -16,
    47,
    -17,
    48,
    -2048,
    2047,
    -2049,
    2048,
    -262_144,
    262_143,
    -262_145,
    262_144,
    i32::MIN,
    i32::MAX,
];
/// At the edges of each form that Hessian has for a long.
pub const LONGS: [i64; 19] = [
    0,
    -8,
    15,
    -9,
    16,
    -2048,
    2047,
    -2049,
    2048,
    -262_144,
    262_143,
    -262_145,
    262_144,
    -2_147_483_648,
    2_147_483_647,
    -2_147_483_649,
    2_147_483_648,
    i64::MIN,
    i64::MAX,
];
/// Floats of each form, and those that are no numbers.
pub const FLOATS: [f32; 10] = [
    0.0,
    1.0,
    -1.0,
    0.1,
    12.3,
    12.25,
    1e10,
    f32::MAX,
    f32::NAN,
    f32::INFINITY,
];
/// Doubles of each form, and those that are no numbers.
#[allow(clippy::approx_constant, reason = "3.14159 is only a number here")]
pub const DOUBLES: [f64; 23] = [
    0.0,
    1.0,
    -1.0,
    -128.0,
    127.0,
    128.0,
    -32_768.0,
    32_767.0,
    32_768.0,
    0.001,
    0.1,
    12.25,
    -12.25,
    65.536,
    3.14159,
    1e10,
    2_147_483.647,
    2_147_483.648,
    4.9e-324,
    f64::MAX,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

/// Byte i is the low eight bits of 31 × i.
pub fn bytes(size: usize) -> Vec<u8> {
    let mut next = 0_u8;
    std::iter::repeat_with(|| {
        let byte = next;
        next = next.wrapping_add(31);
        byte
    })
    .take(size)
    .collect()
}

/// A person with everything.
pub fn ada() -> Person {
    Person {
        active: true,
        score: Some(9_007_199_254_740_993),
        tags: vec!["math".to_owned(), "engine".to_owned()],
        home: Some(address("St James's Square 12", "SW1Y")),
        ..Person::new("Ada", 36)
    }
}

/// A person with little.
pub fn bob() -> Person {
    Person::new("Bob", -1)
}

/// A dog.
pub fn rex() -> Dog {
    Dog {
        animal: Animal {
            name: text("Rex"),
            den: Some(address("Kennel 1", "00001")),
        },
        loudness: 11,
        good: true,
    }
}

/// A puppy, with a dog and an empty one as siblings.
pub fn bit() -> Puppy {
    Puppy {
        dog: Dog {
            animal: Animal {
                name: text("Bit"),
                den: None,
            },
            loudness: 2,
            good: false,
        },
        siblings: vec![rex(), Dog::default()],
    }
}

/// A value in every field but `absent`.
#[allow(clippy::approx_constant, reason = "3.14159 is only a number here")]
pub fn all_types() -> AllTypes {
    let date_time = LocalDateTime {
        time: LocalTime::new(1, 2, 3, 4),
        date: LocalDate::new(2024, 2, 29),
    };
    AllTypes {
        flag: true,
        tiny: -128,
        small: 32767,
        medium: i32::MIN,
        large: i64::MAX,
        real: 3.14159,
        letter: 'é',
        boxed_flag: Some(false),
        boxed_tiny: Some(127),
        boxed_small: Some(-32768),
        boxed_medium: Some(262_144),
        boxed_large: Some(-2049),
        boxed_float: Some(12.3),
        boxed_real: Some(1e10),
        boxed_letter: Some('你'),
        text: text("a😀b"),
        bytes: Some(bytes(20)),
        ints: Some(JavaArray(vec![1, -1, 262_144])),
        longs: Some(JavaArray(vec![0, i64::MIN])),
        reals: Some(JavaArray(vec![0.0, 1.0, 0.1])),
        texts: Some(JavaArray(vec![text("x"), None, text("")])),
        matrix: Some(JavaArray(vec![
            JavaArray(vec![1, 2]),
            JavaArray(vec![]),
            JavaArray(vec![3]),
        ])),
        people: Some(JavaArray(vec![Some(ada()), None, Some(bob())])),
        decimal: "1234567890.123456789000".parse().ok(),
        integer: "-123456789012345678901234567890".parse().ok(),
        date: Some(Date::from_millis(MILLIS)),
        sql_date: Some(SqlDate(Date::from_millis(MINUTE))),
        sql_time: Some(SqlTime(Date::from_millis(MILLIS))),
        sql_timestamp: Some(Timestamp(Date::from_millis(MILLIS))),
        local_date: Some(LocalDate::new(2024, 2, 29)),
        local_time: Some(LocalTime::new(23, 59, 59, 999_999_999)),
        local_date_time: Some(date_time.clone()),
        zoned_date_time: Some(ZonedDateTime {
            offset: ZoneOffset { seconds: 3600 },
            date_time,
            zone_id: "Europe/Berlin".to_owned(),
        }),
        instant: Some(Instant {
            seconds: 1_700_000_000,
            nanos: 123_456_789,
        }),
        duration: Some(Duration {
            seconds: -3,
            nanos: 5,
        }),
        uuid: "00112233-4455-6677-8899-aabbccddeeff".parse().ok(),
        locale: Some(Locale("zh_CN".to_owned())),
        color: Some(Color::Green),
        list: Some(vec!["one".to_owned(), "two".to_owned()]),
        set: Some(HashSet::from([1, 2, 3])),
        map: Some(HashMap::from([
            ("k".to_owned(), 1),
            ("big".to_owned(), 1 << 40),
        ])),
        person: Some(ada()),
        anything: Value::from("untyped"),
        absent: None,
    }
}

/// a → b → c → a, and a is its own first child, c its second.
pub fn ring() -> Value {
    Value::cyclic_object(NODE, |a| {
        // c must be one object for b's `next` and a's second child.
        let c = node("c", a.clone(), vec![]);
        let b = node("b", c.clone(), vec![]);
        vec![
            ("label".to_owned(), Value::from("a")),
            ("next".to_owned(), b),
            ("children".to_owned(), Value::list([a, c])),
        ]
    })
}

const NODE: &str = "org.tenfold.interop.Node";

fn node(label: &str, next: Value, children: Vec<Value>) -> Value {
    Value::object(NODE)
        .field("label", label)
        .field("next", next)
        .field("children", Value::list(children))
        .build()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn address(street: &str, zip: &str) -> Address {
    Address {
        street: text(street),
        zip: text(zip),
    }
}

//! Vectors written by hessian-lite itself (the head of the file says how): each is read, typed
//! and untyped, and written back as the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Debug;

use tenfold_hessian2::time::{self, DayOfWeek, Month};
use tenfold_hessian2::types::{
    AtomicInteger, AtomicLong, BitSet, Calendar, Currency, File, InetAddress, JavaClass, Locale,
    SqlDate, SqlTime, Timestamp, Uri, Uuid,
};
use tenfold_hessian2::{
    BigDecimal, BigInteger, Date, Decode, Decoder, Encode, JavaArray, LinkedMap, Throwable, Value,
    from_slice, to_vec,
};
use tenfold_macros::Wire;

use crate::hex;

/// Chunk sizes of binary data follow the fill of Java's buffer.
const NOT_CANONICAL: &[&str] = &["bytes:10000"];

fn vectors() -> HashMap<&'static str, Vec<u8>> {
    let lines = include_str!("../golden/hessian-lite.txt").lines();
    let vectors = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let (name, bytes) = line.split_once(' ').unwrap();
        (name, hex(bytes))
    });
    vectors.collect()
}

#[test]
fn every_vector_is_read_and_written_back() {
    let vectors = vectors();
    assert!(vectors.len() > 160);
    for (name, bytes) in vectors {
        let mut d = Decoder::new(&bytes);
        let value = d
            .read_value()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(d.is_at_end(), "{name}");
        let mut d = Decoder::new(&bytes);
        d.skip_value().unwrap();
        assert!(d.is_at_end(), "{name}");
        if !NOT_CANONICAL.contains(&name) {
            assert_eq!(to_vec(&value).unwrap(), bytes, "{name}: {value:?}");
        }
        let _ = value.to_json();
    }
}

#[track_caller]
fn reads<T: Decode + PartialEq + Debug>(name: &str, expected: T) -> Vec<u8> {
    let bytes = vectors().remove(name).unwrap();
    let mut d = Decoder::new(&bytes);
    let value: T = d.read().unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(value, expected, "{name}");
    assert!(d.is_at_end(), "{name}");
    bytes
}

#[track_caller]
fn both<T: Encode + Decode + PartialEq + Debug>(name: &str, value: T) {
    let written = to_vec(&value).unwrap();
    assert_eq!(written, reads(name, value), "{name}");
}

fn text(value: &str) -> String {
    value.to_owned()
}

#[test]
fn scalars_and_collections_have_their_rust_types() {
    both("float:12.3", 12.3f32);
    both("byte:-3", -3i8);
    both("short:300", 300i16);
    both("char:x", 'x');
    both("date:before", Date::from_millis(-1));
    both("string:split", format!("{}😀zz", "a".repeat(32_767)));
    both("string:a*70000", "a".repeat(70_000));
    reads(
        "bytes:10000",
        (0..10_000).map(|i| i as u8).collect::<Vec<u8>>(),
    );
    reads("list:linked", vec![1, 2]);
    reads("list:asList", vec![text("a"), text("b")]);
    both("set:hash", HashSet::from([1]));
    both("set:tree", BTreeSet::from([text("a"), text("b")]));
    reads("deque", vec![1, 2]);
    both("map:hash", HashMap::from([(text("a"), 1)]));
    both("map:linked", LinkedMap(vec![(text("a"), 1)]));
    both("map:tree", BTreeMap::from([(text("a"), 1)]));
    reads("map:concurrent", HashMap::from([(text("a"), 1)]));
    reads("map:empty", HashMap::<String, i32>::new());
    both("array:int", JavaArray(vec![1, 2, 3]));
    both("array:long", JavaArray(vec![1i64, 2]));
    both("array:short", JavaArray(vec![1i16, 2]));
    both("array:double", JavaArray(vec![0.5, 1.0]));
    both("array:float", JavaArray(vec![0.5f32, 1.0]));
    both("array:boolean", JavaArray(vec![true, false]));
    both("array:char", JavaArray(vec!['a', 'b']));
    both("array:string", JavaArray(vec![Some(text("a")), None]));
    both(
        "array:object",
        JavaArray(vec![Value::from("a"), Value::from(1), Value::Null]),
    );
    both("array:Integer", JavaArray(vec![Some(1), None]));
    both("array:date", JavaArray(vec![Date::from_millis(0)]));
    both(
        "array:int2",
        JavaArray(vec![JavaArray(vec![1]), JavaArray(vec![1, 2])]),
    );
    both("array:byte2", JavaArray(vec![vec![1u8], vec![1, 2]]));
    both("array:list", JavaArray(vec![vec![1]]));
    both("array:small", JavaArray(vec![small()]));
}

#[test]
fn small_java_classes_have_their_rust_types() {
    both("decimal", "12.30".parse::<BigDecimal>().unwrap());
    both("decimal:exponent", "1E+3".parse::<BigDecimal>().unwrap());
    reads(
        "integer",
        "-18446744073709551616".parse::<BigInteger>().unwrap(),
    );
    reads("integer:zero", BigInteger::default());
    both("enum", Color::Green);
    reads("enum:twice", vec![Color::Green, Color::Green, Color::Red]);
    both(
        "uuid",
        "123e4567-e89b-12d3-a456-426614174000"
            .parse::<Uuid>()
            .unwrap(),
    );
    both("file", File(text("/tmp/x")));
    both("class", JavaClass(text("java.lang.String")));
    both("locale", Locale(text("zh_CN")));
    both("currency", Currency(text("EUR")));
    both("uri", Uri(text("http://example.com/a?b")));
    both("atomic:int", AtomicInteger(7));
    both("atomic:long", AtomicLong(7));
    both(
        "bitset",
        BitSet {
            words: JavaArray(vec![5]),
        },
    );
    let date = Date::from_millis(894_621_091_000);
    both("calendar", Calendar { class: None, date });
    both("sql:date", SqlDate(date));
    both("sql:time", SqlTime(date));
    both(
        "sql:timestamp",
        Timestamp(Date::from_millis(894_621_091_123)),
    );
    let inet: InetAddress = from_slice(&vectors()["inet"]).unwrap();
    assert_eq!(
        (inet.host_name(), inet.address().to_string()),
        (Some("host"), text("127.0.0.1"))
    );
    both("inet", inet);
}

#[test]
fn java_time_has_its_rust_types_and_texts() {
    fn is<T: Encode + Decode + PartialEq + Debug + ToString>(name: &str, text: &str) {
        let bytes = vectors().remove(name).unwrap();
        let value: T = from_slice(&bytes).unwrap();
        assert_eq!(value.to_string(), text);
        both(name, value);
        assert_eq!(
            from_slice::<Value>(&bytes).unwrap().to_json().unwrap(),
            text
        );
    }
    is::<time::LocalDate>("time:LocalDate", "2024-02-29");
    is::<time::LocalTime>("time:LocalTime", "13:05:07.123");
    is::<time::LocalDateTime>("time:LocalDateTime", "2024-02-29T13:05:07.123");
    is::<time::Instant>("time:Instant", "2023-11-14T22:13:20.000000005Z");
    is::<time::Duration>("time:Duration", "PT-1.5S");
    is::<time::Period>("time:Period", "P1Y2M3D");
    is::<time::ZoneOffset>("time:ZoneOffset", "+05:30");
    is::<time::ZoneId>("time:ZoneId", "Asia/Shanghai");
    is::<time::ZonedDateTime>(
        "time:ZonedDateTime",
        "2024-02-29T13:05:07.123+08:00[Asia/Shanghai]",
    );
    is::<time::OffsetDateTime>("time:OffsetDateTime", "2024-02-29T13:05:07.123-03:00");
    is::<time::OffsetTime>("time:OffsetTime", "13:05:07.123Z");
    is::<time::Year>("time:Year", "2024");
    is::<time::YearMonth>("time:YearMonth", "2024-02");
    is::<time::MonthDay>("time:MonthDay", "--02-29");
    both("time:DayOfWeek", DayOfWeek::Friday);
    both("time:Month", Month::May);
}

#[derive(Wire, Clone, Copy, Debug, PartialEq)]
#[wire(class = "golden.Model$Color", crate = "::tenfold_hessian2")]
enum Color {
    Red,
    Green,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "golden.Model$Small", crate = "::tenfold_hessian2")]
struct Small {
    a: String,
    b: i32,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "golden.Model$Order", crate = "::tenfold_hessian2")]
struct Order {
    id: i32,
    quantity: Option<i32>,
    account: i64,
    paid: bool,
    price: f64,
    customer: Option<String>,
    note: Option<String>,
    created: Option<Date>,
    tags: Option<Vec<String>>,
    stock: Option<HashMap<String, i32>>,
    total: Option<BigDecimal>,
    serial: Option<BigInteger>,
    color: Option<Color>,
    codes: Option<JavaArray<i32>>,
    small: Option<Small>,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "golden.Model$Base", crate = "::tenfold_hessian2")]
struct Base {
    id: i64,
    name: String,
    rows: Vec<String>,
}

#[derive(Wire, Clone, Debug, Default, PartialEq)]
#[wire(class = "golden.Model$Derived", crate = "::tenfold_hessian2")]
struct Derived {
    #[wire(parent)]
    base: Base,
    level: i32,
    name: String,
    extra: HashMap<String, String>,
}

fn small() -> Small {
    Small { a: text("x"), b: 1 }
}

#[test]
fn derived_structs_are_javas_bytes() {
    both("small", small());
    reads("small:twice", vec![small(), small()]);
    both("small:equal", vec![small(), small()]);
    both("order:empty", Order::default());
    let order = Order {
        id: 7,
        quantity: Some(1000),
        account: 1 << 40,
        paid: true,
        price: 12.25,
        customer: Some(text("Ann")),
        note: None,
        created: Some(Date::from_millis(894_621_091_000)),
        tags: Some(vec![text("a"), text("b")]),
        stock: Some(HashMap::from([(text("n"), 3)])),
        total: Some("12.30".parse().unwrap()),
        serial: Some("123456789012345678901234567890".parse().unwrap()),
        color: Some(Color::Red),
        codes: Some(JavaArray(vec![1, 2])),
        small: Some(small()),
    };
    let java = reads("order", order.clone());
    assert_eq!(to_vec(&order).unwrap().len(), java.len());
}

#[test]
fn parents_and_children_keep_their_fields() {
    let derived = Derived {
        base: Base {
            id: 5,
            name: text("parent"),
            rows: vec![text("r")],
        },
        level: 3,
        name: text("child"),
        extra: HashMap::from([(text("k"), text("v"))]),
    };
    reads("derived", derived);
}

#[test]
fn exceptions_are_read_whole() {
    let exception: Throwable = from_slice(&vectors()["exception"]).unwrap();
    assert_eq!(
        exception.to_string(),
        "golden.Model$StockException: none left"
    );
    assert_eq!(exception.get("code"), Some(&Value::Int(7)));
    assert_eq!(exception.stack_trace[0].to_string(), "demo.S.m(S.java:7)");
    let cause = exception.cause.unwrap();
    assert_eq!(cause.to_string(), "java.lang.IllegalStateException: disk");
    assert_eq!(cause.cause, None);
    assert_eq!(exception.suppressed[0].message.as_deref(), Some("also"));
    let plain: Throwable = from_slice(&vectors()["exception:plain"]).unwrap();
    assert_eq!(plain, Throwable::new("java.lang.RuntimeException", "bad"));
    let bare: Throwable = from_slice(&vectors()["exception:noMessage"]).unwrap();
    assert_eq!(bare.message, None);
}

//! Vectors of Hessian 2 as Java's library writes it, form by form.

use std::collections::{BTreeMap, HashMap, HashSet, LinkedList};
use std::fmt::Debug;

use tenfold_hessian2::time::{Duration, LocalDate, LocalDateTime, LocalTime};
use tenfold_hessian2::types::Locale;
use tenfold_hessian2::{
    BigDecimal, Date, Decode, Decoder, Encode, Encoder, JavaArray, LinkedMap, Throwable, Value,
    from_slice, to_vec,
};

use crate::hex;

/// The value is written as these bytes, and they are read as the value.
fn both<T: Encode + Decode + PartialEq + Debug>(value: T, text: &str) {
    let bytes = hex(text);
    assert_eq!(to_vec(&value).unwrap(), bytes, "writing {value:?}");
    reads(&bytes, value);
}

/// The bytes are read as the value, to the last one; skipping them ends at the same place.
fn reads<T: Decode + PartialEq + Debug>(bytes: &[u8], value: T) {
    let mut d = Decoder::new(bytes);
    assert_eq!(d.read::<T>().unwrap(), value);
    assert!(d.is_at_end(), "{value:?} left {:?}", d.remaining());
    let mut d = Decoder::new(bytes);
    d.skip_value().unwrap();
    assert!(d.is_at_end(), "skipping {value:?}");
    let dynamic: Value = from_slice(bytes).unwrap();
    let again: T = from_slice(&to_vec(&dynamic).unwrap()).unwrap();
    assert_eq!(again, value, "by way of {dynamic:?}");
}

#[test]
fn ints_take_their_shortest_form() {
    for (value, text) in [
        (0, "90"),
        (-16, "80"),
        (47, "bf"),
        (-17, "c7ef"),
        (48, "c830"),
        (-2048, "c000"),
        (2047, "cfff"),
        (-2049, "d3f7ff"),
        (2048, "d40800"),
        (-262_144, "d00000"),
        (262_143, "d7ffff"),
        (-262_145, "49fffbffff"),
        (262_144, "4900040000"),
        (i32::MIN, "4980000000"),
        (i32::MAX, "497fffffff"),
    ] {
        both(value, text);
    }
}

#[test]
fn longs_take_their_shortest_form() {
    for (value, text) in [
        (0, "e0"),
        (-8, "d8"),
        (15, "ef"),
        (-9, "f7f7"),
        (16, "f810"),
        (-2048, "f000"),
        (2047, "ffff"),
        (-2049, "3bf7ff"),
        (2048, "3c0800"),
        (-262_144, "380000"),
        (262_143, "3fffff"),
        (-262_145, "59fffbffff"),
        (262_144, "5900040000"),
        (1 << 31, "4c0000000080000000"),
        (i64::MIN, "4c8000000000000000"),
    ] {
        both::<i64>(value, text);
    }
}

#[test]
#[allow(clippy::approx_constant, reason = "the vector is what Java wrote")]
fn doubles_lose_nothing() {
    for (value, text) in [
        (0.0, "5b"),
        (1.0, "5c"),
        (127.0, "5d7f"),
        (-128.0, "5d80"),
        (128.0, "5e0080"),
        (-32_768.0, "5e8000"),
        (32_768.0, "5f01f40000"),
        (12.25, "5f00002fda"),
        (-12.25, "5fffffd026"),
        (3.14159, "44400921f9f01b866e"),
        (1e10, "444202a05f20000000"),
        (0.1, "5f00000064"),
        (65.536, "5f00010000"),
        (f64::INFINITY, "447ff0000000000000"),
        (f64::MAX, "447fefffffffffffff"),
        (1e-17, "443c670ef54646d497"),
    ] {
        both(value, text);
    }
    assert_eq!(to_vec(&f64::NAN).unwrap(), hex("447ff8000000000000"));
    assert!(
        from_slice::<f64>(&hex("447ff8000000000000"))
            .unwrap()
            .is_nan()
    );
    assert_eq!(to_vec(&100_000.0).unwrap(), hex("5f05f5e100"));
}

#[test]
fn floats_go_by_their_decimal_text() {
    both(12.3f32, "5f0000300c");
    reads(&hex("4440289999a0000000"), 12.3f32);
}

#[test]
fn dates_are_minutes_where_that_is_exact() {
    both(Date::from_millis(894_621_091_000), "4a000000d04b9284b8");
    both(Date::from_millis(894_621_060_000), "4b00e3838f");
}

#[test]
fn booleans_null_and_characters_are_one_value() {
    both(true, "54");
    both(false, "46");
    both((), "4e");
    both(None::<i32>, "4e");
    both('a', "0161");
}

#[test]
fn string_lengths_count_utf16_units() {
    let a = |count: usize| "a".repeat(count);
    both(String::new(), "00");
    both(a(1), "0161");
    both(a(31), &format!("1f \"{}\"", a(31)));
    both(a(32), &format!("3020 \"{}\"", a(32)));
    both(a(1023), &format!("33ff \"{}\"", a(1023)));
    both(a(1024), &format!("530400 \"{}\"", a(1024)));
    both(a(32_768), &format!("538000 \"{}\"", a(32_768)));
    both(a(32_769), &format!("528000 \"{}\" 0161", a(32_768)));
    both(
        format!("{}😀zz", a(32_767)),
        &format!("527fff \"{}\" 04 eda0bd edb880 \"zz\"", a(32_767)),
    );
    both("a😀b".to_owned(), "04 61 eda0bd edb880 62");
    both("你好".to_owned(), "02 e4bda0 e5a5bd");
    both("é".to_owned(), "01 c3a9");
    both("\0".to_owned(), "01 00");
}

#[test]
fn strings_are_read_in_chunks_of_any_size() {
    let read = |text: &str| from_slice::<String>(&hex(text)).unwrap();
    assert_eq!(read("520001 61 520000 520002 6263 00"), "abc");
    assert_eq!(
        read("520002 61 eda0bd 02 edb880 62"),
        "a😀b",
        "a pair split over chunks"
    );
    assert_eq!(
        read("04 61 f09f9880 62"),
        "a😀b",
        "four-byte UTF-8 as two units"
    );
    assert_eq!(read("03 61 eda0bd 62"), "a\u{fffd}b", "a lone surrogate");
    assert_eq!(read("01 c080"), "\0", "Java's other form of NUL");
    for bad in [
        "01 ff",
        "01 80",
        "02 e4bd 61",
        "01 f09f9880",
        "520001 61 91",
    ] {
        assert!(from_slice::<String>(&hex(bad)).is_err(), "{bad}");
        assert!(
            Decoder::new(&hex(bad)).skip_value().is_err() || bad == "02 e4bd 61",
            "{bad}"
        );
    }
}

#[test]
fn bytes_are_binary_in_chunks_of_any_size() {
    both(vec![1u8, 2, 3], "23010203");
    both(vec![0u8; 16], &format!("3410{}", "00".repeat(16)));
    both(vec![7u8; 1024], &format!("420400{}", "07".repeat(1024)));
    let long = vec![9u8; 70_000];
    reads(&to_vec(&long).unwrap(), long.clone());
    let java = hex(&format!("411ffd{}2109", "09".repeat(8189)));
    reads(&java, vec![9u8; 8190]);
    reads(&hex("410000 410001 05 20"), vec![5u8]);
    both(JavaArray(vec![-1i8, 2]), "22ff02");
    both(JavaArray(vec!['a', 'é']), "02 61 c3a9");
}

#[test]
fn lists_are_written_as_java_writes_them() {
    both(vec![1, 2], "7a 91 92");
    both(
        vec![8, 1, 2, 3, 4, 5, 6, 7],
        "58 98 98 91 92 93 94 95 96 97",
    );
    both(Vec::<i32>::new(), "78");
    both(
        LinkedList::from([1, 2]),
        "72 14 \"java.util.LinkedList\" 91 92",
    );
    both(HashSet::from([1]), "71 11 \"java.util.HashSet\" 91");
    let arrays = "72 1a \"java.util.Arrays$ArrayList\" 0161 0162";
    reads(&hex(arrays), vec!["a".to_owned(), "b".to_owned()]);
    reads(
        &hex("70 1f \"java.util.Collections$EmptyList\""),
        Vec::<i32>::new(),
    );
    reads(&hex("57 91 92 5a"), vec![1, 2]);
    reads(&hex("55 04 \"[int\" 91 92 5a"), vec![1, 2]);
    reads(&hex("56 04 \"[int\" 92 91 92"), vec![1, 2]);
}

#[test]
fn arrays_carry_their_component_type() {
    both(JavaArray(vec![1, 2, 3]), "73 04 \"[int\" 91 92 93");
    both(
        JavaArray(vec![Some("a".to_owned()), None]),
        "72 07 \"[string\" 0161 4e",
    );
    both(
        JavaArray(vec![JavaArray(vec![1]), JavaArray(vec![1, 2])]),
        "72 05 \"[[int\" 71 04 \"[int\" 91 72 91 91 92",
    );
    both(JavaArray(vec![vec![1u8]]), "71 06 \"[[byte\" 2101");
    both(JavaArray(vec![Some(1)]), "71 12 \"[java.lang.Integer\" 91");
    both(
        JavaArray(vec![Date::from_millis(0)]),
        "71 05 \"[date\" 4b00000000",
    );
    both([1i64, 2], "72 05 \"[long\" e1 e2");
    both(JavaArray(vec![Value::from(1)]), "71 07 \"[object\" 91");
    both(JavaArray(vec![vec![1]]), "71 0f \"[java.util.List\" 79 91");
}

#[test]
fn maps_are_written_as_java_writes_them() {
    both(HashMap::from([("a".to_owned(), 1)]), "48 0161 91 5a");
    let linked = "4d 17 \"java.util.LinkedHashMap\" 0161 91 5a";
    both(LinkedMap(vec![("a".to_owned(), 1)]), linked);
    both(
        BTreeMap::from([(1, true)]),
        "4d 11 \"java.util.TreeMap\" 91 54 5a",
    );
    reads(
        &hex("48 4e 4e 5a"),
        HashMap::from([(None::<String>, None::<i32>)]),
    );
    reads(&hex(linked), HashMap::from([("a".to_owned(), 1)]));
}

#[test]
fn the_type_table_serves_lists_and_maps() {
    let bytes = hex("7c 71 04 \"[int\" 91 71 90 92 4d 17 \"java.util.LinkedHashMap\" 5a 4d 91 5a");
    let value: Value = from_slice(&bytes).unwrap();
    let types: Vec<_> = value
        .as_list()
        .unwrap()
        .iter()
        .map(|v| v.class_name())
        .collect();
    let map = Some("java.util.LinkedHashMap");
    assert_eq!(types, [Some("[int"), Some("[int"), map, map]);
    assert_eq!(to_vec(&value).unwrap(), bytes);
}

#[test]
fn the_same_object_twice_is_a_reference() {
    let bytes = hex("7a 43 0c \"demo.V$Small\" 92 0162 0161 60 91 0178 51 91");
    let value: Value = from_slice(&bytes).unwrap();
    assert_eq!(value.at(0), value.at(1));
    assert_eq!(value.at(1).unwrap().get("a").unwrap().as_str(), Some("x"));
    assert_eq!(to_vec(&value).unwrap(), bytes);
    let twice: Vec<HashMap<String, Value>> = from_slice(&bytes).unwrap();
    assert_eq!(twice[0], twice[1]);
}

#[test]
fn one_stream_shares_its_tables() {
    let bytes = hex("43 0c \"demo.V$Small\" 92 0162 0161 60 91 0178 51 90");
    let mut d = Decoder::new(&bytes);
    let (a, b) = (d.read_value().unwrap(), d.read_value().unwrap());
    assert_eq!(a, b);
    let mut out = Vec::new();
    let mut e = Encoder::new(&mut out);
    e.write(&a).unwrap();
    e.write(&b).unwrap();
    assert_eq!(out, bytes);
}

#[test]
fn objects_with_one_field_stand_for_a_value() {
    both(
        "12.30".parse::<BigDecimal>().unwrap(),
        "43 14 \"java.math.BigDecimal\" 91 05 \"value\" 60 05 \"12.30\"",
    );
    both(
        Locale("zh_CN".to_owned()),
        "43 302e \"com.alibaba.com.caucho.hessian.io.LocaleHandle\" 91 05 \"value\" 60 05 \"zh_CN\"",
    );
    reads(&hex("05 \"12.30\""), "12.30".parse::<BigDecimal>().unwrap());
}

#[test]
fn java_time_travels_in_handles() {
    let date = LocalDate::new(2024, 2, 29);
    let moment = LocalDateTime {
        time: LocalTime::new(13, 5, 7, 123_000_000),
        date: date.clone(),
    };
    assert_eq!(moment.to_string(), "2024-02-29T13:05:07.123");
    let bytes = to_vec(&vec![moment.clone(), moment.clone()]).unwrap();
    reads(&bytes, vec![moment.clone(), moment]);
    let negative = Duration {
        seconds: -2,
        nanos: 500_000_000,
    };
    assert_eq!(negative.to_string(), "PT-1.5S");
}

const EXCEPTION: &str = "
    43 09 \"demo.F$Ex\" 94 14 \"suppressedExceptions\" 0a \"stackTrace\" 05 \"cause\"
       0d \"detailMessage\"
    60
    70 1f \"java.util.Collections$EmptyList\"
    71 1c \"[java.lang.StackTraceElement\"
    43 1b \"java.lang.StackTraceElement\" 98 06 \"format\" 0a \"lineNumber\" 08 \"fileName\"
       0a \"methodName\" 0e \"declaringClass\" 0d \"moduleVersion\" 0a \"moduleName\"
       0f \"classLoaderName\"
    61 90 97 06 \"S.java\" 01 \"m\" 06 \"demo.S\" 4e 4e 4e
    51 90
    03 \"bad\"";

#[test]
fn a_response_with_an_exception_is_read_to_its_end() {
    let body = hex(&format!("93 {EXCEPTION} 48 05 \"dubbo\" 05 \"2.0.2\" 5a"));
    assert_eq!(body.len(), 295);
    let mut d = Decoder::new(&body);
    assert_eq!(d.read_int().unwrap(), 3);
    let exception: Throwable = d.read().unwrap();
    let attachments: HashMap<String, String> = d.read().unwrap();
    assert!(d.is_at_end());
    assert_eq!(exception.to_string(), "demo.F$Ex: bad");
    assert_eq!(exception.stack_trace[0].to_string(), "demo.S.m(S.java:7)");
    assert_eq!(exception.cause, None);
    assert_eq!(attachments["dubbo"], "2.0.2");
    let value: Value = from_slice(&hex(EXCEPTION)).unwrap();
    assert_eq!(
        to_vec(&value).unwrap(),
        hex(EXCEPTION),
        "self reference included"
    );
}

#[test]
fn exceptions_keep_cause_suppressed_and_fields() {
    let mut exception = Throwable::new("com.acme.NoStock", "none")
        .caused_by(Throwable::new("java.io.IOException", "disk"))
        .field("code", 7);
    exception.suppressed.push(Throwable::new("a.B", "b"));
    both_throwable(exception);
    let throwable = to_vec(&Throwable::new("java.lang.Throwable", "x")).unwrap();
    let back: Throwable = from_slice(&throwable).unwrap();
    assert_eq!(back.class, "java.lang.RuntimeException");
}

fn both_throwable(exception: Throwable) {
    let back: Throwable = from_slice(&to_vec(&exception).unwrap()).unwrap();
    assert_eq!(back, exception);
}

#[test]
fn the_exception_of_a_go_peer_is_read() {
    let bytes = hex(
        "43 13 \"java.lang.Throwable\" 94 10 \"serialVersionUID\" 0d \"detailMessage\"
         0a \"stackTrace\" 05 \"cause\" 60 91 03 \"bad\"
         56 1c \"[java.lang.StackTraceElement\" 90 4e",
    );
    let exception: Throwable = from_slice(&bytes).unwrap();
    assert_eq!(exception.to_string(), "java.lang.Throwable: bad");
    assert_eq!(exception.get("serialVersionUID"), Some(&Value::Int(1)));
}

#[test]
fn a_request_body_is_one_stream() {
    let body = hex(
        "05 322e302e32 0c 64656d6f2e47726565746572 05 302e302e30 05 68656c6c6f
         12 4c6a6176612f6c616e672f537472696e673b 05 776f726c64
         48
         04 70617468 0c 64656d6f2e47726565746572
         09 696e74657266616365 0c 64656d6f2e47726565746572
         07 76657273696f6e 05 302e302e30
         07 74696d656f7574 04 31303030
         5a",
    );
    assert_eq!(body.len(), 0x7e);
    let mut d = Decoder::new(&body);
    let head: Vec<_> = (0..6).map(|_| d.read_str().unwrap().into_owned()).collect();
    let descriptor = "Ljava/lang/String;";
    assert_eq!(
        head,
        [
            "2.0.2",
            "demo.Greeter",
            "0.0.0",
            "hello",
            descriptor,
            "world"
        ]
    );
    let attachments: LinkedMap<String, String> = d.read().unwrap();
    assert_eq!(attachments.get("timeout"), Some(&"1000".to_owned()));
    assert!(d.is_at_end());

    let mut out = Vec::new();
    let mut e = Encoder::new(&mut out);
    for text in &head {
        e.write_str(text);
    }
    e.write_map_start().unwrap();
    for (key, value) in &attachments.0 {
        e.write_str(key);
        e.write_str(value);
    }
    e.write_map_end();
    assert_eq!(out, body);
}

#[test]
fn a_generic_call_has_typed_arrays() {
    let arguments = hex(
        "05 68656c6c6f 71 07 5b737472696e67 10 6a6176612e6c616e672e537472696e67
         71 07 5b6f626a656374 05 776f726c64",
    );
    let mut out = Vec::new();
    let mut e = Encoder::new(&mut out);
    e.write("hello").unwrap();
    e.write(&JavaArray(vec!["java.lang.String".to_owned()]))
        .unwrap();
    e.write(&JavaArray(vec![Value::from("world")])).unwrap();
    assert_eq!(out, arguments);
}

#[test]
fn numbers_convert_between_their_forms() {
    let int = hex("91");
    assert_eq!(from_slice::<i64>(&int).unwrap(), 1);
    assert_eq!(from_slice::<f64>(&int).unwrap(), 1.0);
    assert!(from_slice::<bool>(&int).unwrap());
    assert_eq!(from_slice::<String>(&int).unwrap(), "1");
    assert_eq!(from_slice::<i32>(&hex("5c")).unwrap(), 1);
    assert_eq!(from_slice::<i16>(&hex("e1")).unwrap(), 1);
    assert_eq!(from_slice::<u8>(&hex("8f")).unwrap(), 255);
    assert_eq!(from_slice::<i32>(&hex("4e")).unwrap(), 0);
    assert_eq!(from_slice::<i32>(&hex("02 3137")).unwrap(), 17);
    assert_eq!(from_slice::<String>(&hex("4e")).unwrap(), "");
    assert_eq!(from_slice::<Date>(&hex("e5")).unwrap().millis(), 5);
    let error = from_slice::<i32>(&hex("4c0000000080000000")).unwrap_err();
    let text = "2147483648 does not fit an int at offset 0 (tag 0x4c, a long)";
    assert_eq!(error.to_string(), text);
}

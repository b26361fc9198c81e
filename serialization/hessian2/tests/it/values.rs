//! Dynamic values: identity, cycles, printing, JSON.

use std::sync::{Arc, Weak};

use serde_json::json;
use tenfold_hessian2::time::{LocalDate, LocalDateTime, LocalTime};
use tenfold_hessian2::{
    BigDecimal, BigInteger, Date, JsonError, JsonOptions, List, Value, from_slice, to_vec,
};

#[test]
fn values_are_small_and_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Value>();
    assert!(size_of::<Value>() <= 24);
}

#[test]
fn cycles_compare_print_clone_and_free_themselves() {
    let make = || Value::cyclic_list(|me| vec![Value::from(1), me]);
    let (a, b) = (make(), make());
    assert_eq!(a, b);
    assert_eq!(a, a.at(1).unwrap().resolved());
    assert_ne!(a, Value::cyclic_list(|me| vec![Value::from(2), me]));
    assert_eq!(format!("{a:?}"), "[1, <back>]");
    let back: Value = from_slice(&to_vec(&a).unwrap()).unwrap();
    assert_eq!(back, a);
    assert_eq!(to_vec(&a).unwrap(), [0x7a, 0x91, b'Q', 0x90]);
    let Value::List(list) = &back else { panic!() };
    let weak: Weak<List> = Arc::downgrade(list);
    drop(back);
    assert!(
        weak.upgrade().is_none(),
        "a cycle must not keep itself alive"
    );
}

#[test]
fn heavy_sharing_costs_no_time() {
    let mut value = Value::list([1]);
    let mut other = Value::list([1]);
    for _ in 0..60 {
        value = Value::list([value.clone(), value]);
        other = Value::list([other.clone(), other]);
    }
    assert_eq!(value, other);
    let bytes = to_vec(&value).unwrap();
    assert!(bytes.len() < 400);
    assert_eq!(from_slice::<Value>(&bytes).unwrap(), value);
    assert!(format!("{value:?}").len() < 2000);
    let max = 1000;
    let mut options = JsonOptions::default();
    options.nodes_max = max;
    assert_eq!(
        value.to_json_with(&options),
        Err(JsonError::TooLarge { max })
    );
}

#[test]
fn a_part_outlives_its_document_and_its_way_back_does_not() {
    let outer = Value::cyclic_map(|me| vec![("inner".into(), Value::list([me]))]);
    let inner = outer.get("inner").unwrap().clone();
    assert_eq!(inner.at(0).unwrap().resolved(), outer);
    drop(outer);
    assert!(inner.at(0).unwrap().resolved().is_null());
    assert_eq!(to_vec(&inner).unwrap(), [0x79, b'N']);
}

#[test]
fn objects_become_json_as_dubbo_generalizes_them() {
    let price: BigDecimal = "12.30".parse().unwrap();
    let big: BigInteger = "123456789012345678901234567890".parse().unwrap();
    let moment = LocalDateTime {
        date: LocalDate::new(2024, 2, 29),
        time: LocalTime::new(13, 5, 0, 0),
    };
    let order = Value::object("com.acme.Order")
        .field("id", 1i64 << 60)
        .field("price", Value::from_encode(&price).unwrap())
        .field("serial", Value::from_encode(&big).unwrap())
        .field("at", Value::from_encode(&moment).unwrap())
        .field("created", Date::from_millis(894_621_091_000))
        .field("status", Value::constant("com.acme.Status", "PAID"))
        .field("bytes", vec![1u8, 2, 3, 4])
        .field("nan", f64::NAN)
        .field("lines", Value::list([Value::map([("n", 1)]), Value::Null]))
        .build();
    let expected = json!({
        "class": "com.acme.Order",
        "id": 1_152_921_504_606_846_976i64,
        "price": "12.30",
        "serial": "123456789012345678901234567890",
        "at": "2024-02-29T13:05",
        "created": "1998-05-08T09:51:31.000Z",
        "status": "PAID",
        "bytes": "AQIDBA==",
        "nan": "NaN",
        "lines": [{"n": 1}, null],
    });
    assert_eq!(order.to_json().unwrap(), expected);
    let cyclic = Value::cyclic_list(|me| vec![me]);
    assert_eq!(cyclic.to_json(), Err(JsonError::Cycle));
}

#[test]
fn json_becomes_plain_values() {
    let value = Value::from(json!({"b": [1, 3_000_000_000i64, 1.5, "x", true, null], "a": {}}));
    let none: [(&str, Value); 0] = [];
    let items: Vec<Value> = vec![
        1.into(),
        3_000_000_000i64.into(),
        1.5.into(),
        "x".into(),
        true.into(),
        Value::Null,
    ];
    assert_eq!(
        value,
        Value::map([("b", Value::list(items)), ("a", Value::map(none))])
    );
    assert_eq!(
        value.to_json().unwrap().to_string(),
        r#"{"b":[1,3000000000,1.5,"x",true,null],"a":{}}"#
    );
}

//! Java arrays.

use tenfold::hessian2::{Date, JavaArray, Value};

use super::{Cases, echoed};
use crate::{
    check::alike,
    everything::Everything,
    samples::{DOUBLES, FLOATS, INTS, LONGS, MILLIS, MINUTE, ada, bob, bytes},
    types::Color,
};

pub(super) fn add(cases: &mut Cases) {
    echoed! { cases:
        "array.boolean" echo_booleans [Some(JavaArray(vec![true, false, true]))];
        "array.short" echo_shorts [Some(JavaArray(vec![0, i16::MIN, i16::MAX]))];
        "array.int" echo_ints [
            Some(JavaArray(INTS.to_vec())),
            Some(JavaArray(vec![])),
            None,
            Some(JavaArray((0..10_000).map(|i| 31 * i).collect())),
        ];
        "array.long" echo_longs [Some(JavaArray(LONGS.to_vec()))];
        "array.float" echo_floats [Some(JavaArray(FLOATS.to_vec()))];
        "array.double" echo_doubles [Some(JavaArray(DOUBLES.to_vec()))];
        "array.char" echo_chars [Some(JavaArray(vec!['a', '你', 'é']))];
        "array.string" echo_strings [
            Some(JavaArray(vec![text("a"), None, text(""), text("你😀")])),
            Some(JavaArray(vec![])),
        ];
        "array.integer" echo_integers [Some(JavaArray(vec![Some(1), None, Some(i32::MAX)]))];
        "array.date" echo_dates [Some(JavaArray(vec![
            Some(Date::from_millis(0)),
            Some(Date::from_millis(MILLIS)),
            Some(Date::from_millis(MINUTE)),
            None,
        ]))];
    }
    objects(cases);
    echoed! { cases:
        "array.person" echo_persons [Some(JavaArray(vec![Some(ada()), None, Some(bob())]))];
        "array.enum" echo_colors [Some(JavaArray(vec![
            Some(Color::Red),
            None,
            Some(Color::Blue),
            Some(Color::Red),
        ]))];
        "array.matrix" echo_matrix [Some(JavaArray(vec![
            JavaArray(vec![1, 2, 3]),
            JavaArray(vec![]),
            JavaArray(vec![4]),
        ]))];
        "array.byteRows" echo_byte_rows [Some(JavaArray(vec![bytes(3), bytes(0), bytes(2000)]))];
        "array.stringRows" echo_string_rows [Some(JavaArray(vec![
            JavaArray(vec![text("a"), text("b")]),
            JavaArray(vec![]),
            JavaArray(vec![None]),
        ]))];
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn objects(cases: &mut Cases) {
    cases.add("array.object", |peer| async move {
        let it = peer.everything().await?;
        let value = vec![
            Value::from(1),
            Value::from("two"),
            Value::from(3_i64),
            Value::Null,
            Value::from(true),
            Value::from_encode(&ada())?,
            Value::list(["x"]),
        ];
        let sent = Some(JavaArray(value.clone()));
        let answer = it
            .echo_objects(&tenfold::Context::new(), sent)
            .await?
            .ok_or("null")?;
        alike(&Value::list(value), &Value::list(answer.0))
    });
}

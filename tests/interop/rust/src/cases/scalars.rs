//! Primitives, boxes, text, bytes, untyped values.

use tenfold::{
    Context,
    hessian2::{Date, Value},
};

use super::{Cases, echoed};
use crate::{
    check::{alike, same, that},
    everything::Everything,
    samples::{DOUBLES, FLOATS, INTS, LONGS, MILLIS, ada, bytes},
};

pub(super) fn add(cases: &mut Cases) {
    identity(cases);
    primitives(cases);
    boxes(cases);
    text(cases);
    untyped(cases);
}

fn identity(cases: &mut Cases) {
    cases.add("whoami", |peer| async move {
        let id = peer.everything().await?.whoami(&Context::new()).await?;
        that(!id.is_empty() && !id.contains('@'), || {
            format!("the id is {id}")
        })
    });
    cases.add("nothing", |peer| async move {
        Ok(peer.everything().await?.nothing(&Context::new()).await?)
    });
}

fn primitives(cases: &mut Cases) {
    echoed! { cases:
        "boolean" echo_boolean [true, false];
        "byte" echo_byte [0, 1, -1, i8::MIN, i8::MAX];
        "short" echo_short [0, 1, -1, 47, 48, i16::MIN, i16::MAX];
        "int" echo_int INTS;
        "long" echo_long LONGS;
        "float" echo_float FLOATS;
        "double" echo_double DOUBLES;
        "char" echo_char ['a', '0', 'é', '你', '\0', '\u{ffff}'];
    }
}

fn boxes(cases: &mut Cases) {
    echoed! { cases:
        "boxed.boolean" echo_boxed_boolean [Some(true), Some(false), None];
        "boxed.byte" echo_boxed_byte [Some(i8::MIN), Some(i8::MAX), None];
        "boxed.short" echo_boxed_short [Some(i16::MIN), Some(i16::MAX), None];
        "boxed.int" echo_boxed_int [Some(i32::MIN), Some(0), Some(i32::MAX), None];
        "boxed.long" echo_boxed_long [Some(i64::MIN), Some(0), Some(i64::MAX), None];
        "boxed.float" echo_boxed_float [Some(12.3), Some(-0.5), Some(f32::from_bits(1)), None];
        "boxed.double" echo_boxed_double [Some(0.1), Some(f64::from_bits(1)), None];
        "boxed.char" echo_boxed_char [Some('x'), Some('你'), None];
    }
}

fn text(cases: &mut Cases) {
    echoed! { cases:
        "string" echo_string ["", "a", "é", "你好", "a😀b", "\0\t\r\n\"\\"]
            .map(|text| Some(text.to_owned())).into_iter().chain([None]);
        "string.lengths" echo_string [31, 32, 1023, 1024, 32767, 32768, 32769, 65535, 65536]
            .map(|length| Some("a".repeat(length)));
        "string.chunks" echo_string
            [Some("a".repeat(32767) + "😀zz"), Some("你😀é".repeat(25_000))];
        "bytes" echo_bytes [0, 1, 15, 16, 1023, 1024, 4096, 8189, 8190, 65535, 65536]
            .map(|length| Some(bytes(length))).into_iter().chain([None]);
        "bytes.mebibyte" echo_bytes [Some(bytes(1_048_576))];
    }
    cases.add("blob", |peer| async move {
        let it = peer.everything().await?;
        for size in [0, 1000, 1_048_576] {
            same(
                &bytes(size),
                &it.blob(&Context::new(), i32::try_from(size)?).await?,
            )?;
        }
        Ok(())
    });
}

fn untyped(cases: &mut Cases) {
    cases.add("object", |peer| async move {
        let it = peer.everything().await?;
        let values = [
            Value::Null,
            Value::from(true),
            Value::from(7),
            Value::from(7_i64),
            Value::from(0.5),
            Value::from("text"),
            Value::from(Date::from_millis(MILLIS)),
            Value::from_encode(&ada())?,
            Value::list([Value::from(1), Value::from("two"), Value::from(3_i64)]),
            Value::map([
                ("n", Value::from(1)),
                ("l", Value::from(1_i64)),
                (
                    "list",
                    Value::list([Value::from("x"), Value::from(2), Value::from(3.5)]),
                ),
            ]),
        ];
        for value in values {
            alike(
                &value,
                &it.echo_object(&Context::new(), value.clone()).await?,
            )?;
        }
        Ok(())
    });
    echoed! { cases: "object.bytes" echo_object [Value::from(bytes(300))]; }
}

//! An argument as Java's `String.valueOf` prints it: the text that hash keys and rules compare.
//!
//! Only text, numbers, booleans and null have a text that is the same in every process; for
//! everything else Java prints an identity or a format of its own, and there is none here.

use std::cell::Cell;

use tenfold_hessian2::{Decode, Decoder, Encode, Encoder, Value};

/// Scratch space beyond this is given back.
const BYTES_MAX: usize = 64 * 1024;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Appends the text of a typed argument; `false` when it has none.
///
/// The type is known by its encoded form, so every type that travels as text or as a number has
/// one.
pub(crate) fn push_text(argument: &impl Encode, out: &mut String) -> bool {
    // Taken out while it is used: the encoder is the user's code and may come here again.
    let mut scratch = SCRATCH.take();
    scratch.clear();
    if argument.encode(&mut Encoder::new(&mut scratch)).is_err() {
        return false;
    }
    let is_text = match scratch.first() {
        // The common case, a string, without a copy of it.
        Some(0x00..=0x1f | 0x30..=0x33 | b'S' | b'R') => Decoder::new(&scratch)
            .read_str()
            .map(|text| out.push_str(&text))
            .is_ok(),
        _ => Value::decode(&mut Decoder::new(&scratch))
            .is_ok_and(|value| push_value_text(&value, out)),
    };
    if scratch.capacity() <= BYTES_MAX {
        SCRATCH.set(scratch);
    }
    is_text
}

/// Appends the text of a dynamic argument; `false` when it has none.
pub(crate) fn push_value_text(value: &Value, out: &mut String) -> bool {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Long(value) => out.push_str(&value.to_string()),
        Value::Double(value) => out.push_str(&double_text(*value)),
        Value::String(text) => out.push_str(text),
        _ => return false,
    }
    true
}

/// Java's `Double.toString`: decimal from 10^-3 to 10^7, scientific outside.
fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:E}");
    match scientific.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(argument: &impl Encode) -> Option<String> {
        let mut out = String::new();
        push_text(argument, &mut out).then_some(out)
    }

    #[test]
    fn plain_values_print_as_java_prints_them() {
        assert_eq!(text(&"user-42".to_owned()).as_deref(), Some("user-42"));
        assert_eq!(text(&-7_i64).as_deref(), Some("-7"));
        assert_eq!(text(&true).as_deref(), Some("true"));
        assert_eq!(text(&None::<String>).as_deref(), Some("null"));
        for (value, expected) in [
            (1.0, "1.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1e7, "1.0E7"),
            (1.5e10, "1.5E10"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(&value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn values_without_a_stable_text_have_none() {
        assert_eq!(text(&vec![1, 2]), None);
    }
}

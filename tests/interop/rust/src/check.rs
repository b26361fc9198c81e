//! What the cases assert with: a difference is an error with both sides in it.

use std::fmt::{Debug, Write};

use tenfold::hessian2::Value;

use crate::Fault;

/// How much of each side of a difference is shown.
const SHOWN_CHARS_MAX: usize = 300;

/// The two are equal, or look alike: NaN is not equal to itself.
pub fn same<T: PartialEq + Debug + ?Sized>(expected: &T, actual: &T) -> Result<(), Fault> {
    if expected == actual {
        return Ok(());
    }
    let (expected, actual) = (format!("{expected:?}"), format!("{actual:?}"));
    if expected == actual {
        Ok(())
    } else {
        Err(difference(&expected, &actual))
    }
}

/// The two dynamic values mean the same: the order of a map's entries and of an object's fields, and
/// the class of a list or map, do not count.
pub fn alike(expected: &Value, actual: &Value) -> Result<(), Fault> {
    let (expected, actual) = (meaning(expected), meaning(actual));
    if expected == actual {
        Ok(())
    } else {
        Err(difference(&expected, &actual))
    }
}

/// A fact, or what was found instead.
pub fn that(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds {
        Ok(())
    } else {
        Err(otherwise().into())
    }
}

/// The call fails; gives the failure.
pub fn fails<T: Debug, E>(outcome: Result<T, E>) -> Result<E, Fault> {
    match outcome {
        Ok(value) => Err(format!(
            "answered {} instead of failing",
            shown(&format!("{value:?}"))
        )
        .into()),
        Err(error) => Ok(error),
    }
}

/// The text holds the part.
pub fn contains(text: &str, part: &str) -> Result<(), Fault> {
    that(text.contains(part), || {
        format!("{:?} does not hold {part:?}", shown(text))
    })
}

fn difference(expected: &str, actual: &str) -> Fault {
    format!("expected {}, was {}", shown(expected), shown(actual)).into()
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if shown.len() < text.len() {
        let _ = write!(shown, "… ({} bytes)", text.len());
    }
    shown
}

fn meaning(value: &Value) -> String {
    match value {
        Value::List(list) => {
            let items: Vec<_> = list.iter().map(meaning).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map
                .entries()
                .iter()
                .map(|(k, v)| format!("{}: {}", meaning(k), meaning(v)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Object(object) => {
            let mut fields: Vec<_> = object
                .fields()
                .map(|(name, v)| format!("{name}: {}", meaning(v)))
                .collect();
            fields.sort();
            format!("{}({})", object.class_name(), fields.join(", "))
        }
        plain => format!("{plain:?}"),
    }
}

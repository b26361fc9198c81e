//! The text of dynamic objects that stand for a single value.

use super::BigInteger;
use crate::time;
use crate::value::{Object, Value};

/// The text of an object that has one: enum constants, decimals, dates and times, classes.
pub(crate) fn text_of(object: &Object) -> Option<String> {
    fn text<T: crate::Decode + ToString>(object: &Object) -> Option<String> {
        let copy = Object::new(object.schema().clone(), object.values().to_vec());
        let typed = Value::from(copy).to_decode::<T>();
        typed.ok().map(|typed| typed.to_string())
    }
    let field = |name| Some(object.get(name)?.as_str()?.to_owned());
    let class = object.class_name();
    if let Some(handle) = class.strip_prefix(time::PACKAGE) {
        return match handle {
            "LocalDateHandle" => text::<time::LocalDate>(object),
            "LocalTimeHandle" => text::<time::LocalTime>(object),
            "LocalDateTimeHandle" => text::<time::LocalDateTime>(object),
            "InstantHandle" => text::<time::Instant>(object),
            "DurationHandle" => text::<time::Duration>(object),
            "PeriodHandle" => text::<time::Period>(object),
            "ZoneOffsetHandle" => text::<time::ZoneOffset>(object),
            "ZoneIdHandle" => text::<time::ZoneId>(object),
            "ZonedDateTimeHandle" => text::<time::ZonedDateTime>(object),
            "OffsetDateTimeHandle" => text::<time::OffsetDateTime>(object),
            "OffsetTimeHandle" => text::<time::OffsetTime>(object),
            "YearHandle" => text::<time::Year>(object),
            "YearMonthHandle" => text::<time::YearMonth>(object),
            "MonthDayHandle" => text::<time::MonthDay>(object),
            _ => None,
        };
    }
    match class {
        "java.math.BigInteger" => text::<BigInteger>(object),
        "java.math.BigDecimal" | "java.util.UUID" | "java.io.File" => field("value"),
        "com.alibaba.com.caucho.hessian.io.LocaleHandle" => field("value"),
        "java.util.Currency" => field("currencyCode"),
        "java.net.URI" => field("string"),
        "java.sql.Date" | "java.sql.Time" | "java.sql.Timestamp" => {
            Some(object.get("value")?.as_date()?.to_string())
        }
        _ => match object.schema().fields() {
            [only] if only == "name" => field("name"),
            _ => None,
        },
    }
}

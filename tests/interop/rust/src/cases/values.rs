//! Value classes of the JDK other than `java.time`.

use tenfold::hessian2::{
    Date, JavaArray,
    types::{
        AtomicInteger, AtomicLong, BitSet, Calendar, Currency, File, JavaClass, Locale, SqlDate,
        SqlTime, Timestamp, Uri,
    },
};

use super::{Cases, echoed};
use crate::{
    everything::Everything,
    samples::{MILLIS, MINUTE},
    types::{Color, EnumSet},
};

pub(super) fn add(cases: &mut Cases) {
    numbers(cases);
    dates(cases);
    others(cases);
}

fn numbers(cases: &mut Cases) {
    echoed! { cases:
        "bigdecimal" echo_big_decimal ["0", "1.10", "-0.001", "1E+10", "1234567890.123456789000"]
            .map(|text| text.parse().ok()).into_iter().chain([None]);
        "biginteger" echo_big_integer [
            "0", "1", "-1", "4294967295", "4294967296", "-9223372036854775809",
            "123456789012345678901234567890",
        ].map(|text| text.parse().ok());
    }
}

fn dates(cases: &mut Cases) {
    echoed! { cases:
        "date" echo_date [0, MILLIS, MINUTE, -1, -60_000, 253_402_300_799_999]
            .map(|millis| Some(Date::from_millis(millis))).into_iter().chain([None]);
        "sql.date" echo_sql_date [Some(SqlDate(Date::from_millis(MINUTE)))];
        "sql.time" echo_sql_time [Some(SqlTime(Date::from_millis(MILLIS)))];
        "sql.timestamp" echo_sql_timestamp [Some(Timestamp(Date::from_millis(MILLIS)))];
        "calendar" echo_calendar [Some(Calendar { class: None, date: Date::from_millis(MILLIS) })];
    }
}

fn others(cases: &mut Cases) {
    echoed! { cases:
        "uuid" echo_uuid ["00112233-4455-6677-8899-aabbccddeeff".parse().ok()];
        "locale" echo_locale ["en", "zh_CN"].map(|name| Some(Locale(name.to_owned())));
        "class" echo_class ["java.lang.String", "org.tenfold.interop.Person", "int"]
            .map(|name| Some(JavaClass(name.to_owned())));
        "currency" echo_currency [Some(Currency("EUR".to_owned()))];
        "bitset" echo_bit_set [Some(BitSet { words: JavaArray(vec![1 | i64::MIN, 3]) })];
        "enumset" echo_enum_set [Some(EnumSet {
            of: JavaClass("org.tenfold.interop.Color".to_owned()),
            objects: JavaArray(vec![Color::Red, Color::Blue]),
        })];
        "atomic.integer" echo_atomic_integer [Some(AtomicInteger(-7))];
        "atomic.long" echo_atomic_long [Some(AtomicLong(1 << 40))];
        "file" echo_file [Some(File("/a dir/b.txt".to_owned()))];
        "uri" echo_uri [Some(Uri("https://example.org:8443/p%20q?x=1#f".to_owned()))];
    }
}

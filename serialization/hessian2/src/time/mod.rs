//! The types of `java.time`.
//!
//! Java writes them through handles: small objects of its Hessian library that turn into the real
//! class when read. Each type here is its handle's fields, displayed as ISO 8601 like Java's
//! `toString()`.

use std::fmt;

use crate::java_type::java_class;

mod text;

/// The package of the handles.
#[cfg(feature = "json")]
pub(crate) const PACKAGE: &str = "com.alibaba.com.caucho.hessian.io.java8.";

/// Declares a type with its handle; the fields stand in wire order.
macro_rules! handle {
    ($(#[$doc:meta])* $t:ident, $class:literal, $descriptor:literal $name:literal, {
        $($(#[$field_doc:meta])* $field:ident: $ft:ty = $java:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $t {
            $($(#[$field_doc])* pub $field: $ft),+
        }

        wire_object!($t, $class, { $($field: $ft = $java),+ });
        java_class!($descriptor, $name => $t);
    };
}

handle! {
    /// A date without a time zone.
    LocalDate, "com.alibaba.com.caucho.hessian.io.java8.LocalDateHandle",
    "Ljava/time/LocalDate;" "java.time.LocalDate", {
        /// 1 to 31.
        day: i32 = "day",
        /// 1 to 12.
        month: i32 = "month",
        /// The proleptic year.
        year: i32 = "year",
    }
}

handle! {
    /// A time of day without a time zone.
    LocalTime, "com.alibaba.com.caucho.hessian.io.java8.LocalTimeHandle",
    "Ljava/time/LocalTime;" "java.time.LocalTime", {
        /// 0 to 999,999,999.
        nano: i32 = "nano",
        /// 0 to 59.
        second: i32 = "second",
        /// 0 to 59.
        minute: i32 = "minute",
        /// 0 to 23.
        hour: i32 = "hour",
    }
}

handle! {
    /// A date and a time of day without a time zone.
    LocalDateTime, "com.alibaba.com.caucho.hessian.io.java8.LocalDateTimeHandle",
    "Ljava/time/LocalDateTime;" "java.time.LocalDateTime", {
        /// The time of day.
        time: LocalTime = "time",
        /// The date.
        date: LocalDate = "date",
    }
}

handle! {
    /// A point in time.
    Instant, "com.alibaba.com.caucho.hessian.io.java8.InstantHandle",
    "Ljava/time/Instant;" "java.time.Instant", {
        /// Nanoseconds after the second, 0 to 999,999,999.
        nanos: i32 = "nanos",
        /// Seconds since 1970.
        seconds: i64 = "seconds",
    }
}

handle! {
    /// A length of time.
    Duration, "com.alibaba.com.caucho.hessian.io.java8.DurationHandle",
    "Ljava/time/Duration;" "java.time.Duration", {
        /// Nanoseconds after the second, 0 to 999,999,999.
        nanos: i32 = "nanos",
        /// Seconds.
        seconds: i64 = "seconds",
    }
}

handle! {
    /// A length of time in the calendar.
    Period, "com.alibaba.com.caucho.hessian.io.java8.PeriodHandle",
    "Ljava/time/Period;" "java.time.Period", {
        /// Days.
        days: i32 = "days",
        /// Months.
        months: i32 = "months",
        /// Years.
        years: i32 = "years",
    }
}

handle! {
    /// A distance from UTC.
    ZoneOffset, "com.alibaba.com.caucho.hessian.io.java8.ZoneOffsetHandle",
    "Ljava/time/ZoneOffset;" "java.time.ZoneOffset", {
        /// Seconds east of UTC.
        seconds: i32 = "seconds",
    }
}

handle! {
    /// A time zone by its name.
    ZoneId, "com.alibaba.com.caucho.hessian.io.java8.ZoneIdHandle",
    "Ljava/time/ZoneId;" "java.time.ZoneId", {
        /// The name, `Asia/Shanghai`.
        zone_id: String = "zoneId",
    }
}

handle! {
    /// A date and time in a time zone.
    ZonedDateTime, "com.alibaba.com.caucho.hessian.io.java8.ZonedDateTimeHandle",
    "Ljava/time/ZonedDateTime;" "java.time.ZonedDateTime", {
        /// The zone's distance from UTC at that time.
        offset: ZoneOffset = "offset",
        /// The date and time there.
        date_time: LocalDateTime = "dateTime",
        /// The zone's name.
        zone_id: String = "zoneId",
    }
}

handle! {
    /// A date and time at a distance from UTC.
    OffsetDateTime, "com.alibaba.com.caucho.hessian.io.java8.OffsetDateTimeHandle",
    "Ljava/time/OffsetDateTime;" "java.time.OffsetDateTime", {
        /// The distance from UTC.
        offset: ZoneOffset = "offset",
        /// The date and time there.
        date_time: LocalDateTime = "dateTime",
    }
}

handle! {
    /// A time of day at a distance from UTC.
    OffsetTime, "com.alibaba.com.caucho.hessian.io.java8.OffsetTimeHandle",
    "Ljava/time/OffsetTime;" "java.time.OffsetTime", {
        /// The distance from UTC.
        offset: ZoneOffset = "zoneOffset",
        /// The time there.
        time: LocalTime = "localTime",
    }
}

handle! {
    /// A year.
    Year, "com.alibaba.com.caucho.hessian.io.java8.YearHandle",
    "Ljava/time/Year;" "java.time.Year", {
        /// The proleptic year.
        year: i32 = "year",
    }
}

handle! {
    /// A month of a year.
    YearMonth, "com.alibaba.com.caucho.hessian.io.java8.YearMonthHandle",
    "Ljava/time/YearMonth;" "java.time.YearMonth", {
        /// 1 to 12.
        month: i32 = "month",
        /// The proleptic year.
        year: i32 = "year",
    }
}

handle! {
    /// A day of any year.
    MonthDay, "com.alibaba.com.caucho.hessian.io.java8.MonthDayHandle",
    "Ljava/time/MonthDay;" "java.time.MonthDay", {
        /// 1 to 31.
        day: i32 = "day",
        /// 1 to 12.
        month: i32 = "month",
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum DayOfWeek {
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

wire_enum!(DayOfWeek, "java.time.DayOfWeek", {
    Monday = "MONDAY", Tuesday = "TUESDAY", Wednesday = "WEDNESDAY", Thursday = "THURSDAY",
    Friday = "FRIDAY", Saturday = "SATURDAY", Sunday = "SUNDAY",
});
java_class!("Ljava/time/DayOfWeek;", "java.time.DayOfWeek" => DayOfWeek);

/// A month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Month {
    January = 1,
    February,
    March,
    April,
    May,
    June,
    July,
    August,
    September,
    October,
    November,
    December,
}

wire_enum!(Month, "java.time.Month", {
    January = "JANUARY", February = "FEBRUARY", March = "MARCH", April = "APRIL", May = "MAY",
    June = "JUNE", July = "JULY", August = "AUGUST", September = "SEPTEMBER",
    October = "OCTOBER", November = "NOVEMBER", December = "DECEMBER",
});
java_class!("Ljava/time/Month;", "java.time.Month" => Month);

impl LocalDate {
    /// A date from its parts.
    pub fn new(year: i32, month: i32, day: i32) -> Self {
        LocalDate { day, month, year }
    }
}

impl LocalTime {
    /// A time from its parts.
    pub fn new(hour: i32, minute: i32, second: i32, nano: i32) -> Self {
        LocalTime {
            nano,
            second,
            minute,
            hour,
        }
    }
}

impl From<std::time::Duration> for Duration {
    fn from(duration: std::time::Duration) -> Self {
        Duration {
            nanos: duration.subsec_nanos().cast_signed(),
            seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        }
    }
}

impl TryFrom<&Duration> for std::time::Duration {
    type Error = NegativeDuration;

    fn try_from(duration: &Duration) -> Result<Self, NegativeDuration> {
        match (
            u64::try_from(duration.seconds),
            u32::try_from(duration.nanos),
        ) {
            (Ok(seconds), Ok(nanos)) if nanos < 1_000_000_000 => {
                Ok(std::time::Duration::new(seconds, nanos))
            }
            _ => Err(NegativeDuration),
        }
    }
}

/// A length of time below zero, which the standard library's `Duration` does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NegativeDuration;

impl fmt::Display for NegativeDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration below zero")
    }
}

impl std::error::Error for NegativeDuration {}

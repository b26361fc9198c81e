//! `java.util.Date`, and the calendar arithmetic that texts of dates need.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::decode::{Decode, Decoder};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::JavaType;

/// A `java.util.Date`: milliseconds since the start of 1970 in UTC.
///
/// ```
/// use tenfold_hessian2::Date;
/// assert_eq!(Date::from_millis(894_621_091_000).to_string(), "1998-05-08T09:51:31.000Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

impl Date {
    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Date(millis)
    }

    /// The milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl From<SystemTime> for Date {
    /// Fractions of a millisecond are dropped; times beyond the range stop at its end.
    fn from(time: SystemTime) -> Self {
        let millis = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Date(millis(after)),
            Err(before) => Date(-millis(before.duration())),
        }
    }
}

impl TryFrom<Date> for SystemTime {
    type Error = DateRangeError;

    fn try_from(date: Date) -> Result<Self, DateRangeError> {
        let distance = Duration::from_millis(date.0.unsigned_abs());
        match date.0 < 0 {
            true => UNIX_EPOCH.checked_sub(distance),
            false => UNIX_EPOCH.checked_add(distance),
        }
        .ok_or(DateRangeError(date))
    }
}

/// A date that this machine's `SystemTime` cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRangeError(Date);

impl fmt::Display for DateRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ms since 1970 is outside of the system's range",
            self.0.0
        )
    }
}

impl std::error::Error for DateRangeError {}

impl fmt::Display for Date {
    /// ISO 8601 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(86_400_000));
        let millis = self.0.rem_euclid(86_400_000);
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

impl Encode for Date {
    #[inline]
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_date(self.0);
        Ok(())
    }
}

impl Decode for Date {
    #[inline]
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        d.read_date().map(Date)
    }
}

impl JavaType for Date {
    const DESCRIPTOR: &'static str = "Ljava/util/Date;";
    const NAME: &'static str = "java.util.Date";
    const COMPONENT: &'static str = "date";
}

impl Encode for SystemTime {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Date::from(*self).encode(e)
    }
}

impl Decode for SystemTime {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let date = Date::decode(d)?;
        SystemTime::try_from(date).map_err(|error| d.custom(error.to_string()))
    }
}

impl JavaType for SystemTime {
    const DESCRIPTOR: &'static str = Date::DESCRIPTOR;
    const NAME: &'static str = Date::NAME;
    const COMPONENT: &'static str = Date::COMPONENT;
}

/// Year, month and day of a day counted from 1970-01-01 (proleptic Gregorian calendar).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    // Years start in March here, so that the leap day is the last of its year; 400 years are
    // 146,097 days.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

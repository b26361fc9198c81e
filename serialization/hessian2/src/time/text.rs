//! The text of the `java.time` types, as Java's `toString()` writes it.

use std::fmt::{self, Display, Formatter};

use super::{
    Duration, Instant, LocalDate, LocalDateTime, LocalTime, MonthDay, OffsetDateTime, OffsetTime,
    Period, Year, YearMonth, ZoneId, ZoneOffset, ZonedDateTime,
};
use crate::date::civil;

/// Years have four digits at least and a plus sign beyond.
fn year(f: &mut Formatter<'_>, year: i64) -> fmt::Result {
    match year {
        10_000.. => write!(f, "+{year}"),
        0.. => write!(f, "{year:04}"),
        _ => write!(f, "-{:04}", year.unsigned_abs()),
    }
}

/// Three, six or nine digits, as many as are needed.
fn fraction(f: &mut Formatter<'_>, nano: i32) -> fmt::Result {
    match nano {
        0 => Ok(()),
        _ if nano % 1_000_000 == 0 => write!(f, ".{:03}", nano / 1_000_000),
        _ if nano % 1_000 == 0 => write!(f, ".{:06}", nano / 1_000),
        _ => write!(f, ".{nano:09}"),
    }
}

impl Display for LocalDate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        year(f, i64::from(self.year))?;
        write!(f, "-{:02}-{:02}", self.month, self.day)
    }
}

impl Display for LocalTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        if self.second != 0 || self.nano != 0 {
            write!(f, ":{:02}", self.second)?;
        }
        fraction(f, self.nano)
    }
}

impl Display for LocalDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

impl Display for Instant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (y, month, day) = civil(self.seconds.div_euclid(86_400));
        let second = self.seconds.rem_euclid(86_400);
        year(f, y)?;
        write!(f, "-{month:02}-{day:02}T{:02}:", second / 3600)?;
        write!(f, "{:02}:{:02}", second / 60 % 60, second % 60)?;
        fraction(f, self.nanos)?;
        f.write_str("Z")
    }
}

impl Display for Duration {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // Java keeps the nanoseconds positive; text has one sign for both.
        let total = i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos);
        if total == 0 {
            return f.write_str("PT0S");
        }
        let sign = if total < 0 { "-" } else { "" };
        let size = total.unsigned_abs();
        let (seconds, nanos) = (size / 1_000_000_000, size % 1_000_000_000);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        f.write_str("PT")?;
        if hours > 0 {
            write!(f, "{sign}{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{sign}{minutes}M")?;
        }
        match (seconds, nanos) {
            (0, 0) => Ok(()),
            (_, 0) => write!(f, "{sign}{seconds}S"),
            _ => {
                let digits = format!("{nanos:09}");
                write!(f, "{sign}{seconds}.{}S", digits.trim_end_matches('0'))
            }
        }
    }
}

impl Display for Period {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if (self.years, self.months, self.days) == (0, 0, 0) {
            return f.write_str("P0D");
        }
        f.write_str("P")?;
        for (count, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')] {
            if count != 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Display for ZoneOffset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return f.write_str("Z");
        }
        let size = self.seconds.unsigned_abs();
        let sign = if self.seconds < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", size / 3600, size / 60 % 60)?;
        match size % 60 {
            0 => Ok(()),
            second => write!(f, ":{second:02}"),
        }
    }
}

impl Display for ZoneId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(&self.zone_id)
    }
}

impl Display for ZonedDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.date_time, self.offset)?;
        // A zone that is nothing but its offset is not repeated.
        if self.zone_id.is_empty() || self.zone_id == self.offset.to_string() {
            return Ok(());
        }
        write!(f, "[{}]", self.zone_id)
    }
}

impl Display for OffsetDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.date_time, self.offset)
    }
}

impl Display for OffsetTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.time, self.offset)
    }
}

impl Display for Year {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.year)
    }
}

impl Display for YearMonth {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        year(f, i64::from(self.year))?;
        write!(f, "-{:02}", self.month)
    }
}

impl Display for MonthDay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "--{:02}-{:02}", self.month, self.day)
    }
}

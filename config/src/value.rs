//! How the values of settings are read and written as text.
//!
//! The text form of a value is its form in a Dubbo URL: durations in milliseconds, sizes in bytes,
//! lists joined by commas. The reader also takes units, which files are better to read with.

use std::{fmt, num::NonZeroU16, str::FromStr, time::Duration};

use crate::key::{Key, Kind};

/// Where a protocol listens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Port {
    /// The protocol's own default, 20880 for `dubbo`. Written as `0`, as Dubbo does.
    #[default]
    Default,
    /// Any free port, which the operating system chooses. Written as `-1`, as Dubbo does.
    Free,
    /// This port.
    Fixed(NonZeroU16),
}

/// A value that a setting can have.
pub(crate) trait Value: Sized {
    /// What its text looks like.
    const KIND: Kind;

    /// Reads it from a trimmed text; the error says what was expected.
    fn parse(text: &str) -> Result<Self, String>;

    /// Its form in a URL.
    fn render(&self) -> String;

    /// The number that a key's bounds are compared with.
    fn magnitude(&self) -> Option<i64> {
        None
    }
}

/// Reads a value and compares it with the key's bounds.
pub(crate) fn read<T: Value>(key: &Key, text: &str) -> Result<T, String> {
    let value = T::parse(text.trim())?;
    if let Some(number) = value.magnitude() {
        let unit = match T::KIND {
            Kind::Duration => " ms",
            Kind::Bytes => " bytes",
            _ => "",
        };
        if number < key.min {
            return Err(format!(
                "{number}{unit} is below the least, {}{unit}",
                key.min
            ));
        }
        if number > key.max {
            return Err(format!(
                "{number}{unit} is above the greatest, {}{unit}",
                key.max
            ));
        }
    }
    Ok(value)
}

impl Value for String {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn render(&self) -> String {
        self.clone()
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Boolean;

    fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err("expected `true` or `false`".to_owned())
        }
    }

    fn render(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    const KIND: Kind = Kind::Integer;

    fn parse(text: &str) -> Result<Self, String> {
        let number = whole_number(text)?;
        Self::try_from(number).map_err(|_| format!("{number} is not from 0 to {}", Self::MAX))
    }

    fn render(&self) -> String {
        self.to_string()
    }

    fn magnitude(&self) -> Option<i64> {
        Some(i64::from(*self))
    }
}

impl Value for Duration {
    const KIND: Kind = Kind::Duration;

    fn parse(text: &str) -> Result<Self, String> {
        let expected =
            || "expected milliseconds or a time such as `800ms`, `3s`, `5m`, `1h`".to_owned();
        let (number, unit) = split_unit(text);
        let number: u64 = number.parse().map_err(|_| expected())?;
        let millis_per_unit = match unit {
            "" | "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(expected()),
        };
        number
            .checked_mul(millis_per_unit)
            .map(Self::from_millis)
            .ok_or_else(expected)
    }

    fn render(&self) -> String {
        self.as_millis().to_string()
    }

    fn magnitude(&self) -> Option<i64> {
        Some(i64::try_from(self.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Value for Port {
    const KIND: Kind = Kind::Port;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
    }

    fn render(&self) -> String {
        self.to_string()
    }
}

impl Value for Vec<String> {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn render(&self) -> String {
        self.join(",")
    }
}

/// A size in bytes, so that the settings macro can tell it from other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteCount(pub u64);

impl Value for ByteCount {
    const KIND: Kind = Kind::Bytes;

    fn parse(text: &str) -> Result<Self, String> {
        let expected = || "expected bytes or a size such as `64KiB`, `8MiB`".to_owned();
        let (number, unit) = split_unit(text);
        let number: u64 = number.parse().map_err(|_| expected())?;
        let bytes_per_unit = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(expected()),
        };
        number
            .checked_mul(bytes_per_unit)
            .map(Self)
            .ok_or_else(expected)
    }

    fn render(&self) -> String {
        self.0.to_string()
    }

    fn magnitude(&self) -> Option<i64> {
        Some(i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

impl From<u64> for ByteCount {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}

impl From<u16> for Port {
    /// `0` is a free port here, as it is for the operating system. Only in files and URLs does
    /// Dubbo's rule hold, by which `0` is the protocol's default and `-1` a free port.
    fn from(port: u16) -> Self {
        NonZeroU16::new(port).map_or(Self::Free, Self::Fixed)
    }
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = whole_number(text)?;
        match u16::try_from(number) {
            Ok(port) => Ok(NonZeroU16::new(port).map_or(Self::Default, Self::Fixed)),
            Err(_) if number == -1 => Ok(Self::Free),
            Err(_) => Err(format!(
                "{number} is not a port from 1 to 65535, nor -1 or 0"
            )),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("0"),
            Self::Free => f.write_str("-1"),
            Self::Fixed(port) => port.fmt(f),
        }
    }
}

fn whole_number(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| "expected a whole number".to_owned())
}

/// Splits `800ms` into `800` and `ms`.
fn split_unit(text: &str) -> (&str, &str) {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

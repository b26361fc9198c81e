//! Numbers, booleans and dates. Any numeric tag serves any numeric target: Java readers convert,
//! and writers rely on it.

use super::Decoder;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::tag;

/// A number as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i32),
    Long(i64),
    Double(f64),
}

impl<'a> Decoder<'a> {
    /// Reads a boolean; numbers are true unless zero, null is false.
    #[inline]
    pub fn read_bool(&mut self) -> Result<bool, DecodeError> {
        let at = self.pos;
        match self.byte()? {
            tag::TRUE => Ok(true),
            tag::FALSE | tag::NULL => Ok(false),
            tag => match self.number(tag)? {
                Some(Number::Int(v)) => Ok(v != 0),
                Some(Number::Long(v)) => Ok(v != 0),
                Some(Number::Double(v)) => Ok(v != 0.0),
                None => Err(self.wrong_tag(at, "a boolean")),
            },
        }
    }

    /// Reads an int; other numbers are converted if they fit, null is zero.
    #[inline]
    pub fn read_int(&mut self) -> Result<i32, DecodeError> {
        let at = self.pos;
        let tag = self.byte()?;
        if let 0x80..=0xbf = tag {
            return Ok(i32::from(tag) - 0x90);
        }
        match self.number(tag)? {
            Some(Number::Int(v)) => Ok(v),
            other => {
                let wide = self.integral(at, tag, other, "an int")?;
                i32::try_from(wide).map_err(|_| self.out_of_range(at, "an int", wide))
            }
        }
    }

    /// Reads a long; other numbers are converted if they fit, null is zero.
    #[inline]
    pub fn read_long(&mut self) -> Result<i64, DecodeError> {
        let at = self.pos;
        let tag = self.byte()?;
        match self.number(tag)? {
            Some(Number::Long(v)) => Ok(v),
            other => self.integral(at, tag, other, "a long"),
        }
    }

    /// Reads a double; other numbers are converted, null is zero.
    #[inline]
    pub fn read_double(&mut self) -> Result<f64, DecodeError> {
        let at = self.pos;
        let tag = self.byte()?;
        match self.number(tag)? {
            Some(Number::Double(v)) => Ok(v),
            Some(Number::Int(v)) => Ok(f64::from(v)),
            Some(Number::Long(v)) => Ok(v as f64),
            None => match tag {
                tag::NULL | tag::FALSE => Ok(0.0),
                tag::TRUE => Ok(1.0),
                _ => {
                    let text = self.numeric_text(at, "a double")?;
                    text.trim()
                        .parse()
                        .map_err(|_| self.out_of_range(at, "a double", text))
                }
            },
        }
    }

    /// Reads a `java.util.Date` as milliseconds since 1970; a long is taken for one as well.
    pub fn read_date(&mut self) -> Result<i64, DecodeError> {
        let at = self.pos;
        match self.byte()? {
            tag::DATE_MILLIS => self.array().map(i64::from_be_bytes),
            tag::DATE_MINUTES => {
                let minutes = i32::from_be_bytes(self.array()?);
                Ok(i64::from(minutes) * 60_000)
            }
            tag => match self.number(tag)? {
                Some(Number::Int(v)) => Ok(i64::from(v)),
                Some(Number::Long(v)) => Ok(v),
                _ => Err(self.wrong_tag(at, "a date")),
            },
        }
    }

    /// Reads a number of any kind, if one is next.
    pub(crate) fn read_number(&mut self) -> Result<Option<Number>, DecodeError> {
        let tag = self.byte()?;
        self.number(tag)
    }

    /// The number that a tag (already read) opens.
    #[inline]
    pub(crate) fn number(&mut self, tag: u8) -> Result<Option<Number>, DecodeError> {
        let high = i32::from(tag);
        Ok(Some(match tag {
            0x80..=0xbf => Number::Int(high - 0x90),
            0xc0..=0xcf => Number::Int(((high - 0xc8) << 8) + i32::from(self.byte()?)),
            0xd0..=0xd7 => {
                let low = u16::from_be_bytes(self.array()?);
                Number::Int(((high - 0xd4) << 16) + i32::from(low))
            }
            tag::INT => Number::Int(i32::from_be_bytes(self.array()?)),
            0xd8..=0xef => Number::Long(i64::from(high - 0xe0)),
            0xf0..=0xff => Number::Long(i64::from(((high - 0xf8) << 8) + i32::from(self.byte()?))),
            0x38..=0x3f => {
                let low = u16::from_be_bytes(self.array()?);
                Number::Long(i64::from(((high - 0x3c) << 16) + i32::from(low)))
            }
            tag::LONG_INT => Number::Long(i64::from(i32::from_be_bytes(self.array()?))),
            tag::LONG => Number::Long(i64::from_be_bytes(self.array()?)),
            tag::DOUBLE_ZERO => Number::Double(0.0),
            tag::DOUBLE_ONE => Number::Double(1.0),
            tag::DOUBLE_BYTE => Number::Double(f64::from(i8::from_be_bytes(self.array()?))),
            tag::DOUBLE_SHORT => Number::Double(f64::from(i16::from_be_bytes(self.array()?))),
            // Java multiplies; a division would differ in the last bit.
            tag::DOUBLE_MILLI => {
                Number::Double(0.001 * f64::from(i32::from_be_bytes(self.array()?)))
            }
            tag::DOUBLE => Number::Double(f64::from_be_bytes(self.array()?)),
            _ => return Ok(None),
        }))
    }

    fn integral(
        &mut self,
        at: usize,
        tag: u8,
        number: Option<Number>,
        expected: &'static str,
    ) -> Result<i64, DecodeError> {
        match number {
            Some(Number::Int(v)) => Ok(i64::from(v)),
            Some(Number::Long(v)) => Ok(v),
            Some(Number::Double(v)) => {
                let whole = v.trunc();
                // Both bounds are exact in a double.
                if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
                    Ok(whole as i64)
                } else {
                    Err(self.out_of_range(at, expected, v))
                }
            }
            None => match tag {
                tag::NULL | tag::FALSE => Ok(0),
                tag::TRUE => Ok(1),
                _ => {
                    let text = self.numeric_text(at, expected)?;
                    text.trim()
                        .parse()
                        .map_err(|_| self.out_of_range(at, expected, text))
                }
            },
        }
    }

    /// Text where a number is expected: generic callers and scripting clients send it.
    fn numeric_text(&mut self, at: usize, expected: &'static str) -> Result<String, DecodeError> {
        self.pos = at;
        match self.peek_tag()? {
            0x00..=0x1f => self.read_string(),
            _ => Err(self.unexpected(expected)),
        }
    }

    #[cold]
    pub(crate) fn wrong_tag(&self, at: usize, expected: &'static str) -> DecodeError {
        self.error_at(at, DecodeErrorKind::UnexpectedTag { expected })
    }

    #[cold]
    pub(crate) fn out_of_range(
        &self,
        at: usize,
        expected: &'static str,
        found: impl ToString,
    ) -> DecodeError {
        let found = found.to_string();
        self.error_at(at, DecodeErrorKind::OutOfRange { expected, found })
    }
}

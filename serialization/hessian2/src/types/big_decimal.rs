//! `java.math.BigDecimal`.

use std::fmt;
use std::str::FromStr;

use crate::class::ClassDef;
use crate::decode::{Decode, Decoder, decode_single};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::java_class;

/// A decimal number as its text, scale included: `12.30` is not `12.3`, as in Java.
///
/// ```
/// use tenfold_hessian2::BigDecimal;
/// let price: BigDecimal = "12.30".parse()?;
/// assert_eq!(price.as_str(), "12.30");
/// assert!("12,30".parse::<BigDecimal>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BigDecimal(String);

/// Text that is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDecimalError(String);

const CLASS: &ClassDef = class_def!("java.math.BigDecimal", ["value"]);

impl BigDecimal {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl Default for BigDecimal {
    fn default() -> Self {
        BigDecimal("0".to_owned())
    }
}

impl From<i64> for BigDecimal {
    fn from(value: i64) -> Self {
        BigDecimal(value.to_string())
    }
}

impl FromStr for BigDecimal {
    type Err = ParseDecimalError;

    /// Sign, digits with at most one point, exponent: the grammar of Java's constructor.
    fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (number, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, Some(exponent)),
            None => (unsigned, None),
        };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let number_ok = digits(whole) && digits(fraction) && whole.len() + fraction.len() > 0;
        let exponent_ok = exponent.is_none_or(|e| {
            let e = e.strip_prefix(['+', '-']).unwrap_or(e);
            !e.is_empty() && e.len() <= 10 && digits(e)
        });
        match number_ok && exponent_ok {
            true => Ok(BigDecimal(text.to_owned())),
            false => Err(ParseDecimalError(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for BigDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a decimal number", self.0)
    }
}

impl std::error::Error for ParseDecimalError {}

impl Encode for BigDecimal {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_object_start(CLASS)?;
        e.write_str(&self.0);
        e.write_object_end();
        Ok(())
    }
}

impl Decode for BigDecimal {
    /// From its object, from text or from a number.
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let text: String = decode_single(d, CLASS)?;
        text.parse()
            .map_err(|error: ParseDecimalError| d.custom(error.to_string()))
    }
}

java_class!("Ljava/math/BigDecimal;", "java.math.BigDecimal" => BigDecimal);

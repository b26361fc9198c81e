//! `java.math.BigInteger`.

use std::fmt;
use std::str::FromStr;

use super::JavaArray;
use crate::class::{Class, ClassDef, missing};
use crate::decode::{Decode, Decoder, decode_object};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::java_class;

/// A whole number of any size, up to [`WORDS_MAX`](Self::WORDS_MAX) words.
///
/// ```
/// use tenfold_hessian2::BigInteger;
/// let n: BigInteger = "-18446744073709551616".parse()?;
/// assert_eq!(n.to_string(), "-18446744073709551616");
/// assert_eq!(i128::try_from(&n), Ok(-(1i128 << 64)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BigInteger {
    negative: bool,
    /// Most significant first, no leading zeros; empty for zero.
    words: Vec<u32>,
}

/// Text that is not a whole number, or one that is too large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseBigIntegerError(String);

impl BigInteger {
    /// The largest number of 32-bit words: 131,072 bits. Turning a number into text takes time
    /// quadratic in its length, so a longer one would be a weapon.
    pub const WORDS_MAX: usize = 4096;

    fn new(negative: bool, mut words: Vec<u32>) -> Self {
        let zeros = words.iter().take_while(|word| **word == 0).count();
        words.drain(..zeros);
        let negative = negative && !words.is_empty();
        BigInteger { negative, words }
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The absolute value in 32-bit words, most significant first; empty for zero.
    pub fn magnitude(&self) -> &[u32] {
        &self.words
    }

    fn signum(&self) -> i32 {
        match (self.words.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl From<i128> for BigInteger {
    fn from(value: i128) -> Self {
        let size = value.unsigned_abs();
        let words = (0..4)
            .rev()
            .map(|index| (size >> (32 * index)) as u32)
            .collect();
        BigInteger::new(value < 0, words)
    }
}

impl From<i64> for BigInteger {
    fn from(value: i64) -> Self {
        i128::from(value).into()
    }
}

impl TryFrom<&BigInteger> for i128 {
    type Error = ParseBigIntegerError;

    fn try_from(value: &BigInteger) -> Result<i128, ParseBigIntegerError> {
        let too_large = || ParseBigIntegerError("a number of more than 128 bits".to_owned());
        if value.words.len() > 4 {
            return Err(too_large());
        }
        let size = value
            .words
            .iter()
            .fold(0u128, |size, word| size << 32 | u128::from(*word));
        match value.negative {
            true => 0i128.checked_sub_unsigned(size),
            false => i128::try_from(size).ok(),
        }
        .ok_or_else(too_large)
    }
}

impl FromStr for BigInteger {
    type Err = ParseBigIntegerError;

    fn from_str(text: &str) -> Result<Self, ParseBigIntegerError> {
        let wrong = || ParseBigIntegerError(text.chars().take(40).collect());
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        // Least significant first while it grows: times ten to the power of the chunk, plus it.
        let mut words: Vec<u32> = Vec::new();
        for chunk in digits.as_bytes().chunks(9) {
            let (mut carry, mut scale) = (0u64, 1u64);
            for digit in chunk {
                carry = carry * 10 + u64::from(digit - b'0');
                scale *= 10;
            }
            for word in &mut words {
                let product = u64::from(*word) * scale + carry;
                *word = product as u32;
                carry = product >> 32;
            }
            if carry > 0 {
                words.push(carry as u32);
            }
            if words.len() > Self::WORDS_MAX {
                return Err(wrong());
            }
        }
        words.reverse();
        Ok(BigInteger::new(text.starts_with('-'), words))
    }
}

impl fmt::Display for BigInteger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHUNK: u64 = 1_000_000_000;
        let mut rest = self.words.clone();
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let mut remainder = 0u64;
            for word in &mut rest {
                let dividend = remainder << 32 | u64::from(*word);
                *word = (dividend / CHUNK) as u32;
                remainder = dividend % CHUNK;
            }
            chunks.push(remainder);
            let zeros = rest.iter().take_while(|word| **word == 0).count();
            rest.drain(..zeros);
        }
        let mut text = chunks.pop().unwrap_or(0).to_string();
        for chunk in chunks.iter().rev() {
            text.push_str(&format!("{chunk:09}"));
        }
        f.pad_integral(!self.negative, "", &text)
    }
}

impl fmt::Display for ParseBigIntegerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a whole number within the bounds", self.0)
    }
}

impl std::error::Error for ParseBigIntegerError {}

/// The raw fields of the JDK's class. All but the sign and the words are caches that the JDK
/// recomputes when they are zero; JDK 8 has other names for them and ignores these.
impl Class for BigInteger {
    const CLASS: &'static ClassDef = class_def!(
        "java.math.BigInteger",
        [
            "mag",
            "firstNonzeroIntNumPlusTwo",
            "lowestSetBitPlusTwo",
            "bitLengthPlusOne",
            "bitCountPlusOne",
            "signum"
        ]
    );
    type Partial = (Option<JavaArray<i32>>, Option<i32>);

    fn encode_fields(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let words: JavaArray<i32> = self.words.iter().map(|word| word.cast_signed()).collect();
        words.encode(e)?;
        for _ in 0..4 {
            e.write_int(0);
        }
        e.write_int(self.signum());
        Ok(())
    }

    fn decode_fields(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let words = Decode::decode(d)?;
        for _ in 0..4 {
            d.skip_value()?;
        }
        let signum = d.read_int()?;
        Self::finish((Some(words), Some(signum)), d)
    }

    fn accept(
        (words, signum): &mut Self::Partial,
        name: &str,
        _: bool,
        d: &mut Decoder<'_>,
    ) -> Result<bool, DecodeError> {
        match name {
            "mag" => *words = Some(Decode::decode(d)?),
            "signum" => *signum = Some(d.read_int()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish((words, signum): Self::Partial, d: &Decoder<'_>) -> Result<Self, DecodeError> {
        let Some(words) = words else {
            return Err(missing(Self::CLASS.name, "mag", d));
        };
        if words.len() > Self::WORDS_MAX {
            let max = Self::WORDS_MAX;
            return Err(d.custom(format!("BigInteger of {} words exceeds {max}", words.len())));
        }
        let words = words.0.into_iter().map(i32::cast_unsigned).collect();
        Ok(BigInteger::new(signum.unwrap_or(1) < 0, words))
    }
}

impl Encode for BigInteger {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        e.write_object(self)
    }
}

impl Decode for BigInteger {
    /// From its object, from text or from a number.
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if d.peek_scalar() {
            let text = d.read_str()?;
            return text
                .parse()
                .map_err(|error: ParseBigIntegerError| d.custom(error.to_string()));
        }
        decode_object(d)
    }
}

java_class!("Ljava/math/BigInteger;", "java.math.BigInteger" => BigInteger);

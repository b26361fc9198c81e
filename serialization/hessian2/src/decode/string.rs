//! Strings and binary data, in chunks of any size.
//!
//! A length counts UTF-16 units, so a reader cannot know the number of bytes beforehand. Plain
//! text is borrowed from the input; text with supplementary characters (two three-byte sequences
//! each, perhaps in two chunks) is put together.

use std::borrow::Cow;

use super::Decoder;
use super::scalar::Number;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::tag;

impl<'a> Decoder<'a> {
    /// Reads a string, borrowed from the input where it can be. Numbers and booleans become
    /// text, null becomes the empty string; a surrogate without its partner becomes U+FFFD.
    #[inline]
    pub fn read_str(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let at = self.pos;
        let tag = self.byte()?;
        if let 0x00..=0x1f = tag {
            return self.text(usize::from(tag));
        }
        self.long_str(at, tag)
    }

    fn long_str(&mut self, at: usize, tag: u8) -> Result<Cow<'a, str>, DecodeError> {
        match tag {
            0x30..=0x33 => {
                let units = usize::from(tag - 0x30) << 8 | usize::from(self.byte()?);
                self.text(units)
            }
            tag::STRING => {
                let units = usize::from(u16::from_be_bytes(self.array()?));
                self.text(units)
            }
            tag::STRING_CHUNK => self.chunked_text().map(Cow::Owned),
            tag::NULL => Ok(Cow::Borrowed("")),
            tag::TRUE => Ok(Cow::Borrowed("true")),
            tag::FALSE => Ok(Cow::Borrowed("false")),
            tag => match self.number(tag)? {
                Some(Number::Int(v)) => Ok(Cow::Owned(v.to_string())),
                Some(Number::Long(v)) => Ok(Cow::Owned(v.to_string())),
                Some(Number::Double(v)) => Ok(Cow::Owned(v.to_string())),
                None => Err(self.wrong_tag(at, "a string")),
            },
        }
    }

    /// Reads a string into memory of its own.
    #[inline]
    pub fn read_string(&mut self) -> Result<String, DecodeError> {
        match self.read_str()? {
            Cow::Borrowed(text) => {
                self.charge(text.len())?;
                Ok(text.to_owned())
            }
            Cow::Owned(text) => Ok(text),
        }
    }

    /// Reads a string or null.
    #[inline]
    pub fn read_opt_str(&mut self) -> Result<Option<Cow<'a, str>>, DecodeError> {
        if self.read_null() {
            return Ok(None);
        }
        self.read_str().map(Some)
    }

    /// Reads binary data, borrowed from the input if it is one chunk; null is empty.
    pub fn read_bytes(&mut self) -> Result<Cow<'a, [u8]>, DecodeError> {
        let at = self.pos;
        let mut whole: Option<Vec<u8>> = None;
        loop {
            let Some((len, last)) = self.binary_head()? else {
                if whole.is_none() && self.read_null() {
                    return Ok(Cow::Borrowed(&[]));
                }
                return Err(self.wrong_tag(at.max(self.pos), "binary data"));
            };
            let chunk = self.take(len)?;
            match (&mut whole, last) {
                (None, true) => return Ok(Cow::Borrowed(chunk)),
                _ => {
                    self.charge(chunk.len())?;
                    whole.get_or_insert_default().extend_from_slice(chunk);
                }
            }
            if last {
                return Ok(Cow::Owned(whole.unwrap_or_default()));
            }
        }
    }

    /// Whether the next value is binary data.
    pub(crate) fn peek_binary(&self) -> bool {
        matches!(
            self.input.get(self.pos),
            Some(0x20..=0x2f | 0x34..=0x37 | &tag::BINARY | &tag::BINARY_CHUNK)
        )
    }

    /// Reads the head of a binary chunk: its length, and whether it is the last.
    pub(crate) fn binary_head(&mut self) -> Result<Option<(usize, bool)>, DecodeError> {
        let tag = self.peek_tag()?;
        let (len, last) = match tag {
            0x20..=0x2f => {
                self.pos += 1;
                (usize::from(tag - 0x20), true)
            }
            0x34..=0x37 => {
                self.pos += 1;
                (
                    usize::from(tag - 0x34) << 8 | usize::from(self.byte()?),
                    true,
                )
            }
            tag::BINARY | tag::BINARY_CHUNK => {
                self.pos += 1;
                let len = usize::from(u16::from_be_bytes(self.array()?));
                (len, tag == tag::BINARY)
            }
            _ => return Ok(None),
        };
        Ok(Some((len, last)))
    }

    #[inline]
    fn text(&mut self, units: usize) -> Result<Cow<'a, str>, DecodeError> {
        if let Some(bytes) = self.remaining().get(..units)
            && bytes.is_ascii()
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            self.pos += units;
            return Ok(Cow::Borrowed(text));
        }
        self.wide_text(units)
    }

    fn wide_text(&mut self, units: usize) -> Result<Cow<'a, str>, DecodeError> {
        let start = self.pos;
        let mut len = 0;
        let rest = self.remaining();
        for _ in 0..units {
            len += match rest.get(len) {
                Some(0x00..=0x7f) => 1,
                Some(0x80..=0xdf) => 2,
                Some(_) => 3,
                None => break,
            };
        }
        // Text of the basic plane is UTF-8 already; surrogates and four-byte forms are not.
        if let Some(bytes) = rest.get(..len)
            && let Ok(text) = std::str::from_utf8(bytes)
            && text.chars().map(char::len_utf16).sum::<usize>() == units
        {
            self.pos += len;
            return Ok(Cow::Borrowed(text));
        }
        self.pos = start;
        let mut text = Units::default();
        self.units(units, &mut text)?;
        Ok(Cow::Owned(text.finish()))
    }

    fn chunked_text(&mut self) -> Result<String, DecodeError> {
        let mut text = Units::default();
        let mut units = usize::from(u16::from_be_bytes(self.array()?));
        let mut last = false;
        loop {
            self.units(units, &mut text)?;
            if last {
                return Ok(text.finish());
            }
            let at = self.pos;
            (units, last) = match self.string_head()? {
                Some(head) => head,
                None => return Err(self.wrong_tag(at, "the rest of a string")),
            };
        }
    }

    /// Reads the head of a string chunk: its units, and whether it is the last.
    pub(crate) fn string_head(&mut self) -> Result<Option<(usize, bool)>, DecodeError> {
        let tag = self.peek_tag()?;
        let head = match tag {
            0x00..=0x1f => {
                self.pos += 1;
                (usize::from(tag), true)
            }
            0x30..=0x33 => {
                self.pos += 1;
                (
                    usize::from(tag - 0x30) << 8 | usize::from(self.byte()?),
                    true,
                )
            }
            tag::STRING | tag::STRING_CHUNK => {
                self.pos += 1;
                let units = usize::from(u16::from_be_bytes(self.array()?));
                (units, tag == tag::STRING)
            }
            _ => return Ok(None),
        };
        Ok(Some(head))
    }

    fn units(&mut self, units: usize, text: &mut Units) -> Result<(), DecodeError> {
        let mut left = units;
        while left > 0 {
            let ascii = self.remaining().get(..left).unwrap_or(self.remaining());
            let ascii = ascii.iter().take_while(|b| b.is_ascii()).count();
            if let Ok(plain) = std::str::from_utf8(self.take(ascii)?) {
                self.charge(plain.len().saturating_mul(2))?;
                text.push_str(plain);
            }
            left = left.saturating_sub(ascii);
            if left > 0 {
                self.charge(8)?;
                left -= self.unit(left, text)?;
            }
        }
        Ok(())
    }

    /// Reads one unit that is not ASCII, or the two of a four-byte sequence.
    fn unit(&mut self, left: usize, text: &mut Units) -> Result<usize, DecodeError> {
        let at = self.pos;
        let lead = u32::from(self.byte()?);
        let (extra, head) = match lead {
            0x00..=0x7f => (0, lead),
            0xc0..=0xdf => (1, lead & 0x1f),
            0xe0..=0xef => (2, lead & 0x0f),
            // Illegal, and hessian-lite refuses it; old writers in other languages send it.
            0xf0..=0xf4 if left >= 2 => (3, lead & 0x07),
            _ => return Err(self.error_at(at, DecodeErrorKind::BadText)),
        };
        let mut code = head;
        for _ in 0..extra {
            let next = u32::from(self.byte()?);
            if next & 0xc0 != 0x80 {
                return Err(self.error_at(at, DecodeErrorKind::BadText));
            }
            code = code << 6 | next & 0x3f;
        }
        match u16::try_from(code) {
            Ok(unit) => {
                text.push(unit);
                Ok(1)
            }
            Err(_) => match char::from_u32(code) {
                Some(c) => {
                    text.push_str(c.encode_utf8(&mut [0; 4]));
                    Ok(2)
                }
                None => Err(self.error_at(at, DecodeErrorKind::BadText)),
            },
        }
    }
}

/// Text put together from UTF-16 units.
#[derive(Default)]
struct Units {
    text: String,
    /// A high surrogate that waits for its partner, perhaps in the next chunk.
    high: Option<u16>,
}

impl Units {
    fn push(&mut self, unit: u16) {
        match (self.high.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + (u32::from(high & 0x3ff) << 10 | u32::from(unit & 0x3ff));
                self.text
                    .push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (high, _) => {
                if high.is_some() {
                    self.text.push(char::REPLACEMENT_CHARACTER);
                }
                match unit {
                    0xd800..=0xdbff => self.high = Some(unit),
                    _ => {
                        let c = char::from_u32(u32::from(unit));
                        self.text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                }
            }
        }
    }

    fn push_str(&mut self, text: &str) {
        if !text.is_empty() {
            if self.high.take().is_some() {
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
            self.text.push_str(text);
        }
    }

    fn finish(mut self) -> String {
        if self.high.is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text
    }
}

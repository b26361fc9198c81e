//! Passing over a value. The tables are kept, since what follows may refer to what was skipped.

use super::Decoder;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::tag;

impl Decoder<'_> {
    /// Passes over one value of any kind.
    pub fn skip_value(&mut self) -> Result<(), DecodeError> {
        let at = self.pos;
        match self.peek_tag()? {
            0x00..=0x1f | 0x30..=0x33 | tag::STRING | tag::STRING_CHUNK => self.skip_string(),
            0x20..=0x2f | 0x34..=0x37 | tag::BINARY | tag::BINARY_CHUNK => self.skip_binary(),
            tag::NULL | tag::TRUE | tag::FALSE => self.take(1).map(drop),
            tag::DATE_MILLIS => self.take(9).map(drop),
            tag::DATE_MINUTES => self.take(5).map(drop),
            tag::CLASS | tag::OBJECT | 0x60..=0x6f => {
                let head = self.read_object_start()?;
                for _ in 0..head.fields() {
                    self.skip_value()?;
                }
                self.read_object_end(head);
                Ok(())
            }
            tag::REFERENCE => self.read_reference().map(drop),
            tag::MAP | tag::TYPED_MAP => {
                let mut map = self.read_map_start()?;
                while self.map_next(&mut map)? {
                    self.skip_value()?;
                    self.skip_value()?;
                }
                Ok(())
            }
            0x70..=0x7f | b'U'..=b'X' => {
                let mut list = self.read_list_start()?;
                while self.list_next(&mut list)? {
                    self.skip_value()?;
                }
                Ok(())
            }
            tag => {
                self.pos += 1;
                match self.number(tag)? {
                    Some(_) => Ok(()),
                    None => Err(self.wrong_tag(at, "a value")),
                }
            }
        }
    }

    /// Whether the next value is a string.
    pub(crate) fn string_head_is_next(&self) -> bool {
        matches!(
            self.input.get(self.pos),
            Some(0x00..=0x1f | 0x30..=0x33 | &tag::STRING | &tag::STRING_CHUNK)
        )
    }

    fn skip_string(&mut self) -> Result<(), DecodeError> {
        loop {
            let Some((units, last)) = self.string_head()? else {
                return Err(self.unexpected("the rest of a string"));
            };
            let mut left = units;
            while left > 0 {
                let at = self.pos;
                let (len, units) = match self.peek_tag()? {
                    0x00..=0x7f => (1, 1),
                    0xc0..=0xdf => (2, 1),
                    0xe0..=0xef => (3, 1),
                    0xf0..=0xf4 if left >= 2 => (4, 2),
                    _ => return Err(self.error_at(at, DecodeErrorKind::BadText)),
                };
                self.take(len)?;
                left -= units;
            }
            if last {
                return Ok(());
            }
        }
    }

    fn skip_binary(&mut self) -> Result<(), DecodeError> {
        loop {
            let Some((len, last)) = self.binary_head()? else {
                return Err(self.unexpected("the rest of binary data"));
            };
            self.take(len)?;
            if last {
                return Ok(());
            }
        }
    }
}

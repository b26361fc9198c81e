//! The tag bytes of Hessian 2: the first byte of a value says what it is.
//!
//! Ranges are written out where they are matched; the single-byte tags have names here.

/// `A`: a binary chunk that is not the last.
pub(crate) const BINARY_CHUNK: u8 = b'A';
/// `B`: the last (or only) binary chunk, with a two-byte length.
pub(crate) const BINARY: u8 = b'B';
/// `C`: a class definition; a value follows.
pub(crate) const CLASS: u8 = b'C';
/// `D`: a double in eight bytes.
pub(crate) const DOUBLE: u8 = b'D';
/// `F`: false.
pub(crate) const FALSE: u8 = b'F';
/// `H`: an untyped map, closed by [`END`].
pub(crate) const MAP: u8 = b'H';
/// `I`: an int in four bytes.
pub(crate) const INT: u8 = b'I';
/// A date as milliseconds in eight bytes.
pub(crate) const DATE_MILLIS: u8 = 0x4a;
/// A date as minutes in four bytes.
pub(crate) const DATE_MINUTES: u8 = 0x4b;
/// `L`: a long in eight bytes.
pub(crate) const LONG: u8 = b'L';
/// `M`: a typed map, closed by [`END`].
pub(crate) const TYPED_MAP: u8 = b'M';
/// `N`: null.
pub(crate) const NULL: u8 = b'N';
/// `O`: an object whose class index follows as an int.
pub(crate) const OBJECT: u8 = b'O';
/// `Q`: a reference to an earlier container.
pub(crate) const REFERENCE: u8 = b'Q';
/// `R`: a string chunk that is not the last.
pub(crate) const STRING_CHUNK: u8 = b'R';
/// `S`: the last (or only) string chunk, with a two-byte length.
pub(crate) const STRING: u8 = b'S';
/// `T`: true.
pub(crate) const TRUE: u8 = b'T';
/// `U`: a typed list of variable length, closed by [`END`].
pub(crate) const TYPED_LIST_VARIABLE: u8 = b'U';
/// `V`: a typed list of fixed length.
pub(crate) const TYPED_LIST: u8 = b'V';
/// `W`: an untyped list of variable length, closed by [`END`].
pub(crate) const LIST_VARIABLE: u8 = b'W';
/// `X`: an untyped list of fixed length.
pub(crate) const LIST: u8 = b'X';
/// `Y`: a long in four bytes.
pub(crate) const LONG_INT: u8 = b'Y';
/// `Z`: the end of a map or of a list of variable length.
pub(crate) const END: u8 = b'Z';
/// The double 0.0 in one byte.
pub(crate) const DOUBLE_ZERO: u8 = 0x5b;
/// The double 1.0 in one byte.
pub(crate) const DOUBLE_ONE: u8 = 0x5c;
/// A double that is a signed byte.
pub(crate) const DOUBLE_BYTE: u8 = 0x5d;
/// A double that is a signed 16-bit number.
pub(crate) const DOUBLE_SHORT: u8 = 0x5e;
/// A double that is a thousandth of a 32-bit number.
pub(crate) const DOUBLE_MILLI: u8 = 0x5f;

/// What a tag announces, in words, for error messages.
pub(crate) fn describe(tag: u8) -> &'static str {
    match tag {
        0x00..=0x1f | 0x30..=0x33 | STRING | STRING_CHUNK => "a string",
        0x20..=0x2f | 0x34..=0x37 | BINARY | BINARY_CHUNK => "binary data",
        0x38..=0x3f | LONG | LONG_INT | 0xd8..=0xff => "a long",
        CLASS => "a class definition",
        DOUBLE | DOUBLE_ZERO..=DOUBLE_MILLI => "a double",
        FALSE | TRUE => "a boolean",
        MAP | TYPED_MAP => "a map",
        INT | 0x80..=0xd7 => "an int",
        DATE_MILLIS | DATE_MINUTES => "a date",
        NULL => "null",
        OBJECT | 0x60..=0x6f => "an object",
        REFERENCE => "a reference",
        TYPED_LIST_VARIABLE | TYPED_LIST | LIST_VARIABLE | LIST | 0x70..=0x7f => "a list",
        END => "an end mark",
        0x40 | 0x45 | 0x47 | 0x50 => "an unused tag",
    }
}

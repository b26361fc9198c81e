//! Placeholder of the codec's door, replaced by the merge of the codec.
#![allow(missing_docs)]
pub struct Encoder<'a> {
    pub out: &'a mut Vec<u8>,
}
pub struct Decoder<'a> {
    pub data: &'a [u8],
}
impl<'a> Encoder<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }
}
impl<'a> Decoder<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { data }
    }
}
pub trait Encode {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError>;
    fn java_text(&self, out: &mut String) -> bool {
        let _ = out;
        false
    }
}
pub trait Decode: Sized {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}
pub trait JavaType {
    const DESCRIPTOR: &'static str;
    const NAME: &'static str;
}
#[derive(Clone, Debug, thiserror::Error)]
#[error("encode")]
pub struct EncodeError;
#[derive(Clone, Debug, thiserror::Error)]
#[error("decode")]
pub struct DecodeError;
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
}
impl Encode for Value {
    fn encode(&self, _e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Ok(())
    }
}
impl Decode for Value {
    fn decode(_d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Value::Null)
    }
}
#[derive(Clone, Debug)]
pub struct Throwable {
    pub class: String,
    pub message: Option<String>,
}
impl Throwable {
    pub fn new(class: &str, message: String) -> Self {
        Self {
            class: class.into(),
            message: Some(message),
        }
    }
    pub fn field(&self, _n: &str) -> Option<&Value> {
        None
    }
    pub fn set_field(&mut self, _n: &str, _v: Value) {}
}

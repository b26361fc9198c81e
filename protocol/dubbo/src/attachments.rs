//! The attachments map at the end of a request or a response.
//!
//! An untyped Hessian map with string keys. Values are strings almost always; since Dubbo 2.7 any
//! object is legal, and dubbo-go sends a real boolean among them.

use std::{any::Any, cell::RefCell, sync::Arc, time::Duration};

use tenfold_common::{AttachmentValue, Attachments, keys};
use tenfold_hessian2::{DecodeError, Decoder, Encode, EncodeError, Encoder, Value};

use crate::{cache, request};

/// `H "dubbo" "2.0.2" Z`: what Java sends beside every answer to a peer that understands it.
pub(crate) const VERSION_ONLY: &[u8] = b"H\x05dubbo\x052.0.2Z";

/// Slots of the cache of request attachments, one set for each thread.
const CACHE_SLOTS: usize = 64;

/// The longest attachments that are cached: with [`CACHE_SLOTS`] it bounds a thread's cache to
/// 64 KiB of bytes and what they decode to.
const CACHED_BYTES_MAX: usize = 1024;

/// Entries of one map. Calls carry a dozen; a map is searched from its beginning, so its size must
/// not be the peer's choice.
const ENTRIES_MAX: usize = 1024;

struct Cached {
    bytes: Box<[u8]>,
    received: Received,
}

/// The attachments of a request, with what the protocol itself asks of them.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) attachments: Attachments,
    /// The time that the consumer gives.
    pub(crate) timeout: Option<Duration>,
    pub(crate) group: Option<Arc<str>>,
    pub(crate) tag: Option<Arc<str>>,
}

impl Received {
    fn new(attachments: Attachments) -> Self {
        let text = |key| {
            attachments
                .text(key)
                .filter(|text| !text.is_empty())
                .map(Arc::from)
        };
        Self {
            timeout: request::sent_timeout(&attachments),
            group: text(keys::GROUP),
            tag: text(keys::TAG),
            attachments,
        }
    }
}

thread_local! {
    static CACHE: RefCell<Vec<Option<Cached>>> = const { RefCell::new(Vec::new()) };
}

/// Writes the entries of `attachments` for which `keep` says so, without the map's frame.
pub(crate) fn write_entries(
    encoder: &mut Encoder<'_>,
    attachments: &Attachments,
    keep: impl Fn(&str) -> bool,
) -> Result<(), EncodeError> {
    for (key, value) in attachments.iter().filter(|(key, _)| keep(key)) {
        encoder.write_str(key);
        match value {
            AttachmentValue::Text(text) => encoder.write_str(text),
            AttachmentValue::Bool(value) => encoder.write_bool(*value),
            AttachmentValue::Int(value) => encoder.write_int(*value),
            AttachmentValue::Long(value) => encoder.write_long(*value),
            AttachmentValue::Double(value) => encoder.write_double(*value),
            AttachmentValue::Object(object) => match object.downcast_ref::<Value>() {
                Some(value) => value.encode(encoder)?,
                None => encoder.write_null(),
            },
            _ => encoder.write_null(),
        }
    }
    Ok(())
}

/// Reads the attachments of a request: all that is left of its body.
///
/// A consumer sends the same attachments with nearly every call, so what they decode to is kept by
/// their bytes. Only maps of plain strings are kept: their meaning depends on nothing before them.
pub(crate) fn read_cached(body: &[u8], decoder: &mut Decoder<'_>) -> Result<Received, DecodeError> {
    let bytes = body.get(decoder.position()..).unwrap_or_default();
    if bytes.len() > CACHED_BYTES_MAX || bytes.is_empty() {
        return read(decoder).map(Received::new);
    }
    let slot = cache::slot_of(bytes, CACHE_SLOTS);
    let known = CACHE.with_borrow(|cache| {
        cache
            .get(slot)
            .and_then(Option::as_ref)
            .filter(|cached| *cached.bytes == *bytes)
            .map(|cached| cached.received.clone())
    });
    if let Some(received) = known {
        return Ok(received);
    }
    let received = Received::new(read(decoder)?);
    let all_text = received
        .attachments
        .iter()
        .all(|(_, value)| matches!(value, AttachmentValue::Text(_)));
    if all_text && bytes.first() == Some(&b'H') {
        CACHE.with_borrow_mut(|cache| {
            if cache.is_empty() {
                cache.resize_with(CACHE_SLOTS, || None);
            }
            if let Some(entry) = cache.get_mut(slot) {
                *entry = Some(Cached {
                    bytes: bytes.into(),
                    received: received.clone(),
                });
            }
        });
    }
    Ok(received)
}

/// Reads an attachments map; null and nothing at all count as empty.
pub(crate) fn read(decoder: &mut Decoder<'_>) -> Result<Attachments, DecodeError> {
    if decoder.is_at_end() {
        return Ok(Attachments::new());
    }
    let mut attachments = Attachments::new();
    if decoder.read_null() {
        return Ok(attachments);
    }
    let mut map = decoder.read_map_start()?;
    while decoder.map_next(&mut map)? {
        let key = decoder.read_string()?;
        if let Some(value) = read_value(decoder)? {
            attachments.insert(key, value);
        }
        if attachments.len() > ENTRIES_MAX {
            return Err(decoder.custom(format!("more than {ENTRIES_MAX} attachments")));
        }
    }
    Ok(attachments)
}

/// One value; null is none, as Java's readers drop it.
fn read_value(decoder: &mut Decoder<'_>) -> Result<Option<AttachmentValue>, DecodeError> {
    let value = match decoder.read_value()? {
        Value::Null => return Ok(None),
        Value::String(text) => text.into(),
        Value::Bool(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::Long(value) => value.into(),
        Value::Double(value) => value.into(),
        other => AttachmentValue::Object(Arc::new(other) as Arc<dyn Any + Send + Sync>),
    };
    Ok(Some(value))
}

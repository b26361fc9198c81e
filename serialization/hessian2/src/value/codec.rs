//! Reading and writing dynamic values, with sharing and cycles.

use std::any::Any;
use std::sync::{Arc, Weak};

use super::{Back, List, Map, Object, Value};
use crate::date::Date;
use crate::decode::{Decode, Decoder};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::tag;

impl Encode for Value {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        match self {
            Value::Null => e.write_null(),
            Value::Bool(v) => e.write_bool(*v),
            Value::Int(v) => e.write_int(*v),
            Value::Long(v) => e.write_long(*v),
            Value::Double(v) => e.write_double(*v),
            Value::Date(v) => e.write_date(v.millis()),
            Value::String(v) => e.write_str(v),
            Value::Bytes(v) => e.write_bytes(v),
            Value::List(v) => return once(v, e, encode_list),
            Value::Map(v) => return once(v, e, encode_map),
            Value::Object(v) => return once(v, e, encode_object),
            Value::Back(back) => match back.upgrade() {
                Some(value) => return value.encode(e),
                None => e.write_null(),
            },
        }
        Ok(())
    }
}

/// Writes a container the first time, a reference after that.
fn once<T: Any + Send + Sync>(
    node: &Arc<T>,
    e: &mut Encoder<'_>,
    write: impl FnOnce(&T, &mut Encoder<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    // A node that one place alone holds cannot come again.
    if Arc::strong_count(node) > 1 || Arc::weak_count(node) > 0 {
        let address = Arc::as_ptr(node) as usize;
        if let Some(slot) = e.shared_slot(address) {
            e.write_reference(slot);
            return Ok(());
        }
        let held: Arc<T> = Arc::clone(node);
        e.share(address, e.slots(), held);
    }
    write(node, e)
}

fn encode_list(list: &List, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
    match list.type_arc() {
        Some(name) => e.write_dynamic_list_start(name, list.len())?,
        None => e.write_list_start(list.len())?,
    }
    for item in list.iter() {
        item.encode(e)?;
    }
    e.write_list_end();
    Ok(())
}

fn encode_map(map: &Map, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
    match map.type_arc() {
        Some(name) => e.write_dynamic_map_start(name)?,
        None => e.write_map_start()?,
    }
    for (key, value) in map.entries() {
        key.encode(e)?;
        value.encode(e)?;
    }
    e.write_map_end();
    Ok(())
}

fn encode_object(object: &Object, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
    e.write_dynamic_object_start(object.schema())?;
    for value in object.values() {
        value.encode(e)?;
    }
    e.write_object_end();
    Ok(())
}

/// What a node takes beside its elements: the counts of its `Arc`, the decoder's note of it.
const NODE_BYTES: usize = 48;
/// A vector grows by doubling.
const VALUE_BYTES: usize = 2 * size_of::<Value>();

impl Decode for Value {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let at = d.position();
        Ok(match d.peek_tag()? {
            tag::NULL => {
                d.read_null();
                Value::Null
            }
            tag::TRUE | tag::FALSE => Value::Bool(d.read_bool()?),
            tag::DATE_MILLIS | tag::DATE_MINUTES => Value::Date(Date::from_millis(d.read_date()?)),
            tag::CLASS | tag::OBJECT | 0x60..=0x6f => return object(d),
            tag::REFERENCE => return reference(d),
            tag::MAP | tag::TYPED_MAP => return map(d),
            0x70..=0x7f | b'U'..=b'X' => return list(d),
            _ if d.string_head_is_next() => Value::String(d.read_string()?),
            _ if d.peek_binary() => {
                let bytes = d.read_bytes()?;
                d.charge(bytes.len() + NODE_BYTES)?;
                Value::Bytes(Arc::from(&*bytes))
            }
            _ => match d.read_number()? {
                Some(number) => number.into(),
                None => return Err(d.wrong_tag(at, "a value")),
            },
        })
    }

    fn absent() -> Option<Self> {
        Some(Value::Null)
    }
}

fn list(d: &mut Decoder<'_>) -> Result<Value, DecodeError> {
    let mut head = d.read_list_start()?;
    d.charge(size_of::<List>() + NODE_BYTES)?;
    cyclic(|weak| {
        d.set_node(head.slot(), Back::from(weak));
        let type_name = head.type_index().and_then(|index| d.type_arc(index));
        let room = head.reserve(size_of::<Value>(), d.remaining().len());
        let mut items = Vec::with_capacity(room);
        while d.list_next(&mut head)? {
            d.charge(VALUE_BYTES)?;
            items.push(Value::decode(d)?);
        }
        Ok(List::new(type_name, items))
    })
    .map(Value::List)
}

fn map(d: &mut Decoder<'_>) -> Result<Value, DecodeError> {
    let mut head = d.read_map_start()?;
    d.charge(size_of::<Map>() + NODE_BYTES)?;
    cyclic(|weak| {
        d.set_node(head.slot(), Back::from(weak));
        let type_name = head.type_index().and_then(|index| d.type_arc(index));
        let mut entries = Vec::new();
        while d.map_next(&mut head)? {
            d.charge(VALUE_BYTES * 2)?;
            let key = Value::decode(d)?;
            entries.push((key, Value::decode(d)?));
        }
        Ok(Map::new(type_name, entries))
    })
    .map(Value::Map)
}

fn object(d: &mut Decoder<'_>) -> Result<Value, DecodeError> {
    let head = d.read_object_start()?;
    d.charge(size_of::<Object>() + NODE_BYTES)?;
    cyclic(|weak| {
        d.set_node(head.slot(), Back::from(weak));
        let schema = d.schema(&head)?;
        let mut values = Vec::new();
        for _ in 0..head.fields() {
            d.charge(VALUE_BYTES)?;
            values.push(Value::decode(d)?);
        }
        d.read_object_end(head);
        Ok(Object::new(schema, values))
    })
    .map(Value::Object)
}

/// Builds a node whose contents may need the way back to it; an error leaves an empty one behind,
/// which is dropped.
fn cyclic<T: Default>(
    build: impl FnOnce(&Weak<T>) -> Result<T, DecodeError>,
) -> Result<Arc<T>, DecodeError> {
    let mut failed = None;
    let node = Arc::new_cyclic(|weak| {
        build(weak).unwrap_or_else(|error| {
            failed = Some(error);
            T::default()
        })
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(node),
    }
}

fn reference(d: &mut Decoder<'_>) -> Result<Value, DecodeError> {
    let at = d.position();
    let index = d.read_reference()?;
    let node = d.node(index).cloned();
    match node {
        Some(back) if d.is_open(index) => Ok(Value::Back(back)),
        node => match node.and_then(|back| back.upgrade()) {
            Some(value) => Ok(value),
            // It has been read as something else, skipped, or dropped since.
            None => {
                d.rewind(at);
                d.follow(Value::decode)
            }
        },
    }
}

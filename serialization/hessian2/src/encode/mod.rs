//! Writing: [`Encoder`], [`Encode`] and the forms Java writes.
//!
//! One encoder is one stream: class definitions, type names and reference numbers run through
//! everything written with it, as they do through a whole Dubbo body. Nothing is allocated but
//! the output until a stream has more than four classes.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use crate::class::{Class, ClassDef};
use crate::error::{EncodeError, EncodeErrorKind};
use crate::limits::Limits;
use crate::table::Table;
use crate::tag;
use crate::value::Schema;

mod impls;
pub(crate) mod scalar;
pub(crate) mod string;

/// A value that can be written as Hessian 2.
///
/// `#[derive(Wire)]` implements it. By hand, write exactly one value:
///
/// ```
/// use tenfold_hessian2::{Encode, EncodeError, Encoder, to_vec};
/// struct Celsius(f64);
/// impl Encode for Celsius {
///     fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
///         e.write_double(self.0);
///         Ok(())
///     }
/// }
/// assert_eq!(to_vec(&Celsius(12.25))?, [0x5f, 0, 0, 0x2f, 0xda]);
/// # Ok::<(), EncodeError>(())
/// ```
pub trait Encode {
    /// Appends the value.
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Appends a `Vec` of values: an ArrayList, but binary data for `u8`.
    #[doc(hidden)]
    fn encode_list(items: &[Self], e: &mut Encoder<'_>) -> Result<(), EncodeError>
    where
        Self: Sized,
    {
        e.write_list_start(items.len())?;
        for item in items {
            item.encode(e)?;
        }
        e.write_list_end();
        Ok(())
    }

    /// Appends a Java array of values whose type name on the wire is `name`.
    #[doc(hidden)]
    fn encode_array(
        items: &[Self],
        name: &'static str,
        e: &mut Encoder<'_>,
    ) -> Result<(), EncodeError>
    where
        Self: Sized,
    {
        e.write_typed_list_start(name, items.len())?;
        for item in items {
            item.encode(e)?;
        }
        e.write_list_end();
        Ok(())
    }
}

/// Writes values one after the other into a buffer, sharing the tables of one stream.
#[derive(Debug)]
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    classes: Table<ClassKey, 4>,
    types: Table<TypeKey, 2>,
    slots: u32,
    depth: usize,
    depth_max: usize,
    /// Containers that more than one place holds, by address: their slot, and what keeps them
    /// alive.
    shared: Option<Box<Shared>>,
}

type Shared = HashMap<usize, (u32, Arc<dyn Any + Send + Sync>)>;

#[derive(Debug)]
enum ClassKey {
    Static(&'static ClassDef),
    Dynamic(Arc<Schema>),
}

#[derive(Debug)]
enum TypeKey {
    Static(&'static str),
    Dynamic(Arc<str>),
}

impl<'a> Encoder<'a> {
    /// An encoder at the start of a stream; it appends to `out`.
    #[inline]
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self::with_depth(out, Limits::DEFAULT.depth)
    }

    /// The same with another bound on nesting. The default is the decoder's own, so that what
    /// is written can be read.
    #[inline]
    pub fn with_depth(out: &'a mut Vec<u8>, depth_max: usize) -> Self {
        Encoder {
            out,
            classes: Table::new(),
            types: Table::new(),
            slots: 0,
            depth: 0,
            depth_max,
            shared: None,
        }
    }

    /// Appends a value.
    #[inline]
    pub fn write<T: Encode + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        value.encode(self)
    }

    /// Appends bytes that were encoded before and touch no table of the stream: strings, numbers,
    /// or a map of those without its frame.
    #[inline]
    pub fn write_encoded(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// All that is in the buffer, what stood there before the encoder began included.
    #[inline]
    pub fn buffer(&self) -> &[u8] {
        self.out
    }

    /// Appends null.
    #[inline]
    pub fn write_null(&mut self) {
        self.out.push(tag::NULL);
    }

    /// Appends a boolean.
    #[inline]
    pub fn write_bool(&mut self, value: bool) {
        self.out.push(if value { tag::TRUE } else { tag::FALSE });
    }

    /// Appends an int in its shortest form.
    #[inline]
    pub fn write_int(&mut self, value: i32) {
        scalar::int(self.out, value);
    }

    /// Appends a long in its shortest form.
    #[inline]
    pub fn write_long(&mut self, value: i64) {
        scalar::long(self.out, value);
    }

    /// Appends a double in its shortest lossless form.
    #[inline]
    pub fn write_double(&mut self, value: f64) {
        scalar::double(self.out, value);
    }

    /// Appends a `java.util.Date`, as milliseconds since 1970.
    #[inline]
    pub fn write_date(&mut self, millis: i64) {
        scalar::date(self.out, millis);
    }

    /// Appends a string.
    #[inline]
    pub fn write_str(&mut self, value: &str) {
        string::write(self.out, value);
    }

    /// Appends binary data (`byte[]`).
    #[inline]
    pub fn write_bytes(&mut self, value: &[u8]) {
        string::binary(self.out, value);
    }

    /// Opens an ArrayList of `len` values; close it with [`write_list_end`](Self::write_list_end).
    #[inline]
    pub fn write_list_start(&mut self, len: usize) -> Result<(), EncodeError> {
        self.open()?;
        match len {
            0..=7 => self.out.push(0x78 + len as u8),
            _ => {
                self.out.push(tag::LIST);
                let len = length("list elements", len)?;
                self.write_int(len);
            }
        }
        Ok(())
    }

    /// Opens a list of a class (`java.util.LinkedList`) or an array (`[int`) of `len` values.
    pub fn write_typed_list_start(
        &mut self,
        name: &'static str,
        len: usize,
    ) -> Result<(), EncodeError> {
        self.typed_list_start(TypeKey::Static(name), len)
    }

    pub(crate) fn write_dynamic_list_start(
        &mut self,
        name: &Arc<str>,
        len: usize,
    ) -> Result<(), EncodeError> {
        self.typed_list_start(TypeKey::Dynamic(Arc::clone(name)), len)
    }

    fn typed_list_start(&mut self, name: TypeKey, len: usize) -> Result<(), EncodeError> {
        self.open()?;
        match len {
            0..=7 => {
                self.out.push(0x70 + len as u8);
                self.write_type(name);
            }
            _ => {
                self.out.push(tag::TYPED_LIST);
                self.write_type(name);
                let len = length("list elements", len)?;
                self.write_int(len);
            }
        }
        Ok(())
    }

    /// Closes a list of fixed length. It writes nothing; the nesting ends here.
    #[inline]
    pub fn write_list_end(&mut self) {
        self.close();
    }

    /// Opens a HashMap; keys and values follow in turn until [`write_map_end`](Self::write_map_end).
    #[inline]
    pub fn write_map_start(&mut self) -> Result<(), EncodeError> {
        self.open()?;
        self.out.push(tag::MAP);
        Ok(())
    }

    /// Opens a map of a class, `java.util.LinkedHashMap`.
    pub fn write_typed_map_start(&mut self, name: &'static str) -> Result<(), EncodeError> {
        self.typed_map_start(TypeKey::Static(name))
    }

    pub(crate) fn write_dynamic_map_start(&mut self, name: &Arc<str>) -> Result<(), EncodeError> {
        self.typed_map_start(TypeKey::Dynamic(Arc::clone(name)))
    }

    fn typed_map_start(&mut self, name: TypeKey) -> Result<(), EncodeError> {
        self.open()?;
        self.out.push(tag::TYPED_MAP);
        self.write_type(name);
        Ok(())
    }

    /// Closes a map.
    #[inline]
    pub fn write_map_end(&mut self) {
        self.out.push(tag::END);
        self.close();
    }

    /// Appends an object of a class.
    #[inline]
    pub fn write_object<T: Class>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.write_object_start(T::CLASS)?;
        value.encode_fields(self)?;
        self.write_object_end();
        Ok(())
    }

    /// Opens an object; exactly its fields follow, then [`write_object_end`](Self::write_object_end).
    #[inline]
    pub fn write_object_start(&mut self, class: &'static ClassDef) -> Result<(), EncodeError> {
        self.open()?;
        let found = self.classes.position(|key| match key {
            ClassKey::Static(known) => std::ptr::eq(*known, class),
            ClassKey::Dynamic(_) => false,
        });
        let index = match found {
            Some(index) => index,
            None => self.define_static(class),
        };
        self.write_class_index(index)
    }

    #[inline]
    fn define_static(&mut self, class: &'static ClassDef) -> usize {
        let same = self.classes.position(|key| match key {
            ClassKey::Static(known) => known.same(class),
            ClassKey::Dynamic(schema) => schema.is(class),
        });
        same.unwrap_or_else(|| {
            class.write(self.out);
            self.classes.push(ClassKey::Static(class));
            self.classes.len() - 1
        })
    }

    pub(crate) fn write_dynamic_object_start(
        &mut self,
        schema: &Arc<Schema>,
    ) -> Result<(), EncodeError> {
        self.open()?;
        let found = self.classes.position(|key| match key {
            ClassKey::Static(known) => schema.is(known),
            ClassKey::Dynamic(known) => Arc::ptr_eq(known, schema) || known == schema,
        });
        let index = match found {
            Some(index) => index,
            None => {
                self.out.push(tag::CLASS);
                self.write_str(schema.name());
                let count = length("fields", schema.fields().len())?;
                self.write_int(count);
                for field in schema.fields() {
                    string::write(self.out, field);
                }
                self.classes.push(ClassKey::Dynamic(Arc::clone(schema)));
                self.classes.len() - 1
            }
        };
        self.write_class_index(index)
    }

    #[inline]
    fn write_class_index(&mut self, index: usize) -> Result<(), EncodeError> {
        match index {
            0..=15 => self.out.push(0x60 + index as u8),
            _ => {
                self.out.push(tag::OBJECT);
                let index = length("classes", index)?;
                self.write_int(index);
            }
        }
        Ok(())
    }

    /// Closes an object. It writes nothing; the nesting ends here.
    #[inline]
    pub fn write_object_end(&mut self) {
        self.close();
    }

    /// Appends a reference to the container that was the `slot`-th (from 0) to be opened.
    pub fn write_reference(&mut self, slot: u32) {
        self.out.push(tag::REFERENCE);
        self.write_int(i32::try_from(slot).unwrap_or(i32::MAX));
    }

    /// How many containers have been opened in this stream: the slot that the next one takes.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// The slot of a container written before, by its address.
    pub(crate) fn shared_slot(&self, address: usize) -> Option<u32> {
        let shared = self.shared.as_ref()?;
        shared.get(&address).map(|(slot, _)| *slot)
    }

    /// Remembers the next container by its address. The value is held until the encoder goes,
    /// so that no other can take its address.
    pub(crate) fn share(&mut self, address: usize, slot: u32, held: Arc<dyn Any + Send + Sync>) {
        let shared = self.shared.get_or_insert_default();
        shared.insert(address, (slot, held));
    }

    fn write_type(&mut self, name: TypeKey) {
        let text = name.text();
        match self.types.position(|key| key.text() == text) {
            Some(index) => self.write_int(i32::try_from(index).unwrap_or(i32::MAX)),
            None => {
                string::write(self.out, text);
                self.types.push(name);
            }
        }
    }

    #[inline]
    fn open(&mut self) -> Result<(), EncodeError> {
        if self.depth >= self.depth_max {
            let max = self.depth_max;
            return Err(EncodeErrorKind::Depth { max }.into());
        }
        self.depth += 1;
        self.slots += 1;
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

impl TypeKey {
    fn text(&self) -> &str {
        match self {
            TypeKey::Static(name) => name,
            TypeKey::Dynamic(name) => name,
        }
    }
}

fn length(what: &'static str, len: usize) -> Result<i32, EncodeError> {
    i32::try_from(len).map_err(|_| EncodeErrorKind::Length { what, len }.into())
}

/// Writes one value as a stream of its own.
pub fn to_vec<T: Encode + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    value.encode(&mut Encoder::new(&mut out))?;
    Ok(out)
}

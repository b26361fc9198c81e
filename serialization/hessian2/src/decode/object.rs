//! Class definitions and objects.

use std::borrow::Cow;
use std::sync::Arc;

use super::container::{Open, owned_len};
use super::{Decode, Decoder};
use crate::class::{Class, ClassDef, Constant};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::tag;
use crate::value::Schema;

/// A class of the stream's table.
#[derive(Debug)]
pub(crate) struct ClassEntry<'a> {
    /// Where its definition starts and ends in the input.
    start: usize,
    end: usize,
    name: Cow<'a, str>,
    /// Its first name in the decoder's list of names, where the definition has been parsed.
    first: usize,
    count: usize,
    /// The Rust type's own definition, once the bytes have been found to be the same.
    known: Option<&'static ClassDef>,
    /// The class as a dynamic value keeps it, once one has asked.
    schema: Option<Arc<Schema>>,
}

/// An object that is being read: its class is known, its fields come next.
#[derive(Debug)]
pub struct ObjectHead {
    class: usize,
    fields: usize,
    open: Open,
}

impl ObjectHead {
    /// How many field values follow.
    pub fn fields(&self) -> usize {
        self.fields
    }

    pub(crate) fn slot(&self) -> u32 {
        self.open.slot
    }
}

impl<'a> Decoder<'a> {
    /// Reads the class definitions in front of an object, and its head.
    ///
    /// A reference to an object is not followed; see [`follow`](Self::follow).
    pub fn read_object_start(&mut self) -> Result<ObjectHead, DecodeError> {
        self.object_start(None)
    }

    /// Closes an object whose field values have all been read.
    #[inline]
    pub fn read_object_end(&mut self, head: ObjectHead) {
        self.close(head.open);
    }

    /// The class of an object.
    pub fn class_name(&self, head: &ObjectHead) -> Cow<'a, str> {
        self.classes
            .get(head.class)
            .map(|class| class.name.clone())
            .unwrap_or_default()
    }

    /// The name of an object's field.
    #[inline]
    pub fn field_name(&self, head: &ObjectHead, index: usize) -> Cow<'a, str> {
        match self.classes.get(head.class) {
            Some(class) => match class.known {
                Some(known) => Cow::Borrowed(known.fields.get(index).unwrap_or_default()),
                None => self
                    .names
                    .get(class.first + index)
                    .cloned()
                    .unwrap_or_default(),
            },
            None => Cow::Borrowed(""),
        }
    }

    /// The class of the next value if it is an object, or a reference to one. Only definitions
    /// are read.
    pub fn peek_class(&mut self) -> Result<Option<Cow<'a, str>>, DecodeError> {
        self.definitions(None)?;
        let back = self.pos;
        if self.peek_reference() {
            self.pos = self.peek_reference_start()?;
        }
        let index = self.class_index();
        self.pos = back;
        Ok(match index? {
            Some(index) => self.classes.get(index).map(|class| class.name.clone()),
            None => None,
        })
    }

    fn object_start(
        &mut self,
        expected: Option<&'static ClassDef>,
    ) -> Result<ObjectHead, DecodeError> {
        self.definitions(expected)?;
        let at = self.pos;
        let Some(class) = self.class_index()? else {
            return Err(self.unexpected("an object"));
        };
        let open = self.open(at)?;
        let fields = self.classes.get(class).map_or(0, |class| class.count);
        Ok(ObjectHead {
            class,
            fields,
            open,
        })
    }

    /// Reads an object's tag and class index, if one is next.
    #[inline]
    fn class_index(&mut self) -> Result<Option<usize>, DecodeError> {
        let at = self.pos;
        let index = match self.peek_tag()? {
            tag @ 0x60..=0x6f => {
                self.pos += 1;
                i32::from(tag - 0x60)
            }
            tag::OBJECT => {
                self.pos += 1;
                self.read_int()?
            }
            _ => return Ok(None),
        };
        match usize::try_from(index) {
            Ok(known) if known < self.classes.len() => Ok(Some(known)),
            _ => Err(self.error_at(at, DecodeErrorKind::UnknownClass { index })),
        }
    }

    /// Reads the class definitions that come next, if any.
    #[inline]
    pub(crate) fn definitions(
        &mut self,
        expected: Option<&'static ClassDef>,
    ) -> Result<(), DecodeError> {
        while self.peek_tag()? == tag::CLASS {
            self.definition(expected)?;
        }
        Ok(())
    }

    fn definition(&mut self, expected: Option<&'static ClassDef>) -> Result<(), DecodeError> {
        let start = self.pos;
        if start < self.entered
            && let Some(known) = self.classes.position(|class| class.start == start)
            && let Some(class) = self.classes.get(known)
        {
            self.pos = class.end;
            return Ok(());
        }
        if self.classes.len() >= self.limits.definitions {
            return Err(self.limit("number of class definitions", self.limits.definitions));
        }
        self.charge(size_of::<ClassEntry<'_>>())?;
        let entry = match expected {
            Some(class)
                if class
                    .whole
                    .is_some_and(|whole| self.remaining().starts_with(whole)) =>
            {
                self.pos += class.whole.map_or(0, <[u8]>::len);
                ClassEntry {
                    start,
                    end: self.pos,
                    name: Cow::Borrowed(class.name),
                    first: 0,
                    count: class.fields.count(),
                    known: expected,
                    schema: None,
                }
            }
            _ => self.parse_definition()?,
        };
        self.entered = self.entered.max(start + 1);
        self.classes.push(entry);
        Ok(())
    }

    fn parse_definition(&mut self) -> Result<ClassEntry<'a>, DecodeError> {
        let start = self.pos;
        self.pos += 1;
        let name = self.read_str()?;
        let at = self.pos;
        let count = self.read_int()?;
        let Ok(count) = usize::try_from(count) else {
            let found = i64::from(count);
            return Err(self.error_at(at, DecodeErrorKind::BadLength { found }));
        };
        let first = self.names.len();
        if count > self.limits.fields.saturating_sub(first) {
            return Err(self.limit("number of field names", self.limits.fields));
        }
        self.names.reserve(count.min(64));
        for _ in 0..count {
            let name = self.read_str()?;
            self.charge(size_of::<Cow<'_, str>>() * 2 + owned_len(&name))?;
            self.names.push(name);
        }
        Ok(ClassEntry {
            start,
            end: self.pos,
            name,
            first,
            count,
            known: None,
            schema: None,
        })
    }

    /// Whether an object was written with exactly this definition.
    #[inline]
    fn is_class(&mut self, head: &ObjectHead, class: &'static ClassDef) -> bool {
        let Some(entry) = self.classes.get_mut(head.class) else {
            return false;
        };
        match entry.known {
            Some(known) if std::ptr::eq(known, class) => true,
            Some(known) => known.same(class),
            None => {
                let bytes = self.input.get(entry.start..entry.end).unwrap_or_default();
                let same = entry.name == class.name && class.is(bytes);
                if same {
                    entry.known = Some(class);
                }
                same
            }
        }
    }

    /// The class of an object as a dynamic value keeps it.
    pub(crate) fn schema(&mut self, head: &ObjectHead) -> Result<Arc<Schema>, DecodeError> {
        if let Some(class) = self.classes.get(head.class)
            && let Some(schema) = &class.schema
        {
            return Ok(Arc::clone(schema));
        }
        let name = self.class_name(head);
        let mut size = 64 + name.len();
        let mut fields = Vec::new();
        for index in 0..head.fields {
            let field = self.field_name(head, index);
            size += 24 + field.len();
            self.charge(size)?;
            size = 0;
            fields.push(field.into_owned());
        }
        let schema = Arc::new(Schema::new(name.into_owned(), fields));
        if let Some(class) = self.classes.get_mut(head.class) {
            class.schema = Some(Arc::clone(&schema));
        }
        Ok(schema)
    }

    /// Reads the fields of an object as a map: each name as a key.
    pub(crate) fn object_as_map<K: Decode>(
        &mut self,
        mut entry: impl FnMut(&mut Self, K) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let head = self.read_object_start()?;
        for index in 0..head.fields {
            // A name is written for the occasion, so that any key type can read it.
            let name = self.field_name(&head, index);
            let mut bytes = Vec::new();
            crate::encode::string::write(&mut bytes, &name);
            let key = K::decode(&mut Decoder::new(&bytes))?;
            entry(self, key)?;
        }
        self.read_object_end(head);
        Ok(())
    }
}

/// Reads an object into the Rust type of its class.
///
/// Written with the type's own definition, its fields are read straight; with another one, by
/// name: unknown fields are skipped, the class name does not matter (it may be a subclass). A map
/// is read by its keys.
pub fn decode_object<T: Class>(d: &mut Decoder<'_>) -> Result<T, DecodeError> {
    match d.peek_tag()? {
        tag::CLASS | tag::OBJECT | 0x60..=0x6f => {
            let head = d.object_start(Some(T::CLASS))?;
            let value = if d.is_class(&head, T::CLASS) {
                T::decode_fields(d)?
            } else {
                by_name(d, &head)?
            };
            d.close(head.open);
            Ok(value)
        }
        tag::REFERENCE => d.follow(decode_object),
        tag::MAP | tag::TYPED_MAP => by_key(d),
        _ => Err(d.unexpected("an object")),
    }
}

fn by_name<T: Class>(d: &mut Decoder<'_>, head: &ObjectHead) -> Result<T, DecodeError> {
    let mut partial = T::Partial::default();
    for index in 0..head.fields {
        let name = d.field_name(head, index);
        let again = T::CLASS.fields.parent.is_some()
            && (index + 1..head.fields).any(|later| d.field_name(head, later) == name);
        if !T::accept(&mut partial, &name, again, d)? {
            d.skip_value()?;
        }
    }
    T::finish(partial, d)
}

fn by_key<T: Class>(d: &mut Decoder<'_>) -> Result<T, DecodeError> {
    let mut partial = T::Partial::default();
    let mut map = d.read_map_start()?;
    while d.map_next(&mut map)? {
        let known = match d.string_head_is_next() {
            true => {
                let key = d.read_str()?;
                T::accept(&mut partial, &key, false, d)?
            }
            false => {
                d.skip_value()?;
                false
            }
        };
        if !known {
            d.skip_value()?;
        }
    }
    T::finish(partial, d)
}

/// Reads an enum constant: from its object, its name, or a map with its name.
pub fn decode_constant<T: Constant>(d: &mut Decoder<'_>) -> Result<T, DecodeError> {
    let at = d.pos;
    let name = match d.peek_tag()? {
        tag::REFERENCE => return d.follow(decode_constant),
        _ if d.string_head_is_next() => d.read_str()?,
        _ => match single(d, T::CLASS, |d| d.read_str())? {
            Some(name) => name,
            None => return Err(d.unexpected("an enum constant")),
        },
    };
    T::from_name(&name).ok_or_else(|| {
        let class = T::CLASS.name;
        let name = name.into_owned();
        d.error_at(at, DecodeErrorKind::UnknownConstant { class, name })
    })
}

/// Reads a value that Java writes as an object with one field, such as BigDecimal; the bare value
/// is taken as well.
pub(crate) fn decode_single<T: Decode>(
    d: &mut Decoder<'_>,
    class: &'static ClassDef,
) -> Result<T, DecodeError> {
    match d.peek_tag()? {
        tag::REFERENCE => d.follow(|d| decode_single(d, class)),
        tag::NULL => Err(d.unexpected(class.name)),
        _ => match single(d, class, T::decode)? {
            Some(value) => Ok(value),
            None => T::decode(d),
        },
    }
}

/// Reads the only field of an object or map that counts; `None` if neither is next.
fn single<'a, T>(
    d: &mut Decoder<'a>,
    class: &'static ClassDef,
    mut read: impl FnMut(&mut Decoder<'a>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    let wanted = class.fields.get(0).unwrap_or_default();
    let mut found = None;
    match d.peek_tag()? {
        tag::CLASS | tag::OBJECT | 0x60..=0x6f => {
            let head = d.object_start(Some(class))?;
            for index in 0..head.fields {
                match d.field_name(&head, index) == wanted {
                    true => found = Some(read(d)?),
                    false => d.skip_value()?,
                }
            }
            d.close(head.open);
        }
        tag::MAP | tag::TYPED_MAP => {
            let mut map = d.read_map_start()?;
            while d.map_next(&mut map)? {
                let key = d.string_head_is_next().then(|| d.read_str()).transpose()?;
                match key {
                    Some(key) if key == wanted => found = Some(read(d)?),
                    Some(_) => d.skip_value()?,
                    None => {
                        d.skip_value()?;
                        d.skip_value()?;
                    }
                }
            }
        }
        _ => return Ok(None),
    }
    match found {
        Some(value) => Ok(Some(value)),
        None => Err(crate::class::missing(class.name, wanted, d)),
    }
}

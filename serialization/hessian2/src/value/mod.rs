//! [`Value`]: any Hessian value, without a Rust type for it.
//!
//! It keeps what a faithful re-encoding needs: order, class and type names, int as against long,
//! and which containers are one and the same object.
//!
//! # Sharing and cycles
//!
//! A container is an immutable node behind an [`Arc`]; cloning a `Value` shares it, and the
//! encoder writes a node that occurs twice as a reference, as Java does. A reference from inside
//! a container to itself or to one around it cannot be an `Arc`, which would never be freed; it
//! is a [`Back`], a weak pointer. Strong pointers therefore always lead to containers that were
//! complete earlier, which makes loops of them impossible: no leak, no unsafe code, `Send` and
//! `Sync`, and a part can be taken out of its document without a lifetime. The price: a `Back`
//! whose container has been dropped leads nowhere and is written as null. (An arena with node ids
//! would keep it alive, but every accessor would need the arena at hand.)

use std::sync::Arc;

use crate::date::Date;

mod codec;
mod compare;
mod convert;
mod debug;
#[cfg(feature = "json")]
mod json;
mod node;

#[cfg(feature = "json")]
pub use json::{JsonError, JsonOptions};
pub use node::{Back, List, Map, Object, ObjectBuilder, Schema};

/// Any value of the format.
///
/// Equality is by content, not by identity, and safe on cycles; NaN equals NaN, and entries of
/// maps are compared in their order.
///
/// ```
/// use tenfold_hessian2::{Value, from_slice, to_vec};
/// let order = Value::object("com.acme.Order")
///     .field("id", 7i64)
///     .field("lines", Value::list(["a", "b"]))
///     .build();
/// let back: Value = from_slice(&to_vec(&order)?)?;
/// assert_eq!(back, order);
/// assert_eq!(back.class_name(), Some("com.acme.Order"));
/// assert_eq!(back.get("id").and_then(Value::as_i64), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Value {
    /// Null.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// An int; Java's byte and short as well.
    Int(i32),
    /// A long.
    Long(i64),
    /// A double; Java's float as well.
    Double(f64),
    /// A `java.util.Date`.
    Date(Date),
    /// A string; Java's char as well.
    String(String),
    /// Binary data, `byte[]`.
    Bytes(Arc<[u8]>),
    /// A list, set or array.
    List(Arc<List>),
    /// A map.
    Map(Arc<Map>),
    /// An object of a class, an enum constant included.
    Object(Arc<Object>),
    /// A container around this place.
    Back(Back),
}

impl Value {
    /// A list, as an ArrayList.
    pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
        let items = items.into_iter().map(Into::into).collect();
        Value::List(Arc::new(List::new(None, items)))
    }

    /// A list of a class (`java.util.HashSet`) or an array (`[int`, `[string`, `[com.acme.Order`).
    pub fn typed_list<T: Into<Value>>(
        type_name: &str,
        items: impl IntoIterator<Item = T>,
    ) -> Value {
        let items = items.into_iter().map(Into::into).collect();
        Value::List(Arc::new(List::new(Some(Arc::from(type_name)), items)))
    }

    /// A map, as a HashMap; the entries keep their order all the same.
    pub fn map<K: Into<Value>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Value {
        let entries = entries.into_iter().map(|(k, v)| (k.into(), v.into()));
        Value::Map(Arc::new(Map::new(None, entries.collect())))
    }

    /// A map of a class, `java.util.LinkedHashMap`.
    pub fn typed_map<K: Into<Value>, V: Into<Value>>(
        type_name: &str,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Value {
        let entries = entries.into_iter().map(|(k, v)| (k.into(), v.into()));
        Value::Map(Arc::new(Map::new(
            Some(Arc::from(type_name)),
            entries.collect(),
        )))
    }

    /// Starts an object of a class.
    pub fn object(class_name: &str) -> ObjectBuilder {
        ObjectBuilder::new(class_name)
    }

    /// A constant of a Java enum.
    pub fn constant(class_name: &str, name: &str) -> Value {
        Value::object(class_name).field("name", name).build()
    }

    /// An object that its own fields may refer to: `fields` gets the way back to it.
    ///
    /// ```
    /// use tenfold_hessian2::Value;
    /// let node = Value::cyclic_object("demo.Node", |me| vec![("next".into(), me)]);
    /// assert_eq!(node.get("next").unwrap().resolved(), node);
    /// ```
    pub fn cyclic_object(
        class_name: &str,
        fields: impl FnOnce(Value) -> Vec<(String, Value)>,
    ) -> Value {
        Value::Object(Arc::new_cyclic(|weak| {
            let (names, values) = fields(Value::Back(Back::from(weak))).into_iter().unzip();
            Object::new(Arc::new(Schema::new(class_name.to_owned(), names)), values)
        }))
    }

    /// A list that its own elements may refer to.
    pub fn cyclic_list(items: impl FnOnce(Value) -> Vec<Value>) -> Value {
        Value::List(Arc::new_cyclic(|weak| {
            List::new(None, items(Value::Back(Back::from(weak))))
        }))
    }

    /// A map that its own values may refer to.
    pub fn cyclic_map(entries: impl FnOnce(Value) -> Vec<(Value, Value)>) -> Value {
        Value::Map(Arc::new_cyclic(|weak| {
            Map::new(None, entries(Value::Back(Back::from(weak))))
        }))
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(v) => Some(*v),
            _ => None,
        }
    }

    /// The int, or a long that fits.
    pub fn as_i32(&self) -> Option<i32> {
        self.as_i64().and_then(|v| i32::try_from(v).ok())
    }

    /// The int or long.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(v) => Some(i64::from(*v)),
            Value::Long(v) => Some(*v),
            _ => None,
        }
    }

    /// The number as a double.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Double(v) => Some(*v),
            Value::Int(v) => Some(f64::from(*v)),
            Value::Long(v) => Some(*v as f64),
            _ => None,
        }
    }

    /// The date.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Value::Date(v) => Some(*v),
            _ => None,
        }
    }

    /// The string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(v) => Some(v),
            _ => None,
        }
    }

    /// The binary data.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(v) => Some(v),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(v) => Some(v),
            _ => None,
        }
    }

    /// The map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(v) => Some(v),
            _ => None,
        }
    }

    /// The object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(v) => Some(v),
            _ => None,
        }
    }

    /// The class of an object, or the type that a list or map was written with.
    pub fn class_name(&self) -> Option<&str> {
        match self {
            Value::Object(v) => Some(v.class_name()),
            Value::List(v) => v.type_name(),
            Value::Map(v) => v.type_name(),
            _ => None,
        }
    }

    /// The field of an object, or the value of a map under that string.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(v) => v.get(name),
            Value::Map(v) => v.get(name),
            _ => None,
        }
    }

    /// The element of a list.
    pub fn at(&self, index: usize) -> Option<&Value> {
        self.as_list()?.get(index)
    }

    /// The value itself, or the container that a [`Back`] leads to (null if it is gone).
    #[must_use]
    pub fn resolved(&self) -> Value {
        match self {
            Value::Back(back) => back.upgrade().unwrap_or_default(),
            other => other.clone(),
        }
    }
}

impl crate::JavaType for Value {
    const DESCRIPTOR: &'static str = "Ljava/lang/Object;";
    const NAME: &'static str = "java.lang.Object";
    const COMPONENT: &'static str = "object";
}

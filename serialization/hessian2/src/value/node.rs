//! The containers of a dynamic value.

use std::ops::Deref;
use std::sync::{Arc, Weak};

use super::Value;
use crate::class::ClassDef;

/// A list, set or array; it dereferences to its elements.
#[derive(Default)]
pub struct List {
    type_name: Option<Arc<str>>,
    items: Vec<Value>,
}

/// A map; its entries keep their order.
#[derive(Default)]
pub struct Map {
    type_name: Option<Arc<str>>,
    entries: Vec<(Value, Value)>,
}

/// An object of a class.
#[derive(Default)]
pub struct Object {
    schema: Arc<Schema>,
    values: Vec<Value>,
}

/// A class: its name and the names of its fields, shared by its objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    name: String,
    fields: Vec<String>,
}

/// The way back to a container that encloses this place. Weak: when the container has been
/// dropped, it leads nowhere.
#[derive(Clone)]
pub struct Back(Kind);

#[derive(Clone)]
enum Kind {
    List(Weak<List>),
    Map(Weak<Map>),
    Object(Weak<Object>),
}

impl List {
    pub(crate) fn new(type_name: Option<Arc<str>>, items: Vec<Value>) -> Self {
        List { type_name, items }
    }

    /// The class or array name it was written with; `None` for an ArrayList.
    pub fn type_name(&self) -> Option<&str> {
        self.type_name.as_deref()
    }

    pub(crate) fn type_arc(&self) -> Option<&Arc<str>> {
        self.type_name.as_ref()
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

impl Map {
    pub(crate) fn new(type_name: Option<Arc<str>>, entries: Vec<(Value, Value)>) -> Self {
        Map { type_name, entries }
    }

    /// The class it was written with; `None` for a HashMap.
    pub fn type_name(&self) -> Option<&str> {
        self.type_name.as_deref()
    }

    pub(crate) fn type_arc(&self) -> Option<&Arc<str>> {
        self.type_name.as_ref()
    }

    /// The entries in their order.
    pub fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    /// The value under a string. The last one wins, as in Java; the search is linear.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let mut entries = self.entries.iter().rev();
        entries
            .find(|(k, _)| k.as_str() == Some(key))
            .map(|(_, v)| v)
    }

    /// The value under any key.
    pub fn get_by(&self, key: &Value) -> Option<&Value> {
        self.entries
            .iter()
            .rev()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v)
    }
}

impl Object {
    pub(crate) fn new(schema: Arc<Schema>, values: Vec<Value>) -> Self {
        Object { schema, values }
    }

    /// The Java class.
    pub fn class_name(&self) -> &str {
        &self.schema.name
    }

    /// The class with its field names.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The value of a field. Where a parent class has a field of the same name, this is the
    /// subclass's, which comes last.
    pub fn get(&self, field: &str) -> Option<&Value> {
        let index = self.schema.fields.iter().rposition(|name| name == field)?;
        self.values.get(index)
    }

    /// The fields in their order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.schema
            .fields
            .iter()
            .map(String::as_str)
            .zip(&self.values)
    }

    /// The field values in their order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

impl Schema {
    pub(crate) fn new(name: String, fields: Vec<String>) -> Self {
        Schema { name, fields }
    }

    /// The Java class.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the fields in their order.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    pub(crate) fn is(&self, class: &ClassDef) -> bool {
        self.name == class.name
            && self.fields.len() == class.fields.count()
            && self
                .fields
                .iter()
                .map(String::as_str)
                .eq(class.fields.iter())
    }
}

impl Back {
    /// The container, if it is still there.
    pub fn upgrade(&self) -> Option<Value> {
        match &self.0 {
            Kind::List(weak) => weak.upgrade().map(Value::List),
            Kind::Map(weak) => weak.upgrade().map(Value::Map),
            Kind::Object(weak) => weak.upgrade().map(Value::Object),
        }
    }
}

impl From<&Weak<List>> for Back {
    fn from(weak: &Weak<List>) -> Self {
        Back(Kind::List(weak.clone()))
    }
}

impl From<&Weak<Map>> for Back {
    fn from(weak: &Weak<Map>) -> Self {
        Back(Kind::Map(weak.clone()))
    }
}

impl From<&Weak<Object>> for Back {
    fn from(weak: &Weak<Object>) -> Self {
        Back(Kind::Object(weak.clone()))
    }
}

/// Puts an object together; see [`Value::object`].
#[derive(Debug)]
pub struct ObjectBuilder {
    schema: Schema,
    values: Vec<Value>,
}

impl ObjectBuilder {
    pub(crate) fn new(class_name: &str) -> Self {
        ObjectBuilder {
            schema: Schema::new(class_name.to_owned(), Vec::new()),
            values: Vec::new(),
        }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.schema.fields.push(name.to_owned());
        self.values.push(value.into());
        self
    }

    /// The finished object.
    pub fn build(self) -> Value {
        Value::Object(Arc::new(Object::new(Arc::new(self.schema), self.values)))
    }
}

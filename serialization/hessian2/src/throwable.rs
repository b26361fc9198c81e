//! [`Throwable`]: a Java exception of any class.
//!
//! It is read by way of [`Value`], so that nothing in an exception can make it unreadable: JDK 8
//! and 17 stack frames, a cause that is the exception itself (Java's "none was set"), the empty
//! typed stack of other languages, fields of the class's own, cycles among them. An object or map
//! that only resembles an exception is read as well.

use std::fmt;
use std::sync::Arc;

use crate::decode::{Decode, Decoder};
use crate::encode::{Encode, Encoder};
use crate::error::{DecodeError, EncodeError};
use crate::java_type::java_class;
use crate::value::{Object, Value};

/// How many exceptions one message may unfold into; those beyond are left out. Causes and
/// suppressed exceptions may be shared, so a small message could mean a huge tree.
const UNFOLD_MAX: usize = 1024;

/// A Java exception.
///
/// ```
/// use tenfold_hessian2::{Throwable, from_slice, to_vec};
/// let bytes = to_vec(&Throwable::new("com.acme.NoStockException", "no stock"))?;
/// let back: Throwable = from_slice(&bytes)?;
/// assert_eq!(back.class, "com.acme.NoStockException");
/// assert_eq!(back.message.as_deref(), Some("no stock"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throwable {
    /// The Java class. Empty when a map without a `class` entry came.
    pub class: String,
    /// `detailMessage`.
    pub message: Option<String>,
    /// The frames, innermost first.
    pub stack_trace: Vec<StackTraceElement>,
    /// The cause.
    pub cause: Option<Box<Throwable>>,
    /// The suppressed exceptions.
    pub suppressed: Vec<Throwable>,
    /// The fields of the class itself, in wire order.
    pub fields: Vec<(String, Value)>,
}

/// A frame of a Java stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StackTraceElement {
    /// The class.
    pub declaring_class: String,
    /// The method.
    pub method_name: String,
    /// The source file, if known.
    pub file_name: Option<String>,
    /// The line; negative if unknown, -2 for a native method.
    pub line_number: i32,
}

impl Throwable {
    /// An exception of a class, with a message and nothing else.
    pub fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Throwable {
            class: class.into(),
            message: Some(message.into()),
            ..Throwable::default()
        }
    }

    /// The same with a cause.
    #[must_use]
    pub fn caused_by(mut self, cause: Throwable) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The same with a field of the class's own.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// A field of the class's own.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v)
    }

    /// The exception that a dynamic value is: an object or a map.
    pub fn from_value(value: &Value) -> Option<Self> {
        unfold(value, &mut UNFOLD_MAX.clone())
    }

    /// The dynamic form.
    ///
    /// `java.lang.Throwable` itself becomes `java.lang.RuntimeException`: Dubbo 3.3 refuses the
    /// former as a class outside its allow-list.
    pub fn to_value(&self) -> Value {
        let class = match self.class.as_str() {
            "" | "java.lang.Throwable" => "java.lang.RuntimeException",
            class => class,
        };
        let suppressed = match self.suppressed.as_slice() {
            [] => Value::typed_list("java.util.Collections$EmptyList", [Value::Null; 0]),
            some => Value::list(some.iter().map(Throwable::to_value)),
        };
        let frames = self.stack_trace.iter().map(StackTraceElement::to_value);
        let mut object = Value::object(class)
            .field("suppressedExceptions", suppressed)
            .field(
                "stackTrace",
                Value::typed_list("[java.lang.StackTraceElement", frames),
            )
            .field("cause", self.cause.as_ref().map(|cause| cause.to_value()))
            .field("detailMessage", self.message.clone());
        for (name, value) in &self.fields {
            object = object.field(name, value.clone());
        }
        object.build()
    }
}

fn unfold(value: &Value, left: &mut usize) -> Option<Throwable> {
    *left = left.checked_sub(1)?;
    let mut throwable = Throwable::default();
    match value {
        Value::Object(object) => {
            throwable.class = object.class_name().to_owned();
            for (name, field) in object.fields() {
                throwable.put(name, field, Some(object), left);
            }
        }
        Value::Map(map) => {
            throwable.class = map.type_name().unwrap_or_default().to_owned();
            for (name, field) in map.entries() {
                throwable.put(name.as_str()?, field, None, left);
            }
        }
        _ => return None,
    }
    Some(throwable)
}

impl Throwable {
    fn put(&mut self, name: &str, value: &Value, me: Option<&Arc<Object>>, left: &mut usize) {
        match (name, value) {
            ("detailMessage" | "message", Value::String(text)) => {
                self.message = Some(text.clone());
            }
            ("detailMessage", Value::Null) => {}
            ("class", Value::String(text)) if me.is_none() => self.class = text.clone(),
            ("stackTrace", Value::List(frames)) => {
                self.stack_trace = frames.iter().filter_map(frame).collect();
            }
            ("suppressedExceptions" | "suppressed", Value::List(list)) => {
                self.suppressed = list
                    .iter()
                    .filter_map(|value| unfold(value, left))
                    .collect();
            }
            // A cause that leads back is Java's way of saying that none was set.
            ("cause", Value::Object(_) | Value::Map(_)) => {
                self.cause = unfold(value, left).map(Box::new);
            }
            ("stackTrace" | "suppressedExceptions" | "cause", _) => {}
            _ => self.fields.push((name.to_owned(), value.clone())),
        }
    }
}

fn frame(value: &Value) -> Option<StackTraceElement> {
    let text = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(StackTraceElement {
        declaring_class: text("declaringClass")?,
        method_name: text("methodName").unwrap_or_default(),
        file_name: text("fileName"),
        line_number: value
            .get("lineNumber")
            .and_then(Value::as_i32)
            .unwrap_or(-1),
    })
}

impl StackTraceElement {
    /// A frame.
    pub fn new(
        declaring_class: impl Into<String>,
        method_name: impl Into<String>,
        file_name: Option<String>,
        line_number: i32,
    ) -> Self {
        StackTraceElement {
            declaring_class: declaring_class.into(),
            method_name: method_name.into(),
            file_name,
            line_number,
        }
    }

    fn to_value(&self) -> Value {
        Value::object("java.lang.StackTraceElement")
            .field("lineNumber", self.line_number)
            .field("fileName", self.file_name.clone())
            .field("methodName", self.method_name.as_str())
            .field("declaringClass", self.declaring_class.as_str())
            .build()
    }
}

impl fmt::Display for Throwable {
    /// Class and message, as Java's `toString()`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.class),
            None => f.write_str(&self.class),
        }
    }
}

impl std::error::Error for Throwable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl fmt::Display for StackTraceElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.declaring_class, self.method_name)?;
        match (&self.file_name, self.line_number) {
            (_, -2) => f.write_str("(Native Method)"),
            (Some(file), 0..) => write!(f, "({file}:{})", self.line_number),
            (Some(file), _) => write!(f, "({file})"),
            (None, _) => f.write_str("(Unknown Source)"),
        }
    }
}

impl Encode for Throwable {
    fn encode(&self, e: &mut Encoder<'_>) -> Result<(), EncodeError> {
        self.to_value().encode(e)
    }
}

impl Decode for Throwable {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let at = d.position();
        let value = Value::decode(d)?;
        Throwable::from_value(&value).ok_or_else(|| d.wrong_tag(at, "an exception"))
    }
}

java_class!("Ljava/lang/Throwable;", "java.lang.Throwable" => Throwable);

wire_object!(StackTraceElement, "java.lang.StackTraceElement", {
    line_number: i32 = "lineNumber",
    file_name: Option<String> = "fileName",
    method_name: String = "methodName",
    declaring_class: String = "declaringClass",
});
java_class!("Ljava/lang/StackTraceElement;", "java.lang.StackTraceElement" => StackTraceElement);

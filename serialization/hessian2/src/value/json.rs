//! Dynamic values to and from JSON.
//!
//! To JSON follows the rules by which Dubbo generalizes objects: an object becomes a JSON object
//! with its class under `class`, an enum constant its name, a date ISO 8601 text, decimals and
//! java.time values their text. From JSON yields plain lists and maps, which a provider turns
//! into its own types.

use std::fmt;

use super::{List, Map, Object, Value};

type Json = serde_json::Value;

/// How a value becomes JSON.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JsonOptions {
    /// Whether objects carry an entry `class`. Default: yes, as in Dubbo.
    pub class_names: bool,
    /// Whether dates are milliseconds since 1970 instead of ISO 8601 text. Default: no.
    pub dates_as_millis: bool,
    /// How many JSON values may come out. A shared object is written out at each place, so a
    /// small document can mean a huge text. Default: 1 Mi.
    pub nodes_max: usize,
}

impl Default for JsonOptions {
    fn default() -> Self {
        JsonOptions {
            class_names: true,
            dates_as_millis: false,
            nodes_max: 1 << 20,
        }
    }
}

/// Why a value cannot be JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// It contains itself.
    Cycle,
    /// More JSON values than [`JsonOptions::nodes_max`].
    TooLarge {
        /// The bound.
        max: usize,
    },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::Cycle => f.write_str("a value that contains itself cannot be JSON"),
            JsonError::TooLarge { max } => write!(f, "JSON values exceed {max}"),
        }
    }
}

impl std::error::Error for JsonError {}

impl Value {
    /// This value as JSON, with the default options.
    pub fn to_json(&self) -> Result<Json, JsonError> {
        self.to_json_with(&JsonOptions::default())
    }

    /// This value as JSON.
    ///
    /// Binary data becomes base64 text, NaN and infinities their names, keys that are not text
    /// the JSON text of their value.
    pub fn to_json_with(&self, options: &JsonOptions) -> Result<Json, JsonError> {
        let mut writer = Writer {
            options,
            left: options.nodes_max,
        };
        writer.value(self)
    }
}

struct Writer<'a> {
    options: &'a JsonOptions,
    left: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Result<Json, JsonError> {
        let max = self.options.nodes_max;
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(JsonError::TooLarge { max })?;
        Ok(match value {
            Value::Null => Json::Null,
            Value::Bool(v) => (*v).into(),
            Value::Int(v) => (*v).into(),
            Value::Long(v) => (*v).into(),
            Value::Double(v) if v.is_finite() => (*v).into(),
            Value::Double(v) => v.to_string().into(),
            Value::Date(v) if self.options.dates_as_millis => v.millis().into(),
            Value::Date(v) => v.to_string().into(),
            Value::String(v) => v.as_str().into(),
            Value::Bytes(v) => base64(v).into(),
            Value::List(v) => self.list(v)?,
            Value::Map(v) => self.map(v)?,
            Value::Object(v) => self.object(v)?,
            Value::Back(_) => return Err(JsonError::Cycle),
        })
    }

    fn list(&mut self, list: &List) -> Result<Json, JsonError> {
        let items: Result<Vec<Json>, _> = list.iter().map(|item| self.value(item)).collect();
        Ok(Json::Array(items?))
    }

    fn map(&mut self, map: &Map) -> Result<Json, JsonError> {
        let mut members = serde_json::Map::new();
        for (key, value) in map.entries() {
            let key = match self.value(key)? {
                Json::String(text) => text,
                other => other.to_string(),
            };
            members.insert(key, self.value(value)?);
        }
        Ok(Json::Object(members))
    }

    fn object(&mut self, object: &Object) -> Result<Json, JsonError> {
        if let Some(text) = crate::types::text_of(object) {
            return Ok(text.into());
        }
        let mut members = serde_json::Map::new();
        if self.options.class_names {
            members.insert("class".to_owned(), object.class_name().into());
        }
        for (name, value) in object.fields() {
            members.insert(name.to_owned(), self.value(value)?);
        }
        Ok(Json::Object(members))
    }
}

impl From<&Json> for Value {
    /// Whole numbers are ints where they fit, else longs; objects become maps in their order.
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Value::Null,
            Json::Bool(v) => Value::Bool(*v),
            Json::Number(v) => match (v.as_i64(), v.as_f64()) {
                (Some(whole), _) => i32::try_from(whole).map_or(Value::Long(whole), Value::Int),
                (None, Some(v)) => Value::Double(v),
                (None, None) => Value::String(v.to_string()),
            },
            Json::String(v) => Value::String(v.clone()),
            Json::Array(v) => Value::list(v),
            Json::Object(v) => Value::map(v.iter().map(|(k, v)| (k.as_str(), v))),
        }
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        Value::from(&json)
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| {
        ALPHABET
            .get((bits & 63) as usize)
            .map_or('=', |b| char::from(*b))
    };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        text.push(digit(bits >> 18));
        text.push(digit(bits >> 12));
        text.push(if chunk.len() > 1 {
            digit(bits >> 6)
        } else {
            '='
        });
        text.push(if chunk.len() > 2 { digit(bits) } else { '=' });
    }
    text
}

//! `Debug` for dynamic values: each shared container is printed once, so cycles end and heavy
//! sharing stays readable.

use std::collections::HashSet;
use std::fmt::{self, Debug, Formatter, Write};
use std::sync::Arc;

use super::{Back, List, Map, Object, Value};

impl Debug for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer::default().value(self, f)
    }
}

macro_rules! container {
    ($($t:ty, $print:ident;)+) => {$(
        impl Debug for $t {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                Printer::default().$print(self, f)
            }
        }
    )+};
}
container! { List, list; Map, map; Object, object; }

impl Debug for Back {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("<back>")
    }
}

#[derive(Default)]
struct Printer {
    printed: HashSet<usize>,
}

impl Printer {
    fn value(&mut self, value: &Value, f: &mut Formatter<'_>) -> fmt::Result {
        match value {
            Value::Null => f.write_str("null"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::Int(v) => write!(f, "{v}"),
            Value::Long(v) => write!(f, "{v}L"),
            Value::Double(v) => write!(f, "{v:?}"),
            Value::Date(v) => write!(f, "{v}"),
            Value::String(v) => write!(f, "{v:?}"),
            Value::Bytes(v) => write!(f, "<{} bytes>", v.len()),
            Value::List(v) if self.first(v) => self.list(v, f),
            Value::Map(v) if self.first(v) => self.map(v, f),
            Value::Object(v) if self.first(v) => self.object(v, f),
            Value::Object(v) => write!(f, "<same {}>", v.class_name()),
            Value::List(_) => f.write_str("<same list>"),
            Value::Map(_) => f.write_str("<same map>"),
            Value::Back(back) => back.fmt(f),
        }
    }

    fn first<T>(&mut self, node: &Arc<T>) -> bool {
        Arc::strong_count(node) == 1 || self.printed.insert(Arc::as_ptr(node) as usize)
    }

    fn list(&mut self, list: &List, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(list.type_name().unwrap_or_default())?;
        f.write_char('[')?;
        for (index, item) in list.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            self.value(item, f)?;
        }
        f.write_char(']')
    }

    fn map(&mut self, map: &Map, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(map.type_name().unwrap_or_default())?;
        f.write_char('{')?;
        for (index, (key, value)) in map.entries().iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            self.value(key, f)?;
            f.write_str(": ")?;
            self.value(value, f)?;
        }
        f.write_char('}')
    }

    fn object(&mut self, object: &Object, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {{", object.class_name())?;
        for (index, (name, value)) in object.fields().enumerate() {
            write!(f, "{}{name}: ", if index > 0 { ", " } else { "" })?;
            self.value(value, f)?;
        }
        f.write_char('}')
    }
}

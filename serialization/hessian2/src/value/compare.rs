//! Equality of dynamic values, safe on cycles and on heavy sharing.

use std::collections::HashSet;
use std::sync::Arc;

use super::Value;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        Comparison::default().same(self, other)
    }
}

impl Eq for Value {}

/// Pairs of containers that have been compared, or are being compared further up: a pair met
/// again is taken to be equal, since a difference would have ended everything.
#[derive(Default)]
struct Comparison {
    met: HashSet<(usize, usize)>,
}

impl Comparison {
    fn same(&mut self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Long(a), Value::Long(b)) => a == b,
            (Value::Double(a), Value::Double(b)) => a == b || a.is_nan() && b.is_nan(),
            (Value::Date(a), Value::Date(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::List(a), Value::List(b)) => {
                self.met_before(a, b)
                    || a.type_name() == b.type_name()
                        && a.len() == b.len()
                        && a.iter().zip(b.iter()).all(|(a, b)| self.same(a, b))
            }
            (Value::Map(a), Value::Map(b)) => {
                self.met_before(a, b)
                    || a.type_name() == b.type_name()
                        && a.entries().len() == b.entries().len()
                        && a.entries()
                            .iter()
                            .zip(b.entries())
                            .all(|((ak, av), (bk, bv))| self.same(ak, bk) && self.same(av, bv))
            }
            (Value::Object(a), Value::Object(b)) => {
                self.met_before(a, b)
                    || a.schema() == b.schema()
                        && a.values().len() == b.values().len()
                        && a.values()
                            .iter()
                            .zip(b.values())
                            .all(|(a, b)| self.same(a, b))
            }
            (Value::Back(a), b) => match a.upgrade() {
                Some(a) => self.same(&a, b),
                None => matches!(b, Value::Back(b) if b.upgrade().is_none()),
            },
            (a, Value::Back(b)) => b.upgrade().is_some_and(|b| self.same(a, &b)),
            _ => false,
        }
    }

    fn met_before<T>(&mut self, a: &Arc<T>, b: &Arc<T>) -> bool {
        // Nodes with a single holder on either side cannot be met a second time by themselves.
        let shared = |node: &Arc<T>| Arc::strong_count(node) > 1 || Arc::weak_count(node) > 0;
        Arc::ptr_eq(a, b)
            || (shared(a) || shared(b))
                && !self
                    .met
                    .insert((Arc::as_ptr(a) as usize, Arc::as_ptr(b) as usize))
    }
}

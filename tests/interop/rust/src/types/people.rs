//! Plain classes, a generic wrapper, an enum, a field that hides its parent's.

use std::sync::Arc;

use tenfold::{
    Wire,
    hessian2::{JavaArray, types::JavaClass},
};

/// An enum; in Java one of its constants has a body of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Wire)]
#[wire(class = "org.tenfold.interop.Color")]
pub enum Color {
    Red,
    Green,
    Blue,
}

/// Part of a person.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Address")]
pub struct Address {
    pub street: Option<String>,
    pub zip: Option<String>,
}

/// A class with getters and setters.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Person")]
pub struct Person {
    pub name: Option<String>,
    pub age: i32,
    pub active: bool,
    pub score: Option<i64>,
    pub tags: Vec<String>,
    pub home: Option<Address>,
}

/// Two persons, which may be one object.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Pair")]
pub struct Pair {
    pub left: Option<Arc<Person>>,
    pub right: Option<Arc<Person>>,
}

/// The wrapper that many Java services answer with: `Result<T>` there.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Result")]
pub struct Reply<T> {
    pub code: i32,
    pub message: Option<String>,
    pub data: Option<T>,
}

/// The class whose field is hidden.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.ShadowBase")]
pub struct ShadowBase {
    pub name: Option<String>,
}

/// Has a field of the same name as its superclass, so the name occurs twice on the wire.
#[derive(Clone, Debug, Default, PartialEq, Wire)]
#[wire(class = "org.tenfold.interop.Shadow")]
pub struct Shadow {
    pub name: Option<String>,
    #[wire(parent)]
    pub base: ShadowBase,
}

/// A `java.util.EnumSet` of colors: on the wire Hessian's own handle class.
#[derive(Clone, Debug, PartialEq, Wire)]
#[wire(
    class = "com.alibaba.com.caucho.hessian.io.EnumSetHandler",
    java = "java.util.EnumSet"
)]
pub struct EnumSet {
    #[wire(name = "type")]
    pub of: JavaClass,
    pub objects: JavaArray<Color>,
}

impl Person {
    /// A person of whom only name and age are known.
    pub fn new(name: &str, age: i32) -> Self {
        Self {
            name: Some(name.to_owned()),
            age,
            ..Self::default()
        }
    }
}

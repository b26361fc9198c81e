//! Which Java type a Rust type stands for: descriptors, names, array component names.
//!
//! Constants of the type and not of its spelling, so aliases work. Dubbo finds a method by the
//! concatenated descriptors of its parameters, so `i32` (`I`) and `Option<i32>`
//! (`Ljava/lang/Integer;`) are different.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// The Java type of a Rust type.
///
/// ```
/// use tenfold_hessian2::{JavaArray, JavaType};
/// assert_eq!(<i32 as JavaType>::DESCRIPTOR, "I");
/// assert_eq!(<Option<i32> as JavaType>::NAME, "java.lang.Integer");
/// assert_eq!(<JavaArray<String> as JavaType>::DESCRIPTOR, "[Ljava/lang/String;");
/// assert_eq!(<Vec<u8> as JavaType>::DESCRIPTOR, "[B");
/// ```
pub trait JavaType {
    /// The JVM descriptor, `Ljava/lang/String;`.
    const DESCRIPTOR: &'static str;
    /// What `Class.getName()` says, `java.lang.String`.
    const NAME: &'static str;
    /// The name in Hessian's array types, `string` in `[string`.
    const COMPONENT: &'static str = Self::NAME;
    /// The type of `Option<Self>`: the box of a primitive, else the same.
    const BOXED: TypeNames = TypeNames {
        descriptor: Self::DESCRIPTOR,
        name: Self::NAME,
        component: Self::COMPONENT,
    };
    /// The type of `Vec<Self>`: `java.util.List`, but `byte[]` for `u8`.
    const LIST: TypeNames = TypeNames::LIST;
}

/// The three names of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeNames {
    /// The JVM descriptor.
    pub descriptor: &'static str,
    /// What `Class.getName()` says.
    pub name: &'static str,
    /// The name in Hessian's array types.
    pub component: &'static str,
}

impl TypeNames {
    const LIST: TypeNames = TypeNames {
        descriptor: "Ljava/util/List;",
        name: "java.util.List",
        component: "java.util.List",
    };
    const BYTES: TypeNames = TypeNames {
        descriptor: "[B",
        name: "[B",
        component: "[byte",
    };
}

/// Declares the Java type of a class: descriptor literal, name literal, types.
macro_rules! java_class {
    ($descriptor:literal, $name:literal => $($(@[$($g:tt)*])? $t:ty),+ $(,)?) => {$(
        impl$(<$($g)*>)? $crate::JavaType for $t {
            const DESCRIPTOR: &'static str = $descriptor;
            const NAME: &'static str = $name;
        }
    )+};
}
pub(crate) use java_class;

macro_rules! primitive {
    ($t:ty, $d:literal, $name:literal, $boxed_descriptor:literal, $boxed:literal $(, $list:expr)?) => {
        impl JavaType for $t {
            const DESCRIPTOR: &'static str = $d;
            const NAME: &'static str = $name;
            const BOXED: TypeNames = TypeNames {
                descriptor: $boxed_descriptor,
                name: $boxed,
                component: $boxed,
            };
            $(const LIST: TypeNames = $list;)?
        }
    };
}

primitive!(
    bool,
    "Z",
    "boolean",
    "Ljava/lang/Boolean;",
    "java.lang.Boolean"
);
primitive!(i8, "B", "byte", "Ljava/lang/Byte;", "java.lang.Byte");
primitive!(
    u8,
    "B",
    "byte",
    "Ljava/lang/Byte;",
    "java.lang.Byte",
    TypeNames::BYTES
);
primitive!(i16, "S", "short", "Ljava/lang/Short;", "java.lang.Short");
primitive!(i32, "I", "int", "Ljava/lang/Integer;", "java.lang.Integer");
primitive!(i64, "J", "long", "Ljava/lang/Long;", "java.lang.Long");
primitive!(f32, "F", "float", "Ljava/lang/Float;", "java.lang.Float");
primitive!(f64, "D", "double", "Ljava/lang/Double;", "java.lang.Double");
primitive!(
    char,
    "C",
    "char",
    "Ljava/lang/Character;",
    "java.lang.Character"
);

impl JavaType for () {
    const DESCRIPTOR: &'static str = "V";
    const NAME: &'static str = "void";
}

impl JavaType for str {
    const DESCRIPTOR: &'static str = "Ljava/lang/String;";
    const NAME: &'static str = "java.lang.String";
    const COMPONENT: &'static str = "string";
}

impl JavaType for String {
    const DESCRIPTOR: &'static str = str::DESCRIPTOR;
    const NAME: &'static str = str::NAME;
    const COMPONENT: &'static str = str::COMPONENT;
}

/// Types that only wrap another one.
macro_rules! transparent {
    ($($(@[$($g:tt)*])? $t:ty),+) => {$(
        impl<$($($g)*,)? T: JavaType + ?Sized> JavaType for $t {
            const DESCRIPTOR: &'static str = T::DESCRIPTOR;
            const NAME: &'static str = T::NAME;
            const COMPONENT: &'static str = T::COMPONENT;
            const BOXED: TypeNames = T::BOXED;
        }
    )+};
}
transparent!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: JavaType> JavaType for Option<T> {
    const DESCRIPTOR: &'static str = T::BOXED.descriptor;
    const NAME: &'static str = T::BOXED.name;
    const COMPONENT: &'static str = T::BOXED.component;
}

impl<T: JavaType> JavaType for Vec<T> {
    const DESCRIPTOR: &'static str = T::LIST.descriptor;
    const NAME: &'static str = T::LIST.name;
    const COMPONENT: &'static str = T::LIST.component;
}

java_class!("Ljava/util/List;", "java.util.List" => @[T] LinkedList<T>, @[T] VecDeque<T>);
java_class!("Ljava/util/Set;", "java.util.Set" => @[T, S] HashSet<T, S>, @[T] BTreeSet<T>);
java_class!("Ljava/util/Map;", "java.util.Map" => @[K, V, S] HashMap<K, V, S>, @[K, V] BTreeMap<K, V>);

/// Text joined at compile time, for the names of arrays.
#[derive(Debug)]
pub(crate) struct Joined {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Joined {
    /// A Java class name has at most 65,535 bytes in theory; nobody comes near this.
    const MAX: usize = 512;

    pub(crate) const fn new(prefix: &str, name: &str, dots: bool) -> Self {
        let mut joined = Joined {
            bytes: [0; Self::MAX],
            len: 0,
        };
        joined = joined.push(prefix.as_bytes(), dots);
        joined.push(name.as_bytes(), dots)
    }

    const fn push(mut self, text: &[u8], dots: bool) -> Self {
        let mut index = 0;
        while index < text.len() {
            let byte = text[index];
            self.bytes[self.len] = if dots && byte == b'/' { b'.' } else { byte };
            self.len += 1;
            index += 1;
        }
        self
    }

    pub(crate) const fn as_str(&'static self) -> &'static str {
        let (text, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => panic!("joined from whole strings"),
        }
    }
}

/// The names of arrays of `T`.
pub(crate) struct ArrayOf<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: JavaType + ?Sized> ArrayOf<T> {
    const DESCRIPTOR_TEXT: &'static Joined = &Joined::new("[", T::DESCRIPTOR, false);
    const NAME_TEXT: &'static Joined = &Joined::new("[", T::DESCRIPTOR, true);
    const COMPONENT_TEXT: &'static Joined = &Joined::new("[", T::COMPONENT, false);
    pub(crate) const DESCRIPTOR: &'static str = Self::DESCRIPTOR_TEXT.as_str();
    pub(crate) const NAME: &'static str = Self::NAME_TEXT.as_str();
    /// The type name on the wire, `[int`.
    pub(crate) const COMPONENT: &'static str = Self::COMPONENT_TEXT.as_str();
}

impl<T: JavaType, const N: usize> JavaType for [T; N] {
    const DESCRIPTOR: &'static str = ArrayOf::<T>::DESCRIPTOR;
    const NAME: &'static str = ArrayOf::<T>::NAME;
    const COMPONENT: &'static str = ArrayOf::<T>::COMPONENT;
}

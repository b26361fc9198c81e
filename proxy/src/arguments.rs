//! The arguments of a typed call: a tuple that can be written again for each try.

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use tenfold_hessian2::{Decode, Decoder, Encode, JavaType};
use tenfold_protocol::{MethodCodec, MethodDescriptor, descriptor_of_name};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError, Writer};

use crate::{MethodResult, text::push_text};

/// A tuple of argument types, up to twelve.
pub trait ArgumentTuple: Sized + Send + Sync + 'static {
    /// JVM descriptor of each element.
    const DESCRIPTORS: &'static [&'static str];

    /// Writes each element as one value.
    ///
    /// # Errors
    ///
    /// [`SerializationError`] when an element cannot be written.
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError>;

    /// Reads the tuple.
    ///
    /// # Errors
    ///
    /// [`SerializationError`] when the bytes do not fit the element types.
    fn read(reader: &mut Reader<'_>) -> Result<Self, SerializationError>;

    /// Appends element `index` as Java's `String.valueOf` would print it; `false` when there is
    /// none or it has no stable text.
    fn text(&self, index: usize, out: &mut String) -> bool;
}

/// A tuple as [`Arguments`].
pub struct Packed<A>(pub A);

impl<A: ArgumentTuple> Arguments for Packed<A> {
    fn count(&self) -> usize {
        A::DESCRIPTORS.len()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError> {
        self.0.write(writer)
    }

    fn text(&self, index: usize, out: &mut String) -> bool {
        self.0.text(index, out)
    }
}

/// Describes a method by its Rust types; `pins[i]` names parameter `i`'s Java type where it is not
/// the one of its Rust type.
pub fn typed_method<A: ArgumentTuple, R: MethodResult>(
    java_name: &'static str,
    pins: &[Option<&'static str>],
) -> MethodDescriptor {
    let parameters = A::DESCRIPTORS
        .iter()
        .enumerate()
        .map(|(index, descriptor)| match pins.get(index) {
            Some(Some(name)) => descriptor_of_name(name),
            _ => Cow::Borrowed(*descriptor),
        })
        .collect();
    let codec = TypedCodec::<A, R>(PhantomData);
    MethodDescriptor::new(java_name, parameters, R::Value::DESCRIPTOR, Box::new(codec))
}

/// Reads the values of a method whose types are known.
struct TypedCodec<A, R>(PhantomData<fn(A) -> R>);

impl<A: ArgumentTuple, R: MethodResult> MethodCodec for TypedCodec<A, R> {
    fn read_arguments(
        &self,
        reader: &mut Reader<'_>,
    ) -> Result<Arc<dyn Arguments>, SerializationError> {
        Ok(Arc::new(Packed(A::read(reader)?)))
    }

    fn read_value(&self, reader: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError> {
        match reader {
            Reader::Hessian2(decoder) => Ok(Box::new(R::Value::decode(decoder)?)),
            _ => Err(unsupported::<R::Value>()),
        }
    }

    fn no_value(&self) -> Option<Box<dyn Body>> {
        let value = R::Value::decode(&mut Decoder::new(b"N")).ok()?;
        Some(Box::new(value))
    }
}

fn unsupported<T>() -> SerializationError {
    SerializationError::Unsupported {
        type_name: std::any::type_name::<T>(),
        serialization: tenfold_serialization::SerializationKind::from_id(0),
    }
}

macro_rules! argument_tuples {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<$($name),*> ArgumentTuple for ($($name,)*)
        where
            $($name: Encode + Decode + JavaType + Send + Sync + 'static,)*
        {
            const DESCRIPTORS: &'static [&'static str] = &[$($name::DESCRIPTOR),*];

            #[allow(unused_variables)]
            fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError> {
                match writer {
                    Writer::Hessian2(encoder) => {
                        $(self.$index.encode(encoder)?;)*
                        Ok(())
                    }
                    _ => Err(unsupported::<Self>()),
                }
            }

            #[allow(unused_variables)]
            fn read(reader: &mut Reader<'_>) -> Result<Self, SerializationError> {
                match reader {
                    Reader::Hessian2(decoder) => Ok(($($name::decode(decoder)?,)*)),
                    _ => Err(unsupported::<Self>()),
                }
            }

            #[allow(unused_variables)]
            fn text(&self, index: usize, out: &mut String) -> bool {
                match index {
                    $($index => push_text(&self.$index, out),)*
                    _ => false,
                }
            }
        }
    )*};
}

argument_tuples! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}

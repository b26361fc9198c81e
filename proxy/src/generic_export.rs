//! Lets peers call a typed service by names and plain values: Dubbo's `$invoke` on the providing
//! side.
//!
//! A [`GenericExport`] stands around a skeleton and adds `$invoke` and `$invokeAsync` to its
//! interface. Plain values are written as they came and read again by the method's own codec, which
//! takes a map for an object and a text for an enum constant; the result takes the way back and is
//! made plain by the rules of Dubbo's `PojoUtils.generalize`.

use std::{any::Any, sync::Arc};

use tenfold_hessian2::{Decode, Decoder, Encode, Encoder, Value};
use tenfold_protocol::{
    BoxFuture, ErrorKind, Exception, Invocation, MethodDescriptor, Outcome, Payload, Response,
    RpcError, ServiceDescriptor, descriptor_of_name,
};
use tenfold_serialization::{Arguments, Body, Reader, SerializationKind, Writer};

use crate::{
    Skeleton,
    generic::{GENERIC_EXCEPTION, GenericArguments, INVOKE, INVOKE_ASYNC, invoke_method},
};

/// How deep a result may be nested to be made plain; the codec's own limit on reading.
const DEPTH_MAX: usize = 64;

/// A skeleton that can be called generically too.
pub struct GenericExport {
    inner: Arc<dyn Skeleton>,
    descriptor: Arc<ServiceDescriptor>,
    methods: usize,
}

impl GenericExport {
    /// Adds the generic methods to `inner`.
    pub fn new(inner: Arc<dyn Skeleton>) -> Self {
        let own = inner.descriptor();
        let methods = own.methods.len();
        let descriptor = own
            .as_ref()
            .clone()
            .method(invoke_method(INVOKE))
            .method(invoke_method(INVOKE_ASYNC));
        Self {
            inner,
            descriptor: Arc::new(descriptor),
            methods,
        }
    }

    /// The typed call that the generic one means.
    fn typed(&self, invocation: Invocation) -> Result<Invocation, RpcError> {
        let Payload::Unary(arguments) = &invocation.payload else {
            return Err(RpcError::new(
                ErrorKind::Unsupported,
                "$invoke takes no stream",
            ));
        };
        let any: &dyn Any = &**arguments;
        let Some(generic) = any.downcast_ref::<GenericArguments>() else {
            return Err(RpcError::new(
                ErrorKind::BadRequest,
                "$invoke was not called generically",
            ));
        };
        let method = self.method(generic)?;
        let typed = realize(generic, &method)?;
        let mut call = invocation.call;
        call.service = self.inner.descriptor();
        call.method = method;
        call.real_method = None;
        Ok(Invocation::unary(call, typed))
    }

    /// The method by name and types; without types the only one of that name, or of that name and
    /// number of arguments.
    fn method(&self, generic: &GenericArguments) -> Result<Arc<MethodDescriptor>, RpcError> {
        let service = self.inner.descriptor();
        let named: Vec<_> = service
            .methods
            .iter()
            .filter(|method| *method.name == *generic.method)
            .collect();
        let found = match &generic.types {
            Some(types) => {
                let wanted: String = types.iter().map(|name| descriptor_of_name(name)).collect();
                named
                    .iter()
                    .find(|method| method.parameter_descriptor == wanted)
                    .copied()
            }
            None => None,
        };
        let of_count = || {
            let count = generic.arguments.len();
            let mut fitting = named
                .iter()
                .filter(|method| method.parameters.len() == count);
            match (fitting.next(), fitting.next()) {
                (Some(only), None) => Some(*only),
                _ => None,
            }
        };
        if let Some(found) = found.or_else(of_count) {
            return Ok(Arc::clone(found));
        }
        if let Some(described) = self.inner.descriptor().open.and_then(|describe| {
            describe(
                &generic.method,
                &"Ljava/lang/Object;".repeat(generic.arguments.len()),
            )
        }) {
            return Ok(described);
        }
        let known: Vec<String> = named.iter().map(|method| format!("{method:?}")).collect();
        Err(RpcError::new(
            ErrorKind::MethodNotFound,
            format!(
                "No such method {} in class {} for {} arguments of types {:?}; known: [{}]",
                generic.method,
                service.interface,
                generic.arguments.len(),
                generic.types.as_deref().unwrap_or_default(),
                known.join(", ")
            ),
        ))
    }
}

impl Skeleton for GenericExport {
    fn descriptor(&self) -> Arc<ServiceDescriptor> {
        Arc::clone(&self.descriptor)
    }

    fn dispatch(
        &self,
        method: usize,
        invocation: Invocation,
    ) -> BoxFuture<Result<Response, RpcError>> {
        if method < self.methods || !matches!(&*invocation.call.method.name, INVOKE | INVOKE_ASYNC)
        {
            return self.inner.dispatch(method, invocation);
        }
        match self.typed(invocation) {
            Ok(typed) => {
                let call = self.inner.dispatch(typed.call.method.index, typed);
                Box::pin(async move { call.await.and_then(plain_response) })
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

/// Plain values as the method's own types.
fn realize(
    generic: &GenericArguments,
    method: &MethodDescriptor,
) -> Result<Arc<dyn Arguments>, RpcError> {
    let unfit = |error: &dyn std::fmt::Display| {
        RpcError::new(
            ErrorKind::BadRequest,
            format!("the arguments do not fit {method:?}: {error}"),
        )
    };
    if generic.arguments.len() != method.parameters.len() {
        return Err(unfit(&format!("there are {}", generic.arguments.len())));
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes);
    for argument in &generic.arguments {
        argument
            .encode(&mut encoder)
            .map_err(|error| unfit(&error))?;
    }
    let mut reader =
        Reader::open(SerializationKind::HESSIAN2, &bytes).map_err(|error| unfit(&error))?;
    method
        .codec()
        .read_arguments(&mut reader)
        .map_err(|error| unfit(&error))
}

/// The answer in plain values; an exception as Dubbo's `GenericException`.
fn plain_response(response: Response) -> Result<Response, RpcError> {
    let attachments = response.attachments;
    let plain = match response.outcome {
        Outcome::Value(Payload::Unary(value)) => Response::value(generalize(&dynamic(&*value)?)?),
        Outcome::Exception(exception) => Response::exception(generic_exception(&exception)),
        _ => {
            return Err(RpcError::new(
                ErrorKind::Unsupported,
                "the answer is a stream",
            ));
        }
    };
    Ok(plain.with_attachments(attachments))
}

fn generic_exception(exception: &Exception) -> Exception {
    let message = exception.message.clone();
    let text = format!(
        "{}: {}",
        exception.class,
        message.as_deref().unwrap_or_default()
    );
    Exception::new(GENERIC_EXCEPTION, text)
        .field("exceptionClass", exception.class.as_str())
        .field("exceptionMessage", message)
}

/// A typed value as a dynamic one.
fn dynamic(value: &dyn Body) -> Result<Value, RpcError> {
    let failed = |error: &dyn std::fmt::Display| {
        RpcError::new(
            ErrorKind::Serialization,
            format!("the result has no plain form: {error}"),
        )
    };
    let mut bytes = Vec::new();
    {
        let mut writer = Writer::open(SerializationKind::HESSIAN2, &mut bytes)
            .map_err(|error| failed(&error))?;
        value.write(&mut writer).map_err(|error| failed(&error))?;
    }
    Value::decode(&mut Decoder::new(&bytes)).map_err(|error| failed(&error))
}

/// A value made plain: objects become maps with their class under `class`, enum constants their
/// names, java.time values their text; numbers, dates and text stay.
pub fn generalize(value: &Value) -> Result<Value, RpcError> {
    plain(value, DEPTH_MAX)
}

fn plain(value: &Value, depth: usize) -> Result<Value, RpcError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(RpcError::new(
            ErrorKind::Serialization,
            format!("the result is nested deeper than {DEPTH_MAX}"),
        ));
    };
    match value {
        Value::List(list) if list.type_name().is_some_and(is_plain_array) => Ok(value.clone()),
        Value::List(list) => {
            let items: Vec<Value> = list
                .iter()
                .map(|item| plain(item, depth))
                .collect::<Result<_, _>>()?;
            Ok(match list.type_name() {
                Some(name) if name.ends_with("Set") => {
                    Value::typed_list("java.util.HashSet", items)
                }
                Some(name) if name.starts_with('[') => Value::typed_list("[object", items),
                _ => Value::list(items),
            })
        }
        Value::Map(map) => {
            let entries: Vec<(Value, Value)> = map
                .entries()
                .iter()
                .map(|(key, value)| Ok((plain(key, depth)?, plain(value, depth)?)))
                .collect::<Result<_, RpcError>>()?;
            Ok(match map.type_name() {
                Some(name) => Value::typed_map(name, entries),
                None => Value::map(entries),
            })
        }
        Value::Object(object) => plain_object(value, object, depth),
        Value::Back(_) => Err(RpcError::new(
            ErrorKind::Serialization,
            "the result contains itself and has no plain form",
        )),
        other => Ok(other.clone()),
    }
}

/// Whether a list's type is an array, of any dimension, of what Java's `ReflectUtils.isPrimitives`
/// counts as plain: such an array stays what it is, while any other becomes an `Object[]`.
fn is_plain_array(type_name: &str) -> bool {
    let component = type_name.trim_start_matches('[');
    component.len() < type_name.len() && PLAIN_COMPONENTS.contains(&component)
}

/// As Hessian names the components of arrays.
const PLAIN_COMPONENTS: [&str; 24] = [
    "boolean",
    "byte",
    "short",
    "int",
    "long",
    "float",
    "double",
    "char",
    "string",
    "date",
    "java.lang.Boolean",
    "java.lang.Byte",
    "java.lang.Short",
    "java.lang.Integer",
    "java.lang.Long",
    "java.lang.Float",
    "java.lang.Double",
    "java.lang.Character",
    "java.lang.String",
    "java.util.Date",
    "java.sql.Date",
    "java.sql.Time",
    "java.sql.Timestamp",
    "java.math.BigDecimal",
];

/// Classes of the JDK that Java keeps as they are.
const KEPT: [&str; 2] = ["java.math.BigDecimal", "java.math.BigInteger"];

/// The package of the objects that stand for java.time values on the wire.
const TIME_HANDLES: &str = "com.alibaba.com.caucho.hessian.io.java8.";

fn plain_object(
    value: &Value,
    object: &tenfold_hessian2::Object,
    depth: usize,
) -> Result<Value, RpcError> {
    let class = object.class_name();
    if KEPT.contains(&class) {
        return Ok(value.clone());
    }
    if class == "java.lang.Class" || is_enum_constant(object) {
        return Ok(object.get("name").cloned().unwrap_or(Value::Null));
    }
    if class.starts_with(TIME_HANDLES) {
        // The JSON form of a java.time value is its text.
        if let Ok(json) = value.to_json()
            && let Some(text) = json.as_str()
        {
            return Ok(Value::from(text));
        }
    }
    let mut entries = vec![(Value::from("class"), Value::from(class))];
    for (name, field) in object.fields() {
        entries.push((Value::from(name), plain(field, depth)?));
    }
    Ok(Value::map(entries))
}

/// On the wire an enum constant is an object with the one field `name`.
fn is_enum_constant(object: &tenfold_hessian2::Object) -> bool {
    object.values().len() == 1
        && object
            .get("name")
            .is_some_and(|name| name.as_str().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_plain_values_stays_an_array() -> Result<(), RpcError> {
        for name in ["[int", "[[long", "[string", "[java.lang.Integer"] {
            let array = Value::typed_list(name, [1, 2]);
            assert_eq!(generalize(&array)?, array);
        }
        let list = Value::typed_list("java.util.LinkedList", [1]);
        assert_eq!(generalize(&list)?, Value::list([1]));
        Ok(())
    }

    #[test]
    fn an_array_of_objects_becomes_an_array_of_maps() -> Result<(), RpcError> {
        let person = Value::object("demo.Person").field("age", 7).build();
        let plain = generalize(&Value::typed_list("[demo.Person", [person]))?;
        let map = Value::map([
            ("class", Value::from("demo.Person")),
            ("age", Value::from(7)),
        ]);
        assert_eq!(plain, Value::typed_list("[object", [map]));
        Ok(())
    }
}

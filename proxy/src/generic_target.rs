//! Typed calls to a provider that has no class for the interface: Dubbo's `GenericImplFilter`.
//!
//! Such a provider registers with `generic=true` and understands `$invoke` alone. A typed stub calls
//! it all the same: the arguments are made plain on the way out, the result is read as the method's
//! own type on the way back.

use std::sync::Arc;

use tenfold_common::{Url, keys};
use tenfold_hessian2::{Encode, Encoder, Value};
use tenfold_protocol::{
    BoxFuture, ErrorKind, Invocation, Invoker, MethodDescriptor, Outcome, Payload, Response,
    RpcError, name_of_descriptor,
};
use tenfold_serialization::{Reader, SerializationKind};

use crate::{
    generalize,
    generic::{GenericArguments, INVOKE, dynamic_values, invoke_method, unwrapped},
};

/// A provider that is called by names and plain values only, for typed calls.
pub struct GenericTarget {
    inner: Arc<dyn Invoker>,
    invoke: Arc<MethodDescriptor>,
}

impl GenericTarget {
    /// `provider` itself, or with this around it when its URL says `generic=true`.
    ///
    /// The other kinds of Dubbo, such as `generic=nativejava`, are not spoken; a provider of those
    /// is called as any other and answers what it makes of that.
    pub fn wrap(provider: Arc<dyn Invoker>) -> Arc<dyn Invoker> {
        if !provider.url().flag(keys::GENERIC, false) {
            return provider;
        }
        Arc::new(Self {
            inner: provider,
            invoke: Arc::new(invoke_method(INVOKE)),
        })
    }

    /// The generic call that the typed one means; `None` for a call that is one already.
    fn generic(&self, invocation: &Invocation) -> Result<Option<Invocation>, RpcError> {
        let typed = &invocation.call.method;
        let Payload::Unary(arguments) = &invocation.payload else {
            return Ok(None);
        };
        // `$invoke`, `$invokeAsync` and `$echo` are no methods of an interface.
        if typed.name.starts_with('$') {
            return Ok(None);
        }
        let values = dynamic_values(&**arguments)?;
        let arguments = GenericArguments {
            method: typed.name.clone().into_owned(),
            types: Some(
                typed
                    .parameters
                    .iter()
                    .map(|parameter| name_of_descriptor(parameter))
                    .collect(),
            ),
            arguments: values.iter().map(generalize).collect::<Result<_, _>>()?,
        };
        let mut call = invocation.call.clone();
        call.real_method = Some(Arc::from(&*typed.name));
        call.method = Arc::clone(&self.invoke);
        call.attachments.insert(keys::GENERIC, "true");
        Ok(Some(Invocation::unary(call, Arc::new(arguments))))
    }
}

impl Invoker for GenericTarget {
    fn url(&self) -> &Url {
        self.inner.url()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        let generic = match self.generic(&invocation) {
            Ok(Some(generic)) => generic,
            Ok(None) => return self.inner.invoke(invocation),
            Err(error) => return Box::pin(std::future::ready(Err(error))),
        };
        let method = Arc::clone(&invocation.call.method);
        let answer = self.inner.invoke(generic);
        Box::pin(async move { typed_response(answer.await?, &method) })
    }

    fn is_available(&self) -> bool {
        self.inner.is_available()
    }
}

/// A plain answer as the method's own type; a `GenericException` as what it stands for.
fn typed_response(response: Response, method: &MethodDescriptor) -> Result<Response, RpcError> {
    let attachments = response.attachments;
    let typed = match response.outcome {
        Outcome::Value(Payload::Unary(value)) => match value.downcast::<Value>() {
            Ok(value) => realized(&value, method)?,
            Err(_) => {
                return Err(RpcError::new(
                    ErrorKind::Serialization,
                    "the answer to a generic call is no plain value",
                ));
            }
        },
        Outcome::Exception(exception) => Response::exception(unwrapped(*exception)),
        _ => {
            return Err(RpcError::new(
                ErrorKind::Unsupported,
                "the answer is a stream",
            ));
        }
    };
    Ok(typed.with_attachments(attachments))
}

fn realized(value: &Value, method: &MethodDescriptor) -> Result<Response, RpcError> {
    let unfit = |error: &dyn std::fmt::Display| {
        RpcError::new(
            ErrorKind::Serialization,
            format!("the plain answer does not fit {method:?}: {error}"),
        )
    };
    if value.is_null()
        && let Some(nothing) = method.codec().no_value()
    {
        return Ok(Response::boxed(nothing));
    }
    let mut bytes = Vec::new();
    value
        .encode(&mut Encoder::new(&mut bytes))
        .map_err(|error| unfit(&error))?;
    let mut reader =
        Reader::open(SerializationKind::HESSIAN2, &bytes).map_err(|error| unfit(&error))?;
    let body = method
        .codec()
        .read_value(&mut reader)
        .map_err(|error| unfit(&error))?;
    Ok(Response::boxed(body))
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
        time::Instant,
    };

    use tenfold_protocol::{Call, ServiceDescriptor};

    use super::*;
    use crate::{Packed, typed_method};

    /// Answers `$invoke` as a provider without classes would.
    struct Plain(Url);

    impl Invoker for Plain {
        fn url(&self) -> &Url {
            &self.0
        }

        fn invoke(&self, invocation: Invocation) -> BoxFuture<Result<Response, RpcError>> {
            let answer = match &invocation.payload {
                Payload::Unary(arguments) => {
                    let any: &dyn std::any::Any = &**arguments;
                    any.downcast_ref::<GenericArguments>().map_or_else(
                        || "typed".to_owned(),
                        |it| format!("{}{:?}{:?}", it.method, it.types, it.arguments),
                    )
                }
                _ => "stream".to_owned(),
            };
            Box::pin(std::future::ready(Ok(Response::value(Value::from(answer)))))
        }
    }

    fn answer(generic: &str) -> String {
        let url = Url::parse(&format!("dubbo://127.0.0.1:1/demo.It?generic={generic}"));
        let target = GenericTarget::wrap(Arc::new(Plain(url.expect("a url"))));
        let method = typed_method::<(String, i32), Result<String, RpcError>>("join", &[]);
        let service = Arc::new(ServiceDescriptor::new("demo.It").method(method));
        let call = Call::new(
            Arc::clone(&service),
            Arc::clone(&service.methods[0]),
            Instant::now(),
        );
        let arguments = Packed(("a".to_owned(), 7));
        let future = target.invoke(Invocation::unary(call, Arc::new(arguments)));
        let Poll::Ready(Ok(response)) = pin!(future).poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("no answer");
        };
        let Outcome::Value(Payload::Unary(value)) = response.outcome else {
            panic!("no value");
        };
        match value.downcast::<String>() {
            Ok(text) => text,
            Err(_) => "dynamic".to_owned(),
        }
    }

    #[test]
    fn a_typed_call_to_a_provider_without_classes_is_made_generic() {
        let text = answer("true");
        assert!(text.starts_with("join"), "{text}");
        assert!(
            text.contains("java.lang.String") && text.contains("int"),
            "{text}"
        );
    }

    #[test]
    fn any_other_provider_is_called_as_it_is() {
        assert_eq!(answer("false"), "dynamic");
    }
}

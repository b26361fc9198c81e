//! Calls inside one process, and the filters around them.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tenfold_common::Url;
use tenfold_hessian2::Value;
use tenfold_injvm::InjvmProtocol;
use tenfold_protocol::{
    BoxFuture, Call, Context, ErrorKind, ExportError, Exporter, Filter, FilterChain, Invocation,
    Invoker, Next, Protocol, Response, Retry, RpcError, ServiceDescriptor,
};
use tenfold_proxy::{
    Skeleton, SkeletonInvoker, Stub, answer, no_such_method, typed_method, unpack,
};

fn descriptor() -> Arc<ServiceDescriptor> {
    Arc::new(
        ServiceDescriptor::new("demo.Echo")
            .method(typed_method::<(Value,), Result<Value, RpcError>>(
                "echo",
                &[],
            ))
            .method(typed_method::<(String,), Result<(), RpcError>>("fail", &[])),
    )
}

struct Echo;

impl Skeleton for Echo {
    fn descriptor(&self) -> Arc<ServiceDescriptor> {
        descriptor()
    }

    fn dispatch(&self, method: usize, call: Invocation) -> BoxFuture<Result<Response, RpcError>> {
        Box::pin(async move {
            match method {
                0 => {
                    let (cx, (value,)) = unpack::<(Value,)>(call)?;
                    cx.respond_with("seen", "yes");
                    answer::<Result<_, RpcError>>(Ok(value), cx)
                }
                1 => {
                    let (cx, (how,)) = unpack::<(String,)>(call)?;
                    match how.as_str() {
                        "panic" => panic!("as the caller asked"),
                        "hang" => std::future::pending::<()>().await,
                        _ => {}
                    }
                    // What the handler met in a call of its own.
                    let error = RpcError::new(ErrorKind::Overloaded, "downstream is full");
                    answer::<Result<(), RpcError>>(Err(error), cx)
                }
                _ => no_such_method(&call).await,
            }
        })
    }
}

struct World {
    protocol: InjvmProtocol,
    url: Url,
    exporter: Box<dyn Exporter>,
    stub: Stub,
}

async fn export(protocol: &InjvmProtocol, filters: Vec<Arc<dyn Filter>>) -> World {
    let url = Url::parse("injvm://127.0.0.1/demo.Echo?interface=demo.Echo&timeout=20000");
    let url = url.expect("a URL");
    let invoker = Arc::new(SkeletonInvoker::new(url.clone(), Arc::new(Echo)));
    let invoker = FilterChain::wrap(filters, invoker);
    let exported = protocol.export(url.clone(), descriptor(), invoker).await;
    let referred = protocol.refer(url.clone(), descriptor());
    World {
        protocol: protocol.clone(),
        url,
        exporter: exported.expect("it is exported"),
        stub: Stub::new(descriptor(), referred.expect("a reference")),
    }
}

impl World {
    async fn echo(&self, cx: &Context) -> Result<Value, RpcError> {
        self.stub.call(0, cx, (Value::from("a"),)).await
    }

    async fn fail(&self, how: &str, cx: &Context) -> RpcError {
        let result: Result<(), RpcError> = self.stub.call(1, cx, (how.to_owned(),)).await;
        result.expect_err("it fails")
    }
}

#[tokio::test]
async fn a_call_carries_value_and_attachments() {
    let world = export(&InjvmProtocol::new(), Vec::new()).await;
    let cx = Context::new();
    assert_eq!(world.echo(&cx).await.expect("an answer"), "a".into());
    assert_eq!(cx.response_attachments().text("seen"), Some("yes"));
}

#[tokio::test]
async fn a_service_is_there_while_its_exporter_is() {
    let world = export(&InjvmProtocol::new(), Vec::new()).await;
    assert!(world.stub.invoker().is_available());
    let invoker = Arc::new(SkeletonInvoker::new(world.url.clone(), Arc::new(Echo)));
    let again = world
        .protocol
        .export(world.url.clone(), descriptor(), invoker)
        .await;
    assert!(matches!(again, Err(ExportError::Duplicate { .. })));
    drop(world.exporter);
    assert!(!world.stub.invoker().is_available());
    let result: Result<Value, RpcError> = world.stub.call(0, &Context::new(), (Value::Null,)).await;
    assert_eq!(result.expect_err("gone").kind(), ErrorKind::ServiceNotFound);
}

#[tokio::test]
async fn failures_of_a_handler_are_failures_of_its_call() {
    let world = export(&InjvmProtocol::new(), Vec::new()).await;
    let cx = Context::new();
    assert_eq!(
        world.fail("panic", &cx).await.kind(),
        ErrorKind::ServerError
    );
    let nested = world.fail("", &cx).await;
    assert_eq!(
        (nested.kind(), nested.retry()),
        (ErrorKind::Overloaded, Retry::IfIdempotent)
    );
    assert!(nested.is_nested());
    let brief = Context::new().with_timeout(Duration::from_millis(20));
    assert_eq!(world.fail("hang", &brief).await.kind(), ErrorKind::Timeout);
    assert_eq!(world.echo(&cx).await.expect("an answer"), "a".into());
}

#[tokio::test]
async fn a_call_without_time_is_not_run() {
    let seen = Arc::new(Log::default());
    let world = export(
        &InjvmProtocol::new(),
        vec![Arc::new(Noting("f", seen.clone()))],
    )
    .await;
    let late = Context::new().with_deadline(Instant::now());
    let error = world.echo(&late).await.expect_err("late");
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Timeout, Retry::Never)
    );
    assert!(seen.take().is_empty());
}

#[tokio::test]
async fn a_panic_in_a_providers_filter_does_not_reach_the_caller() {
    let filters: Vec<Arc<dyn Filter>> = vec![Arc::new(Refusing(None))];
    let world = export(&InjvmProtocol::new(), filters).await;
    let error = world.echo(&Context::new()).await.expect_err("broken");
    assert_eq!(error.kind(), ErrorKind::ServerError);
}

// ---------------------------------------------------------------- filters

#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn note(&self, what: String) {
        self.0.lock().expect("no panic").push(what);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

struct Noting(&'static str, Arc<Log>);

impl Filter for Noting {
    fn before(&self, _: &mut Invocation) -> Result<(), RpcError> {
        self.1.note(format!("{} before", self.0));
        Ok(())
    }

    fn after(&self, _: &Call, result: &mut Result<Response, RpcError>) {
        self.1.note(format!("{} after {}", self.0, result.is_ok()));
    }

    fn abandoned(&self, _: &Call) {
        self.1.note(format!("{} abandoned", self.0));
    }
}

struct Wrapping(Arc<Log>);

impl Filter for Wrapping {
    fn wraps(&self) -> bool {
        true
    }

    fn around(&self, call: Invocation, next: Next) -> BoxFuture<Result<Response, RpcError>> {
        let log = Arc::clone(&self.0);
        Box::pin(async move {
            log.note("in".to_owned());
            let result = next.run(call).await;
            log.note("out".to_owned());
            result
        })
    }
}

struct Refusing(Option<ErrorKind>);

impl Filter for Refusing {
    fn before(&self, _: &mut Invocation) -> Result<(), RpcError> {
        let kind = self.0.expect("a filter that is broken");
        Err(RpcError::new(kind, "refused"))
    }
}

fn filters(log: &Arc<Log>, last: Option<Refusing>) -> Vec<Arc<dyn Filter>> {
    let mut filters: Vec<Arc<dyn Filter>> = vec![
        Arc::new(Noting("a", Arc::clone(log))),
        Arc::new(Noting("b", Arc::clone(log))),
        Arc::new(Wrapping(Arc::clone(log))),
        Arc::new(Noting("c", Arc::clone(log))),
    ];
    filters.extend(last.map(|last| Arc::new(last) as Arc<dyn Filter>));
    filters
}

#[tokio::test]
async fn filters_stand_around_a_call_in_their_order() {
    let log = Arc::new(Log::default());
    let world = export(&InjvmProtocol::new(), filters(&log, None)).await;
    world.echo(&Context::new()).await.expect("an answer");
    let expected = [
        "a before",
        "b before",
        "in",
        "c before",
        "c after true",
        "out",
        "b after true",
        "a after true",
    ];
    assert_eq!(log.take(), expected);
}

#[tokio::test]
async fn a_refusal_is_told_to_those_who_saw_the_call() {
    let log = Arc::new(Log::default());
    let refusing = Some(Refusing(Some(ErrorKind::Forbidden)));
    let world = export(&InjvmProtocol::new(), filters(&log, refusing)).await;
    let error = world.echo(&Context::new()).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    let expected = [
        "a before",
        "b before",
        "in",
        "c before",
        "c after false",
        "out",
        "b after false",
        "a after false",
    ];
    assert_eq!(log.take(), expected);
}

#[tokio::test]
async fn a_dropped_call_is_told_to_the_consumers_filters() {
    let log = Arc::new(Log::default());
    let world = export(&InjvmProtocol::new(), Vec::new()).await;
    let chain = FilterChain::wrap(filters(&log, None), Arc::clone(world.stub.invoker()));
    let stub = Stub::new(descriptor(), chain);
    let cx = Context::new();
    let call = stub.call::<_, Result<(), RpcError>>(1, &cx, ("hang".to_owned(),));
    let ended = tokio::time::timeout(Duration::from_millis(20), call).await;
    assert!(ended.is_err(), "it hangs");
    let expected = [
        "a before",
        "b before",
        "in",
        "c before",
        "c abandoned",
        "b abandoned",
        "a abandoned",
    ];
    assert_eq!(log.take(), expected);
}

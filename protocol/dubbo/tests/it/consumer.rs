//! What a consumer sends, and what it makes of the answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tenfold_dubbo::DubboProtocol;
use tenfold_hessian2::{Decoder, Value, to_vec};
use tenfold_protocol::{
    CallOptions, Context, ErrorKind, Invoker, Origin, Protocol, Retry, RpcError,
};
use tenfold_proxy::Stub;

use crate::support::*;

/// Calls by place of the method in `demo.Typed`.
struct Caller {
    stub: Stub,
    invoker: Arc<dyn Invoker>,
    protocol: DubboProtocol,
}

impl Caller {
    fn new(address: &str, parameters: &str) -> Self {
        let protocol = DubboProtocol::new();
        let invoker = refer(&protocol, address, parameters);
        Self {
            stub: Stub::new(typed_descriptor(), Arc::clone(&invoker)),
            invoker,
            protocol,
        }
    }

    async fn hello(&self, text: &str) -> Result<String, RpcError> {
        let arguments = (text.to_owned(),);
        within("an answer", self.stub.call(0, &Context::new(), arguments)).await
    }

    async fn connected(&self) {
        eventually("it is connected", || self.invoker.is_available()).await;
    }
}

/// What a consumer makes of one answer.
async fn answered(status: u8, body: &[u8]) -> Result<String, RpcError> {
    let server = RawServer::new().await;
    let caller = Caller::new(&server.address(), "timeout=20000");
    let (result, ()) = tokio::join!(caller.hello("a"), async {
        let mut raw = server.accept().await;
        let request = raw.request().await;
        raw.answer(&request, status, body).await;
    });
    result
}

#[tokio::test]
async fn a_request_carries_what_java_expects() {
    let server = RawServer::new().await;
    let caller = Caller::new(
        &server.address(),
        "version=1.0.0&group=g&token=t&application=app&timeout=700&hello.timeout=800",
    );
    let context = Context::new()
        .with_attachment("mine", "1")
        .with_attachment("flag", true)
        .with_attachment("path", "forged")
        .with_attachment("token", "forged")
        .with_tag("blue");
    let (result, request) = tokio::join!(
        caller
            .stub
            .call::<_, Result<String, RpcError>>(0, &context, ("a".to_owned(),)),
        async {
            let mut raw = server.accept().await;
            let request = raw.request().await;
            raw.answer(&request, 20, b"\x91\x01a").await;
            request
        }
    );
    assert_eq!(result.expect("an answer"), "a");
    assert_eq!((request.flags, request.status), (0xc2, 0));
    let mut decoder = Decoder::new(&request.body);
    for expected in [
        "2.0.2",
        "demo.Typed",
        "1.0.0",
        "hello",
        "Ljava/lang/String;",
        "a",
    ] {
        assert_eq!(decoder.read_string().expect("a text"), expected);
    }
    let attachments = decoder.read_value().expect("a map");
    assert!(decoder.is_at_end());
    for (key, expected) in [
        ("path", Value::from("demo.Typed")),
        ("interface", "demo.Typed".into()),
        ("version", "1.0.0".into()),
        ("group", "g".into()),
        ("token", "t".into()),
        ("remote.application", "app".into()),
        ("timeout", "800".into()),
        ("dubbo.tag", "blue".into()),
        ("mine", "1".into()),
        ("flag", true.into()),
    ] {
        assert_eq!(attachments.get(key), Some(&expected), "{key}");
    }
    let entries = attachments.as_map().expect("a map").entries().len();
    assert_eq!(entries, 10);
}

#[tokio::test]
async fn the_shorter_of_timeout_and_deadline_is_sent() {
    let server = RawServer::new().await;
    let caller = Caller::new(&server.address(), "timeout=100000");
    let mut raw = None;
    for (timeout, left, longest) in [
        (None, None, 100_000),
        (Some(50_000), None, 50_000),
        (None, Some(40_000), 40_000),
        (Some(30_000), Some(40_000), 30_000),
    ] {
        let mut options = CallOptions::new();
        options.timeout = timeout.map(Duration::from_millis);
        let mut context = Context::new();
        if let Some(left) = left {
            context = context.with_timeout(Duration::from_millis(left));
        }
        let stub = caller.stub.with(options);
        let call = stub.call::<_, Result<String, RpcError>>(0, &context, ("a".to_owned(),));
        let peer = async {
            if raw.is_none() {
                raw = Some(server.accept().await);
            }
            let raw = raw.as_mut().expect("a connection");
            let request = raw.request().await;
            raw.answer(&request, 20, b"\x92").await;
            request
        };
        let (_, request) = tokio::join!(call, peer);
        let mut decoder = Decoder::new(&request.body);
        for _ in 0..6 {
            decoder.read_string().expect("a text");
        }
        let attachments = decoder.read_value().expect("a map");
        let sent: u64 = attachments
            .get("timeout")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok())
            .expect("a timeout");
        // A wait for the peer is taken off, so it is a bound from above, and in the same order.
        assert!(
            sent <= longest && sent > longest - 10_000,
            "{sent} of {longest}"
        );
    }
}

#[tokio::test]
async fn answers_of_every_flag_are_read() {
    let attachments = b"H\x05dubbo\x052.0.2\x01b\x54Z";
    let with = |start: &[u8]| [start, attachments].concat();
    for body in [
        b"\x91\x02hi".to_vec(),
        b"\x91\x02hiN".to_vec(),
        with(b"\x94\x02hi"),
        [with(b"\x94\x02hi"), b"N".to_vec()].concat(),
        b"\x94\x02hiN".to_vec(),
        b"\x94\x02hi".to_vec(),
    ] {
        assert_eq!(
            answered(20, &body).await.expect("a value"),
            "hi",
            "{body:x?}"
        );
    }
    // Null where a text is declared is the empty one.
    for body in [b"\x92".to_vec(), with(b"\x95"), b"\x91N".to_vec()] {
        assert_eq!(answered(20, &body).await.expect("a value"), "", "{body:x?}");
    }
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_typed_errors() {
    for (body, kind) in [
        (&b"\x96"[..], ErrorKind::Protocol),
        (b"\x8f", ErrorKind::Protocol),
        (b"", ErrorKind::Serialization),
        (b"\x91", ErrorKind::Serialization),
        (b"\x91\x05hi", ErrorKind::Serialization),
        (b"\x91\x79\x91\x92", ErrorKind::Serialization),
        (b"\x94\x02hiH\x01a", ErrorKind::Serialization),
        // What is thrown must be a Throwable.
        (b"\x90\x02hi", ErrorKind::Serialization),
    ] {
        let error = answered(20, body).await.expect_err("broken");
        assert_eq!(error.kind(), kind, "{body:x?}: {error}");
        assert_eq!(error.retry(), Retry::Never, "the method was run");
    }
}

#[tokio::test]
async fn statuses_and_texts_become_kinds() {
    let safe = Retry::Safe;
    for (status, text, kind, retry) in [
        (
            25,
            "Data length too large",
            ErrorKind::PayloadTooLarge,
            Retry::Never,
        ),
        (30, "late", ErrorKind::Timeout, Retry::IfIdempotent),
        (31, "late", ErrorKind::Timeout, Retry::IfIdempotent),
        (
            40,
            "Fail to decode request due to: x",
            ErrorKind::BadRequest,
            Retry::Never,
        ),
        (
            50,
            "Failed to send response",
            ErrorKind::Serialization,
            Retry::Never,
        ),
        (60, "x", ErrorKind::ServiceNotFound, safe),
        (
            70,
            "Not found exported service: a in [",
            ErrorKind::ServiceNotFound,
            safe,
        ),
        (
            70,
            "org.apache.dubbo.rpc.RpcException: Invalid token! Forbid invoke remote service a",
            ErrorKind::Forbidden,
            Retry::Never,
        ),
        (
            70,
            "cause: The service using threads greater than <dubbo:service executes=\"1\" /> limited.",
            ErrorKind::Overloaded,
            safe,
        ),
        (
            70,
            "java.lang.Error",
            ErrorKind::ServerError,
            Retry::IfIdempotent,
        ),
        (80, "x", ErrorKind::ServerError, Retry::IfIdempotent),
        (90, "x", ErrorKind::ServerError, Retry::IfIdempotent),
        (100, "exhausted", ErrorKind::Overloaded, safe),
        (0, "x", ErrorKind::ServerError, Retry::IfIdempotent),
        (255, "x", ErrorKind::ServerError, Retry::IfIdempotent),
    ] {
        let body = to_vec(text).expect("a text");
        let error = answered(status, &body).await.expect_err("a failure");
        assert_eq!(
            (error.kind(), error.retry()),
            (kind, retry),
            "{status} {text}"
        );
        assert_eq!(error.origin(), Origin::Peer);
        assert!(error.message().contains(text), "{error}");
    }
    for body in [&b""[..], b"N", b"\x91", b"\x79"] {
        let error = answered(70, body).await.expect_err("a failure");
        assert_eq!(error.kind(), ErrorKind::ServerError);
    }
}

#[tokio::test]
async fn exceptions_are_the_methods_unless_their_class_is_the_frameworks() {
    let thrown = |class: &str, message: &str, code: i32| {
        let exception = Value::object(class)
            .field("detailMessage", message)
            .field("code", code)
            .build();
        [b"\x90".to_vec(), to_vec(&exception).expect("a value")].concat()
    };
    let error = answered(20, &thrown("demo.Odd", "odd", 1))
        .await
        .expect_err("thrown");
    assert_eq!(error.kind(), ErrorKind::Exception);
    let exception = error.exception().expect("the exception");
    assert_eq!(
        (exception.class.as_str(), exception.message.as_deref()),
        ("demo.Odd", Some("odd"))
    );
    for (code, kind) in [
        (0, ErrorKind::ServerError),
        (1, ErrorKind::Network),
        (2, ErrorKind::Timeout),
        (4, ErrorKind::Forbidden),
        (6, ErrorKind::NoProvider),
        (7, ErrorKind::Overloaded),
        (11, ErrorKind::MethodNotFound),
    ] {
        for class in [
            "org.apache.dubbo.rpc.RpcException",
            "com.alibaba.dubbo.rpc.RpcException",
        ] {
            let error = answered(20, &thrown(class, "it", code))
                .await
                .expect_err("thrown");
            assert_eq!(error.kind(), kind);
            // It may come from deep inside the method.
            assert!(!error.may_retry(false), "{code}");
        }
    }
    let go = thrown(
        "java.lang.Throwable",
        "cannot find method [x] of service [y] in dubbo",
        0,
    );
    let error = answered(20, &go).await.expect_err("thrown");
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::MethodNotFound, Retry::Safe)
    );
}

#[tokio::test]
async fn errors_of_a_real_provider_keep_kind_and_advice() {
    let (provider, _) = typed_provider("").await;
    let caller = Caller::new(&provider.address(), "timeout=20000");
    for (how, kind, again) in [
        ("exception", ErrorKind::Exception, false),
        ("overloaded", ErrorKind::Overloaded, false),
        ("not-found", ErrorKind::ServerError, false),
        ("timeout", ErrorKind::Timeout, false),
        ("panic", ErrorKind::ServerError, false),
    ] {
        let result: Result<(), RpcError> = caller
            .stub
            .call(4, &Context::new(), (how.to_owned(),))
            .await;
        let error = result.expect_err("it fails");
        assert_eq!(
            (error.kind(), error.may_retry(false)),
            (kind, again),
            "{how}: {error}"
        );
    }
    provider.exporters[0].unexport();
    let error = caller.hello("a").await.expect_err("not served any more");
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::ServiceNotFound, Retry::Safe)
    );
}

#[tokio::test]
async fn response_attachments_reach_the_caller_without_the_protocols_own() {
    let (provider, _) = typed_provider("").await;
    let caller = Caller::new(&provider.address(), "timeout=20000");
    let context = Context::new();
    let text: Result<String, RpcError> = caller.stub.call(8, &context, ()).await;
    assert!(text.expect("an answer").starts_with("due "));
    let received = context.response_attachments();
    assert_eq!(received.text("seen"), Some("yes"));
    assert_eq!(received.len(), 1);
}

#[tokio::test]
async fn a_call_too_long_to_send_is_not_sent() {
    let (provider, it) = typed_provider("").await;
    let caller = Caller::new(&provider.address(), "payload=1000&timeout=20000");
    let error = caller.hello(&"x".repeat(1000)).await.expect_err("too long");
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::PayloadTooLarge, Retry::Never)
    );
    assert!(error.message().contains("max payload: 1000"), "{error}");
    let bytes: Result<Vec<u8>, RpcError> = caller.stub.call(6, &Context::new(), (5000,)).await;
    let error = bytes.expect_err("the answer is too long");
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::PayloadTooLarge, Retry::Never)
    );
    assert_eq!(
        caller.hello("short").await.expect("the connection goes on"),
        "short"
    );
    assert_eq!(it.entered.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test]
async fn no_time_left_is_an_error_before_anything_is_sent() {
    let (provider, it) = typed_provider("").await;
    let caller = Caller::new(&provider.address(), "");
    let late = Context::new().with_deadline(Instant::now());
    let result: Result<String, RpcError> = caller.stub.call(0, &late, ("a".to_owned(),)).await;
    let error = result.expect_err("late");
    assert_eq!(
        (error.kind(), error.origin()),
        (ErrorKind::Timeout, Origin::Local)
    );
    assert_eq!(it.entered.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_one_way_call_waits_for_nobody() {
    let server = RawServer::new().await;
    let caller = Caller::new(&server.address(), "timeout=20000");
    let service = typed_descriptor();
    let method = Arc::clone(&service.methods[5]);
    let mut call = tenfold_protocol::Call::new(service, method, Instant::now());
    call.one_way = true;
    let call = tenfold_protocol::Invocation::unary(call, Arc::new(tenfold_proxy::Packed(())));
    let (result, request) = tokio::join!(caller.invoker.invoke(call), async {
        let mut raw = server.accept().await;
        raw.request().await
    });
    assert!(!result.expect("it is gone").is_exception());
    assert_eq!(request.flags, 0x82);
    let text = String::from_utf8_lossy(&request.body).into_owned();
    assert!(text.contains("\u{6}return\u{5}false"), "{text}");
}

#[tokio::test]
async fn references_share_a_connection_unless_they_differ_in_what_shapes_it() {
    let (provider, _) = typed_provider("").await;
    let protocol = DubboProtocol::new();
    let address = provider.address();
    let mut connections = 0;
    let mut held = Vec::new();
    for (parameters, further) in [
        ("", 1),
        ("timeout=9&group=g", 0),
        ("heartbeat=30000", 1),
        ("heartbeat=30000", 0),
        ("heartbeat.timeout=90000", 1),
        ("payload=5000", 1),
        ("connect.timeout=500", 1),
        ("connections=3", 3),
        ("connections=1", 1),
        ("shareconnections=2", 1),
    ] {
        held.push(refer(&protocol, &address, parameters));
        connections += further;
        let last = Arc::clone(&held[held.len() - 1]);
        eventually("it is connected", || last.is_available()).await;
        eventually("as many connections", || {
            open_sockets_to(&address) >= connections
        })
        .await;
        assert_eq!(open_sockets_to(&address), connections, "{parameters}");
    }
    // Dropping the references closes them, and so does the protocol's shutdown.
    let own = refer(&protocol, &address, "connections=2");
    eventually("it is connected", || {
        open_sockets_to(&address) == connections + 2
    })
    .await;
    held.clear();
    eventually("shared ones are closed", || open_sockets_to(&address) == 2).await;
    within(
        "the end",
        protocol.shutdown(Duration::from_millis(10), Duration::from_secs(10)),
    )
    .await;
    assert!(!own.is_available());
    eventually("own ones are closed", || open_sockets_to(&address) == 0).await;
}

/// Established connections whose far end is `address`, as the system counts them.
fn open_sockets_to(address: &str) -> usize {
    let port: u16 = address
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the system's table");
    let far = format!("0100007F:{port:04X}");
    table
        .lines()
        .filter(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.get(2) == Some(&far.as_str()) && fields.get(3) == Some(&"01")
        })
        .count()
}

#[tokio::test]
async fn a_connection_that_is_down_is_passed_over_while_another_stands() {
    let server = RawServer::new().await;
    let caller = Caller::new(&server.address(), "connections=2&timeout=20000");
    let first = server.accept().await;
    let mut second = server.accept().await;
    caller.connected().await;
    // The server takes no further connection: the one that is lost stays lost.
    drop((first, server));
    let answering = tokio::spawn(async move {
        for _ in 0..20 {
            let request = second.request().await;
            second.answer(&request, 20, b"\x91\x01a").await;
        }
    });
    let mut lost = 0;
    let mut answered = 0;
    while answered < 20 {
        match caller.hello("a").await {
            Ok(_) => answered += 1,
            // Written just before the loss was seen.
            Err(_) => lost += 1,
        }
        assert!(lost <= 2, "{lost} calls went to a connection that was down");
    }
    answering.await.expect("it answered");
}

#[tokio::test]
async fn a_lazy_reference_connects_at_its_first_call() {
    let (provider, _) = typed_provider("").await;
    let caller = Caller::new(&provider.address(), "lazy=true&timeout=20000");
    assert!(caller.invoker.is_available());
    assert_eq!(open_sockets_to(&provider.address()), 0);
    assert_eq!(caller.hello("a").await.expect("an answer"), "a");
    assert_eq!(open_sockets_to(&provider.address()), 1);
}

#[tokio::test]
async fn a_provider_that_leaves_answers_what_still_comes_and_can_serve_again() {
    let (provider, it) = typed_provider("").await;
    let caller = Caller::new(&provider.address(), "timeout=20000");
    caller.connected().await;
    let waiting = {
        let stub = caller.stub.clone();
        tokio::spawn(async move {
            stub.call::<_, Result<(), RpcError>>(5, &Context::new(), ())
                .await
        })
    };
    eventually("a call is in flight", || {
        it.entered.load(std::sync::atomic::Ordering::SeqCst) == 1
    })
    .await;
    provider.protocol.go_away();
    eventually("the consumer heard", || !caller.invoker.is_available()).await;
    assert_eq!(caller.hello("late").await.expect("it is answered"), "late");
    let protocol = provider.protocol.clone();
    let leaving = tokio::spawn(async move {
        protocol
            .shutdown(Duration::from_millis(20), Duration::from_secs(20))
            .await;
    });
    it.gate.open(1);
    within("the call in flight", waiting)
        .await
        .expect("no panic")
        .expect("an answer");
    within("the end", leaving).await.expect("no panic");
    let again = provider
        .serve(TypedServer::new(Arc::default()), "version=2")
        .await;
    let address = again.exporters[1].url().address();
    let back = Caller::new(&address, "version=2&timeout=20000");
    assert_eq!(back.hello("again").await.expect("served"), "again");
    within(
        "the end",
        back.protocol
            .shutdown(Duration::ZERO, Duration::from_secs(20)),
    )
    .await;
    let error = back.hello("closed").await.expect_err("shut down");
    assert_eq!(error.kind(), ErrorKind::Closed);
}

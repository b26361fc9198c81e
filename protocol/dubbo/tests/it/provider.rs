//! What a provider answers, seen as frames.

use std::sync::{Arc, atomic::Ordering};

use tenfold_hessian2::Value;
use tenfold_protocol::{ErrorKind, ExportError, Filter, Invocation, Protocol, RpcError};
use tenfold_proxy::{Skeleton, SkeletonInvoker};

use crate::support::*;

const TEXT: &str = "Ljava/lang/String;";

async fn value_of(raw: &mut Raw, body: &Body) -> Value {
    let answer = raw.call(&body.frame(1)).await;
    assert_eq!(answer.status, 20, "{}", answer.text());
    answer.value().1
}

async fn failure_of(raw: &mut Raw, body: &Body) -> (u8, String) {
    let answer = raw.call(&body.frame(1)).await;
    assert_ne!(answer.status, 20);
    (answer.status, answer.text())
}

#[tokio::test]
async fn the_descriptor_chooses_among_overloads() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    let calls = [
        (Body::hello("a"), Value::from("a")),
        (
            Body::of("hello", "Ljava/lang/String;I", vec!["a".into(), 7.into()]),
            "a 7".into(),
        ),
        (Body::of("hello", "J", vec![5_i64.into()]), 5_i64.into()),
        // Java's int where a long is declared, and the other way round.
        (Body::of("hello", "J", vec![5.into()]), 5_i64.into()),
        (
            Body::of("add", "II", vec![1.into(), 2.into()]),
            3_i64.into(),
        ),
        // The only method of that name and number of arguments, whatever its descriptor says.
        (
            Body::of("add", "JJ", vec![1_i64.into(), 2_i64.into()]),
            3_i64.into(),
        ),
    ];
    // Twice: the second time from the table of known heads.
    for _ in 0..2 {
        for (body, expected) in &calls {
            assert_eq!(
                value_of(&mut raw, body).await,
                *expected,
                "{}",
                body.descriptor
            );
        }
    }
    let between_two = Body::of("hello", "I", vec![5.into()]);
    let (status, _) = failure_of(&mut raw, &between_two).await;
    assert_eq!(status, 40);
}

#[tokio::test]
async fn a_missing_version_is_written_in_four_ways() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for version in [None, Some(""), Some("0.0.0")] {
        let body = Body {
            version,
            ..Body::hello("a")
        };
        assert_eq!(value_of(&mut raw, &body).await, "a".into(), "{version:?}");
    }
    let body = Body {
        version: Some("1.0.0"),
        ..Body::hello("a")
    };
    let (status, text) = failure_of(&mut raw, &body).await;
    assert_eq!(status, 70);
    assert!(
        text.contains("Not found exported service: demo.Typed:1.0.0 in [demo.Typed]"),
        "{text}"
    );
}

#[tokio::test]
async fn what_go_and_npm_send_in_attachments_is_taken() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    let bodies = [
        (
            attachments()
                .attachment("timeout", "0")
                .attachment("retries", ""),
            "not due",
        ),
        (attachments().attachment("timeout", 3000), "due"),
        (attachments().attachment("timeout", 3000_i64), "due"),
        (attachments().attachment("timeout", "3000"), "due"),
        (attachments().attachment("timeout", "soon"), "not due"),
        (attachments().attachment("timeout", "-5"), "not due"),
        (attachments().attachment("_TO", 100), "due"),
        (attachments().attachment("_to", "100"), "due"),
        // A countdown that says nothing leaves the timeout in force.
        (
            attachments()
                .attachment("_TO", "x")
                .attachment("timeout", 9),
            "due",
        ),
        (
            attachments()
                .attachment("dubbo-go-graceful-shutdown-provider-counted", true)
                .attachment("nothing", Value::Null)
                .attachment("list", Value::list(["a"])),
            "not due",
        ),
    ];
    for (body, expected) in bodies {
        let answer = value_of(&mut raw, &body).await;
        let text = answer.as_str().expect("a text");
        assert!(text.starts_with(expected), "{text}");
        for (key, value) in &body.attachments {
            assert_eq!(
                text.contains(&format!("{key}=")),
                !value.is_null(),
                "{text}"
            );
        }
    }
}

fn attachments() -> Body {
    Body::of("attachments", "", Vec::new())
}

#[tokio::test]
async fn attachments_that_are_alike_but_for_one_byte_are_told_apart() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for _ in 0..3 {
        for value in ["one", "two", "thr"] {
            let answer = value_of(&mut raw, &attachments().attachment("key", value)).await;
            assert_eq!(answer, Value::from(format!("not due key={value}")));
        }
    }
}

#[tokio::test]
async fn missing_and_null_attachments_count_as_none() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    let whole = Body::hello("a").bytes();
    let without = &whole[..whole.len() - 2];
    for end in [&b""[..], b"N", b"HZ", b"HZN", b"HZNN"] {
        let frame = Frame::request(4, [without, end].concat());
        let answer = raw.call(&frame).await;
        assert_eq!(
            (answer.status, answer.value().1),
            (20, "a".into()),
            "{end:?}"
        );
    }
}

#[tokio::test]
async fn flags_with_attachments_go_to_those_who_know_them() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for (dubbo, with) in [
        ("2.0.2", true),
        ("2.0.99", true),
        ("2.6.2", false),
        ("2.5.3.6", false),
        ("2.4.10", false),
        ("2.7.23", false),
        ("", false),
    ] {
        let of = |method, descriptor, arguments| Body {
            dubbo,
            ..Body::of(method, descriptor, arguments)
        };
        let value = raw
            .call(&of("hello", TEXT, vec!["a".into()]).frame(1))
            .await;
        let null = raw
            .call(&of("hello", TEXT, vec![Value::Null]).frame(2))
            .await;
        let thrown = raw
            .call(&of("fail", TEXT, vec!["exception".into()]).frame(3))
            .await;
        let ends_in_map = value.body.ends_with(b"H\x05dubbo\x052.0.2Z");
        assert_eq!(value.value().0, if with { 4 } else { 1 }, "{dubbo}");
        assert_eq!(ends_in_map, with, "{dubbo}");
        assert_eq!(thrown.value().0, if with { 3 } else { 0 }, "{dubbo}");
        assert_eq!(
            null.value(),
            (if with { 4 } else { 1 }, "".into()),
            "{dubbo}"
        );
        // Attachments of the handler's are left out where nobody would understand them.
        let seen = raw.call(&of("attachments", "", vec![]).frame(4)).await;
        assert_eq!(seen.body.windows(4).any(|four| four == b"seen"), with);
    }
}

#[tokio::test]
async fn a_void_method_answers_with_nothing() {
    let (provider, it) = typed_provider("").await;
    let mut raw = provider.connect().await;
    it.gate.open(1);
    let answer = raw.call(&Body::of("wait", "", vec![]).frame(1)).await;
    assert_eq!(answer.body, b"\x95H\x05dubbo\x052.0.2Z");
}

#[tokio::test]
async fn an_unknown_service_and_an_unknown_method_are_told_in_dubbos_words() {
    let (provider, it) = typed_provider("").await;
    let mut raw = provider.connect().await;
    let elsewhere = Body {
        path: "demo.Other",
        ..Body::hello("a")
    };
    let (status, text) = failure_of(&mut raw, &elsewhere).await;
    assert_eq!(status, 70);
    assert!(
        text.contains("Not found exported service: demo.Other in [demo.Typed]"),
        "{text}"
    );
    assert!(text.contains("may be version or group mismatch , channel: consumer: /127.0.0.1:"));
    let (status, text) = failure_of(&mut raw, &Body::of("nope", "I", vec![1.into()])).await;
    assert_eq!(status, 40);
    assert_eq!(
        text,
        "Fail to decode request due to: java.lang.IllegalArgumentException: \
         Service not found:demo.Typed, nope"
    );
    let (status, text) = failure_of(&mut raw, &Body::of("nope", "", vec![])).await;
    assert_eq!(status, 70);
    assert!(
        text.contains("Failed to invoke remote proxy method nope"),
        "{text}"
    );
    assert_eq!(it.entered.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn names_that_are_no_names_are_refused_without_repeating_them() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    let long: &'static str = Box::leak("x".repeat(1 << 20).into_boxed_str());
    for body in [
        Body {
            path: long,
            ..Body::hello("a")
        },
        Body {
            version: Some(long),
            ..Body::hello("a")
        },
        Body::of(long, "", vec![]),
        Body::of("hello", long, vec![]),
    ] {
        let (status, text) = failure_of(&mut raw, &body).await;
        assert_eq!(status, 40);
        assert!(text.len() < 400, "{} bytes", text.len());
    }
}

#[tokio::test]
async fn groups_of_one_service_are_told_apart_by_the_attachment() {
    let named = |name| {
        TypedServer::new(Arc::new(Typed {
            name,
            ..Typed::default()
        }))
    };
    let provider = Provider::new("")
        // Has other types and methods under the same path, and is looked at first.
        .serve(
            tenfold_proxy::DynamicService::builder("demo.Typed")
                .method("hello", &["java.lang.String"], "java.lang.String")
                .handler(|_, _, _| async { Ok("dynamic".into()) }),
            "group=first",
        )
        .await
        .serve(named("second "), "group=second")
        .await
        .serve(named("none "), "")
        .await;
    let mut raw = provider.connect().await;
    for _ in 0..2 {
        for (group, expected) in [
            (Some("first"), "dynamic"),
            (Some("second"), "second a"),
            (Some(""), "none a"),
            (None, "none a"),
        ] {
            let mut body = Body::hello("a");
            if let Some(group) = group {
                body = body.attachment("group", group);
            }
            assert_eq!(
                value_of(&mut raw, &body).await,
                expected.into(),
                "{group:?}"
            );
        }
        // A method that the first service of that path does not have.
        let add = Body::of("add", "II", vec![1.into(), 2.into()]);
        let add = add.attachment("group", "second");
        assert_eq!(value_of(&mut raw, &add).await, 3_i64.into());
        let add = Body::of("add", "II", vec![1.into(), 2.into()]).attachment("group", "first");
        let (status, text) = failure_of(&mut raw, &add).await;
        assert_eq!(status, 40, "{text}");
        let (status, text) = failure_of(&mut raw, &Body::hello("a").attachment("group", "x")).await;
        assert_eq!(status, 70);
        assert!(
            text.contains("Not found exported service: x/demo.Typed in ["),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_token_is_asked_for_before_the_arguments_are_read() {
    let it = Arc::new(Typed::default());
    let provider = Provider::new("")
        .serve(TypedServer::new(Arc::clone(&it)), "token=secret")
        .await;
    let mut raw = provider.connect().await;
    let right = Body::hello("a").attachment("token", "secret");
    assert_eq!(value_of(&mut raw, &right).await, "a".into());
    for wrong in [
        None,
        Some(""),
        Some("secreT"),
        Some("secret2"),
        Some("secre"),
    ] {
        // A list where the method takes a text: it is not looked at without the token.
        let mut body = Body::of("hello", TEXT, vec![Value::list([1])]);
        if let Some(token) = wrong {
            body = body.attachment("token", token);
        }
        let (status, text) = failure_of(&mut raw, &body).await;
        assert_eq!(status, 70, "{text}");
        assert!(
            text.contains("Invalid token! Forbid invoke remote service demo.Typed"),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
    assert_eq!(it.entered.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn echo_returns_its_argument_for_services_that_exist() {
    let (provider, it) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for value in [Value::from("a"), Value::Null, Value::list([1, 2])] {
        let body = Body::of("$echo", "Ljava/lang/Object;", vec![value.clone()]);
        assert_eq!(value_of(&mut raw, &body).await, value);
    }
    let elsewhere = Body {
        path: "demo.Other",
        ..Body::of("$echo", "Ljava/lang/Object;", vec![1.into()])
    };
    assert_eq!(failure_of(&mut raw, &elsewhere).await.0, 70);
    assert_eq!(it.entered.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn generic_calls_are_refused_unless_they_are_allowed() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    let generic = Body::of(
        "$invoke",
        "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;",
        vec![
            "hello".into(),
            Value::typed_list("[string", ["java.lang.String"]),
            Value::typed_list("[object", ["a"]),
        ],
    );
    assert_eq!(failure_of(&mut raw, &generic).await.0, 40);
}

#[tokio::test]
async fn a_full_port_and_a_full_service_answer_exhausted() {
    for (listener, service, words) in [
        ("threads=2", "", "thread pool is exhausted"),
        (
            "",
            "executes=2",
            "using threads greater than <dubbo:service executes=\"2\" />",
        ),
    ] {
        let it = Arc::new(Typed::default());
        let provider = Provider::new(listener)
            .serve(TypedServer::new(Arc::clone(&it)), service)
            .await;
        let mut raw = provider.connect().await;
        for id in 0..2 {
            raw.send(&Body::of("wait", "", vec![]).frame(id)).await;
        }
        eventually("two calls wait", || it.entered.load(Ordering::SeqCst) == 2).await;
        let (status, text) = failure_of(&mut raw, &Body::hello("a")).await;
        assert_eq!(status, 100, "{text}");
        assert!(text.contains(words), "{text}");
        it.gate.open(2);
        let mut answered = [
            raw.next().await.expect("one").id,
            raw.next().await.expect("two").id,
        ];
        answered.sort_unstable();
        assert_eq!(answered, [0, 1]);
        // The places are given back.
        for _ in 0..5 {
            assert_eq!(value_of(&mut raw, &Body::hello("a")).await, "a".into());
        }
    }
}

#[tokio::test]
async fn payload_limits_hold_both_ways_and_the_connection_goes_on() {
    let (provider, it) = typed_provider("payload=1000").await;
    let mut raw = provider.connect().await;
    let long = Body::of(
        "count",
        "Ljava/util/List;",
        vec![Value::list(vec!["x"; 2000])],
    );
    let (status, text) = failure_of(&mut raw, &long).await;
    assert_eq!(status, 40);
    assert!(
        text.contains("Data length too large: ") && text.contains("max payload: 1000"),
        "{text}"
    );
    assert_eq!(it.entered.load(Ordering::SeqCst), 0);
    let (status, text) = failure_of(&mut raw, &Body::of("bytes", "I", vec![2000.into()])).await;
    assert_eq!(status, 25);
    assert!(
        text.contains("Data length too large: ") && text.contains("max payload: 1000"),
        "{text}"
    );
    let short = value_of(&mut raw, &Body::of("bytes", "I", vec![100.into()])).await;
    assert_eq!(short.as_bytes().map(<[u8]>::len), Some(100));
}

#[tokio::test]
async fn other_serializations_are_refused_in_the_one_that_every_peer_reads() {
    let (provider, it) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for id in (0..32).filter(|id| *id != 2) {
        let mut frame = Body::hello("a").frame(9);
        frame.flags = 0xc0 | id;
        let answer = raw.call(&frame).await;
        assert_eq!((answer.status, answer.flags), (40, 0x02), "id {id}");
        assert!(
            answer.text().contains("Unexpected serialization type:"),
            "{}",
            answer.text()
        );
    }
    assert_eq!(it.entered.load(Ordering::SeqCst), 0);
    assert_eq!(value_of(&mut raw, &Body::hello("a")).await, "a".into());
}

#[tokio::test]
async fn a_one_way_call_is_never_answered() {
    let (provider, it) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for body in [
        Body::hello("a"),
        Body::of("fail", TEXT, vec!["panic".into()]),
        Body::of("fail", TEXT, vec!["exception".into()]),
        Body::of("nope", "", vec![]),
        Body::of("add", "II", vec!["no number".into(), 1.into()]),
    ] {
        let mut frame = body.frame(1);
        frame.flags = 0x82;
        raw.send(&frame).await;
    }
    let answer = raw.call(&Body::hello("last").frame(2)).await;
    assert_eq!(answer.value().1, "last".into());
    assert_eq!(it.entered.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_panic_is_the_failure_of_its_own_call() {
    let (provider, it) = typed_provider("").await;
    let mut raw = provider.connect().await;
    raw.send(&Body::of("wait", "", vec![]).frame(7)).await;
    let (status, text) = failure_of(&mut raw, &Body::of("fail", TEXT, vec!["panic".into()])).await;
    assert_eq!((status, text.as_str()), (80, "the handler panicked"));
    it.gate.open(1);
    assert_eq!(
        raw.next().await.map(|frame| (frame.id, frame.status)),
        Some((7, 20))
    );
}

struct Refusing(ErrorKind);

impl Filter for Refusing {
    fn before(&self, _: &mut Invocation) -> Result<(), RpcError> {
        match self.0 {
            ErrorKind::ServerError => panic!("a filter that is broken"),
            kind => Err(RpcError::new(kind, "refused")),
        }
    }
}

#[tokio::test]
async fn what_a_filter_refuses_was_not_run() {
    for (kind, status) in [
        (ErrorKind::Overloaded, 100),
        (ErrorKind::BadRequest, 40),
        (ErrorKind::ServerError, 80),
    ] {
        let it = Arc::new(Typed::default());
        let provider = Provider::new("")
            .serve_with(
                TypedServer::new(Arc::clone(&it)),
                "",
                vec![Arc::new(Refusing(kind))],
            )
            .await;
        let mut raw = provider.connect().await;
        assert_eq!(failure_of(&mut raw, &Body::hello("a")).await.0, status);
        assert_eq!(it.entered.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn errors_that_a_handler_passes_on_are_exceptions_of_its_method() {
    let (provider, _) = typed_provider("").await;
    let mut raw = provider.connect().await;
    for (how, code) in [("overloaded", 7), ("timeout", 2), ("not-found", 0)] {
        let answer = raw
            .call(&Body::of("fail", TEXT, vec![how.into()]).frame(1))
            .await;
        assert_eq!(answer.status, 20, "{how}");
        let (flag, thrown) = answer.value();
        assert_eq!(
            (flag, thrown.class_name()),
            (3, Some("org.apache.dubbo.rpc.RpcException"))
        );
        assert_eq!(
            thrown.get("code").and_then(Value::as_i64),
            Some(code),
            "{how}"
        );
    }
}

#[tokio::test]
async fn unexporting_ends_one_service_and_leaves_its_port() {
    let mut provider = Provider::new("")
        .serve(open_service("demo.First"), "")
        .await
        .serve(TypedServer::new(Arc::default()), "")
        .await;
    assert_eq!(
        provider.exporters[0].url().port(),
        provider.exporters[1].url().port()
    );
    let mut raw = provider.connect().await;
    assert_eq!(value_of(&mut raw, &Body::hello("a")).await, "a".into());
    let typed = provider.exporters.pop().expect("two services");
    typed.unexport();
    assert_eq!(failure_of(&mut raw, &Body::hello("a")).await.0, 70);
    // Served again, by another exporter; the first one's drop does not take it away.
    let mut provider = provider.serve(TypedServer::new(Arc::default()), "").await;
    drop(typed);
    assert_eq!(value_of(&mut raw, &Body::hello("a")).await, "a".into());
    provider.exporters.pop();
    assert_eq!(failure_of(&mut raw, &Body::hello("a")).await.0, 70);
}

#[tokio::test]
async fn a_service_is_served_once_on_a_port_whatever_its_address_is_called() {
    let (provider, _) = typed_provider("").await;
    let skeleton = Arc::new(TypedServer::new(Arc::default()));
    let export = async |address: &str, parameters: &str| {
        let url = format!("dubbo://{address}/demo.Typed?interface=demo.Typed&{parameters}");
        let url = tenfold_common::Url::parse(&url).expect("a URL");
        let descriptor = Arc::new(skeleton.descriptor().with_identity_of(&url));
        let invoker = SkeletonInvoker::new(url.clone(), Arc::clone(&skeleton) as _);
        provider
            .protocol
            .export(url, descriptor, Arc::new(invoker))
            .await
    };
    for address in ["127.0.0.1:0", &provider.address()] {
        let duplicate = export(address, "").await.err();
        assert!(
            matches!(duplicate, Some(ExportError::Duplicate { .. })),
            "{duplicate:?}"
        );
    }
    let other = export(&provider.address(), "version=2")
        .await
        .expect("another version");
    assert_eq!(other.url().address(), provider.address());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let bind = export(&address, "version=3").await.err();
    assert!(matches!(bind, Some(ExportError::Bind { .. })), "{bind:?}");
}

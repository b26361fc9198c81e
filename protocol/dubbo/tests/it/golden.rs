//! The conversations of the real programs, played again: our provider is sent what a real consumer
//! sent and must answer as the real provider did; our consumer makes the calls of a real consumer,
//! is answered what it was answered, and must have sent the same.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use parking_lot::Mutex;
use tenfold_common::Url;
use tenfold_dubbo::DubboProtocol;
use tenfold_hessian2::{Decoder, Value, to_vec};
use tenfold_protocol::{
    Call, ErrorKind, Exception, Invocation, Outcome, Payload, Protocol, Response, RpcError,
    name_of_descriptor, split_descriptors,
};
use tenfold_proxy::{DynamicService, Skeleton};
use tenfold_serialization::{Arguments, SerializationError, Writer};

use crate::support::*;

const FILES: [(&str, &str); 3] = [
    ("java-3.3.6", include_str!("../golden/java-3.3.6.txt")),
    ("java-2.7.23", include_str!("../golden/java-2.7.23.txt")),
    ("go-3.3.2", include_str!("../golden/go-3.3.2.txt")),
];

/// A request of a consumer, and the answer it was given.
struct Exchange {
    name: String,
    request: Frame,
    response: Frame,
}

/// The two-way calls of a file, events and callbacks left out.
fn exchanges(file: &str) -> Vec<Exchange> {
    let mut open: Vec<(String, Frame)> = Vec::new();
    let mut done = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [case, number, direction, _, flags, status, id, _, body] = fields[..] else {
            panic!("not a frame: {line}");
        };
        let frame = Frame {
            flags: hex(flags)[0],
            status: hex(status)[0],
            id: i64::from_str_radix(id, 16)
                .unwrap_or_else(|_| u64::from_str_radix(id, 16).expect("an id").cast_signed()),
            body: hex(body),
        };
        match (direction, frame.flags) {
            (">", 0xc2) => open.push((format!("{case} {number}"), frame)),
            ("<", 0x02) => {
                let at = open.iter().position(|(_, request)| request.id == frame.id);
                let (name, request) = open.swap_remove(at.expect("a request for the answer"));
                done.push(Exchange {
                    name,
                    request,
                    response: frame,
                });
            }
            _ => {}
        }
    }
    done
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|two| {
            let two = std::str::from_utf8(two).expect("ascii");
            u8::from_str_radix(two, 16).expect("hex")
        })
        .collect()
}

/// A request body in parts.
struct Request {
    texts: [Option<String>; 5],
    arguments: Vec<Value>,
    /// Where the attachments begin.
    attachments_at: usize,
    attachments: Value,
}

fn parts(body: &[u8]) -> Request {
    let mut decoder = Decoder::new(body);
    let texts = std::array::from_fn(|_| {
        let text = decoder.read_opt_str().expect("a text");
        text.map(|text| text.into_owned())
    });
    let descriptor = texts[4].as_deref().expect("a descriptor");
    let count = split_descriptors(descriptor).expect("descriptors").len();
    let arguments = (0..count)
        .map(|_| decoder.read_value().expect("an argument"))
        .collect();
    let attachments_at = decoder.position();
    let attachments = decoder.read_value().expect("attachments");
    Request {
        texts,
        arguments,
        attachments_at,
        attachments,
    }
}

/// A response body in parts: flag, value, where the attachments begin, attachments.
fn answer_parts(body: &[u8]) -> (i32, Value, usize, Value) {
    let mut decoder = Decoder::new(body);
    let flag = decoder.read_int().expect("a flag");
    let value = match flag {
        2 | 5 => Value::Null,
        _ => decoder.read_value().expect("a value"),
    };
    let at = decoder.position();
    let attachments = match flag {
        3.. => decoder.read_value().expect("attachments"),
        _ => Value::Null,
    };
    (flag, value, at, attachments)
}

/// What the handler answers next.
type Script = Arc<Mutex<VecDeque<Result<Value, Exception>>>>;

/// A service that takes every call and answers by the script.
fn scripted(interface: &str, script: &Script) -> DynamicService {
    let script = Arc::clone(script);
    DynamicService::builder(interface)
        .any_method()
        .handler(move |_, _, _| {
            let next = script.lock().pop_front().expect("a call that was foreseen");
            async move { next }
        })
}

/// An exception is written by our own order of fields, so its bytes may differ: it must have the
/// same class, message and fields of its own.
fn is_same_exception(ours: &Value, theirs: &Value) -> bool {
    let (Some(own), Some(their)) = (ours.as_object(), theirs.as_object()) else {
        return false;
    };
    own.class_name() == their.class_name()
        && their
            .fields()
            .filter(|(name, _)| !["cause", "stackTrace", "suppressedExceptions"].contains(name))
            .all(|(name, value)| own.get(name) == Some(value))
}

#[tokio::test]
async fn our_provider_answers_as_the_real_ones_do() {
    for (file, text) in FILES {
        let script = Script::default();
        let mut provider = Provider::new("");
        let mut served = Vec::new();
        let all = exchanges(text);
        for exchange in &all {
            let request = parts(&exchange.request.body);
            let interface = request.texts[1].clone().expect("a path");
            let version = request.texts[2].clone().unwrap_or_default();
            let group = request.attachments.get("group").and_then(Value::as_str);
            let key = (interface, version, group.unwrap_or_default().to_owned());
            if !served.contains(&key) {
                let parameters = format!("version={}&group={}", key.1, key.2);
                let same_key = |known: &(String, String, String)| {
                    let plain = |version: &str| version.trim_start_matches("0.0.0").to_owned();
                    (&known.0, plain(&known.1), &known.2) == (&key.0, plain(&key.1), &key.2)
                };
                if !served.iter().any(same_key) {
                    provider = provider.serve(scripted(&key.0, &script), &parameters).await;
                }
                served.push(key);
            }
        }
        let mut raw = provider.connect().await;
        let mut same_bytes = 0;
        for exchange in &all {
            if exchange.response.status != 20 {
                continue;
            }
            let (flag, value, at, _) = answer_parts(&exchange.response.body);
            let is_echo = parts(&exchange.request.body).texts[3].as_deref() == Some("$echo");
            if !is_echo {
                script.lock().push_back(match flag {
                    0 | 3 => Err(Exception::from_value(&value).expect("a Throwable")),
                    _ => Ok(value.clone()),
                });
            }
            let ours = raw.call(&exchange.request).await;
            let name = format!("{file} {}", exchange.name);
            assert_eq!((ours.status, ours.flags), (20, 0x02), "{name}: {ours:x?}");
            let (our_flag, our_value, our_at, our_attachments) = answer_parts(&ours.body);
            assert_eq!(our_flag, flag, "{name}");
            assert_eq!(
                our_attachments.get("dubbo"),
                Some(&"2.0.2".into()),
                "{name}"
            );
            if ours.body[..our_at] == exchange.response.body[..at] {
                same_bytes += 1;
            } else {
                // dubbo-go writes lists in a longer form, and a bare Throwable with fields of its
                // own making.
                let bare = value.class_name() == Some("java.lang.Throwable")
                    && our_value.get("detailMessage") == value.get("detailMessage");
                let alike = file.starts_with("go") && (bare || our_value == value);
                assert!(alike || is_same_exception(&our_value, &value), "{name}");
            }
        }
        assert!(script.lock().is_empty());
        let least = if file.starts_with("go") { 50 } else { 230 };
        assert!(
            same_bytes >= least,
            "{file}: {same_bytes} answers were the same"
        );
    }
}

/// Arguments that are values already.
struct Values(Vec<Value>);

impl Arguments for Values {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), SerializationError> {
        let Writer::Hessian2(encoder) = writer else {
            panic!("another serialization");
        };
        for value in &self.0 {
            encoder.write(value)?;
        }
        Ok(())
    }

    fn text(&self, _: usize, _: &mut String) -> bool {
        false
    }
}

/// Makes the call of `request` by our consumer.
async fn call(
    protocol: &DubboProtocol,
    address: &str,
    request: &Request,
) -> Result<Response, RpcError> {
    let text = |at: usize| request.texts[at].clone().unwrap_or_default();
    let descriptor = text(4);
    let types = split_descriptors(&descriptor).expect("descriptors");
    let types: Vec<String> = types.into_iter().map(name_of_descriptor).collect();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let service = DynamicService::builder(&text(1))
        .method(&text(3), &types, "java.lang.Object")
        .handler(|_, _, _| async { Ok(Value::Null) })
        .descriptor();
    let mut url = format!("dubbo://{address}/{0}?interface={0}&timeout=20000", text(1));
    url += &format!("&version={}", text(2));
    let invoker = protocol
        .refer(Url::parse(&url).expect("a URL"), Arc::clone(&service))
        .expect("a reference");
    let method = Arc::clone(&service.methods[0]);
    let call = Call::new(service, method, Instant::now());
    let arguments = Arc::new(Values(request.arguments.clone()));
    within(
        "an answer",
        invoker.invoke(Invocation::unary(call, arguments)),
    )
    .await
}

#[tokio::test]
async fn our_consumer_sends_what_the_real_ones_do_and_reads_their_answers() {
    for (file, text) in FILES {
        let server = RawServer::new().await;
        let protocol = DubboProtocol::new();
        let address = server.address();
        // Keeps the shared connection open between the calls.
        let url = format!("dubbo://{address}/hold?interface=hold");
        let url = Url::parse(&url).expect("a URL");
        let held = protocol
            .refer(url, typed_descriptor())
            .expect("a reference");
        let mut raw = server.accept().await;
        for exchange in exchanges(text) {
            let name = format!("{file} {}", exchange.name);
            let theirs = parts(&exchange.request.body);
            let (result, ours) = tokio::join!(call(&protocol, &address, &theirs), async {
                let ours = raw.request().await;
                let Frame { status, body, .. } = &exchange.response;
                raw.answer(&ours, *status, body).await;
                ours
            });
            let sent = parts(&ours.body);
            // Some write no version as null or as an empty text.
            let skip = |request: &Request, body: &[u8]| {
                let version = request.texts[2].as_deref().map_or(1, |text| text.len() + 1);
                let path = request.texts[1].as_deref().unwrap_or_default().len();
                let path = path + if path > 31 { 2 } else { 1 };
                let before = body[..6 + path].to_vec();
                [&before, &body[6 + path + version..request.attachments_at]].concat()
            };
            if file.starts_with("java") {
                let (sent, theirs) = (
                    skip(&sent, &ours.body),
                    skip(&theirs, &exchange.request.body),
                );
                assert_eq!(sent, theirs, "{name}");
            }
            assert_eq!(sent.arguments, theirs.arguments, "{name}");
            for key in ["path", "interface"] {
                let expected = theirs.attachments.get(key);
                assert!(
                    expected.is_none() || sent.attachments.get(key) == expected,
                    "{name}"
                );
            }
            check_result(&name, &exchange.response, result);
        }
        drop(held);
    }
}

/// Whether our consumer made of a real answer what it means.
fn check_result(name: &str, response: &Frame, result: Result<Response, RpcError>) {
    if response.status != 20 {
        let error = result.expect_err(name);
        let kinds: &[ErrorKind] = match response.status {
            25 => &[ErrorKind::PayloadTooLarge],
            50 => &[ErrorKind::Serialization],
            // Dubbo 3.3 has one text for both.
            _ => &[ErrorKind::MethodNotFound, ErrorKind::ServiceNotFound],
        };
        assert!(kinds.contains(&error.kind()), "{name}: {error:?}");
        return;
    }
    let (flag, value, _, attachments) = answer_parts(&response.body);
    match result {
        Ok(response) => {
            let received = response.attachments;
            let sent = attachments.as_map().map_or(0, |map| map.entries().len());
            assert_eq!(received.len(), sent.saturating_sub(1), "{name}");
            match response.outcome {
                Outcome::Value(Payload::Unary(read)) => {
                    let read = read.downcast::<Value>().ok().expect("a value");
                    let bytes = |value: &Value| to_vec(value).expect("a value");
                    assert_eq!(bytes(&read), bytes(&value), "{name}");
                }
                Outcome::Exception(thrown) => {
                    assert!(matches!(flag, 0 | 3), "{name}");
                    assert_eq!(Some(thrown.class.as_str()), value.class_name(), "{name}");
                    let message = value.get("detailMessage").and_then(Value::as_str);
                    assert_eq!(thrown.message.as_deref(), message, "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
        Err(error) => {
            assert!(matches!(flag, 0 | 3), "{name}: {error}");
            let class = value.class_name().unwrap_or_default();
            assert!(class.ends_with("RpcException"), "{name}: {error}");
        }
    }
}

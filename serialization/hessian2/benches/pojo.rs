//! One POJO of ten fields, written and read by this codec and by prost 0.14 in the same run.
//!
//! `cargo bench -p tenfold-hessian2 --bench pojo` prints the median of rounds in nanoseconds and
//! the ratio to prost (below 1 is faster). Fields: two ints, a long, a boolean, a double, two
//! strings, a date, a list of five strings, a map of three.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use prost::Message;
use tenfold_hessian2::{Date, Decoder, Encoder, from_slice, to_vec};
use tenfold_macros::Wire;

const ROUNDS: usize = 41;
const CALLS: u32 = 20_000;

/// A name and what is measured under it.
type Job<'a> = (&'static str, Box<dyn FnMut() + 'a>);

#[derive(Wire, Clone, Debug, PartialEq)]
#[wire(class = "com.acme.trade.Order", crate = "::tenfold_hessian2")]
struct Order {
    id: i32,
    quantity: i32,
    account_id: i64,
    paid: bool,
    price: f64,
    customer: String,
    note: String,
    created: Date,
    tags: Vec<String>,
    stock: HashMap<String, i32>,
}

#[derive(Clone, PartialEq, Message)]
struct OrderMessage {
    #[prost(int32, tag = "1")]
    id: i32,
    #[prost(int32, tag = "2")]
    quantity: i32,
    #[prost(int64, tag = "3")]
    account_id: i64,
    #[prost(bool, tag = "4")]
    paid: bool,
    #[prost(double, tag = "5")]
    price: f64,
    #[prost(string, tag = "6")]
    customer: String,
    #[prost(string, tag = "7")]
    note: String,
    #[prost(int64, tag = "8")]
    created: i64,
    #[prost(string, repeated, tag = "9")]
    tags: Vec<String>,
    #[prost(map = "string, int32", tag = "10")]
    stock: HashMap<String, i32>,
}

fn main() {
    let order = order();
    let message = message(&order);
    let hessian = to_vec(&order).expect("within limits");
    let foreign = reversed(&hessian);
    let protobuf = message.encode_to_vec();
    assert_eq!(from_slice::<Order>(&hessian).expect("own bytes"), order);
    assert_eq!(
        from_slice::<Order>(&foreign).expect("other field order"),
        order
    );

    let mut out = Vec::with_capacity(1024);
    let mut jobs: Vec<Job<'_>> = vec![
        (
            "hessian2 encode",
            Box::new(|| {
                out.clear();
                Encoder::new(&mut out)
                    .write(black_box(&order))
                    .expect("within limits");
                black_box(&out);
            }),
        ),
        ("prost encode", {
            let mut out = Vec::with_capacity(1024);
            let message = &message;
            Box::new(move || {
                out.clear();
                black_box(message).encode(&mut out).expect("room");
                black_box(&out);
            })
        }),
        (
            "hessian2 decode",
            Box::new(|| {
                let order: Order = Decoder::new(black_box(&hessian)).read().expect("own bytes");
                black_box(order);
            }),
        ),
        (
            "hessian2 decode, other definition",
            Box::new(|| {
                let order: Order = Decoder::new(black_box(&foreign)).read().expect("checked");
                black_box(order);
            }),
        ),
        (
            "hessian2 decode to Value",
            Box::new(|| {
                black_box(
                    Decoder::new(black_box(&hessian))
                        .read_value()
                        .expect("own bytes"),
                );
            }),
        ),
        (
            "prost decode",
            Box::new(|| {
                let order = OrderMessage::decode(black_box(&protobuf[..])).expect("own bytes");
                black_box(order);
            }),
        ),
    ];
    let medians = measure(&mut jobs);
    println!(
        "bytes: hessian2 {}, prost {}",
        hessian.len(),
        protobuf.len()
    );
    let median = |name: &str| {
        medians
            .iter()
            .find(|(n, _)| *n == name)
            .map_or(f64::NAN, |m| m.1)
    };
    for (name, ns) in &medians {
        let base = if name.contains("encode") {
            "prost encode"
        } else {
            "prost decode"
        };
        println!("{name:36} {ns:8.1} ns  {:5.2} x prost", ns / median(base));
    }
}

/// Medians in nanoseconds a call. The rounds take turns, so that what disturbs one disturbs all.
fn measure(jobs: &mut [Job<'_>]) -> Vec<(&'static str, f64)> {
    let mut rounds = vec![Vec::with_capacity(ROUNDS); jobs.len()];
    for _ in 0..ROUNDS {
        for ((_, job), times) in jobs.iter_mut().zip(&mut rounds) {
            let start = Instant::now();
            for _ in 0..CALLS {
                job();
            }
            times.push(start.elapsed().as_nanos() as f64 / f64::from(CALLS));
        }
    }
    let names = jobs.iter().map(|(name, _)| *name);
    names
        .zip(rounds)
        .map(|(name, mut times)| {
            times.sort_by(f64::total_cmp);
            (name, times[times.len() / 2])
        })
        .collect()
}

fn order() -> Order {
    Order {
        id: 4711,
        quantity: 12,
        account_id: 9_876_543_210,
        paid: true,
        price: 1234.5678,
        customer: "Ann Example".to_owned(),
        note: "leave it at the door, please".to_owned(),
        created: Date::from_millis(1_700_000_000_123),
        tags: ["red", "fragile", "express", "gift", "repeat"]
            .map(str::to_owned)
            .to_vec(),
        stock: HashMap::from(
            [("north", 3), ("south", 40), ("west", 500)].map(|(k, v)| (k.to_owned(), v)),
        ),
    }
}

fn message(order: &Order) -> OrderMessage {
    OrderMessage {
        id: order.id,
        quantity: order.quantity,
        account_id: order.account_id,
        paid: order.paid,
        price: order.price,
        customer: order.customer.clone(),
        note: order.note.clone(),
        created: order.created.millis(),
        tags: order.tags.clone(),
        stock: order.stock.clone(),
    }
}

/// The same object with its fields in the opposite order, so that they must be read by name.
fn reversed(bytes: &[u8]) -> Vec<u8> {
    let value = Decoder::new(bytes).read_value().expect("own bytes");
    let object = value.as_object().expect("an object");
    let mut fields: Vec<_> = object.fields().collect();
    fields.reverse();
    let start = tenfold_hessian2::Value::object(object.class_name());
    let object = fields
        .into_iter()
        .fold(start, |o, (name, value)| o.field(name, value.clone()));
    to_vec(&object.build()).expect("within limits")
}

//! A frame is read or refused: its head, and its body as a request and as an answer.

#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use tenfold_dubbo::fuzzing::Doors;
use tenfold_exchange::ExchangeCodec;
use tenfold_transport::FrameCodec;

thread_local! {
    static DOORS: OnceCell<Doors> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    let codec = ExchangeCodec::new(8 << 20);
    let Ok(Some(head)) = codec.decode_head(bytes) else {
        return;
    };
    let body = &bytes[head.head_bytes..];
    DOORS.with(|doors| {
        let doors = doors.get_or_init(Doors::new);
        doors.request(body);
        doors.response(body);
    });
});

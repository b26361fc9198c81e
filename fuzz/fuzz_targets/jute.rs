//! ZooKeeper's records are read or refused; what is written is read again as the same.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use tenfold_zk::{OpCode, Request, Response, frame};

fuzz_target!(|bytes: &[u8]| {
    let _ = frame::split(&mut BytesMut::from(bytes), 1 << 20);
    let Some((code, body)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let Some(op) = OpCode::from_code(i32::from_be_bytes(*code)) else {
        return;
    };
    if let Ok(request) = Request::decode(op, body) {
        let mut written = BytesMut::new();
        request.write_body(&mut written);
        assert_eq!(Request::decode(op, &written).as_ref(), Ok(&request));
    }
    if let Ok(response) = Response::decode(op, body) {
        let mut written = BytesMut::new();
        response.write_body(&mut written);
        assert_eq!(Response::decode(op, &written).as_ref(), Ok(&response));
    }
});

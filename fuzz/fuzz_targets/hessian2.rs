//! Bytes are a value or an error; a value that is written is read again as the same, and skipping it
//! goes as far as reading it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenfold_hessian2::{Decoder, Throwable, Value, from_slice, to_vec};

fuzz_target!(|bytes: &[u8]| {
    let mut decoder = Decoder::new(bytes);
    let read = decoder.read_value();
    let _ = from_slice::<Throwable>(bytes);
    let _ = from_slice::<Vec<String>>(bytes);
    let Ok(value) = read else { return };
    let mut skipping = Decoder::new(bytes);
    if skipping.skip_value().is_ok() {
        assert_eq!(skipping.position(), decoder.position());
    }
    if let Ok(written) = to_vec(&value) {
        let again: Value = from_slice(&written).expect("what was written can be read");
        assert_eq!(again, value);
        assert_eq!(to_vec(&again).as_deref().ok(), Some(&*written));
    }
});

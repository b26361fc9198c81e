//! Numbers and dates in the shortest form, as Java writes them.

use crate::tag;

/// Appends an int: one, two, three or five bytes.
#[inline]
pub(crate) fn int(out: &mut Vec<u8>, value: i32) {
    if (-16..=47).contains(&value) {
        out.push((value + 0x90) as u8);
    } else {
        int_long_form(out, value);
    }
}

fn int_long_form(out: &mut Vec<u8>, value: i32) {
    let [b3, b2, b1, b0] = value.to_be_bytes();
    match value {
        -2048..=2047 => out.extend_from_slice(&[0xc8u8.wrapping_add(b1), b0]),
        -262_144..=262_143 => out.extend_from_slice(&[0xd4u8.wrapping_add(b2), b1, b0]),
        _ => out.extend_from_slice(&[tag::INT, b3, b2, b1, b0]),
    }
}

/// Appends a long: one, two, three, five or nine bytes.
#[inline]
pub(crate) fn long(out: &mut Vec<u8>, value: i64) {
    if (-8..=15).contains(&value) {
        out.push((value + 0xe0) as u8);
        return;
    }
    match i32::try_from(value) {
        Ok(small) => {
            let [b3, b2, b1, b0] = small.to_be_bytes();
            match small {
                -2048..=2047 => out.extend_from_slice(&[0xf8u8.wrapping_add(b1), b0]),
                -262_144..=262_143 => out.extend_from_slice(&[0x3cu8.wrapping_add(b2), b1, b0]),
                _ => out.extend_from_slice(&[tag::LONG_INT, b3, b2, b1, b0]),
            }
        }
        Err(_) => tagged(out, tag::LONG, value.to_be_bytes()),
    }
}

/// Appends a double; nothing is lost but the sign of zero, as in Java.
#[inline]
pub(crate) fn double(out: &mut Vec<u8>, value: f64) {
    // The casts saturate and turn NaN into 0, so the comparisons decide.
    let whole = value as i32;
    if f64::from(whole) == value {
        match whole {
            0 => return out.push(tag::DOUBLE_ZERO),
            1 => return out.push(tag::DOUBLE_ONE),
            -128..=127 => return out.extend_from_slice(&[tag::DOUBLE_BYTE, whole as u8]),
            -32_768..=32_767 => {
                let [_, _, b1, b0] = whole.to_be_bytes();
                return out.extend_from_slice(&[tag::DOUBLE_SHORT, b1, b0]);
            }
            _ => {}
        }
    }
    let milli = (value * 1000.0) as i32;
    if 0.001 * f64::from(milli) == value {
        let [b3, b2, b1, b0] = milli.to_be_bytes();
        out.extend_from_slice(&[tag::DOUBLE_MILLI, b3, b2, b1, b0]);
    } else {
        // Java writes every NaN as the same bits.
        let value = if value.is_nan() { f64::NAN } else { value };
        tagged(out, tag::DOUBLE, value.to_be_bytes());
    }
}

/// Appends a date: minutes when nothing is lost, else milliseconds.
#[inline]
pub(crate) fn date(out: &mut Vec<u8>, millis: i64) {
    match i32::try_from(millis / 60_000) {
        Ok(minutes) if millis % 60_000 == 0 => {
            let [b3, b2, b1, b0] = minutes.to_be_bytes();
            out.extend_from_slice(&[tag::DATE_MINUTES, b3, b2, b1, b0]);
        }
        _ => tagged(out, tag::DATE_MILLIS, millis.to_be_bytes()),
    }
}

#[inline]
fn tagged(out: &mut Vec<u8>, tag: u8, bytes: [u8; 8]) {
    let [b7, b6, b5, b4, b3, b2, b1, b0] = bytes;
    out.extend_from_slice(&[tag, b7, b6, b5, b4, b3, b2, b1, b0]);
}

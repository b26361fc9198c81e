//! The body of a response with status 20: a type flag, a value or an exception, attachments.

use tenfold_common::{Attachments, keys};
use tenfold_hessian2::{Decode, Decoder, Encode, Encoder};
use tenfold_protocol::{
    ErrorKind, Exception, MethodDescriptor, Origin, Outcome, Payload, Response, Retry, RpcError,
};
use tenfold_serialization::{Reader, SerializationError, SerializationKind, Writer};

use crate::{attachments, exception};

const EXCEPTION: i32 = 0;
const VALUE: i32 = 1;
const NULL: i32 = 2;
const EXCEPTION_WITH_ATTACHMENTS: i32 = 3;
const VALUE_WITH_ATTACHMENTS: i32 = 4;
const NULL_WITH_ATTACHMENTS: i32 = 5;

/// Writes a response; `with_attachments` says whether the consumer understands flags 3 to 5.
pub(crate) fn write(
    response: &Response,
    with_attachments: bool,
    out: &mut Vec<u8>,
) -> Result<(), SerializationError> {
    let flag_at = out.len();
    out.push(0);
    let value_at = out.len();
    let mut writer = Writer::open(SerializationKind::HESSIAN2, out)?;
    let is_exception = match &response.outcome {
        Outcome::Value(Payload::Unary(value)) => {
            value.write(&mut writer)?;
            false
        }
        Outcome::Exception(thrown) => {
            if let Writer::Hessian2(encoder) = &mut writer {
                thrown.encode(encoder)?;
            }
            true
        }
        _ => {
            return Err(SerializationError::Unsupported {
                type_name: "a stream",
                serialization: SerializationKind::HESSIAN2,
            });
        }
    };
    let Writer::Hessian2(encoder) = &mut writer else {
        return Ok(());
    };
    let is_null = !is_exception && encoder.buffer().get(value_at..) == Some(b"N");
    if with_attachments {
        write_attachments(&response.attachments, encoder)?;
    }
    if is_null {
        out.remove(value_at);
    }
    let flag = match (is_exception, is_null, with_attachments) {
        (true, _, false) => EXCEPTION,
        (true, _, true) => EXCEPTION_WITH_ATTACHMENTS,
        (false, true, false) => NULL,
        (false, true, true) => NULL_WITH_ATTACHMENTS,
        (false, false, false) => VALUE,
        (false, false, true) => VALUE_WITH_ATTACHMENTS,
    };
    if let Some(byte) = out.get_mut(flag_at) {
        // A Hessian int from 0 to 47 is one byte.
        *byte = 0x90 + u8::try_from(flag).unwrap_or(0);
    }
    Ok(())
}

fn write_attachments(
    attachments: &Attachments,
    encoder: &mut Encoder<'_>,
) -> Result<(), SerializationError> {
    if attachments.is_empty() {
        encoder.write_encoded(attachments::VERSION_ONLY);
        return Ok(());
    }
    encoder.write_map_start()?;
    encoder.write_str(keys::DUBBO);
    encoder.write_str(keys::PROTOCOL_VERSION);
    attachments::write_entries(encoder, attachments, |key| key != keys::DUBBO)?;
    encoder.write_map_end();
    Ok(())
}

/// Reads a response to a call of `method`. Bytes behind it are skipped: dubbo-go appends one.
pub(crate) fn read(body: &[u8], method: &MethodDescriptor) -> Result<Response, RpcError> {
    let broken = |error: SerializationError| {
        RpcError::new(
            ErrorKind::Serialization,
            format!("the answer to {method:?} cannot be read: {error}"),
        )
        .with_origin(Origin::Peer)
        .with_retry(Retry::Never)
        .with_source(error)
    };
    let mut reader = Reader::open(SerializationKind::HESSIAN2, body).map_err(broken)?;
    let flag = match &mut reader {
        Reader::Hessian2(decoder) => decoder.read_int().map_err(|error| broken(error.into()))?,
        _ => return Err(unknown_flag(-1)),
    };
    let outcome = match flag {
        VALUE | VALUE_WITH_ATTACHMENTS => Outcome::Value(Payload::Unary(
            method.codec().read_value(&mut reader).map_err(broken)?,
        )),
        NULL | NULL_WITH_ATTACHMENTS => {
            let value = method.codec().no_value().ok_or_else(|| {
                RpcError::new(
                    ErrorKind::Serialization,
                    format!("{method:?} answered null, which its Rust type cannot hold"),
                )
                .with_origin(Origin::Peer)
                .with_retry(Retry::Never)
            })?;
            Outcome::Value(Payload::Unary(value))
        }
        EXCEPTION | EXCEPTION_WITH_ATTACHMENTS => {
            let Reader::Hessian2(decoder) = &mut reader else {
                return Err(unknown_flag(flag));
            };
            let thrown = Exception::decode(decoder).map_err(|error| broken(error.into()))?;
            Outcome::Exception(Box::new(thrown))
        }
        other => return Err(unknown_flag(other)),
    };
    let attachments = match &mut reader {
        Reader::Hessian2(decoder) if flag >= EXCEPTION_WITH_ATTACHMENTS => {
            read_attachments(body, decoder).map_err(broken)?
        }
        _ => Attachments::new(),
    };
    match outcome {
        Outcome::Exception(thrown) => match exception::framework_error(&thrown) {
            Some(error) => Err(error),
            None => Ok(Response::exception(*thrown).with_attachments(attachments)),
        },
        Outcome::Value(Payload::Unary(value)) => {
            Ok(Response::boxed(value).with_attachments(attachments))
        }
        _ => Err(unknown_flag(flag)),
    }
}

/// The attachments that the user sees: without the protocol's own version entry.
fn read_attachments(
    body: &[u8],
    decoder: &mut Decoder<'_>,
) -> Result<Attachments, SerializationError> {
    if body
        .get(decoder.position()..)
        .is_some_and(|rest| rest.starts_with(attachments::VERSION_ONLY))
    {
        return Ok(Attachments::new());
    }
    let mut read = attachments::read(decoder)?;
    read.remove(keys::DUBBO);
    Ok(read)
}

fn unknown_flag(flag: i32) -> RpcError {
    RpcError::new(
        ErrorKind::Protocol,
        format!("unknown result flag, expected 0 to 5, but received {flag}"),
    )
    .with_retry(Retry::Never)
}

//! The body of a request: five strings, the arguments, the attachments, in one Hessian stream.
//!
//! A method's five strings are always the same bytes, and so are most attachments: a consumer
//! writes them from a template, a provider skips them by length and compares.

use std::{borrow::Cow, sync::Arc, time::Duration};

use tenfold_common::{Attachments, Url, keys};
use tenfold_hessian2::{DecodeError, Decoder, Encoder};
use tenfold_protocol::{Call, MethodDescriptor};
use tenfold_serialization::{Arguments, SerializationError, SerializationKind, Writer};

use crate::attachments;

/// The attachments that the protocol writes by itself; a user's of the same name are not sent.
const OWN_KEYS: [&str; 8] = [
    keys::PATH,
    keys::INTERFACE,
    keys::VERSION,
    keys::GROUP,
    keys::TOKEN,
    keys::TIMEOUT,
    keys::REMOTE_APPLICATION,
    keys::DUBBO,
];

/// The bytes that every request of one method has in common.
pub(crate) struct RequestTemplate {
    method: Arc<MethodDescriptor>,
    head: Vec<u8>,
    fixed_attachments: Vec<u8>,
    configured_timeout: Duration,
    configured_timeout_text: String,
}

/// The five strings at the head of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestHead {
    pub(crate) dubbo_version: String,
    pub(crate) path: String,
    pub(crate) version: Option<String>,
    pub(crate) method: String,
    pub(crate) descriptor: String,
}

impl RequestTemplate {
    /// The template for `method` of the provider that `url` describes.
    pub(crate) fn new(url: &Url, method: &Arc<MethodDescriptor>) -> Self {
        let key = url.service_key();
        let path = if url.path().is_empty() {
            url.interface()
        } else {
            url.path()
        };
        let version = key.version().unwrap_or(keys::NO_VERSION);
        let mut head = Vec::with_capacity(128);
        let mut encoder = Encoder::new(&mut head);
        for text in [
            keys::PROTOCOL_VERSION,
            path,
            version,
            &method.name,
            &method.parameter_descriptor,
        ] {
            encoder.write_str(text);
        }
        let mut fixed_attachments = Vec::with_capacity(128);
        let mut encoder = Encoder::new(&mut fixed_attachments);
        let entries = [
            (keys::PATH, Some(path)),
            (keys::INTERFACE, Some(url.interface())),
            (keys::VERSION, key.version()),
            (keys::GROUP, key.group()),
            (keys::TOKEN, url.param(keys::TOKEN)),
            (keys::REMOTE_APPLICATION, url.param(keys::APPLICATION)),
        ];
        for (name, value) in entries {
            if let Some(value) = value {
                encoder.write_str(name);
                encoder.write_str(value);
            }
        }
        let configured_timeout = method.timeout_by(url);
        Self {
            method: Arc::clone(method),
            head,
            fixed_attachments,
            configured_timeout,
            configured_timeout_text: millis_text(configured_timeout),
        }
    }

    /// Whether this is the template of `method`.
    pub(crate) fn is_for(&self, method: &Arc<MethodDescriptor>) -> bool {
        Arc::ptr_eq(&self.method, method)
    }

    /// How long a try may take unless the call says otherwise.
    pub(crate) fn timeout(&self) -> Duration {
        self.configured_timeout
    }

    /// Writes the body of a request that may take `timeout`.
    pub(crate) fn write(
        &self,
        call: &Call,
        arguments: &dyn Arguments,
        timeout: Duration,
        out: &mut Vec<u8>,
    ) -> Result<(), SerializationError> {
        out.extend_from_slice(&self.head);
        let mut writer = Writer::open(SerializationKind::HESSIAN2, out)?;
        arguments.write(&mut writer)?;
        let Writer::Hessian2(encoder) = &mut writer else {
            return Err(SerializationError::Unsupported {
                type_name: "a dubbo2 request",
                serialization: SerializationKind::HESSIAN2,
            });
        };
        encoder.write_map_start()?;
        encoder.write_encoded(&self.fixed_attachments);
        encoder.write_str(keys::TIMEOUT);
        if timeout == self.configured_timeout {
            encoder.write_str(&self.configured_timeout_text);
        } else {
            encoder.write_str(&millis_text(timeout));
        }
        if let Some(tag) = &call.tag {
            encoder.write_str(keys::TAG);
            encoder.write_str(tag);
        }
        if call.one_way {
            encoder.write_str(keys::RETURN);
            encoder.write_str("false");
        }
        attachments::write_entries(encoder, &call.attachments, |key| {
            !OWN_KEYS.contains(&key)
                && !(call.tag.is_some() && key == keys::TAG)
                && !(call.one_way && key == keys::RETURN)
        })?;
        encoder.write_map_end();
        Ok(())
    }
}

impl RequestHead {
    /// Reads the five strings.
    pub(crate) fn read(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            dubbo_version: decoder.read_string()?,
            path: decoder.read_string()?,
            version: decoder.read_opt_str()?.map(Cow::into_owned),
            method: decoder.read_string()?,
            descriptor: decoder.read_string()?,
        })
    }
}

/// Where the head of `body` ends, if its strings are short and plain ASCII, as they nearly always
/// are; found without reading them.
pub(crate) fn head_end(body: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    for _ in 0..5 {
        let tag = *body.get(at)?;
        let (length, text) = match tag {
            0x00..=0x1f => (usize::from(tag), at + 1),
            0x30..=0x33 => (
                usize::from(tag - 0x30) << 8 | usize::from(*body.get(at + 1)?),
                at + 2,
            ),
            _ => return None,
        };
        at = text + length;
        if !body.get(text..at)?.is_ascii() {
            return None;
        }
    }
    Some(at)
}

/// The timeout that the caller sent, in milliseconds as text or as a number; zero counts as none.
pub(crate) fn sent_timeout(attachments: &Attachments) -> Option<Duration> {
    attachments
        .value(keys::TIMEOUT_COUNTDOWN)
        .or_else(|| attachments.value(keys::TIMEOUT))
        .and_then(|value| value.as_i64())
        .and_then(|millis| u64::try_from(millis).ok())
        .filter(|millis| *millis > 0)
        .map(Duration::from_millis)
}

/// Whole milliseconds, at least one.
fn millis_text(timeout: Duration) -> String {
    timeout.as_millis().max(1).to_string()
}

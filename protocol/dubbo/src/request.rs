//! The body of a request: five strings, the arguments, the attachments, in one Hessian stream.
//!
//! A method's five strings are always the same bytes, and so are most attachments: a consumer
//! writes them from a template, a provider skips them by length and compares.

use std::{borrow::Cow, sync::Arc, time::Duration};

use tenfold_common::{Attachments, ServiceKey, Url, keys};
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

/// What the countdown is called by peers that write their keys in lower case, as Triple does.
const TIMEOUT_COUNTDOWN_LOWER: &str = "_to";

/// The longest string in the head of a request. The longest of them is the descriptor: 255
/// parameters, the most that Java allows, of 64 bytes each. Names are repeated in errors and logs,
/// so a peer must not choose their size.
const HEAD_STRING_BYTES_MAX: usize = 16 * 1024;

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
            !(OWN_KEYS.contains(&key)
                || call.tag.is_some() && key == keys::TAG
                || call.one_way && key == keys::RETURN)
        })?;
        encoder.write_map_end();
        Ok(())
    }
}

impl RequestHead {
    /// Reads the five strings.
    pub(crate) fn read(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            dubbo_version: bounded(decoder)?.into_owned(),
            path: bounded(decoder)?.into_owned(),
            version: match decoder.read_null() {
                true => None,
                false => Some(bounded(decoder)?.into_owned()),
            },
            method: bounded(decoder)?.into_owned(),
            descriptor: bounded(decoder)?.into_owned(),
        })
    }

    /// The key of the service that is meant, if it is the one of `group`.
    pub(crate) fn key(&self, group: Option<&str>) -> String {
        ServiceKey::new(&self.path, group, self.version.as_deref()).to_string()
    }
}

/// A string of a head, which is no longer than names are.
fn bounded<'a>(decoder: &mut Decoder<'a>) -> Result<Cow<'a, str>, DecodeError> {
    let text = decoder.read_str()?;
    if text.len() > HEAD_STRING_BYTES_MAX {
        return Err(decoder.custom(format!(
            "a name of {} bytes exceeds {HEAD_STRING_BYTES_MAX}",
            text.len()
        )));
    }
    Ok(text)
}

/// Where the head of `body` ends, if its strings are short and plain ASCII, as they nearly always
/// are; found without reading them.
pub(crate) fn head_end(body: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    for _ in 0..5 {
        let tag = *body.get(at)?;
        let (length, text) = match tag {
            // No version, as in a generic call.
            b'N' => (0, at + 1),
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

/// The timeout that the caller sent, in milliseconds as text or as a number: what is left of a
/// countdown before the configured one. Zero, which dubbo-go sends, and what is no number count as
/// none.
pub(crate) fn sent_timeout(attachments: &Attachments) -> Option<Duration> {
    [
        keys::TIMEOUT_COUNTDOWN,
        TIMEOUT_COUNTDOWN_LOWER,
        keys::TIMEOUT,
    ]
    .into_iter()
    .find_map(|key| {
        let millis = attachments.value(key)?.as_i64()?;
        u64::try_from(millis).ok().filter(|millis| *millis > 0)
    })
    .map(Duration::from_millis)
}

/// Whole milliseconds, at least one.
fn millis_text(timeout: Duration) -> String {
    timeout.as_millis().max(1).to_string()
}

//! `tag`: tagged calls go to providers with that tag, other calls to providers without one.

use tenfold_common::{AttachmentValue, Url, keys};

use super::{RouteRequest, Router};
use crate::Candidates;

/// Dubbo's tag router by static tags, the parameter `dubbo.tag` of the providers' URLs.
///
/// A call's tag is its own, else its attachment `dubbo.tag`, else the reference's parameter of that
/// name. A call with a tag that no provider has goes to providers without a tag, unless
/// `dubbo.force.tag` (attachment or parameter) is true. A call without a tag never goes to a tagged
/// provider.
#[derive(Debug, Default)]
pub struct TagRouter {
    tag: Option<String>,
    force: bool,
}

impl TagRouter {
    /// The tag router of a reference.
    pub fn new(reference: &Url) -> Self {
        Self {
            tag: reference.param(keys::TAG).map(str::to_owned),
            force: reference.flag(keys::FORCE_TAG, false),
        }
    }

    fn tag<'a>(&'a self, request: &RouteRequest<'a>) -> Option<&'a str> {
        let call = request.call();
        call.tag
            .as_deref()
            .or_else(|| call.attachments.text(keys::TAG))
            .filter(|tag| !tag.is_empty())
            .or(self.tag.as_deref())
    }

    fn is_forced(&self, request: &RouteRequest<'_>) -> bool {
        request
            .call()
            .attachments
            .value(keys::FORCE_TAG)
            .and_then(AttachmentValue::as_bool)
            .unwrap_or(self.force)
    }
}

impl Router for TagRouter {
    fn name(&self) -> &str {
        "tag"
    }

    fn priority(&self) -> i32 {
        100
    }

    fn route(&self, request: &RouteRequest<'_>, candidates: &mut Candidates<'_>) {
        let tag = self.tag(request);
        if tag.is_none() && !candidates.any_tagged() {
            return;
        }
        let has_tag =
            tag.is_some_and(|tag| candidates.iter().any(|member| member.tag() == Some(tag)));
        match tag {
            Some(tag) if has_tag || self.is_forced(request) => {
                candidates.retain(|member| member.tag() == Some(tag));
            }
            _ => candidates.retain(|member| member.tag().is_none()),
        }
    }
}

//! The texts of errors: Dubbo's sentences first, then layer by layer what was seen and decided.

use std::{sync::Arc, time::Duration};

use tenfold_protocol::{ErrorKind, RpcError};

use crate::{
    Candidates, Directory, Member, RouterChain, Snapshot, directory::State, router::RouteRequest,
};

/// No provider is left for a call.
pub(crate) fn no_provider(
    directory: &Directory,
    snapshot: &Snapshot,
    routers: &RouterChain,
    request: &RouteRequest<'_>,
) -> RpcError {
    if snapshot.is_forbidden() {
        return forbidden(directory).with_explanation(views(directory, snapshot));
    }
    let mut lines = views(directory, snapshot);
    lines.extend(routers.explain(request, &mut Candidates::all(snapshot)));
    lines.extend(unavailable(snapshot));
    RpcError::new(
        ErrorKind::NoProvider,
        format!(
            "Failed to invoke the method {} in the service {}. No provider available for the \
             service {} from registry {} on the consumer {} using the dubbo version {}. Please \
             check if the providers have been started and registered.",
            request.method(),
            directory.service().interface,
            directory.reference().service_key(),
            directory.registry(),
            directory.reference().host(),
            VERSION,
        ),
    )
    .with_explanation(lines)
}

/// No provider became available before `limit` was over.
pub(crate) fn not_ready(directory: &Directory, limit: Duration) -> RpcError {
    let snapshot = directory.snapshot();
    let lines = views(directory, &snapshot)
        .into_iter()
        .chain(unavailable(&snapshot));
    if snapshot.is_forbidden() {
        return forbidden(directory).with_explanation(lines);
    }
    RpcError::new(
        ErrorKind::NoProvider,
        format!(
            "no provider of {} became available within {limit:?} from registry {}; with \
             `check=false` the reference starts without one",
            directory.reference().service_key(),
            directory.registry(),
        ),
    )
    .with_explanation(lines)
}

/// Failover has given up.
pub(crate) fn tried_in_vain(
    directory: &Directory,
    method: &str,
    tries: u32,
    tried: &[(Arc<Member>, RpcError)],
    known: usize,
    error: RpcError,
) -> RpcError {
    let mut addresses: Vec<&str> = Vec::new();
    for (member, _) in tried {
        if !addresses.contains(&member.address()) {
            addresses.push(member.address());
        }
    }
    let text = format!(
        "Failed to invoke the method {method} in the service {}. Tried {tries} times of the \
         providers [{}] ({}/{known}) from the registry {} on the consumer {} using the dubbo \
         version {VERSION}. Last error is: ",
        directory.service().interface,
        addresses.join(", "),
        addresses.len(),
        directory.registry(),
        directory.reference().host(),
    );
    let lines = tried.iter().enumerate().map(|(number, (member, error))| {
        format!(
            "try {}: {}: {}",
            number + 1,
            member.address(),
            error.message()
        )
    });
    let lines: Vec<String> = lines.collect();
    error
        .map_message(|message| text + message)
        .with_explanation(lines)
}

/// The one try of failfast has failed.
pub(crate) fn failed_fast(
    directory: &Directory,
    method: &str,
    member: &Member,
    balance: &str,
    error: RpcError,
) -> RpcError {
    let text = format!(
        "Failfast invoke providers {} {balance} for service {} method {method} on consumer {} use \
         dubbo version {VERSION}, but no luck to perform the invocation. Last error is: ",
        member.url(),
        directory.service().interface,
        directory.reference().host(),
    );
    error.map_message(|message| text + message)
}

fn forbidden(directory: &Directory) -> RpcError {
    RpcError::new(
        ErrorKind::Forbidden,
        format!(
            "No provider available from registry {} for service {} on consumer {} use dubbo \
             version {VERSION}, please check status of providers(disabled, not registered or in \
             blacklist).",
            directory.registry(),
            directory.reference().service_key(),
            directory.reference().host(),
        ),
    )
}

/// What the registry has said, and which of its providers fell out in the directory.
fn views(directory: &Directory, snapshot: &Snapshot) -> Vec<String> {
    let registry = directory.registry();
    let usable = snapshot.members().len();
    let mut lines = vec![match snapshot.state() {
        State::Waiting => format!("registry {registry}: no list of providers has come yet"),
        State::Forbidden => format!("registry {registry}: the list of providers is empty"),
        State::Listed(count) => {
            format!("registry {registry}: {count} in the list, {usable} of them usable")
        }
    }];
    let fallen = snapshot.fallen();
    lines.extend(fallen.iter().take(LINES_MAX).map(ToString::to_string));
    if let Some(more) = fallen.len().checked_sub(LINES_MAX + 1) {
        lines.push(format!("and {} more", more + 1));
    }
    lines
}

fn unavailable(snapshot: &Snapshot) -> Vec<String> {
    let members = snapshot.members().iter();
    members
        .filter(|member| !member.is_available())
        .take(LINES_MAX)
        .map(|member| {
            format!(
                "{}: not available: not connected, or about to go away",
                member.address()
            )
        })
        .collect()
}

/// A text of a thousand lines explains nothing.
const LINES_MAX: usize = 32;
const VERSION: &str = concat!("tenfold-", env!("CARGO_PKG_VERSION"));

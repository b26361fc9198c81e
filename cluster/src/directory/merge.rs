//! A provider's URL under a reference's settings, and whether it fits the reference at all.

use tenfold_common::{Url, keys};

use super::Reason;

/// The URL by which a consumer calls a provider: the provider's, with the reference's parameters
/// above its own.
///
/// Group, version, start time, release, protocol version, methods and tag stay the provider's, its
/// application becomes `remote.application`, its thread settings are dropped, and the filters of
/// both sides are joined (Dubbo's `ClusterUtils.mergeUrl`).
pub fn merge(reference: &Url, provider: &Url) -> Url {
    let mut merged = provider.to_builder();
    for key in OF_PROVIDER_ONLY {
        merged = merged.remove_param(key);
        merged = merged.remove_param(&format!("default.{key}"));
    }
    for (key, value) in reference.params() {
        let stays = STAY_PROVIDERS.contains(&key) || OF_REGISTRATION.contains(&key);
        if !stays && !value.is_empty() {
            merged = merged.param(key, value);
        }
    }
    for key in JOINED {
        if let (Some(theirs), Some(ours)) = (provider.param(key), reference.param(key)) {
            merged = merged.param(key, format_args!("{theirs},{ours}"));
        }
    }
    if provider.path().is_empty() {
        merged = merged.path(reference.interface());
    }
    merged
        .param_opt(keys::REMOTE_APPLICATION, provider.param(keys::APPLICATION))
        // Connecting goes on in the background: one absent provider must not fail the reference.
        .param(keys::CHECK, false)
        .build()
}

/// Whether a provider's URL is one that `reference` asks for: interface, group, version,
/// classifier and protocol fit, and it is enabled (Dubbo's `UrlUtils.isMatch`).
///
/// # Errors
///
/// The reason why not.
pub fn matches(reference: &Url, provider: &Url) -> Result<(), Reason> {
    let (wanted, offered) = (reference.interface(), provider.interface());
    if wanted != offered && wanted != keys::ANY && offered != keys::ANY {
        return Err(Reason::mismatch(keys::INTERFACE, offered, wanted));
    }
    if let Some(wanted) = reference.param(PROTOCOL) {
        let mut names = wanted.split(',').map(str::trim);
        if !names.any(|name| name == provider.protocol()) {
            return Err(Reason::mismatch(PROTOCOL, provider.protocol(), wanted));
        }
    }
    let enabled = provider.flag(keys::ENABLED, true) && !provider.flag(keys::DISABLED, false);
    if !enabled && reference.param(keys::ENABLED) != Some(keys::ANY) {
        return Err(Reason::Disabled);
    }
    let (wanted, offered) = (
        identity(reference, keys::GROUP),
        identity(provider, keys::GROUP),
    );
    if !value_fits(wanted, offered) {
        return Err(Reason::mismatch(keys::GROUP, offered, wanted));
    }
    let (wanted, offered) = (
        identity(reference, keys::VERSION),
        identity(provider, keys::VERSION),
    );
    if !value_fits(wanted, offered) {
        return Err(Reason::mismatch(keys::VERSION, offered, wanted));
    }
    let (wanted, offered) = (
        reference.param(CLASSIFIER).unwrap_or_default(),
        provider.param(CLASSIFIER).unwrap_or_default(),
    );
    if ![keys::ANY, "", offered].contains(&wanted) && offered != keys::ANY {
        return Err(Reason::mismatch(CLASSIFIER, offered, wanted));
    }
    Ok(())
}

fn value_fits(wanted: &str, offered: &str) -> bool {
    wanted == keys::ANY || wanted == offered || wanted.split(',').any(|part| part.trim() == offered)
}

/// A group or a version, of which absent ones are empty.
fn identity<'a>(url: &'a Url, key: &str) -> &'a str {
    url.param(key)
        .filter(|value| *value != keys::NO_VERSION)
        .unwrap_or_default()
}

/// A reference takes providers of these protocols only.
const PROTOCOL: &str = "protocol";
const CLASSIFIER: &str = "classifier";

/// Settings of the provider's threads, of which a consumer must not take note.
const OF_PROVIDER_ONLY: [&str; 7] = [
    "threadname",
    "threadpool",
    "corethreads",
    "threads",
    "queues",
    "alive",
    "transporter",
];

/// What says who the provider is.
const STAY_PROVIDERS: [&str; 7] = [
    keys::GROUP,
    keys::VERSION,
    keys::RELEASE,
    keys::DUBBO,
    keys::METHODS,
    keys::TIMESTAMP,
    keys::TAG,
];

/// What says how the reference itself is registered, and nothing about a call.
const OF_REGISTRATION: [&str; 5] = [
    keys::CATEGORY,
    keys::ENABLED,
    keys::DISABLED,
    keys::DYNAMIC,
    PROTOCOL,
];

/// Lists of which both sides' entries hold.
const JOINED: [&str; 2] = ["reference.filter", "invoker.listener"];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn the_references_settings_stand_above_the_providers() {
        let provider = url(
            "dubbo://10.0.0.1:20880/a.B?application=shop&dubbo=2.0.2&dubbo.tag=gray&find.timeout=9\
             &group=g&interface=a.B&methods=find&reference.filter=x&release=3.3.0&threads=200\
             &timeout=3000&timestamp=17&version=1.0&weight=50",
        );
        let reference = url(
            "consumer://10.0.0.9/a.B?application=web&category=consumers&dubbo=9&dubbo.tag=t&group=*\
             &interface=a.B&loadbalance=consistenthash&methods=*&protocol=dubbo&reference.filter=y\
             &release=1&side=consumer&timeout=500&timestamp=18&version=*",
        );
        let merged = merge(&reference, &provider);
        assert_eq!(
            merged.to_full_string(),
            "dubbo://10.0.0.1:20880/a.B?application=web&check=false&dubbo=2.0.2&dubbo.tag=gray\
             &find.timeout=9&group=g&interface=a.B&loadbalance=consistenthash&methods=find\
             &reference.filter=x,y&release=3.3.0&remote.application=shop&side=consumer&timeout=500\
             &timestamp=17&version=1.0&weight=50"
        );
    }

    #[test]
    fn identity_and_protocol_decide_whether_a_provider_fits() {
        let fits = |reference: &str, provider: &str| {
            matches(
                &url(&format!("consumer://h/a.B{reference}")),
                &url(&format!("dubbo://h:1/a.B{provider}")),
            )
            .map_err(|reason| reason.to_string())
        };
        for (reference, provider) in [
            ("", ""),
            ("", "?version=0.0.0"),
            ("?version=0.0.0", ""),
            ("?group=*&version=*", "?group=g&version=1"),
            ("?group=*", ""),
            ("?group=f,g", "?group=g"),
            ("?version=1.0", "?version=1.0"),
            ("?protocol=tri,dubbo", ""),
            ("?enabled=*", "?enabled=false"),
        ] {
            assert_eq!(fits(reference, provider), Ok(()), "{reference} {provider}");
        }
        for (reference, provider, reason) in [
            ("", "?group=g", "its group is `g`, wanted is none"),
            ("?group=g", "", "its group is none, wanted is `g`"),
            (
                "?version=1",
                "?version=2",
                "its version is `2`, wanted is `1`",
            ),
            (
                "?protocol=tri",
                "",
                "its protocol is `dubbo`, wanted is `tri`",
            ),
            ("", "?disabled=true", "it is disabled"),
            ("", "?enabled=false", "it is disabled"),
            (
                "?interface=c.D",
                "",
                "its interface is `a.B`, wanted is `c.D`",
            ),
        ] {
            assert_eq!(
                fits(reference, provider),
                Err(reason.to_owned()),
                "{reference} {provider}"
            );
        }
    }
}

//! Which registered URL answers which subscription: the rules of Dubbo's `UrlUtils.isMatch`.

use tenfold_common::{Url, keys};

const CLASSIFIER: &str = "classifier";

/// Whether a registered `candidate` matches a `subscription`.
///
/// The interface must be equal (or `*` on either side), the candidate's category be asked for, the
/// candidate be enabled unless the subscription says `enabled=*`, and group, version and
/// classifier fit: equal, `*`, or held in the subscription's comma list.
pub fn is_match(subscription: &Url, candidate: &Url) -> bool {
    let wanted = subscription.interface();
    let offered = candidate.interface();
    if wanted != keys::ANY && offered != keys::ANY && wanted != offered {
        return false;
    }
    if !list_holds(subscription.category(), candidate.category()) {
        return false;
    }
    if !candidate.flag(keys::ENABLED, true) && subscription.param(keys::ENABLED) != Some(keys::ANY)
    {
        return false;
    }
    let classifier = subscription.param(CLASSIFIER).unwrap_or(keys::ANY);
    value_fits(
        subscription.param(keys::GROUP),
        candidate.param(keys::GROUP),
    ) && value_fits(version(subscription), version(candidate))
        && (classifier == keys::ANY
            || classifier == candidate.param(CLASSIFIER).unwrap_or(keys::ANY))
}

/// Whether a comma list such as a `category` parameter holds a name: by name, by `*`, and not by
/// `-name`. An empty list holds only the default, `providers`.
pub fn list_holds(list: &str, name: &str) -> bool {
    let list = list.trim();
    if list.is_empty() {
        return name == keys::PROVIDERS;
    }
    let items = || list.split(',').map(str::trim);
    if items().any(|item| item.strip_prefix('-') == Some(name)) {
        return false;
    }
    items().any(|item| item == keys::ANY || item == name)
        // A list of exclusions alone means everything else.
        || items().all(|item| item.starts_with('-'))
}

/// The version with `0.0.0` counted as none.
fn version(url: &Url) -> Option<&str> {
    url.param(keys::VERSION)
        .filter(|version| *version != keys::NO_VERSION)
}

fn value_fits(wanted: Option<&str>, offered: Option<&str>) -> bool {
    match (wanted, offered) {
        (Some(keys::ANY), _) => true,
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => false,
        (Some(wanted), Some(offered)) => {
            wanted == offered || wanted.split(',').any(|item| item.trim() == offered)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(subscription: &str, candidate: &str) -> bool {
        let parse = |text: &str| Url::parse(text).expect(text);
        is_match(&parse(subscription), &parse(candidate))
    }

    #[test]
    fn interfaces_are_equal_or_stars() {
        assert!(matches("consumer://c/a.B", "dubbo://p:1/a.B"));
        assert!(!matches("consumer://c/a.B", "dubbo://p:1/a.C"));
        assert!(matches("consumer://c/x?interface=*", "dubbo://p:1/a.C"));
        assert!(matches(
            "consumer://c/a.B",
            "override://0.0.0.0/*?category=providers"
        ));
        assert!(matches(
            "consumer://c/x?interface=a.B",
            "dubbo://p:1/path?interface=a.B"
        ));
    }

    #[test]
    fn categories_are_listed_starred_or_excluded() {
        let consumers = "consumer://p/a.B?category=consumers";
        assert!(!matches("consumer://c/a.B", consumers));
        assert!(matches(
            "consumer://c/a.B?category=providers,consumers",
            consumers
        ));
        assert!(matches("consumer://c/a.B?category=*", consumers));
        assert!(!matches(
            "consumer://c/a.B?category=*,-consumers",
            consumers
        ));
        assert!(!matches("consumer://c/a.B?category=-consumers", consumers));
        assert!(matches("consumer://c/a.B?category=-routers", consumers));
    }

    #[test]
    fn disabled_urls_match_only_who_asks_for_them() {
        let disabled = "dubbo://p:1/a.B?enabled=false";
        assert!(!matches("consumer://c/a.B", disabled));
        assert!(matches("consumer://c/a.B?enabled=*", disabled));
    }

    #[test]
    fn groups_and_versions_fit_by_equality_star_or_list() {
        let provider = "dubbo://p:1/a.B?group=g&version=1.0.0";
        assert!(matches("consumer://c/a.B?group=g&version=1.0.0", provider));
        assert!(matches("consumer://c/a.B?group=*&version=*", provider));
        assert!(matches(
            "consumer://c/a.B?group=f,g&version=1.0.0,2.0.0",
            provider
        ));
        assert!(!matches("consumer://c/a.B?group=g", provider));
        assert!(!matches("consumer://c/a.B?version=1.0.0", provider));
        assert!(!matches("consumer://c/a.B?group=h&version=1.0.0", provider));
        assert!(matches("consumer://c/a.B?version=0.0.0", "dubbo://p:1/a.B"));
        assert!(matches("consumer://c/a.B", "dubbo://p:1/a.B?version=0.0.0"));
    }

    #[test]
    fn a_wanted_classifier_has_to_be_equal() {
        assert!(matches("consumer://c/a.B", "dubbo://p:1/a.B?classifier=x"));
        assert!(matches(
            "consumer://c/a.B?classifier=x",
            "dubbo://p:1/a.B?classifier=x"
        ));
        assert!(!matches("consumer://c/a.B?classifier=x", "dubbo://p:1/a.B"));
        assert!(!matches(
            "consumer://c/a.B?classifier=y",
            "dubbo://p:1/a.B?classifier=x"
        ));
    }
}

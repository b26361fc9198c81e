//! Access lists: who may do what, and what a list must look like.
//!
//! The schemes are those that ZooKeeper has without further settings: `world`, `auth`, `ip` and
//! `digest`, beside `super`, which is an identity and never stands in a list.

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};
use tenfold_zk::{Acl, ErrorCode, Id, Perms};

/// Whether one of `identities` may do `wanted` on a node with this list.
///
/// An empty list allows everything, as ZooKeeper's does; no client can make one.
#[must_use]
pub fn allows(list: &[Acl], wanted: Perms, identities: &[Id]) -> bool {
    list.is_empty()
        || identities.iter().any(|identity| identity.scheme == "super")
        || list.iter().any(|entry| {
            entry.perms.intersects(wanted)
                && (is_anyone(&entry.id) || identities.iter().any(|id| matches(id, &entry.id)))
        })
}

/// Checks a list that a client sent: duplicates go, `auth` becomes the authenticated identities.
///
/// # Errors
///
/// [`ErrorCode::INVALID_ACL`] for an empty list, an unknown scheme, an id that the scheme does not
/// know, and for `auth` on a connection that has not authenticated.
pub fn resolve(list: &[Acl], identities: &[Id]) -> Result<Vec<Acl>, ErrorCode> {
    let mut resolved = Vec::with_capacity(list.len());
    let mut seen: Vec<&Acl> = Vec::new();
    for entry in list {
        if seen.contains(&entry) {
            continue;
        }
        if seen.len() >= LIST_ENTRIES_MAX {
            return Err(ErrorCode::INVALID_ACL);
        }
        seen.push(entry);
        if is_anyone(&entry.id) {
            resolved.push(entry.clone());
        } else if entry.id.scheme == "auth" {
            let before = resolved.len();
            let mine = identities.iter().filter(|id| id.scheme == "digest");
            resolved.extend(mine.map(|id| Acl {
                perms: entry.perms,
                id: id.clone(),
            }));
            if resolved.len() == before {
                return Err(ErrorCode::INVALID_ACL);
            }
        } else if is_valid(&entry.id) {
            resolved.push(entry.clone());
        } else {
            return Err(ErrorCode::INVALID_ACL);
        }
    }
    if resolved.is_empty() {
        Err(ErrorCode::INVALID_ACL)
    } else {
        Ok(resolved)
    }
}

/// A list as it is shown to who may read but not administer: the secret half of digests is struck
/// out.
#[must_use]
pub fn masked(list: &[Acl]) -> Vec<Acl> {
    let mask = |entry: &Acl| {
        let mut entry = entry.clone();
        if entry.id.scheme == "digest"
            && let Some((user, _)) = entry.id.id.split_once(':')
        {
            entry.id.id = format!("{user}:x");
        }
        entry
    };
    list.iter().map(mask).collect()
}

/// The identity that `user:password` proves: `user:` and the base64 of the SHA-1 of the whole.
#[must_use]
pub fn digest_identity(user_password: &[u8]) -> Id {
    let text = String::from_utf8_lossy(user_password);
    let user = text.split(':').next().unwrap_or_default();
    let hash = STANDARD.encode(Sha1::digest(text.as_bytes()));
    Id {
        scheme: "digest".to_owned(),
        id: format!("{user}:{hash}"),
    }
}

/// The part of an identity that whoAmI shows.
#[must_use]
pub fn user_name(identity: &Id) -> &str {
    match identity.scheme.as_str() {
        "digest" => identity.id.split(':').next().unwrap_or_default(),
        _ => &identity.id,
    }
}

fn is_anyone(id: &Id) -> bool {
    id.scheme == "world" && id.id == "anyone"
}

fn matches(identity: &Id, entry: &Id) -> bool {
    identity.scheme == entry.scheme
        && match entry.scheme.as_str() {
            "digest" => identity.id == entry.id,
            "ip" => match (identity.id.parse::<IpAddr>(), parse_network(&entry.id)) {
                (Ok(address), Some((network, bits))) => in_network(address, network, bits),
                _ => false,
            },
            _ => false,
        }
}

fn is_valid(id: &Id) -> bool {
    match id.scheme.as_str() {
        // Java's split drops empty parts at the end, so `a:` has one part and `a:b:` has two.
        "digest" => {
            let kept = id.id.trim_end_matches(':');
            kept.split(':').count() == 2
        }
        "ip" => parse_network(&id.id).is_some(),
        _ => false,
    }
}

fn parse_network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(width), |bits| bits.parse().ok())?;
    (bits <= width).then_some((address, bits))
}

fn in_network(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

/// Each check walks the list and each list is compared with itself once, so it may not grow with
/// the request: 1024 entries are far more than any directory of people needs on one node.
const LIST_ENTRIES_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn acl(perms: i32, scheme: &str, id: &str) -> Acl {
        Acl {
            perms: Perms(perms),
            id: Id::new(scheme, id),
        }
    }

    #[test]
    fn digests_are_those_of_zookeeper() {
        assert_eq!(digest_identity(b"u:p").id, "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=");
        assert_eq!(
            digest_identity(b"super:test").id,
            "super:D/InIHSb7yEEbrWz8b9l71RjZJU="
        );
    }

    #[test]
    fn lists_are_resolved_or_refused() {
        let nobody = [Id::new("ip", "127.0.0.1")];
        let user = [nobody[0].clone(), digest_identity(b"u:p")];
        let ok = |list: &[Acl], who: &[Id]| resolve(list, who).map(|list| list.len());
        let refused = Err(ErrorCode::INVALID_ACL);
        assert_eq!(ok(&[], &nobody), refused);
        assert_eq!(ok(&[acl(31, "world", "someone")], &nobody), refused);
        assert_eq!(ok(&[acl(31, "auth", "")], &nobody), refused);
        assert_eq!(ok(&[acl(31, "x509", "CN=a")], &nobody), refused);
        assert_eq!(ok(&[acl(31, "super", "")], &user), refused);
        for bad in ["a", "a:", "a:b:c", ":", ""] {
            assert_eq!(ok(&[acl(31, "digest", bad)], &nobody), refused, "{bad}");
        }
        for bad in [
            "1.2.3",
            "1.2.3.4/33",
            "1.2.3.4/-1",
            "1.2.3.4/",
            "::1/129",
            "host",
        ] {
            assert_eq!(ok(&[acl(31, "ip", bad)], &nobody), refused, "{bad}");
        }
        let anyone = acl(31, "world", "anyone");
        assert_eq!(ok(&[anyone.clone(), anyone.clone()], &nobody), Ok(1));
        assert_eq!(
            ok(
                &[acl(1, "ip", "::1/64"), acl(1, "ip", "10.0.0.0/8")],
                &nobody
            ),
            Ok(2)
        );
        assert_eq!(
            resolve(&[acl(7, "auth", "ignored")], &user),
            Ok(vec![acl(7, "digest", "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=")])
        );
    }

    #[test]
    fn permission_needs_the_bit_and_the_identity() {
        let from = |address: &str| vec![Id::new("ip", address)];
        let list = [
            acl(1, "ip", "10.1.0.0/16"),
            acl(2, "world", "anyone"),
            acl(4, "ip", "::1"),
        ];
        assert!(allows(&list, Perms::READ, &from("10.1.2.3")));
        assert!(!allows(&list, Perms::READ, &from("10.2.2.3")));
        assert!(!allows(&list, Perms::READ, &from("::1")));
        assert!(allows(&list, Perms::CREATE, &from("::1")));
        assert!(allows(&list, Perms::WRITE, &from("10.2.2.3")));
        assert!(!allows(&list, Perms::ADMIN, &from("10.1.2.3")));
        assert!(allows(&list, Perms::ADMIN, &[Id::new("super", "")]));
        assert!(allows(
            &[acl(1, "ip", "10.0.0.0/0")],
            Perms::READ,
            &from("192.168.0.1")
        ));
    }

    #[test]
    fn secrets_are_struck_out() {
        let list = [acl(31, "digest", "u:secret="), acl(1, "ip", "::1")];
        assert_eq!(
            masked(&list),
            [acl(31, "digest", "u:x"), acl(1, "ip", "::1")]
        );
        assert_eq!(user_name(&list[0].id), "u");
    }
}

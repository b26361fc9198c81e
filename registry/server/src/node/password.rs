//! Session passwords: a keyed MAC of the session's id.
//!
//! Every server that has the secret can check a password without stored state, and nobody else can
//! compute one. ZooKeeper has the first property only.

use sha1::{Digest, Sha1};
use tenfold_zk::SessionId;

/// Makes and checks session passwords.
#[derive(Clone)]
pub struct Passwords {
    inner: Sha1,
    outer: Sha1,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(secret)")
    }
}

impl Passwords {
    /// Passwords made from a secret of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // HMAC (RFC 2104): the key is padded to the hash's block and mixed in before and after the
        // text.
        let mut key = [0_u8; BLOCK_BYTES];
        if secret.len() > BLOCK_BYTES {
            let short = Sha1::digest(secret);
            key.iter_mut().zip(short).for_each(|(to, from)| *to = from);
        } else {
            key.iter_mut()
                .zip(secret)
                .for_each(|(to, from)| *to = *from);
        }
        let keyed = |pad: u8| Sha1::new_with_prefix(key.map(|byte| byte ^ pad));
        Self {
            inner: keyed(0x36),
            outer: keyed(0x5c),
        }
    }

    /// The password of a session.
    #[must_use]
    pub fn of(&self, session: SessionId) -> [u8; PASSWORD_BYTES] {
        let mac = self.mac(&session.0.to_be_bytes());
        let mut password = [0; PASSWORD_BYTES];
        password
            .iter_mut()
            .zip(mac)
            .for_each(|(to, from)| *to = from);
        password
    }

    /// Whether it is the session's; the time it takes does not tell how much of it is right.
    #[must_use]
    pub fn check(&self, session: SessionId, password: &[u8]) -> bool {
        let right = self.of(session);
        let differing = right
            .iter()
            .zip(password)
            .fold(0, |bits, (a, b)| bits | (a ^ b));
        password.len() == PASSWORD_BYTES && differing == 0
    }

    fn mac(&self, text: &[u8]) -> [u8; 20] {
        let inner = self.inner.clone().chain_update(text).finalize();
        self.outer.clone().chain_update(inner).finalize().into()
    }
}

/// The length that the protocol gives a password.
const PASSWORD_BYTES: usize = 16;

const BLOCK_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_mac_is_that_of_rfc_2202() {
        let mac = |key: &[u8], text: &[u8]| hex(&Passwords::new(key).mac(text));
        assert_eq!(
            mac(&[0x0b; 20], b"Hi There"),
            "b617318655057264e28bc0b6fb378c8ef146be00"
        );
        assert_eq!(
            mac(b"Jefe", b"what do ya want for nothing?"),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        assert_eq!(
            mac(
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            ),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        );
    }

    #[test]
    fn a_password_opens_its_own_session_only() {
        let passwords = Passwords::new(b"secret");
        let password = passwords.of(SessionId(7));
        assert!(passwords.check(SessionId(7), &password));
        assert!(!passwords.check(SessionId(8), &password));
        assert!(!passwords.check(SessionId(7), &password[..15]));
        assert!(!passwords.check(SessionId(7), &[0; 16]));
        assert!(!Passwords::new(b"other").check(SessionId(7), &password));
    }
}

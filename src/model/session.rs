//! Sign-ins that last: what the cookie holds, and what follows from it.
//!
//! The cookie's value is 256 random bits in hexadecimal. The database knows its SHA-256; the token that guards against
//! cross-site requests is an HMAC of it, so that neither gives the other away and nothing more is stored.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::model::id::{AdminId, SessionId};
use crate::model::time::Timestamp;

/// How long a session lasts without a request, in seconds: a working day.
pub const IDLE: i64 = 12 * 60 * 60;

/// How long a session lasts at most, in seconds: a week.
pub const LIFE: i64 = 7 * 24 * 60 * 60;

/// The cookie under https. Browsers take a name with this beginning only with `Secure`, `Path=/` and no `Domain`, so that
/// no other host, and no page that came by http, can plant one.
const SECURE_COOKIE: &str = "__Host-rollcall";

/// The cookie under plain http, where browsers refuse that beginning.
const PLAIN_COOKIE: &str = "rollcall";

/// The name of the cookie for a server that is reached at `base_url`.
pub fn cookie_name(base_url: &str) -> &'static str {
    if base_url.starts_with("https:") { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// What is known of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its row.
    pub id: SessionId,
    /// Whose it is.
    pub admin: AdminId,
    /// When the person signed in.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Timestamp,
    /// When it ends whatever happens.
    pub expires: Timestamp,
    /// What the browser called itself at sign-in, shortened.
    pub user_agent: String,
    /// Where the person signed in from.
    pub address: String,
}

impl Session {
    /// When it ends unless it is used before.
    pub fn ends(&self) -> Timestamp {
        self.expires.min(self.last_used.plus_seconds(IDLE))
    }
}

/// What a cookie holds, or a sign-in link. It is in no log and no error: only [`SessionSecret::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret([u8; 32]);

impl SessionSecret {
    /// The secret of these random bits.
    pub fn make(random: [u8; 32]) -> SessionSecret {
        SessionSecret(random)
    }

    /// A text that a browser presents; `None` for what cannot be one.
    pub fn presented(text: &str) -> Option<SessionSecret> {
        let mut bytes = [0; 32];
        let digits: Vec<u8> = text
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let (pairs, []) = digits.as_chunks::<2>() else { return None };
        if pairs.len() != bytes.len() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = high << 4 | low;
        }
        Some(SessionSecret(bytes))
    }

    /// The text, for the cookie or the link and nothing else.
    pub fn reveal(&self) -> String {
        hex(&self.0)
    }

    /// The SHA-256 by which it is stored and found.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// What forms and scripts of this session's pages send back.
    pub fn csrf(&self) -> CsrfToken {
        // HMAC fills a key up to its block with zeros (RFC 2104 §2).
        let mut key = [0; 64];
        key.iter_mut().zip(self.0).for_each(|(place, byte)| *place = byte);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(b"rollcall csrf");
        CsrfToken(hex(&mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(..)")
    }
}

/// A text that only pages of one session know, so that no other site can make the browser send it.
#[derive(Clone, PartialEq, Eq)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// The text, for a page of the session.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` is it, in a time that says nothing of where the two differ.
    pub fn matches(&self, text: &str) -> bool {
        let difference = self.0.bytes().zip(text.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other));
        self.0.len() == text.len() && difference == 0
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(..)")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_from_its_text_and_nothing_else_is_one() {
        let secret = SessionSecret::make([0xa5; 32]);
        assert_eq!(SessionSecret::presented(&secret.reveal()), Some(secret.clone()));
        for text in ["", "a5", &"a5".repeat(33), &"g5".repeat(32), &"a".repeat(63), &"\u{e9}".repeat(32)] {
            assert_eq!(SessionSecret::presented(text), None, "{text}");
        }
    }

    #[test]
    fn the_csrf_token_is_the_hmac_of_the_secret_rfc_2104() {
        // python3 -c 'import hmac; print(hmac.new(b"\x07" * 32, b"rollcall csrf", "sha256").hexdigest())'
        let token = SessionSecret::make([7; 32]).csrf();
        assert_eq!(token.as_str(), "1e02bd50150d0ca9793e844b0fb281e2f2544c4b6291f1822139ab103bfcb541");
        assert!(token.matches(token.as_str()));
        for wrong in ["", "d", &token.as_str()[1..], &format!("{}0", token.as_str()), &"0".repeat(64)] {
            assert!(!token.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn debugging_shows_nothing() {
        let secret = SessionSecret::make([1; 32]);
        assert_eq!(format!("{secret:?} {:?}", secret.csrf()), "SessionSecret(..) CsrfToken(..)");
    }

    #[test]
    fn a_session_ends_a_working_day_after_its_last_use_and_a_week_after_its_beginning() {
        let start = Timestamp::from_millis(0);
        let session = |last_used: i64| Session {
            id: SessionId(1),
            admin: AdminId(1),
            created: start,
            last_used: start.plus_seconds(last_used),
            expires: start.plus_seconds(LIFE),
            user_agent: String::new(),
            address: String::new(),
        };
        assert_eq!(session(0).ends(), start.plus_seconds(IDLE));
        assert_eq!(session(LIFE - 1).ends(), start.plus_seconds(LIFE));
    }
}

//! Bearer tokens of IdPs (SCIM) and of programs (admin API). The secret itself is never stored.
//!
//! A token's text is `rollcall_scim_` or `rollcall_admin_`, 256 random bits, and a checksum of 32 bits, both in
//! hexadecimal: secret scanners know it by its beginning, and a token that was copied wrongly is told from one that was
//! revoked.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::model::error::{Error, Result};
use crate::model::id::{OrganizationId, TokenId};
use crate::model::time::Timestamp;

/// Which of the two APIs a token opens; never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `/scim/v2`.
    Scim,
    /// `/api/v1`.
    Admin,
}

impl TokenKind {
    const ALL: [TokenKind; 2] = [TokenKind::Scim, TokenKind::Admin];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Scim => "scim",
            TokenKind::Admin => "admin",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// `InvalidValue` listing the two.
    pub fn parse(text: &str) -> Result<TokenKind> {
        TokenKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            Error::invalid_value(format!("kind: \"{text}\" is not one of scim, admin.")).at("kind")
        })
    }

    /// The name of the API for a sentence.
    pub fn api(self) -> &'static str {
        match self {
            TokenKind::Scim => "SCIM",
            TokenKind::Admin => "the admin API",
        }
    }

    /// What the text of such a token begins with.
    pub fn marker(self) -> &'static str {
        match self {
            TokenKind::Scim => "rollcall_scim_",
            TokenKind::Admin => "rollcall_admin_",
        }
    }
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its row.
    pub id: TokenId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Which API it opens.
    pub kind: TokenKind,
    /// Whether an admin token reaches every organization.
    pub server_scope: bool,
    /// Whether it may only read.
    pub read_only: bool,
    /// What a person called it.
    pub name: String,
    /// Its first characters, by which a person recognises it.
    pub prefix: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
    /// When it was last used, if known.
    pub last_used: Option<Timestamp>,
}

impl Token {
    /// Whether it has stopped working by `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// The text of a token, just made or just received. It is in no log and no error: only [`Secret::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What a text looks like, before any database is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Complete, with the right checksum.
    Whole(TokenKind),
    /// It begins like a token of this kind and does not end like one: cut off, or mistyped.
    Broken(TokenKind),
    /// No token of Rollcall's.
    Foreign,
}

/// How many random characters may be shown of a token: 24 of its 256 bits.
const SHOWN: usize = 6;
/// How many hexadecimal digits the random part has.
const RANDOM_DIGITS: usize = 64;
/// How many bytes of a SHA-256 make the checksum.
const CHECKSUM_BYTES: usize = 4;

impl Secret {
    /// The token of this kind with these random bits.
    pub fn make(kind: TokenKind, random: [u8; 32]) -> Secret {
        let mut text = kind.marker().to_owned();
        text.push_str(&hex(&random));
        text.push_str(&checksum(&text));
        Secret(text)
    }

    /// A text that a client presents as a token.
    pub fn presented(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text. Shown to its owner once, and never written down anywhere else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The SHA-256 by which the token is stored and found.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The first characters, by which a person recognises the token in a list.
    pub fn prefix(&self) -> String {
        let shown = match self.form() {
            Form::Whole(kind) | Form::Broken(kind) => kind.marker().len() + SHOWN,
            Form::Foreign => 0,
        };
        self.0.chars().take(shown).collect()
    }

    /// What the text looks like.
    pub fn form(&self) -> Form {
        let known = TokenKind::ALL.into_iter().find(|kind| self.0.starts_with(kind.marker()));
        let Some(kind) = known else { return Form::Foreign };
        match self.0.split_at_checked(kind.marker().len() + RANDOM_DIGITS) {
            Some((start, end)) if checksum(start) == end => Form::Whole(kind),
            Some(_) | None => Form::Broken(kind),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What stands for something secret.
pub const MASK: &str = "***";

/// `text` without the secret part of any token of this server's in it.
pub fn without_tokens(text: &str) -> String {
    let mut masked = text.to_owned();
    if !TokenKind::ALL.into_iter().any(|kind| text.contains(kind.marker())) {
        return masked;
    }
    for marker in TokenKind::ALL.map(TokenKind::marker) {
        let parts: Vec<&str> = masked.split(marker).collect();
        if let Some((first, rest)) = parts.split_first().filter(|(_, rest)| !rest.is_empty()) {
            let cut = |part: &&str| {
                format!("{marker}{MASK}{}", part.trim_start_matches(|c: char| c.is_ascii_alphanumeric()))
            };
            masked = format!("{first}{}", rest.iter().map(cut).collect::<String>());
        }
    }
    masked
}

/// What stands at the end of a token that begins with `start`.
fn checksum(start: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(start.as_bytes()).into();
    hex(digest.get(..CHECKSUM_BYTES).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_by_its_beginning_and_verified_by_its_end() {
        for kind in TokenKind::ALL {
            let secret = Secret::make(kind, [0xa5; 32]);
            assert!(secret.reveal().starts_with(&format!("{}a5a5a5", kind.marker())));
            assert_eq!(secret.form(), Form::Whole(kind));
        }
    }

    #[test]
    fn a_mistyped_or_shortened_token_is_told_from_a_whole_one() {
        let whole = Secret::make(TokenKind::Scim, [7; 32]).reveal().to_owned();
        let swapped = whole.replacen("0707", "0770", 1);
        let short = &whole[..whole.len() - 1];
        for text in
            [swapped.as_str(), short, "rollcall_scim_", &format!("{whole}0"), &whole.replace('7', "\u{e9}")]
        {
            assert_eq!(Secret::presented(text).form(), Form::Broken(TokenKind::Scim), "{text}");
        }
        for text in ["", "eyJhbGciOiJIUzI1NiJ9", "rollcall", &whole.to_uppercase()] {
            assert_eq!(Secret::presented(text).form(), Form::Foreign, "{text}");
        }
    }

    #[test]
    fn what_is_shown_of_a_token_is_its_kind_and_24_bits() {
        let secret = Secret::make(TokenKind::Admin, [0xab; 32]);
        assert_eq!(secret.prefix(), "rollcall_admin_ababab");
        assert_eq!(Secret::presented("password").prefix(), "");
    }

    #[test]
    fn debugging_a_secret_shows_nothing_of_it() {
        let secret = Secret::make(TokenKind::Scim, [1; 32]);
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(..) Some(Secret(..))");
    }

    #[test]
    fn a_token_has_expired_at_the_very_instant() {
        let at = Timestamp::from_millis(1_000);
        let token = Token {
            id: TokenId(1),
            organization: OrganizationId(1),
            kind: TokenKind::Scim,
            server_scope: false,
            read_only: false,
            name: "PingOne".to_owned(),
            prefix: String::new(),
            created: Timestamp::from_millis(0),
            expires: Some(at),
            last_used: None,
        };
        assert!(token.has_expired(at) && !token.has_expired(Timestamp::from_millis(999)));
        assert!(!Token { expires: None, ..token }.has_expired(at));
    }

    #[test]
    fn a_token_of_ours_is_cut_after_its_marker() {
        assert_eq!(without_tokens("/Users/rollcall_admin_ff00/x"), "/Users/rollcall_admin_***/x");
        assert_eq!(without_tokens("rollcall_scim_1 rollcall_scim_2"), "rollcall_scim_*** rollcall_scim_***");
        assert_eq!(without_tokens("nothing"), "nothing");
    }
}

//! Bearer tokens of IdPs (SCIM) and of programs (admin API). The secret itself is never stored.

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
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Scim => "scim",
            TokenKind::Admin => "admin",
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

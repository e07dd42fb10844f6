//! What a request proved to have: a token, or a sign-in.

use crate::model::account::{Account, Reach};
use crate::model::id::OrganizationId;
use crate::model::session::{CsrfToken, Session};
use crate::model::token::{Token, TokenKind};

/// A valid credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A program's.
    Token(Token),
    /// A person's.
    Session {
        /// The sign-in.
        session: Session,
        /// Who.
        account: Account,
        /// What pages of the session send back.
        csrf: CsrfToken,
    },
}

impl Credential {
    /// What it is called in history.
    pub fn name(&self) -> &str {
        match self {
            Credential::Token(token) => &token.name,
            Credential::Session { account, .. } => &account.name,
        }
    }

    /// Which API it opens.
    pub fn kind(&self) -> TokenKind {
        match self {
            Credential::Token(token) => token.kind,
            Credential::Session { .. } => TokenKind::Admin,
        }
    }

    /// Whether it reaches every organization.
    pub fn has_server_scope(&self) -> bool {
        match self {
            Credential::Token(token) => token.server_scope,
            Credential::Session { account, .. } => account.reach == Reach::Server,
        }
    }

    /// Whether it may only read.
    pub fn is_read_only(&self) -> bool {
        match self {
            Credential::Token(token) => token.read_only,
            Credential::Session { .. } => false,
        }
    }

    /// The organization that it belongs to; `None` for a person who reaches the whole server.
    pub fn organization(&self) -> Option<OrganizationId> {
        match self {
            Credential::Token(token) => Some(token.organization),
            Credential::Session { account, .. } => match account.reach {
                Reach::Organization(organization) => Some(organization),
                Reach::Server => None,
            },
        }
    }
}

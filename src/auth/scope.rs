//! What a route asks of a credential: two columns of the route table (interface.md §4).

use crate::model::error::{Error, Kind, Result};
use crate::model::token::{Token, TokenKind};

/// For whom a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everyone: discovery and probes.
    Public,
    /// SCIM tokens; the token decides the organization.
    Scim,
    /// Admin tokens that reach the organization in the path.
    Organization,
    /// Admin tokens that reach the whole server.
    Server,
    /// The routes of the test mode; as [`Scope::Server`].
    Test,
}

/// What a route does with what it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It changes nothing: also `POST /.search` and previews, which a read-only token may therefore use.
    Read,
    /// It may change something.
    Write,
}

impl Scope {
    /// The tokens that are asked for; `None` where none is.
    pub fn kind(self) -> Option<TokenKind> {
        match self {
            Scope::Public => None,
            Scope::Scim => Some(TokenKind::Scim),
            Scope::Organization | Scope::Server | Scope::Test => Some(TokenKind::Admin),
        }
    }
}

impl Access {
    /// What a route of this method does unless its row says otherwise: GET, HEAD and OPTIONS read (RFC 9110 §9.2.1).
    pub fn of_method(method: &str) -> Access {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Access::Read,
            _ => Access::Write,
        }
    }
}

/// Whether a valid token may use a route. Which organization it reaches is another question, answered by
/// [`admit`](super::admit).
///
/// # Errors
/// `Unauthorized` for a token of the other API; `Forbidden` for a read-only one where something is written, and for one
/// of a single organization where server scope is needed.
pub fn authorize(scope: Scope, access: Access, token: &Token) -> Result<()> {
    if let Some(kind) = scope.kind().filter(|kind| *kind != token.kind) {
        return Err(Error::new(
            Kind::Unauthorized,
            format!("This needs a token for {}; \"{}\" is for {}.", kind.api(), token.name, token.kind.api()),
        ));
    }
    if matches!(scope, Scope::Server | Scope::Test) && !token.server_scope {
        return Err(Error::new(
            Kind::Forbidden,
            format!(
                "This needs a token of server scope; \"{}\" reaches one organization only. Create one with \"rollcall \
                 token create NAME --admin --server\".",
                token.name
            ),
        ));
    }
    if access == Access::Write && token.read_only {
        return Err(Error::new(
            Kind::Forbidden,
            format!(
                "The token \"{}\" may only read; nothing was changed. Use one that may write.",
                token.name
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{OrganizationId, TokenId};
    use crate::model::time::Timestamp;

    fn token(kind: TokenKind, server_scope: bool, read_only: bool) -> Token {
        Token {
            id: TokenId(1),
            organization: OrganizationId(1),
            kind,
            server_scope,
            read_only,
            name: "t".to_owned(),
            prefix: String::new(),
            created: Timestamp::from_millis(0),
            expires: None,
            last_used: None,
        }
    }

    #[test]
    fn who_may_use_what_is_this_table() {
        use Kind::{Forbidden, Unauthorized};
        let scim = token(TokenKind::Scim, false, false);
        let one = token(TokenKind::Admin, false, false);
        let server = token(TokenKind::Admin, true, false);
        let table = [
            (Scope::Public, [None, None, None]),
            (Scope::Scim, [None, Some(Unauthorized), Some(Unauthorized)]),
            (Scope::Organization, [Some(Unauthorized), None, None]),
            (Scope::Server, [Some(Unauthorized), Some(Forbidden), None]),
            (Scope::Test, [Some(Unauthorized), Some(Forbidden), None]),
        ];
        for (scope, expected) in table {
            for (token, expected) in [&scim, &one, &server].into_iter().zip(expected) {
                let found = authorize(scope, Access::Write, token).err().map(|error| error.kind);
                assert_eq!(found, expected, "{scope:?} {token:?}");
            }
        }
    }

    #[test]
    fn a_read_only_token_reads_and_does_not_write() {
        let token = token(TokenKind::Scim, false, true);
        assert!(authorize(Scope::Scim, Access::Read, &token).is_ok());
        let refused = authorize(Scope::Scim, Access::Write, &token).unwrap_err();
        assert_eq!(refused.kind, Kind::Forbidden);
        assert!(refused.detail.contains("may only read"), "{refused}");
    }

    #[test]
    fn a_method_reads_or_writes_as_rfc_9110_9_2_1_says() {
        for (method, access) in [("GET", Access::Read), ("HEAD", Access::Read), ("POST", Access::Write)] {
            assert_eq!(Access::of_method(method), access);
        }
        for method in ["PUT", "PATCH", "DELETE", "BREW"] {
            assert_eq!(Access::of_method(method), Access::Write);
        }
    }
}

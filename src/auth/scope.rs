//! What a route asks of a credential: two columns of the route table (interface.md §4).

use crate::auth::credential::Credential;
use crate::model::error::{Error, Kind, Result};
use crate::model::token::TokenKind;

/// For whom a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everyone: discovery and probes.
    Public,
    /// SCIM tokens; the token decides the organization.
    Scim,
    /// Admins, persons and programs, who reach the organization in the path.
    Organization,
    /// Admins who reach the whole server.
    Server,
    /// The routes of the test mode; as [`Scope::Server`], and for tokens only.
    Test,
    /// Pages, for people who signed in and reach the organization in the path, where it names one.
    Page,
    /// Pages for people who signed in and reach the whole server.
    ServerPage,
}

/// Which credentials a route looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// None.
    Open,
    /// SCIM tokens.
    Scim,
    /// Admin tokens, else the admin page's cookie with proof that one of its pages sends it.
    Api,
    /// Admin tokens.
    Token,
    /// The admin page's cookie.
    Page,
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
    /// The credentials that count.
    pub fn door(self) -> Door {
        match self {
            Scope::Public => Door::Open,
            Scope::Scim => Door::Scim,
            Scope::Organization | Scope::Server => Door::Api,
            Scope::Test => Door::Token,
            Scope::Page | Scope::ServerPage => Door::Page,
        }
    }

    /// The API that a credential must be for; `None` where none is asked for.
    pub fn kind(self) -> Option<TokenKind> {
        match self.door() {
            Door::Open => None,
            Door::Scim => Some(TokenKind::Scim),
            Door::Api | Door::Token | Door::Page => Some(TokenKind::Admin),
        }
    }

    /// Whether it asks for somebody who reaches the whole server.
    fn needs_server(self) -> bool {
        matches!(self, Scope::Server | Scope::Test | Scope::ServerPage)
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

/// Whether a valid credential may use a route. Which organization it reaches is another question, answered by
/// [`admit`](super::admit).
///
/// # Errors
/// `Unauthorized` for a token of the other API; `Forbidden` for a read-only one where something is written, and for one
/// of a single organization where server scope is needed.
pub fn authorize(scope: Scope, access: Access, credential: &Credential) -> Result<()> {
    let name = credential.name();
    if let Some(kind) = scope.kind().filter(|kind| *kind != credential.kind()) {
        return Err(Error::new(
            Kind::Unauthorized,
            format!("This needs a token for {}; \"{name}\" is for {}.", kind.api(), credential.kind().api()),
        ));
    }
    if scope.needs_server() && !credential.has_server_scope() {
        return Err(Error::new(
            Kind::Forbidden,
            format!(
                "This needs server scope; \"{name}\" reaches one organization only. Programs get it with \"rollcall token \
                 create NAME --admin --server\", people with \"rollcall admin create NAME --server\"."
            ),
        ));
    }
    if access == Access::Write && credential.is_read_only() {
        return Err(Error::new(
            Kind::Forbidden,
            format!("The token \"{name}\" may only read; nothing was changed. Use one that may write."),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{OrganizationId, TokenId};
    use crate::model::time::Timestamp;
    use crate::model::token::Token;

    fn token(kind: TokenKind, server_scope: bool, read_only: bool) -> Credential {
        Credential::Token(Token {
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
        })
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
            (Scope::Page, [Some(Unauthorized), None, None]),
            (Scope::ServerPage, [Some(Unauthorized), Some(Forbidden), None]),
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

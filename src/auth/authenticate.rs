//! From a header to a token that is valid now.

use crate::auth::admit::Request;
use crate::auth::header;
use crate::model::error::{Error, Kind, Result};
use crate::model::token::{Form, Secret, Token, TokenKind};
use crate::scim::deviations::Notes;
use crate::store::Db;

/// The token of a request to the API of `kind`.
///
/// The work is the same whatever comes: one SHA-256 and one look-up in an index of hashes. Nothing secret is compared
/// byte by byte, so the time says nothing of how much of a guess was right.
///
/// # Errors
/// `Unauthorized` when there is no token, or an unknown, revoked, expired or other API's one. The detail names the token
/// only where the right secret was sent; otherwise it speaks of what was sent and nothing else.
pub fn authenticate(db: &Db<'_>, request: &Request<'_>, kind: TokenKind, notes: &mut Notes) -> Result<Token> {
    let secret = header::read(request.header, request.tolerance, notes)?;
    let token = db.token_by_hash(&secret.hash())?.ok_or_else(|| unknown(&secret, kind))?;
    if token.has_expired(request.now) {
        return Err(expired(&token));
    }
    if token.kind != kind {
        return Err(unauthorized(format!(
            "The token \"{}\" is for {} and opens nothing here. Use a token for {}.",
            token.name,
            token.kind.api(),
            kind.api()
        )));
    }
    Ok(token)
}

/// What can be said of a token that is not in the database: only how it looks.
fn unknown(secret: &Secret, kind: TokenKind) -> Error {
    let marker = kind.marker();
    unauthorized(match secret.form() {
        Form::Whole(_) => {
            "The token is not valid: it was revoked, or another server gave it. Create a new one and enter \
             it in the identity provider's connection."
                .to_owned()
        }
        Form::Broken(_) => {
            "The token is incomplete or mistyped: its end does not match its beginning. Copy the whole \
             token once more, or create a new one."
                .to_owned()
        }
        Form::Foreign => format!(
            "What was sent is no token of this server: those for {} begin with \"{marker}\". Check what is entered in \
             the identity provider's connection.",
            kind.api()
        ),
    })
}

fn expired(token: &Token) -> Error {
    let when = token.expires.map(|expires| format!(" on {expires}")).unwrap_or_default();
    unauthorized(format!(
        "The token \"{}\" expired{when}. Create a new one and enter it in the identity provider's connection.",
        token.name
    ))
}

fn unauthorized(detail: impl Into<String>) -> Error {
    Error::new(Kind::Unauthorized, detail)
}

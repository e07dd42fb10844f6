//! Making, rotating and revoking tokens. Only their SHA-256 is stored; the text is handed out once.

use serde_json::{Value, json};

use crate::directory::change::Change;
use crate::model::error::{Error, Kind, Result};
use crate::model::event::EventKind;
use crate::model::id::TokenId;
use crate::model::time::Timestamp;
use crate::model::token::{Secret, Token, TokenKind};
use crate::store::{NewToken, Page};

/// How long, in seconds, the old token works on when the one who rotates it says nothing: a day.
pub const ROTATION_GRACE: i64 = 24 * 60 * 60;

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// What an admin asks for in a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSpec {
    /// What to call it.
    pub name: String,
    /// Which API it opens.
    pub kind: TokenKind,
    /// Whether it reaches every organization; for admin tokens only.
    pub server_scope: bool,
    /// Whether it may only read.
    pub read_only: bool,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
}

impl Change<'_> {
    /// Makes a token. The secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// `InvalidValue` for a name that is empty, longer than 200 characters or has control characters in it, for an
    /// expiry that is not in the future, and for a SCIM token of server scope.
    pub fn create_token(&mut self, spec: &TokenSpec) -> Result<(Token, Secret)> {
        check(spec, self.cause.at)?;
        let (token, secret) = self.make_token(spec)?;
        self.record(EventKind::TokenCreated, json!({"token": token_json(&token)}));
        Ok((token, secret))
    }

    /// Replaces a token by a new one of the same name, API and reach, which lives as long as the old one was given. The
    /// old one stops after `grace` seconds, or when it would have anyway if that is sooner.
    ///
    /// # Errors
    /// `NotFound`; `InvalidValue` for a negative `grace`; `Conflict` for a token that was replaced already, since its
    /// expiry is then the end of a grace period and no measure of a life.
    pub fn rotate_token(&mut self, id: TokenId, grace: i64) -> Result<(Token, Secret)> {
        if grace < 0 {
            return Err(Error::invalid_value(format!(
                "grace_seconds: {grace} is negative. Send 0 to end the old token at once, or a number of seconds."
            ))
            .at("grace_seconds"));
        }
        let old = self.live_token(id)?;
        if let Some(successor) = self.successor(&old)? {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "The token {id} ends soon, and token {} of the same name (\"{}\") has taken its place. Rotate that \
                     one, or revoke it first.",
                    successor.id, old.name
                ),
            ));
        }
        let now = self.cause.at;
        let (token, secret) = self.make_token(&TokenSpec {
            name: old.name.clone(),
            kind: old.kind,
            server_scope: old.server_scope,
            read_only: old.read_only,
            expires: old
                .expires
                .map(|expires| now.plus_millis(expires.as_millis() - old.created.as_millis())),
        })?;
        let end = now.plus_seconds(grace);
        let end = old.expires.map_or(end, |expires| expires.min(end));
        self.tx.set_token_expiry(old.id, Some(end))?;
        let old = Token { expires: Some(end), ..old };
        let data = json!({"token": token_json(&token), "replaced": token_json(&old)});
        self.record(EventKind::TokenRotated, data);
        Ok((token, secret))
    }

    /// Ends a token, at once and for good.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn revoke_token(&mut self, id: TokenId) -> Result<()> {
        let token = self.live_token(id)?;
        self.tx.revoke_token(id, self.cause.at)?;
        self.record(EventKind::TokenRevoked, json!({"token": token_json(&token)}));
        Ok(())
    }

    fn make_token(&self, spec: &TokenSpec) -> Result<(Token, Secret)> {
        let secret = Secret::make(spec.kind, self.ids.secret());
        let id = self.tx.insert_token(&NewToken {
            organization: self.organization.id,
            kind: spec.kind,
            server_scope: spec.server_scope,
            read_only: spec.read_only,
            name: spec.name.clone(),
            prefix: secret.prefix(),
            hash: secret.hash(),
            created: self.cause.at,
            expires: spec.expires,
        })?;
        Ok((self.live_token(id)?, secret))
    }

    /// The token that replaced this one: a newer one of the same name and API, where this one is to end.
    fn successor(&self, old: &Token) -> Result<Option<Token>> {
        if old.expires.is_none() {
            return Ok(None);
        }
        let newer = self.tx.tokens(self.organization.id, Page { after: old.id.0, limit: i64::MAX })?;
        Ok(newer.into_iter().find(|newer| succeeds(newer, old)))
    }

    fn live_token(&self, id: TokenId) -> Result<Token> {
        self.tx.token(self.organization.id, id)?.ok_or_else(|| Error::not_found("token", id))
    }
}

/// Whether one token has taken the place of another that ends: a newer one of the same name and API.
pub fn succeeds(newer: &Token, old: &Token) -> bool {
    old.expires.is_some() && newer.id.0 > old.id.0 && newer.name == old.name && newer.kind == old.kind
}

/// A token as lists and events show it, without its secret.
pub fn token_json(token: &Token) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "kind": token.kind.as_str(),
        "server_scope": token.server_scope,
        "read_only": token.read_only,
        "prefix": token.prefix,
        "created_at": token.created,
        "expires_at": token.expires,
        "last_used_at": token.last_used,
    })
}

fn check(spec: &TokenSpec, now: Timestamp) -> Result<()> {
    let length = spec.name.chars().count();
    if spec.name.trim().is_empty() || length > LONGEST_NAME || spec.name.chars().any(char::is_control) {
        return Err(Error::invalid_value(format!(
            "name: a token needs a name of 1 to {LONGEST_NAME} characters on one line, by which you will know it again; \
             this one has {length}."
        ))
        .at("name"));
    }
    if let Some(expires) = spec.expires.filter(|expires| *expires <= now) {
        return Err(Error::invalid_value(format!(
            "expires_at: {expires} has passed already (it is {now}). Name an instant in the future, or leave it out."
        ))
        .at("expires_at"));
    }
    if spec.server_scope && spec.kind != TokenKind::Admin {
        return Err(Error::invalid_value(
            "server_scope: only an admin token can reach the whole server; a SCIM token belongs to one organization.",
        )
        .at("server_scope"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;

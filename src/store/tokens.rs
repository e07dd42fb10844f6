//! Rows of `tokens`.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use crate::model::error::{Error, Result};
use crate::model::id::{OrganizationId, TokenId};
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenKind};
use crate::store::query::{Db, Page, Tx};

/// A token to be stored; the secret stays outside.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Which API it opens.
    pub kind: TokenKind,
    /// Whether it reaches every organization.
    pub server_scope: bool,
    /// Whether it may only read.
    pub read_only: bool,
    /// What a person called it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// SHA-256 of the whole token.
    pub hash: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working.
    pub expires: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, organization_id, kind, server_scope, read_only, name, prefix, created, expires, last_used";

fn read(row: &Row<'_>) -> rusqlite::Result<Token> {
    let kind: String = row.get(2)?;
    Ok(Token {
        id: TokenId(row.get(0)?),
        organization: OrganizationId(row.get(1)?),
        kind: if kind == "admin" { TokenKind::Admin } else { TokenKind::Scim },
        server_scope: row.get(3)?,
        read_only: row.get(4)?,
        name: row.get(5)?,
        prefix: row.get(6)?,
        created: Timestamp::from_millis(row.get(7)?),
        expires: row.get::<_, Option<i64>>(8)?.map(Timestamp::from_millis),
        last_used: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
    })
}

impl Db<'_> {
    /// The token with this SHA-256 that was not revoked; whether it has expired is for the caller to see.
    pub fn token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Token>> {
        let sql = format!("SELECT {COLUMNS} FROM tokens WHERE hash = ?1 AND revoked IS NULL");
        self.one(&sql, [hash.as_slice()], read)
    }

    /// An organization's token that was not revoked.
    pub fn token(&self, organization: OrganizationId, id: TokenId) -> Result<Option<Token>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tokens WHERE id = ?1 AND organization_id = ?2 AND revoked IS NULL"
        );
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// The row of the token that was made last for an organization, revoked or not; 0 where there never was one.
    pub fn newest_token(&self, organization: OrganizationId) -> Result<i64> {
        self.number("SELECT ifnull(max(id), 0) FROM tokens WHERE organization_id = ?1", [organization.0])
    }

    /// An organization's tokens that were not revoked, by age.
    pub fn tokens(&self, organization: OrganizationId, page: Page) -> Result<Vec<Token>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tokens WHERE organization_id = ?1 AND id > ?2 AND revoked IS NULL ORDER BY id LIMIT ?3"
        );
        self.all(&sql, params![organization.0, page.after, page.limit], read)
    }
}

/// What a name is: of a token, of an admin, of both or of neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// A token that reaches the organization is called so, or was.
    pub token: bool,
    /// An admin is called so.
    pub admin: bool,
}

impl Db<'_> {
    /// What each of these names is.
    pub fn credentials_named(
        &self,
        organization: OrganizationId,
        names: BTreeSet<String>,
    ) -> Result<Vec<(String, Named)>> {
        let names = serde_json::to_string(&names).map_err(|error| Error::internal(error.to_string()))?;
        self.all(
            "SELECT n.value, EXISTS (SELECT 1 FROM tokens t WHERE t.name = n.value
                AND (t.organization_id = ?1 OR t.server_scope = 1)),
                EXISTS (SELECT 1 FROM admins a WHERE a.name = n.value) FROM json_each(?2) n",
            params![organization.0, names],
            |row| Ok((row.get(0)?, Named { token: row.get(1)?, admin: row.get(2)? })),
        )
    }
}

/// In milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Tokens that end after ?1 and not after ?2.
const EXPIRING: &str = "FROM tokens WHERE revoked IS NULL AND expires > ?1 AND expires <= ?2";

impl Db<'_> {
    /// Tokens that end between `from` and `to` and live longer than a day, the next first, with the last warning that was
    /// given of each, unless a further one is not due yet. The old one of a rotation is among them only while it is still
    /// used: nobody needs to hear of the end that was meant.
    pub fn expiring_tokens(
        &self,
        from: Timestamp,
        to: Timestamp,
        most: i64,
    ) -> Result<Vec<(Token, Option<i64>)>> {
        let sql = format!(
            "SELECT {COLUMNS}, expiry_warning {EXPIRING} AND created < expires - {DAY}
                AND (expiry_warning IS NULL OR (expiry_warning > 1 AND expires <= ?1 + {DAY})) AND NOT EXISTS (
                SELECT 1 FROM tokens n WHERE n.organization_id = tokens.organization_id AND n.name = tokens.name
                    AND n.kind = tokens.kind AND n.id > tokens.id AND n.revoked IS NULL
                    AND ifnull(tokens.last_used, 0) <= n.created)
                ORDER BY expires LIMIT ?3"
        );
        self.all(&sql, params![from.as_millis(), to.as_millis(), most], |row| Ok((read(row)?, row.get(10)?)))
    }

    /// How many tokens end between `from` and `to`.
    pub fn count_expiring_tokens(&self, from: Timestamp, to: Timestamp) -> Result<i64> {
        self.number(&format!("SELECT count(*) {EXPIRING}"), params![from.as_millis(), to.as_millis()])
    }
}

impl Tx<'_> {
    /// Writes how many days before its end it was said that a token ends.
    pub fn set_token_warned(&self, id: TokenId, days: i64) -> Result<()> {
        self.run("UPDATE tokens SET expiry_warning = ?2 WHERE id = ?1", params![id.0, days])?;
        Ok(())
    }

    /// Stores a token.
    pub fn insert_token(&self, new: &NewToken) -> Result<TokenId> {
        let id = self.insert(
            "INSERT INTO tokens (organization_id, kind, server_scope, read_only, name, prefix, hash, created, expires)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                new.organization.0,
                new.kind.as_str(),
                new.server_scope,
                new.read_only,
                new.name,
                new.prefix,
                new.hash.as_slice(),
                new.created.as_millis(),
                new.expires.map(Timestamp::as_millis)
            ],
        )?;
        Ok(TokenId(id))
    }

    /// Ends a token.
    pub fn revoke_token(&self, id: TokenId, at: Timestamp) -> Result<()> {
        self.run("UPDATE tokens SET revoked = ?2 WHERE id = ?1", params![id.0, at.as_millis()])?;
        Ok(())
    }

    /// Writes when a token stops working.
    pub fn set_token_expiry(&self, id: TokenId, expires: Option<Timestamp>) -> Result<()> {
        let expires = expires.map(Timestamp::as_millis);
        self.run("UPDATE tokens SET expires = ?2 WHERE id = ?1", params![id.0, expires])?;
        Ok(())
    }

    /// Writes when a token was last used.
    pub fn set_token_used(&self, id: TokenId, at: Timestamp) -> Result<()> {
        self.run("UPDATE tokens SET last_used = ?2 WHERE id = ?1", params![id.0, at.as_millis()])?;
        Ok(())
    }
}

//! `token list|create|rotate|revoke`. The text of a token is printed when it is made and never again.

use serde_json::{Value, json};

use crate::cli::arguments::{Common, NewToken, TokenCommand};
use crate::cli::output::{Outcome, Table};
use crate::cli::session::{ALL, Session};
use crate::directory::{TokenSpec, token_json};
use crate::model::error::Result;
use crate::model::id::TokenId;
use crate::model::time::Timestamp;
use crate::model::token::{Secret, Token, TokenKind};

pub(super) fn run(command: TokenCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        TokenCommand::List => list(&session),
        TokenCommand::Create(new) => create(&session, new),
        TokenCommand::Rotate { id, grace } => rotate(&session, id, grace.as_secs()),
        TokenCommand::Revoke { id } => revoke(&session, id),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session) -> Result<()> {
    let organization = session.organization()?;
    let tokens = session.read(|db| db.tokens(organization.id, ALL))?;
    let value = tokens.iter().map(token_json).collect();
    session.print(&value, || {
        let mut table = Table::new(&[
            "ID",
            "NAME",
            "FOR",
            "REACH",
            "MAY",
            "BEGINS WITH",
            "CREATED",
            "EXPIRES",
            "LAST USED",
        ]);
        for token in &tokens {
            table.row([
                token.id.to_string(),
                token.name.clone(),
                token.kind.as_str().to_owned(),
                if token.server_scope { "server" } else { "organization" }.to_owned(),
                if token.read_only { "read" } else { "read and write" }.to_owned(),
                token.prefix.clone(),
                token.created.to_string(),
                when(token.expires),
                when(token.last_used),
            ]);
        }
        table
    })
}

fn create(session: &Session, new: NewToken) -> Result<()> {
    let organization = session.organization()?;
    let now = session.directory.clock().now();
    let spec = TokenSpec {
        name: new.name,
        kind: if new.admin { TokenKind::Admin } else { TokenKind::Scim },
        server_scope: new.server,
        read_only: new.read_only,
        expires: new
            .expires
            .map(|expires| now.plus_seconds(i64::try_from(expires.as_secs()).unwrap_or(i64::MAX))),
    };
    let (token, secret) = session.change(&organization, move |change| change.create_token(&spec))?;
    session.print(&made(&token, &secret), || Table::of_fields(fields(&token, &secret)))
}

fn rotate(session: &Session, id: TokenId, grace: u64) -> Result<()> {
    let organization = session.organization()?;
    let grace = i64::try_from(grace).unwrap_or(i64::MAX);
    let (token, secret) = session.change(&organization, move |change| change.rotate_token(id, grace))?;
    let old = session.read(|db| db.token(organization.id, id))?;
    let end = old.and_then(|old| old.expires);
    let mut value = made(&token, &secret);
    if let Value::Object(value) = &mut value {
        value.insert("replaced".to_owned(), json!({"id": id, "expires_at": end}));
    }
    session.print(&value, || {
        let replaced = ("old token", format!("{id}, works until {}", when(end)));
        Table::of_fields(fields(&token, &secret).into_iter().chain([replaced]))
    })
}

fn revoke(session: &Session, id: TokenId) -> Result<()> {
    let organization = session.organization()?;
    session.change(&organization, move |change| change.revoke_token(id))?;
    session.say(&json!({"id": id, "revoked": true}), &format!("Token {id} is revoked."))
}

/// What interface.md §1 promises of `token create --json`.
fn made(token: &Token, secret: &Secret) -> Value {
    json!({"id": token.id, "name": token.name, "token": secret.reveal(), "expires_at": token.expires})
}

fn fields(token: &Token, secret: &Secret) -> [(&'static str, String); 4] {
    [
        ("id", token.id.to_string()),
        ("name", token.name.clone()),
        ("token (not shown again)", secret.reveal().to_owned()),
        ("expires", token.expires.map_or_else(|| "never".to_owned(), |expires| expires.to_string())),
    ]
}

fn when(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

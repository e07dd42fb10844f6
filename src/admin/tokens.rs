//! Tokens of an organization. The text of one is in the answer that makes it, and in no other.

use serde_json::Value;

use crate::admin::body::Fields;
use crate::admin::handle::{Admin, has_server_scope, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::directory::{Change, ROTATION_GRACE, TokenSpec, token_json};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::TokenId;
use crate::model::token::{Secret, Token, TokenKind};

/// The longest grace of a rotation, in seconds: a year.
const LONGEST_GRACE: i64 = 365 * 24 * 60 * 60;

/// Of [`list`].
pub const LIST: Operation = Operation::list("Tokens that were not revoked", "Token");
/// Of [`create`].
pub const CREATE: Operation =
    Operation::create("Make a token; its text is shown once", "NewToken", "MadeToken");
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One token", "Token");
/// Of [`revoke`].
pub const REVOKE: Operation = Operation::delete("End a token at once");
/// Of [`rotate`].
pub const ROTATE: Operation = Operation {
    body: Body::Optional("Rotation"),
    ..Operation::create("Replace a token by a new one", "Rotation", "MadeToken")
};

/// `GET tokens`: those that were not revoked.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "tokens")?;
    let rows = admin.read(|db| db.tokens(organization(call)?.id, listing.page()))?;
    let (rows, next) = listing.cut(rows, |token| [token.id.0]);
    Ok(reply::list(rows.iter().map(token_json).collect(), next))
}

/// `POST tokens`: for this organization only, whatever the credential reaches.
///
/// # Errors
/// `InvalidValue` naming the field.
pub fn create(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &["name", "expires_at", "kind", "read_only"])?;
    let spec = TokenSpec {
        name: fields.required("name")?,
        kind: fields.optional("kind")?.unwrap_or(TokenKind::Scim),
        server_scope: false,
        read_only: fields.optional("read_only")?.unwrap_or(false),
        expires: fields.optional("expires_at")?,
    };
    let (token, secret) = admin.change(call, move |change| change.create_token(&spec))?;
    handed_out(call, &token, &secret)
}

/// `GET tokens/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let token = admin.read(|db| db.token(organization(call)?.id, id))?;
    let token = token.ok_or_else(|| Error::not_found("token", id))?;
    Ok(reply::ok(&token_json(&token)))
}

/// `DELETE tokens/{id}`: ends it at once.
///
/// # Errors
/// `NotFound`; `Forbidden` for a token that reaches further than the credential.
pub fn revoke(admin: &Admin, call: &Call) -> Result<Reply> {
    let (id, reaches_all) = (id(call)?, has_server_scope(call));
    admin.change(call, move |change| {
        check_reach(change, id, reaches_all)?;
        change.revoke_token(id)
    })?;
    Ok(reply::no_content())
}

/// `POST tokens/{id}/rotate` `{grace_seconds?}`: a new token in its place; the old one works on for a day, or as said.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `Forbidden` for a token that reaches further than the credential.
pub fn rotate(admin: &Admin, call: &Call) -> Result<Reply> {
    let (id, reaches_all) = (id(call)?, has_server_scope(call));
    let mut fields = Fields::of_optional_body(call, &["grace_seconds"])?;
    let grace = fields.optional("grace_seconds")?.unwrap_or(ROTATION_GRACE);
    if grace > LONGEST_GRACE {
        return Err(Error::invalid_value(format!(
            "grace_seconds: {grace} is too long; at most {LONGEST_GRACE} (a year) is allowed."
        ))
        .at("grace_seconds"));
    }
    let (token, secret) = admin.change(call, move |change| {
        check_reach(change, id, reaches_all)?;
        change.rotate_token(id, grace)
    })?;
    handed_out(call, &token, &secret)
}

fn id(call: &Call) -> Result<TokenId> {
    let text = call.parameter(0);
    TokenId::parse(text).ok_or_else(|| Error::not_found("token", text))
}

/// Who rotates a token gets its successor: one of server scope would lift an organization's admin above it.
pub(super) fn check_reach(change: &Change<'_>, id: TokenId, reaches_all: bool) -> Result<()> {
    match change.tx().token(change.organization().id, id)? {
        Some(token) if token.server_scope && !reaches_all => Err(Error::new(
            Kind::Forbidden,
            format!(
                "Token {id} (\"{}\") has server scope; only a credential with server scope may rotate or revoke it.",
                token.name
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

fn handed_out(call: &Call, token: &Token, secret: &Secret) -> Result<Reply> {
    let mut document = token_json(token);
    if let Value::Object(members) = &mut document {
        members.insert("token".to_owned(), Value::String(secret.reveal().to_owned()));
    }
    reply::created(call, &format!("tokens/{}", token.id), &document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::admin::fixture::{World, call};

    #[test]
    fn the_text_of_a_token_is_in_the_answer_that_makes_it_and_nowhere_else() {
        let world = World::new();
        let (status, made) = world.ask(create, call().json(json!({"name": "PingOne"})));
        assert_eq!(status, 201);
        assert_eq!(
            (&made["kind"], &made["read_only"], &made["expires_at"]),
            (&json!("scim"), &json!(false), &Value::Null)
        );
        let text = made["token"].as_str().unwrap();
        assert!(text.starts_with("rollcall_scim_"));
        let id = made["id"].as_str().unwrap();
        for (_, shown) in [world.ask(show, call().at(&[id])), world.ask(list, call())] {
            assert!(shown.to_string().contains("PingOne") && !shown.to_string().contains(text));
        }
    }

    #[test]
    fn a_token_of_server_scope_cannot_be_asked_for_here() {
        let error = World::new().refusal(create, call().json(json!({"name": "x", "server_scope": true})));
        assert_eq!(error.field.as_deref(), Some("server_scope"));
    }

    #[test]
    fn an_admin_of_one_organization_cannot_rotate_or_revoke_a_token_of_server_scope() {
        let world = World::new();
        let id = world.server_token();
        for handler in [rotate as fn(&Admin, &Call) -> Result<Reply>, revoke] {
            assert_eq!(world.refusal(handler, call().at(&[&id])).kind, Kind::Forbidden);
            assert!(world.reply(handler, call().at(&[&id]), true).is_ok());
        }
    }

    #[test]
    fn rotation_gives_a_new_token_and_lets_the_old_one_work_on_for_the_grace() {
        let world = World::new();
        let (_, old) = world.ask(create, call().json(json!({"name": "PingOne"})));
        let id = old["id"].as_str().unwrap();
        let (status, new) = world.ask(rotate, call().at(&[id]).json(json!({"grace_seconds": 60})));
        assert_eq!(status, 201);
        assert_ne!((&new["id"], &new["token"]), (&old["id"], &old["token"]));
        assert_eq!(world.ask(show, call().at(&[id])).1["expires_at"], "2026-11-24T14:06:54.120Z");
        for wrong in [-1, LONGEST_GRACE + 1] {
            let error = world.refusal(rotate, call().at(&[id]).json(json!({"grace_seconds": wrong})));
            assert_eq!(error.field.as_deref(), Some("grace_seconds"));
        }
    }

    #[test]
    fn a_revoked_or_foreign_token_is_not_found() {
        let world = World::new();
        let (_, token) = world.ask(create, call().json(json!({"name": "PingOne", "kind": "admin"})));
        let id = token["id"].as_str().unwrap();
        assert_eq!(world.ask(revoke, call().at(&[id])).0, 204);
        for id in [id, "999", "x"] {
            assert_eq!(world.refusal(show, call().at(&[id])).kind, Kind::NotFound);
            assert_eq!(world.refusal(revoke, call().at(&[id])).kind, Kind::NotFound);
        }
    }
}

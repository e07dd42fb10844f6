//! The way in, the organizations of the server, and what there is to see in one today.

use minijinja::context;
use rouille::Response;
use serde_json::{Value, json};

use crate::admin::handle::{Admin, has_server_scope};
use crate::admin::page::events::shown;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::render::{Frame, redirect, render};
use crate::admin::page::requests::{latest, unknown};
use crate::directory::{create_organization, organization_json, request_json, succeeds};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::request::LoggedRequest;
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenKind};
use crate::store::{NewOrganization, Page as Slice};

/// More organizations than one page should show.
const SHOWN: Slice = Slice { after: 0, limit: 500 };
/// How many of the newest requests say who called.
const NEWEST: i64 = 100;
/// How many refused requests are shown, and how many callers without a valid token.
const REFUSED: usize = 5;
/// In milliseconds.
const DAY: i64 = 86_400_000;

/// `GET /admin`: to the person's organization, or to the list of them.
///
/// # Errors
/// Those of the store.
pub fn home(admin: &Admin, call: &Call) -> Result<Response> {
    let frame = Frame::of(call);
    let own = call.actor.as_ref().and_then(|actor| actor.organization.as_ref()).map(|own| own.slug.clone());
    let slug = match own {
        Some(slug) => Some(slug),
        None => match admin.read(|db| db.organizations(Slice { after: 0, limit: 2 }))?.as_slice() {
            [only] => Some(only.slug.clone()),
            _ => None,
        },
    };
    Ok(match slug {
        Some(slug) => redirect(&frame, &format!("/admin/organizations/{slug}")),
        None => redirect(&frame, "/admin/organizations"),
    })
}

/// `GET /admin/organizations`.
///
/// # Errors
/// Those of the store.
pub fn organizations(admin: &Admin, call: &Call) -> Result<Response> {
    organizations_with(admin, call, None)
}

/// `POST /admin/organizations` with `slug` and `name`.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn create_tenant(admin: &Admin, call: &Call) -> Result<Response> {
    let form = Form::parse(&call.body)?;
    let (slug, name) = (form.get("slug").trim().to_owned(), form.get("name").trim().to_owned());
    let new = NewOrganization {
        name: if name.is_empty() { slug.clone() } else { name },
        slug: slug.clone(),
        plan: admin.defaults.plan.clone(),
        features: admin.defaults.features,
        created: call.at,
    };
    let ids = admin.directory.ids().clone();
    match admin.directory.store().write(move |tx| create_organization(tx, &ids, &new)) {
        Ok(_) => Ok(redirect(&Frame::of(call), &format!("/admin/organizations/{slug}"))),
        Err(problem) => organizations_with(admin, call, Some(problem)),
    }
}

fn organizations_with(admin: &Admin, call: &Call, problem: Option<Error>) -> Result<Response> {
    let organizations = admin.read(|db| db.organizations(SHOWN))?;
    let organizations: Vec<Value> = organizations.iter().map(organization_json).collect();
    let detail = problem.as_ref().map(|problem| problem.detail.clone());
    let page = render(
        &Frame::of(call),
        "organizations.html",
        context! { organizations, problem => detail, server_scope => has_server_scope(call) },
    )?;
    Ok(match problem {
        Some(problem) => page.with_status_code(crate::admin::problems::row(problem.kind).0),
        None => page,
    })
}

/// `GET` of an organization: what waits, what is about to end, what changed.
///
/// # Errors
/// Those of the store.
pub fn overview(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Overview)?;
    let id = page.organization.id;
    let newest = latest(admin, id, NEWEST)?;
    let refused = admin.directory.list_refused_requests(id, REFUSED as i64)?;
    let strangers: Vec<Value> = unknown(&page)?.into_iter().take(REFUSED).collect();
    let shown = admin.read(|db| {
        let tokens = db.tokens(id, Slice { after: 0, limit: 1_000 })?;
        let callers = callers(&tokens, &newest);
        let (events, _) = db.events_before(id, i64::MAX, "", 10)?;
        let counts = db.counts(id, call.at.plus_millis(-DAY))?.to_json();
        let has_people = counts.get("users").and_then(Value::as_i64) != Some(0);
        Ok(context! {
            ending => ending(&tokens, call.at),
            called => has_people || !callers.is_empty() || !newest.is_empty(),
            callers,
            refused => refused.iter().map(request_json).collect::<Vec<Value>>(),
            strangers,
            events => shown(db, id, &events)?,
            features => page.organization.features,
            counts,
        })
    })?;
    page.render("overview.html", shown)
}

/// Identity providers that have called, by their tokens. When a token was last used is written lazily; the log is ahead of
/// it.
fn callers(tokens: &[Token], newest: &[LoggedRequest]) -> Vec<Value> {
    let identity_providers = tokens.iter().filter(|token| token.kind == TokenKind::Scim);
    let called = identity_providers.filter_map(|token| {
        let logged = newest.iter().filter(|request| request.token == token.id).map(|request| request.at);
        let last = logged.chain(token.last_used).max()?;
        Some(json!({"name": token.name, "last": last}))
    });
    called.collect()
}

/// Tokens that end soon or have ended, and that none has replaced.
fn ending(tokens: &[Token], now: Timestamp) -> Vec<Value> {
    let soon = now.plus_millis(14 * DAY);
    let alone = |old: &&Token| !tokens.iter().any(|newer| succeeds(newer, old));
    let ending = tokens.iter().filter(|token| token.has_expired(soon)).filter(alone);
    let shown = ending.map(|token| {
        json!({
            "name": token.name,
            "kind": token.kind.as_str(),
            "ended": token.has_expired(now),
            "expires_at": token.expires,
        })
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{OrganizationId, TokenId};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn token(id: i64, name: &str, days: Option<i64>) -> Token {
        Token {
            id: TokenId(id),
            organization: OrganizationId(1),
            kind: TokenKind::Scim,
            server_scope: false,
            read_only: false,
            name: name.to_owned(),
            prefix: String::new(),
            created: NOW,
            expires: days.map(|days| NOW.plus_millis(days * DAY)),
            last_used: None,
        }
    }

    #[test]
    fn a_token_that_was_replaced_is_not_spoken_of_and_one_that_has_ended_is_told_from_one_that_will() {
        let tokens = [
            token(1, "replaced", Some(1)),
            token(2, "replaced", None),
            token(3, "ends", Some(2)),
            token(4, "ended", Some(-1)),
            token(5, "later", Some(30)),
        ];
        let told: Vec<String> =
            ending(&tokens, NOW).iter().map(|told| format!("{} {}", told["name"], told["ended"])).collect();
        assert_eq!(told, ["\"ends\" false", "\"ended\" true"]);
    }

    #[test]
    fn tokens_of_the_admin_api_are_no_identity_providers() {
        let used = Token { last_used: Some(NOW), ..token(1, "PingOne", None) };
        let other = Token { kind: TokenKind::Admin, ..used.clone() };
        assert_eq!(callers(&[used, other], &[]), [json!({"name": "PingOne", "last": NOW})]);
    }
}

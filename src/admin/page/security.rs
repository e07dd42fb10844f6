//! Security: the SCIM base URL and tokens, what is switched on, and what the organization must have.

use minijinja::{Value, context};
use rouille::Response;

use crate::admin::handle::{Admin, has_server_scope};
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::render::{Frame, redirect};
use crate::admin::page::stale::check_version;
use crate::admin::tokens::check_reach;
use crate::admin::version::Versioned;
use crate::config::RequiredPlan;
use crate::directory::{OrganizationChange, ROTATION_GRACE, TokenSpec, organization_json, token_json};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::form::Form;
use crate::model::id::TokenId;
use crate::model::organization::Features;
use crate::model::time::Timestamp;
use crate::model::token::{Secret, Token, TokenKind};
use crate::store::Page as Slice;

/// More tokens than an organization has.
const ALL: Slice = Slice { after: 0, limit: 1_000 };
/// Said to whom reloads the answer that showed a token.
const SENT_TWICE: &str = "Nothing was made: since this form was opened a token was made, perhaps by the same form sent before. See \
                          the list, and fill in the form below if you need another one.";
/// In milliseconds.
const DAY: i64 = 86_400_000;
/// When an expiring token is marked, in days.
const SOON: i64 = 14;

/// `GET security`.
///
/// # Errors
/// Those of the store.
pub fn security(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Security)?;
    page.render("security.html", shown(&page, None)?)
}

/// `GET` of what only answers forms: who reloads or bookmarks the page with a new token is back at the list.
///
/// # Errors
/// `NotFound` for a path that names a token which is not there.
pub fn back_to_security(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Security)?;
    if !call.parameter(0).is_empty() {
        let id = token_id(call)?;
        let token = admin.read(|db| db.token(page.organization.id, id))?;
        token.ok_or_else(|| Error::not_found("token", id))?;
    }
    Ok(redirect(&Frame::of(call), &page.path("/security")))
}

/// `POST security/tokens` with `name`, `kind`, `read_only` and `days`: the answer shows the token, this once. `newest` is
/// the newest token that there was when the form was opened, so that a form that is sent twice makes one token.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn create_token(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Security)?;
    let form = Form::parse(&call.body)?;
    let newest = form.get("newest").to_owned();
    let made = spec(call, &form).and_then(|spec| {
        admin.change(call, move |change| {
            if change.tx().newest_token(change.organization().id)?.to_string() != newest {
                return Err(Error::new(Kind::Conflict, SENT_TWICE));
            }
            change.create_token(&spec)
        })
    });
    hand_out(&page, made)
}

/// `POST security/tokens/{id}/rotate`: the answer shows the new token; the old one works for another day.
///
/// # Errors
/// As [`create_token`].
pub fn rotate_token(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Security)?;
    let reaches_all = has_server_scope(call);
    let made = token_id(call).and_then(|id| {
        admin.change(call, move |change| {
            check_reach(change, id, reaches_all)?;
            change.rotate_token(id, ROTATION_GRACE)
        })
    });
    hand_out(&page, made)
}

/// `POST security/tokens/{id}/revoke`.
///
/// # Errors
/// As [`create_token`].
pub fn revoke_token(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Security)?;
    let reaches_all = has_server_scope(call);
    let outcome = token_id(call).and_then(|id| {
        admin.change(call, move |change| {
            check_reach(change, id, reaches_all)?;
            change.revoke_token(id)
        })?;
        Ok("The token is revoked. Whoever sends it is refused from now on.".to_owned())
    });
    page.done("/security", outcome)
}

/// `POST security/settings` with `name`, the boxes of features, for server scope `plan` and `sso`, and the `version` that
/// the form shows.
///
/// # Errors
/// As [`create_token`].
pub fn change_settings(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Security)?;
    let form = Form::parse(&call.body)?;
    let ticked = |name: &str| form.get(name) == "on";
    let name = form.get("name").trim().to_owned();
    let server = has_server_scope(call);
    let change = OrganizationChange {
        name: Some(name.clone()),
        plan: server.then(|| form.get("plan").trim().to_owned()),
        sso: server.then(|| ticked("sso")),
        features: Some(Features {
            group_provisioning: ticked("group_provisioning"),
            teams: ticked("teams"),
            concurrency_groups: ticked("concurrency_groups"),
            sub_organizations: ticked("sub_organizations"),
        }),
        ..OrganizationChange::default()
    };
    let outcome = if name.is_empty() {
        Err(Error::invalid_value("The organization needs a name.").at("name"))
    } else {
        let version = form.get("version").to_owned();
        admin
            .change(call, move |step| {
                check_version(step.organization(), &version, "organization")?;
                step.update_organization(change)
            })
            .map(|_| "The settings are saved.".to_owned())
    };
    page.done("/security", outcome)
}

fn hand_out(page: &Page<'_>, made: Result<(Token, Secret)>) -> Result<Response> {
    match made {
        Ok((token, secret)) => page.render("security.html", shown(page, Some((&token, &secret)))?),
        Err(problem) => page.refuse("security.html", shown(page, None)?, problem),
    }
}

fn shown(page: &Page<'_>, made: Option<(&Token, &Secret)>) -> Result<Value> {
    let (tokens, newest_token) = page
        .admin
        .read(|db| Ok((db.tokens(page.organization.id, ALL)?, db.newest_token(page.organization.id)?)))?;
    let now = page.call.at;
    let tokens: Vec<Value> = tokens
        .iter()
        .map(|token| {
            let soon = |at: Timestamp| at < now.plus_millis(SOON * DAY);
            context! {
                expired => token.expires.is_some_and(|at| at <= now),
                expires_soon => token.expires.is_some_and(soon),
                ..Value::from_serialize(token_json(token))
            }
        })
        .collect();
    Ok(context! {
        tokens,
        newest_token,
        requirements => requirements(page),
        settings => organization_json(page.organization),
        version => page.organization.etag(),
        scim_base_url => format!("{}/scim/v2", page.call.base_url),
        api_url => format!("{}/api/v1", page.call.base_url),
        made => made.map(|(token, secret)| context! { name => token.name, secret => secret.reveal() }),
    })
}

/// What the configuration asks of the organization, and whether it has it.
fn requirements(page: &Page<'_>) -> Vec<Value> {
    let required = &page.admin.prerequisites;
    let plan = match &required.plan {
        RequiredPlan::None => None,
        RequiredPlan::Any => Some("a plan".to_owned()),
        RequiredPlan::Named(name) => Some(format!("the plan \u{201c}{name}\u{201d}")),
    };
    let plan = plan.map(|what| (what, required.plan.is_met_by(&page.organization.plan)));
    let sso = required.sso.then(|| ("single sign-on".to_owned(), page.organization.sso));
    plan.into_iter().chain(sso).map(|(what, is_met)| context! { what, is_met }).collect()
}

fn spec(call: &Call, form: &Form) -> Result<TokenSpec> {
    let days = form.get("days").trim();
    let expires = if days.is_empty() {
        None
    } else {
        let days: u16 = days.parse().ok().filter(|days| *days > 0).ok_or_else(|| {
            Error::invalid_value(format!(
                "Expires: \u{201c}{days}\u{201d} is not a number of days, 1 to 65535."
            ))
            .at("days")
        })?;
        Some(call.at.plus_millis(i64::from(days) * DAY))
    };
    Ok(TokenSpec {
        name: form.get("name").trim().to_owned(),
        kind: if form.get("kind") == "admin" { TokenKind::Admin } else { TokenKind::Scim },
        server_scope: false,
        read_only: form.get("read_only") == "on",
        expires,
    })
}

fn token_id(call: &Call) -> Result<TokenId> {
    let text = call.parameter(0);
    TokenId::parse(text).ok_or_else(|| Error::not_found("token", text))
}

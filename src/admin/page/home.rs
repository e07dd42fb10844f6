//! The way in, the organizations of the server, and what there is to see in one today.

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::handle::{Admin, has_server_scope};
use crate::admin::page::events::shown;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::render::{Frame, redirect, render};
use crate::admin::page::requests::latest;
use crate::directory::{create_organization, organization_json};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::time::Timestamp;
use crate::store::{NewOrganization, Page as Slice};

/// More organizations than one page should show.
const SHOWN: Slice = Slice { after: 0, limit: 500 };
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
    let refused: Vec<Value> = latest(admin, id, 100)?
        .into_iter()
        .filter(|request| request.get("status").and_then(Value::as_u64).is_some_and(|status| status >= 400))
        .take(5)
        .collect();
    let shown = admin.read(|db| {
        let tokens = db.tokens(id, Slice { after: 0, limit: 1_000 })?;
        let callers: Vec<_> = tokens
            .iter()
            .filter(|token| token.last_used.is_some())
            .map(|token| context! { name => token.name, last => token.last_used })
            .collect();
        let soon = |at: Timestamp| at < call.at.plus_millis(14 * DAY);
        let ending: Vec<_> = tokens
            .iter()
            .filter(|token| token.expires.is_some_and(soon))
            .map(|token| context! { name => token.name, expires_at => token.expires })
            .collect();
        let (events, _) = db.events_before(id, i64::MAX, "", 10)?;
        Ok(context! {
            ending,
            callers,
            refused => refused,
            has_tokens => tokens.iter().any(|token| token.last_used.is_some()),
            events => events.iter().map(shown).collect::<Vec<Value>>(),
            features => page.organization.features,
            counts => db.counts(id, call.at.plus_millis(-DAY))?.to_json(),
        })
    })?;
    page.render("overview.html", shown)
}

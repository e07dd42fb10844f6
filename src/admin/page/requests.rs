//! Requests: what identity providers sent, live, and one of them in full with what it changed.

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::handle::{Admin, has_server_scope};
use crate::admin::list::Listing;
use crate::admin::page::events::about_json;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::admin::requests::filter;
use crate::directory::{newest_first, request_json, unknown_requests_json};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::OrganizationId;
use crate::model::request::{LoggedRequest, RequestFilter};
use crate::store::Walk;

/// How many callers without a valid token a page shows: they have a log of their own, which is small.
const UNKNOWN: i64 = 50;

/// `GET requests?status=&query=&user=&after=`: newest first.
///
/// # Errors
/// Those of paging; `InvalidValue` naming the parameter.
pub fn requests(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Requests)?;
    let listing = Listing::<1>::read(call, "requests")?;
    let walk = Walk::Back(listing.after.map(|[number]| number));
    let (rows, _) =
        admin.directory.list_requests(page.organization.id, &filter(call)?, walk, listing.rows())?;
    let (mut rows, next) = listing.cut(rows, |request| [request.number]);
    newest_first(&mut rows);
    let requests: Vec<Value> = rows.iter().map(request_json).collect();
    let asked = |name: &str| call.query.get(name).unwrap_or_default();
    page.render(
        "requests.html",
        context! { requests, unknown => unknown(&page)?, status => asked("status"), query => asked("query"), user => asked("user"),
        pages => Pages::of(call, next) },
    )
}

/// `GET requests/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn request(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Requests)?;
    let id = call.parameter(0);
    let whole = admin.directory.whole_request(page.organization.id, id)?;
    let mut whole = whole.ok_or_else(|| Error::not_found("request", id))?.json();
    for event in whole.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten() {
        let about = about_json(event);
        if let Value::Object(members) = event {
            members.insert("about".to_owned(), about.into());
        }
    }
    let text = |name: &str| {
        whole
            .get(name)
            .filter(|value| !value.is_null())
            .map(|value| serde_json::to_string_pretty(value).unwrap_or_default())
    };
    let shown = context! { request_body => text("request_body"), response_body => text("response_body"), request => whole };
    page.render("request.html", shown)
}

/// The last requests of an organization, as other pages show them.
///
/// # Errors
/// Those of the store.
pub(super) fn latest(admin: &Admin, organization: OrganizationId, limit: i64) -> Result<Vec<LoggedRequest>> {
    let all = RequestFilter::default();
    let (mut rows, _) = admin.directory.list_requests(organization, &all, Walk::Back(None), limit)?;
    newest_first(&mut rows);
    Ok(rows)
}

/// Who called without a valid token; for server scope only, since such requests belong to nobody.
///
/// # Errors
/// Those of the store.
pub(super) fn unknown(page: &Page<'_>) -> Result<Vec<Value>> {
    if !has_server_scope(page.call) {
        return Ok(Vec::new());
    }
    let rows = page.admin.directory.list_unknown_requests(None, UNKNOWN)?;
    Ok(rows.iter().map(unknown_requests_json).collect())
}

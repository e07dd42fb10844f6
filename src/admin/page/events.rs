//! Events: what happened, the newest first.

use std::collections::BTreeSet;

use minijinja::context;
use rouille::Response;
use serde_json::{Value, json};

use crate::admin::handle::Admin;
use crate::admin::list;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::directory::{Actors, about};
use crate::model::call::Call;
use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::store::{Db, Event};

/// How many events a page shows.
const SHOWN: i64 = 50;
/// The nouns that types begin with.
const NOUNS: [&str; 9] =
    ["user", "group", "mapping", "entity", "assignment", "conflict", "rule", "token", "settings"];

/// `GET events?noun=&after=`: `after` is the id of the oldest event of the page before.
///
/// # Errors
/// `InvalidValue` for an unknown noun.
pub fn events(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Events)?;
    let noun = list::word(call, "noun", &NOUNS)?;
    let before = call.query.get("after").and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let (events, next) = admin.read(|db| {
        let (rows, next) = db.events_before(page.organization.id, before, noun, SHOWN)?;
        Ok((shown(db, page.organization.id, &rows)?, next))
    })?;
    let pages = Pages::of(call, next.map(|id| id.to_string()));
    page.render("events.html", context! { events, noun, nouns => NOUNS, pages })
}

/// Events for templates: what each is about, all of it as text, and the request behind it, which the log has (`logged`) or
/// which was made `by` somebody else than an identity provider.
///
/// # Errors
/// Those of the store.
pub(super) fn shown(db: &Db<'_>, organization: OrganizationId, events: &[Event]) -> Result<Vec<Value>> {
    let parsed: Vec<(&Event, Value)> =
        events.iter().map(|event| (event, serde_json::from_str(&event.data).unwrap_or_default())).collect();
    let requests: BTreeSet<&str> = events.iter().map(|event| event.request_id.as_str()).collect();
    let logged = db.logged_of(organization, &requests)?;
    let others = requests.into_iter().filter(|id| !logged.contains(*id)).collect();
    let users = parsed.iter().flat_map(|(_, data)| about(data)).filter(|about| about.kind == "user");
    let known = db.actors_of(organization, &users.filter_map(|about| about.id).collect(), &others)?;
    let actors = Actors::read(db, organization, known.values().cloned().collect())?;
    let by = |id: &str| match known.get(id) {
        Some(name) => actors.told(name).to_string(),
        None => by_request(id).to_owned(),
    };
    let shown = parsed.iter().map(|(event, data)| {
        json!({
            "id": event.id.to_string(),
            "at": event.at,
            "type": event.kind,
            "about": about_json(data),
            "request_id": event.request_id,
            "logged": logged.contains(&event.request_id),
            "by": by(&event.request_id),
            "text": serde_json::to_string_pretty(data).unwrap_or_default(),
        })
    });
    Ok(shown.collect())
}

/// What an event names, for templates.
pub(super) fn about_json(event: &Value) -> Vec<Value> {
    let named = about(event);
    named.iter().map(|about| json!({"kind": about.kind, "id": about.id, "name": about.name})).collect()
}

/// Who makes requests with such an id.
fn by_request(id: &str) -> &'static str {
    const MADE: [(&str, &str); 3] = [
        ("cli-", "on the command line"),
        ("expiry-", "by Rollcall itself"),
        ("first-run-", "by Rollcall at its first start"),
    ];
    let found = MADE.iter().find(|(start, _)| id.starts_with(start));
    found
        .map_or("by an admin or over the admin API, or longer ago than requests are kept", |(_, words)| words)
}

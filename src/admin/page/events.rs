//! Events: what happened, the newest first.

use minijinja::context;
use rouille::Response;
use serde_json::{Value, json};

use crate::admin::handle::Admin;
use crate::admin::list;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::model::call::Call;
use crate::model::error::Result;
use crate::store::Event;

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
    let (rows, next) = admin.read(|db| db.events_before(page.organization.id, before, noun, SHOWN))?;
    let events: Vec<Value> = rows.iter().map(shown).collect();
    let pages = Pages::of(call, next.map(|id| id.to_string()));
    page.render("events.html", context! { events, noun, nouns => NOUNS, pages })
}

/// An event with what it is about, as far as its kind says so, and all of it as text.
pub(super) fn shown(event: &Event) -> Value {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    let at = |pointer: &str| data.pointer(pointer).cloned().unwrap_or_default();
    json!({
        "id": event.id.to_string(),
        "at": event.at,
        "type": event.kind,
        "request_id": event.request_id,
        "user": at("/user"),
        "group": at("/group"),
        "entity": at("/entity"),
        "text": serde_json::to_string_pretty(&data).unwrap_or_default(),
    })
}

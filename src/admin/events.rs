//! The event feed, with long polls.

use std::fmt::Write;

use serde_json::json;

use crate::admin::handle::{Admin, organization};
use crate::admin::list;
use crate::admin::reply::{self, Reply};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::store::Event;

/// The longest that a request is parked, in seconds; asking for more is asking for this.
const LONGEST_WAIT: u64 = 60;

/// `GET events?after=&limit=&wait=`: what happened after an event, in order.
///
/// `next` is what to send as `after` the next time, also when nothing happened. With `wait`, a request that has nothing to
/// answer stays open that many seconds for something to happen.
///
/// # Errors
/// `InvalidCursor` for an `after` that is not the number of an event of this feed; `InvalidValue` for the others.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let organization = organization(call)?.id;
    let (after, limit, wait) = (after(call)?, list::limit(call)?, wait(call)?);
    let (events, newest) =
        admin.read(|db| Ok((db.events(organization, after, limit)?, db.last_event_id(organization)?)))?;
    if after > newest {
        return Err(Error::new(
            Kind::InvalidCursor,
            format!(
                "after: this feed has no event {after} yet; the newest is {newest}. Leave it out to read from the beginning."
            ),
        )
        .at("after"));
    }
    let rest = match call.time_is_up {
        Some(true) => 0,
        Some(false) | None => wait.saturating_sub(elapsed(admin, call)),
    };
    if events.is_empty() && rest > 0 {
        return Ok(Reply::Park { organization, seconds: rest });
    }
    let next = events.last().map_or(after, |event| event.id);
    Ok(reply::ok_text(page(&events, next)))
}

/// Whole seconds since the request arrived.
pub(super) fn elapsed(admin: &Admin, call: &Call) -> u64 {
    let millis = admin.directory.clock().now().as_millis().saturating_sub(call.at.as_millis());
    u64::try_from(millis / 1000).unwrap_or(0)
}

fn after(call: &Call) -> Result<i64> {
    let Some(text) = call.query.get("after").filter(|text| !text.is_empty()) else { return Ok(0) };
    text.parse().ok().filter(|after| *after >= 0).ok_or_else(|| {
        Error::new(
            Kind::InvalidCursor,
            format!("after: \"{text}\" is not the id of an event. Send the \"next\" of an earlier answer, or leave it out."),
        )
        .at("after")
    })
}

/// For how many seconds a request may be held.
///
/// # Errors
/// `InvalidValue` for anything but a number.
pub(super) fn wait(call: &Call) -> Result<u64> {
    let Some(text) = call.query.get("wait") else { return Ok(0) };
    let seconds: Option<u64> = text.parse().ok();
    seconds.map(|seconds| seconds.min(LONGEST_WAIT)).ok_or_else(|| {
        Error::invalid_value(format!("wait: it is \"{text}\"; a whole number of seconds is expected."))
            .at("wait")
    })
}

/// A page as JSON text. What an event tells is text already, and is put in as it is.
fn page(events: &[Event], next: i64) -> String {
    let mut text = String::from("{\"items\":[");
    for (index, event) in events.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let head = json!({
            "id": event.id.to_string(),
            "at": event.at,
            "type": event.kind,
            "request_id": event.request_id,
        });
        text.push_str(&joined(&head.to_string(), &event.data));
    }
    // Writing into a String cannot fail.
    let _ = write!(text, "],\"next\":\"{next}\"}}");
    text
}

/// Two JSON objects of different fields as one.
fn joined(head: &str, tail: &str) -> String {
    match (head.strip_suffix('}'), tail.strip_prefix('{')) {
        (Some(head), Some(tail)) if tail != "}" => format!("{head},{tail}"),
        _ => head.to_owned(),
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;

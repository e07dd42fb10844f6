//! The event feed, with long polls.

use crate::admin::handle::{Admin, organization};
use crate::admin::list;
use crate::admin::operation::{LIMIT, Operation, Parameter};
use crate::admin::reply::{self, Reply};
use crate::directory;
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::store::Event;

/// The longest that a request is parked, in seconds; asking for more is asking for this.
const LONGEST_WAIT: u64 = 60;

const AFTER: Parameter = Parameter {
    name: "after",
    written: "string",
    about: "The next of the page before; left out for the oldest kept.",
};
const WAIT: Parameter = Parameter {
    name: "wait",
    written: "#0..",
    about: "How many seconds to wait for something to happen; more than 60 is 60.",
};
const ASKED_BY: &[Parameter] = &[LIMIT, AFTER, WAIT];
/// Of [`list`].
pub const LIST: Operation =
    Operation::get("What happened, in order", "Feed").asked_by(ASKED_BY).refusing(&[410]);

/// `GET events?after=&limit=&wait=`: what happened after an event, in order.
///
/// `next` is what to send as `after` the next time, also when nothing happened. With `wait`, a request that has nothing to
/// answer stays open that many seconds for something to happen. Without `after` the feed begins with the oldest event that is
/// kept.
///
/// # Errors
/// `InvalidCursor` for an `after` that is not the number of an event of this feed; `Gone` for one whose next event is kept
/// no longer; `InvalidValue` for the others.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let organization = organization(call)?.id;
    let (asked, limit, wait) = (after(call)?, list::limit(call)?, wait(call)?);
    let (after, events) = admin.read(|db| directory::events_after(db, organization, asked, limit))?;
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

fn after(call: &Call) -> Result<Option<i64>> {
    let Some(text) = call.query.get("after").filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().ok().filter(|after| *after >= 0).map(Some).ok_or_else(|| {
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

/// A page as JSON text.
fn page(events: &[Event], next: i64) -> String {
    let items: Vec<String> = events.iter().map(directory::event_text).collect();
    format!("{{\"items\":[{}],\"next\":\"{next}\"}}", items.join(","))
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;

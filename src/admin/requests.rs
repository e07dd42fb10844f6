//! The log of IdP requests.

use crate::admin::events::{elapsed, wait};
use crate::admin::handle::{Admin, organization};
use crate::admin::list::{Listing, decode, encode};
use crate::admin::operation::{AFTER, LIMIT, Operation, Parameter};
use crate::admin::reply::{self, Reply};
use crate::directory::{newest_first, request_json, unknown_requests_json};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::request::RequestFilter;
use crate::model::time::Timestamp;
use crate::store::Walk;
use serde_json::{Value, json};

const NAME: &str = "requests";
const NEWER: &str = "newer";

/// What the log is searched by.
const ASKED_BY: &[Parameter] = &[
    LIMIT,
    AFTER,
    Parameter {
        name: "newer",
        written: "string",
        about: "The newest of an earlier answer: what came since, oldest first.",
    },
    Parameter {
        name: "wait",
        written: "#0..",
        about: "How many seconds to wait for something newer; more than 60 is 60.",
    },
    Parameter { name: "status", written: "string", about: "A status, or 4xx and the like." },
    Parameter { name: "method", written: "string", about: "The method." },
    Parameter {
        name: "path",
        written: "string",
        about: "How the path begins, below the SCIM base URL or from its root.",
    },
    Parameter { name: "token", written: "string", about: "The name or id of the token." },
    Parameter { name: "resource", written: "string", about: "The id of a user or group." },
    Parameter {
        name: "user",
        written: "string",
        about: "A user: requests about it, and those that changed its groups, places or role.",
    },
    Parameter { name: "since", written: "time", about: "From then on." },
    Parameter { name: "until", written: "time", about: "Until then." },
    Parameter { name: "query", written: "string", about: "Words anywhere in it." },
];
/// Of [`list()`].
pub const LIST: Operation =
    Operation::get("Requests of the identity provider, newest first", "RequestPage").asked_by(ASKED_BY);
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One request, with the events that it caused", "WholeRequest");
/// Of [`list_unknown`].
pub const LIST_UNKNOWN: Operation =
    Operation::list("Requests without a valid token, by address", "UnknownRequest");
/// Of [`show_unknown`].
pub const SHOW_UNKNOWN: Operation =
    Operation::get("Requests without a valid token from one address", "UnknownRequest");

/// `GET requests?limit=&after=`, newest first, with `status`, `method`, `path`, `token`, `resource`, `user`, `since`,
/// `until` and `query` to search by.
///
/// The answer's `newest` is a cursor too: sent as `newer`, it asks for what came since, oldest first, and with `wait` the
/// request stays open that many seconds for something to come.
///
/// # Errors
/// `InvalidValue` or `InvalidCursor`, naming the parameter.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let organization = organization(call)?.id;
    let filter = filter(call)?;
    let listing = Listing::<1>::read(call, NAME)?;
    let newer = call.query.get(NEWER).filter(|text| !text.is_empty()).map(newer).transpose()?;
    let wait = wait(call)?;
    let walk = match newer {
        Some(after) => Walk::Forth(after),
        None => Walk::Back(listing.after.map(|[number]| number)),
    };
    let (rows, newest) = admin.directory.list_requests(organization, &filter, walk, listing.rows())?;
    if newer.is_some() && rows.is_empty() {
        let rest = match call.time_is_up {
            Some(true) => 0,
            Some(false) | None => wait.saturating_sub(elapsed(admin, call)),
        };
        if rest > 0 {
            return Ok(Reply::ParkForRequests { organization, seconds: rest });
        }
    }
    let (mut rows, next) = listing.cut(rows, |request| [request.number]);
    // What follows this page of newer ones must not be skipped.
    let seen = rows.last().filter(|_| newer.is_some() && next.is_some()).map_or(newest, |last| last.number);
    newest_first(&mut rows);
    if newer.is_some() {
        rows.reverse();
    }
    let items: Vec<Value> = rows.iter().map(request_json).collect();
    let next = next.filter(|_| newer.is_none());
    Ok(reply::ok(&json!({"items": items, "next": next, "newest": encode(NEWER, &[seen])})))
}

/// `GET requests/{id}`: with the events that it caused, and its bodies where they were recorded.
///
/// # Errors
/// `NotFound`, also for another organization's.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = call.parameter(0);
    let request = admin.directory.whole_request(organization(call)?.id, id)?;
    request.map(|request| reply::ok(&request.json())).ok_or_else(|| Error::not_found("request", id))
}

/// `GET /requests`: requests without a valid token, which belong to no organization, counted by address and beginning of
/// the token; those seen last first.
///
/// # Errors
/// Those of paging.
pub fn list_unknown(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::<2>::read(call, "unknown-requests")?;
    let before = listing.after.map(|[at, number]| (Timestamp::from_millis(at), number));
    let rows = admin.directory.list_unknown_requests(before, listing.rows())?;
    let (rows, next) = listing.cut(rows, |seen| [seen.at.as_millis(), seen.number]);
    Ok(reply::list(rows.iter().map(unknown_requests_json).collect(), next))
}

/// `GET /requests/{id}`: one of them.
///
/// # Errors
/// `NotFound`.
pub fn show_unknown(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = call.parameter(0);
    let seen = match id.parse() {
        Ok(number) => admin.read(|db| db.unknown_request(number))?,
        Err(_) => None,
    };
    seen.map(|seen| reply::ok(&unknown_requests_json(&seen))).ok_or_else(|| Error::not_found("request", id))
}

fn newer(text: &str) -> Result<i64> {
    decode(NEWER, text).map(|[number]| number).ok_or_else(|| {
        Error::new(
            Kind::InvalidCursor,
            format!("{NEWER}: \"{text}\" is not the \"newest\" of an earlier answer. Leave it out to begin."),
        )
        .at(NEWER)
    })
}

pub(super) fn filter(call: &Call) -> Result<RequestFilter> {
    let text = |name: &str| call.query.get(name).filter(|text| !text.is_empty());
    let time = |name: &'static str| {
        let read = |text: &str| {
            Timestamp::parse(text).ok_or_else(|| {
                Error::invalid_value(format!("{name}: \"{text}\" is not an RFC 3339 date and time.")).at(name)
            })
        };
        text(name).map(read).transpose()
    };
    Ok(RequestFilter {
        status: text("status").map(RequestFilter::parse_status).transpose()?,
        method: text("method").map(str::to_owned),
        path: text("path").map(RequestFilter::whole_path),
        token: text("token").map(str::to_owned),
        resource: text("resource").map(str::to_owned),
        user: text("user").map(str::to_owned),
        since: time("since")?,
        until: time("until")?,
        text: text("query").map(str::to_owned),
    })
}

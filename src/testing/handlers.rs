//! The handlers of the test routes.

use std::sync::Arc;
use std::time::Duration;

use rouille::Response;
use serde_json::{Value, json};

use crate::admin::body::{Edit, Field, Fields};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::time::Timestamp;
use crate::testing::controls::Controls;
use crate::testing::faults::{DropWhen, Fault, Matching};

/// The longest delay, in milliseconds: ten minutes.
const LONGEST_DELAY: i64 = 600_000;
/// The most requests that one fault is for.
const MOST: i64 = 1_000_000;
/// The longest `Retry-After`, in seconds: a day.
const LONGEST_RETRY: i64 = 86_400;

/// `POST /test/reset`.
pub(super) fn reset(controls: &Arc<Controls>, _: &Call) -> Result<Response> {
    controls.reset()?;
    Ok(no_content())
}

/// `GET /test/faults`: those that are still to come.
pub(super) fn faults(controls: &Arc<Controls>, _: &Call) -> Result<Response> {
    let items: Vec<Value> = controls.faults.all().iter().map(|fault| fault.to_json()).collect();
    Ok(answer(200, &json!({"items": items, "next": null})))
}

/// `POST /test/faults`.
pub(super) fn arm(controls: &Arc<Controls>, call: &Call) -> Result<Response> {
    let known = ["status", "count", "retry_after", "delay_ms", "drop", "match"];
    let mut fields = Fields::of_body(call, &known)?;
    let status = bounded(&mut fields, "status", 300, 599)?;
    let count = bounded(&mut fields, "count", 1, MOST)?.unwrap_or(1);
    let retry_after = bounded(&mut fields, "retry_after", 0, LONGEST_RETRY)?;
    let delay = bounded(&mut fields, "delay_ms", 0, LONGEST_DELAY)?;
    let Drops(drop) = fields.optional("drop")?.unwrap_or(Drops(None));
    let matching = matching(&mut fields)?;
    if status.is_none() && delay.is_none() && drop.is_none() {
        return Err(Error::invalid_value(
            "status: it is missing, and so are delay_ms and drop. Say what is to go wrong: send at least one of them.",
        )
        .at("status"));
    }
    if retry_after.is_some() && (status.is_none() || drop.is_some()) {
        return Err(Error::invalid_value(
            "retry_after: it is part of an answer, and none is to be given. Send it with a status and without drop.",
        )
        .at("retry_after"));
    }
    let fault = Fault {
        status: status.and_then(|status| u16::try_from(status).ok()),
        retry_after,
        delay: Duration::from_millis(delay.unwrap_or(0)),
        drop,
        matching,
    };
    Ok(answer(201, &controls.faults.arm(fault, count).to_json()))
}

/// `DELETE /test/faults`.
pub(super) fn disarm(controls: &Arc<Controls>, _: &Call) -> Result<Response> {
    controls.faults.clear();
    Ok(no_content())
}

/// `GET /test/clock`.
pub(super) fn clock(controls: &Arc<Controls>, _: &Call) -> Result<Response> {
    Ok(answer(200, &json!({"now": controls.now()})))
}

/// `PUT /test/clock`: `null` has it follow the system again.
pub(super) fn set_clock(controls: &Arc<Controls>, call: &Call) -> Result<Response> {
    let mut fields = Fields::of_body(call, &["now"])?;
    match fields.edit::<Timestamp>("now")? {
        Edit::Set(at) => controls.set_clock(Some(at)),
        Edit::Clear => controls.set_clock(None),
        Edit::Keep => {
            return Err(Error::invalid_value(format!(
                "now: it is missing; {}, or null to follow the system's clock again, is required.",
                Timestamp::EXPECTED
            ))
            .at("now"));
        }
    }
    clock(controls, call)
}

/// `GET /test/journal`; with `?clear`, the entries are taken out.
pub(super) fn journal(controls: &Arc<Controls>, call: &Call) -> Result<Response> {
    let clear = match call.query.get("clear") {
        None | Some("false") => false,
        Some("" | "true") => true,
        Some(other) => {
            return Err(Error::invalid_value(format!(
                "clear: it is \"{other}\"; true or false is expected, or nothing, which is true."
            ))
            .at("clear"));
        }
    };
    let (entries, lost) = if clear { controls.journal.take() } else { controls.journal.all() };
    let items: Vec<Value> = entries.iter().map(|entry| entry.to_json()).collect();
    Ok(answer(200, &json!({"items": items, "next": null, "lost": lost})))
}

/// `DELETE /test/journal`.
pub(super) fn clear_journal(controls: &Arc<Controls>, _: &Call) -> Result<Response> {
    drop(controls.journal.take());
    Ok(no_content())
}

fn matching(fields: &mut Fields) -> Result<Matching> {
    let Some(mut fields) = fields.object("match", &["method", "path", "body"])? else {
        return Ok(Matching::default());
    };
    Ok(Matching {
        method: fields.optional("method")?,
        path: fields.optional("path")?,
        body: fields.optional("body")?,
    })
}

/// A whole number within bounds, or nothing.
fn bounded(fields: &mut Fields, name: &str, least: i64, most: i64) -> Result<Option<u64>> {
    let Some(number) = fields.optional::<i64>(name)? else { return Ok(None) };
    let within = Some(number).filter(|number| (least..=most).contains(number));
    within.and_then(|number| u64::try_from(number).ok()).map(Some).ok_or_else(|| {
        Error::invalid_value(format!(
            "{name}: it is the number {number}; a whole number from {least} to {most} is expected."
        ))
        .at(name)
    })
}

/// `drop` as it is written.
#[derive(Debug)]
struct Drops(Option<DropWhen>);

impl Field for Drops {
    const EXPECTED: &'static str = "true, false, \"before\" (which is true) or \"after\"";

    fn read(value: &Value) -> Option<Drops> {
        match value {
            Value::Bool(false) => Some(Drops(None)),
            Value::Bool(true) => Some(Drops(Some(DropWhen::Before))),
            Value::String(when) if when == "before" => Some(Drops(Some(DropWhen::Before))),
            Value::String(when) if when == "after" => Some(Drops(Some(DropWhen::After))),
            _ => None,
        }
    }
}

fn answer(status: u16, document: &Value) -> Response {
    Response::from_data("application/json", document.to_string())
        .with_status_code(status)
        .with_additional_header("Cache-Control", "no-store")
}

fn no_content() -> Response {
    Response::empty_204()
}

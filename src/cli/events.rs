//! `events`: the feed of an organization, from the file, as far as it goes or on and on.

use std::io::{self, ErrorKind, Write, stdout};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::cli::arguments::{Common, Events};
use crate::cli::output::{Outcome, Table};
use crate::cli::session::Session;
use crate::directory::{about, event_text, events_after};
use crate::model::error::{Error, Result};
use crate::model::id::OrganizationId;
use crate::store::Event;

/// How often the file is looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(200);
/// How many events are read at once.
const PAGE: i64 = 1_000;
/// How many events that happened already precede those to come.
const BEFORE: i64 = 10;

pub(super) fn run(chosen: Events, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    let organization = session.organization()?.id;
    if chosen.follow {
        follow(&session, organization, chosen.after, common.json)?;
    } else {
        list(&session, organization, chosen.after)?;
    }
    Ok(Outcome::Success)
}

fn list(session: &Session, organization: OrganizationId, after: Option<i64>) -> Result<()> {
    let (_, events) = session.read(|db| events_after(db, organization, after, i64::MAX))?;
    let items: Vec<Value> = events.iter().map(parsed).collect::<Result<_>>()?;
    session.print(&Value::Array(items.clone()), || {
        let mut table = Table::new(&["ID", "WHEN", "WHAT", "ABOUT", "REQUEST"]);
        for (event, value) in events.iter().zip(&items) {
            table.row(cells(event, value));
        }
        table
    })
}

/// Prints events until the reader goes away.
fn follow(session: &Session, organization: OrganizationId, after: Option<i64>, json: bool) -> Result<()> {
    let mut after = match after {
        Some(after) => after,
        None => session.read(|db| {
            let (oldest, newest) = (db.oldest_event_id(organization)?, db.last_event_id(organization)?);
            Ok((newest - BEFORE).max(oldest - 1))
        })?,
    };
    loop {
        let (_, events) = session.read(|db| events_after(db, organization, Some(after), PAGE))?;
        match print_lines(&events, json)? {
            Reader::Gone => return Ok(()),
            Reader::There => {}
        }
        match events.last() {
            Some(last) => after = last.id,
            None => sleep(LOOK),
        }
    }
}

enum Reader {
    There,
    Gone,
}

fn print_lines(events: &[Event], json: bool) -> Result<Reader> {
    let mut text = String::new();
    for event in events {
        if json {
            text.push_str(&event_text(event));
            text.push('\n');
        } else {
            let mut line = Table::new(&[]);
            line.row(cells(event, &parsed(event)?));
            text.push_str(&line.to_string());
        }
    }
    match write(&text) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Error::internal(format!("The events cannot be written: {error}."))),
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn parsed(event: &Event) -> Result<Value> {
    serde_json::from_str(&event_text(event))
        .map_err(|error| Error::internal(format!("event {} is not JSON: {error}", event.id)))
}

fn cells(event: &Event, value: &Value) -> [String; 5] {
    [event.id.to_string(), event.at.to_string(), event.kind.clone(), names(value), event.request_id.clone()]
}

/// Whom and what an event is about, by their names.
fn names(event: &Value) -> String {
    about(event).iter().map(|about| about.name).collect::<Vec<_>>().join(", ")
}

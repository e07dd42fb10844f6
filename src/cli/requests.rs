//! `requests` and `requests show`: the log of IdP requests.

use std::time::Duration;

use serde_json::Value;

use crate::cli::arguments::{Common, OneRequest, RequestSearch, RequestsCommand};
use crate::cli::output::{Outcome, Table};
use crate::cli::session::Session;
use crate::directory::{WholeRequest, newest_first, request_json, unknown_requests_json};
use crate::model::error::{Error, Result};
use crate::model::id::OrganizationId;
use crate::model::request::{LoggedRequest, RequestFilter};
use crate::store::Walk;

/// How often the log is looked at while it is followed.
const PAUSE: Duration = Duration::from_millis(300);
/// How many requests a look prints at most.
const AT_ONCE: i64 = 1_000;

pub(super) fn run(command: RequestsCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command.one {
        Some(OneRequest::Show { id }) => show(&session, &id),
        None if command.search.unknown => list_unknown(&session, command.search.limit),
        None if command.search.follow => follow(&session, command.search),
        None => list(&session, command.search),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session, search: RequestSearch) -> Result<()> {
    let organization = session.organization()?.id;
    let limit = i64::from(search.limit);
    let filter = filter(session, search);
    let (mut requests, _) =
        session.directory.list_requests(organization, &filter, Walk::Back(None), limit)?;
    newest_first(&mut requests);
    let value = requests.iter().map(request_json).collect();
    session.print(&value, || {
        let mut table =
            Table::new(&["AT", "STATUS", "METHOD", "PATH", "MS", "CHANGES", "TOKEN", "ID", "DETAIL"]);
        requests.iter().for_each(|request| table.row(cells(request)));
        table
    })
}

/// Prints the newest requests, and then those that come, each on a line of its own.
fn follow(session: &Session, search: RequestSearch) -> Result<()> {
    let organization = session.organization()?.id;
    let limit = i64::from(search.limit);
    let filter = filter(session, search);
    let look = |walk, limit| session.directory.list_requests(organization, &filter, walk, limit);
    let (mut requests, mut newest) = look(Walk::Back(None), limit)?;
    loop {
        newest_first(&mut requests);
        requests.reverse();
        for request in &requests {
            if !session.print_line(&request_json(request), || cells(request).join("  "))? {
                return Ok(());
            }
        }
        std::thread::sleep(PAUSE);
        let (found, end) = look(Walk::Forth(newest), AT_ONCE)?;
        // As far as was printed; to the end of the log where the filter let nothing more through.
        newest = found.last().filter(|_| found.len() as i64 == AT_ONCE).map_or(end, |last| last.number);
        requests = found;
    }
}

fn list_unknown(session: &Session, limit: u32) -> Result<()> {
    let seen = session.directory.list_unknown_requests(None, i64::from(limit))?;
    let value = seen.iter().map(unknown_requests_json).collect();
    session.print(&value, || {
        let mut table =
            Table::new(&["LAST AT", "COUNT", "ADDRESS", "TOKEN", "STATUS", "METHOD", "PATH", "DETAIL"]);
        for row in &seen {
            table.row([
                row.at.to_string(),
                row.count.to_string(),
                row.address.clone(),
                row.token_prefix.clone(),
                row.status.to_string(),
                row.method.clone(),
                row.path.clone(),
                row.detail.clone().unwrap_or_default(),
            ]);
        }
        table
    })
}

fn show(session: &Session, id: &str) -> Result<()> {
    let organization: OrganizationId = session.organization()?.id;
    let whole =
        session.directory.whole_request(organization, id)?.ok_or_else(|| Error::not_found("request", id))?;
    session.print_tables(&whole.json(), || tables(&whole))
}

fn tables(whole: &WholeRequest) -> Vec<Table> {
    let (request, text) = (&whole.request, |text: &Option<String>| text.clone().unwrap_or_default());
    let list = |json: &str| match serde_json::from_str(json) {
        Ok(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<&str>>().join("; "),
        _ => String::new(),
    };
    let mut tables = vec![Table::of_fields([
        ("id", request.id.clone()),
        ("at", request.at.to_string()),
        ("token", request.token_name.clone()),
        ("address", request.address.clone()),
        ("client", text(&request.user_agent)),
        ("request", format!("{} {}", request.method, request.path)),
        ("query", text(&request.query)),
        ("status", request.status.to_string()),
        ("scimType", text(&request.scim_type)),
        ("detail", text(&request.detail)),
        ("milliseconds", millis(request)),
        ("about", text(&request.resource)),
        ("relied on", list(&request.deviations)),
        ("remarks", list(&request.remarks)),
        ("body", text(&whole.bodies.request)),
        ("answer", text(&whole.bodies.answer)),
    ])];
    if !whole.events.is_empty() {
        let mut events = Table::new(&["EVENT", "TYPE", "DATA"]);
        for event in &whole.events {
            events.row([event.id.to_string(), event.kind.clone(), event.data.clone()]);
        }
        tables.push(events);
    }
    tables
}

fn cells(request: &LoggedRequest) -> [String; 9] {
    let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    [
        request.at.to_string(),
        request.status.to_string(),
        request.method.clone(),
        format!("{}{query}", request.path),
        millis(request),
        request.events.map_or(0, |(first, last)| last - first + 1).to_string(),
        request.token_name.clone(),
        request.id.clone(),
        request.detail.clone().unwrap_or_default(),
    ]
}

fn millis(request: &LoggedRequest) -> String {
    format!("{:.1}", request.micros as f64 / 1000.0)
}

fn filter(session: &Session, search: RequestSearch) -> RequestFilter {
    let ago = |length: Duration| {
        let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
        session.directory.clock().now().plus_seconds(-seconds)
    };
    RequestFilter {
        status: search.status,
        method: search.method,
        path: search.path.as_deref().map(RequestFilter::whole_path),
        token: search.token,
        resource: search.resource,
        user: search.user,
        since: search.since.map(ago),
        until: None,
        text: search.query,
    }
}

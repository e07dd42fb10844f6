//! Reading the request log: what API, page and commands ask for.

use serde_json::{Value, json};

use crate::directory::documents::event_text;
use crate::directory::handle::Directory;
use crate::directory::requests::documents::request_json;
use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::model::request::{Bodies, LoggedRequest, RequestFilter, UnknownRequests};
use crate::model::time::Timestamp;
use crate::store::{Event, Walk};

/// The most events that are shown with a request; how many it caused is said in any case.
const MOST_EVENTS: i64 = 1_000;

/// A request with all that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeRequest {
    /// Its row.
    pub request: LoggedRequest,
    /// The first thousand events that it caused, as far as the feed still has them.
    pub events: Vec<Event>,
    /// Its bodies, where they were recorded.
    pub bodies: Bodies,
}

/// Puts rows in the order in which the requests came, the newest first. Where they stand in the log is when they were written:
/// those that changed nothing come in batches, a moment after the others.
pub fn newest_first(rows: &mut [LoggedRequest]) {
    rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.number)));
}

impl Directory {
    /// Requests of an organization, and the place of the newest one in its log, 0 for none. What this server has
    /// answered so far is among them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_requests(
        &self,
        organization: OrganizationId,
        filter: &RequestFilter,
        walk: Walk,
        limit: i64,
    ) -> Result<(Vec<LoggedRequest>, i64)> {
        self.catch_up();
        self.store().read(|db| {
            Ok((db.requests(organization, filter, walk, limit)?, db.newest_request(organization)?))
        })
    }

    /// The newest requests of an organization that were refused, as far back as is looked at.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_refused_requests(
        &self,
        organization: OrganizationId,
        limit: i64,
    ) -> Result<Vec<LoggedRequest>> {
        self.catch_up();
        self.store().read(|db| db.refused_requests(organization, limit))
    }

    /// An organization's request by the id that its answer carried.
    ///
    /// # Errors
    /// Those of the store.
    pub fn whole_request(&self, organization: OrganizationId, id: &str) -> Result<Option<WholeRequest>> {
        self.catch_up();
        self.store().read(|db| {
            let Some(request) = db.request(organization, id)? else { return Ok(None) };
            let mut events = match request.events {
                Some((first, last)) => {
                    let limit = (last - first + 1).min(MOST_EVENTS);
                    db.events(organization, first - 1, limit)?
                }
                None => Vec::new(),
            };
            events.retain(|event| event.request_id == request.id);
            let bodies = db.request_bodies(request.number)?;
            Ok(Some(WholeRequest { request, events, bodies }))
        })
    }

    /// Requests without a valid token, those seen last first; `before` is time and number of the last row seen.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_unknown_requests(
        &self,
        before: Option<(Timestamp, i64)>,
        limit: i64,
    ) -> Result<Vec<UnknownRequests>> {
        self.catch_up();
        self.store().read(|db| db.unknown_requests(before, limit))
    }

    /// Writes what waits, so that a reader sees what has been answered. A log that cannot be written can still be read.
    fn catch_up(&self) {
        if let Err(error) = self.write_requests() {
            log::warn!("requests could not be logged: {error}");
        }
    }
}

impl WholeRequest {
    /// The request in full, as JSON.
    pub fn json(&self) -> Value {
        let mut document = request_json(&self.request);
        let body = |text: &Option<String>| -> Value {
            text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        };
        if let Value::Object(members) = &mut document {
            let event = |event| serde_json::from_str(&event_text(event)).unwrap_or_default();
            let events = self.events.iter().map(event).collect::<Vec<Value>>();
            members.insert("events".to_owned(), json!(events));
            members.insert("body".to_owned(), body(&self.bodies.request));
            members.insert("answer".to_owned(), body(&self.bodies.answer));
        }
        document
    }
}

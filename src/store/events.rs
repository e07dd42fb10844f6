//! Rows of `events`: the feed.

use std::collections::HashMap;

use rusqlite::{Row, params};

use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::id::{OrganizationId, UserId};
use crate::model::time::Timestamp;
use crate::store::moves::Move;
use crate::store::query::{Db, Tx};

/// An event to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// To whom and with what result: a JSON object, as text.
    pub data: String,
}

/// A recorded event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number in its organization's feed.
    pub id: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The name of its kind.
    pub kind: String,
    /// The request that caused it.
    pub request_id: String,
    /// Its JSON object, as text.
    pub data: String,
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        at: Timestamp::from_millis(row.get(1)?),
        kind: row.get(2)?,
        request_id: row.get(3)?,
        data: row.get(4)?,
    })
}

impl Db<'_> {
    /// How many events were recorded, over all organizations.
    pub fn count_events(&self) -> Result<i64> {
        self.number("SELECT ifnull(sum(last_event_id), 0) FROM organizations", [])
    }

    /// The id of the newest event of an organization; 0 when there is none.
    pub fn last_event_id(&self, organization: OrganizationId) -> Result<i64> {
        self.number("SELECT last_event_id FROM organizations WHERE id = ?1", [organization.0])
    }

    /// A number that grows with every change of an organization's facts, rules and settings, and with nothing else: the
    /// id of its newest event, and one for each change that had nothing to tell.
    pub fn revision(&self, organization: OrganizationId) -> Result<i64> {
        self.number(
            "SELECT last_event_id + silent_changes FROM organizations WHERE id = ?1",
            [organization.0],
        )
    }

    /// The id of the oldest event that is kept; the one after the newest when none is.
    pub fn oldest_event_id(&self, organization: OrganizationId) -> Result<i64> {
        let sql = "SELECT id FROM events WHERE organization_id = ?1 ORDER BY id LIMIT 1";
        match self.one(sql, [organization.0], |row| row.get(0))? {
            Some(oldest) => Ok(oldest),
            None => Ok(self.last_event_id(organization)? + 1),
        }
    }

    /// The id of the newest event of every organization.
    pub(super) fn last_event_ids(&self) -> Result<HashMap<OrganizationId, i64>> {
        let read = |row: &Row<'_>| Ok((OrganizationId(row.get(0)?), row.get(1)?));
        Ok(self.all("SELECT id, last_event_id FROM organizations", [], read)?.into_iter().collect())
    }

    /// An organization whose oldest event is older than `before`.
    pub fn feed_to_shorten(&self, before: Timestamp) -> Result<Option<OrganizationId>> {
        self.one(
            "SELECT o.id FROM organizations o WHERE (SELECT e.at FROM events e WHERE e.organization_id = o.id
                ORDER BY e.id LIMIT 1) < ?1 LIMIT 1",
            [before.as_millis()],
            |row| Ok(OrganizationId(row.get(0)?)),
        )
    }

    /// The events after `after`, in order.
    pub fn events(&self, organization: OrganizationId, after: i64, limit: i64) -> Result<Vec<Event>> {
        self.all(
            "SELECT id, at, type, request_id, data FROM events WHERE organization_id = ?1 AND id > ?2 ORDER BY id
                LIMIT ?3",
            params![organization.0, after, limit],
            read,
        )
    }
}

impl Db<'_> {
    /// One event, if the feed still has it.
    pub fn event(&self, organization: OrganizationId, id: i64) -> Result<Option<Event>> {
        let event = self.events(organization, id.saturating_sub(1), 1)?.pop();
        Ok(event.filter(|event| event.id == id))
    }
}

impl Tx<'_> {
    /// Forgets the oldest events of an organization, at most `most` of them and none that is not older than `before`.
    /// What is kept goes without a gap up to the newest.
    pub fn shorten_feed(&self, organization: OrganizationId, before: Timestamp, most: i64) -> Result<usize> {
        let oldest = self.oldest_event_id(organization)?;
        let kept = self.one(
            "SELECT id FROM events WHERE organization_id = ?1 AND id < ?2 AND at >= ?3 ORDER BY id LIMIT 1",
            params![organization.0, oldest + most, before.as_millis()],
            |row| row.get::<_, i64>(0),
        )?;
        self.run(
            "DELETE FROM events WHERE organization_id = ?1 AND id < ?2",
            [organization.0, kept.unwrap_or(oldest + most)],
        )
    }

    /// Appends events to an organization's feed, in order and without a gap, and names those whose facts they tell of.
    pub fn record(
        &self,
        organization: OrganizationId,
        at: Timestamp,
        request_id: &str,
        events: &[NewEvent],
        users: Vec<UserId>,
    ) -> Result<()> {
        let count = i64::try_from(events.len()).map_err(|_| Error::internal("too many events"))?;
        let silent = i64::from(events.is_empty());
        self.run(
            "UPDATE organizations SET last_event_id = last_event_id + ?2, silent_changes = silent_changes + ?3
                WHERE id = ?1",
            params![organization.0, count, silent],
        )?;
        let now = self.one(
            "SELECT last_event_id, last_event_id + silent_changes FROM organizations WHERE id = ?1",
            [organization.0],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        )?;
        let (last, to) = now.ok_or_else(|| Error::internal("a change was made in no organization"))?;
        self.note_move(Move { organization, from: to - count - silent, to, users });
        if events.is_empty() {
            return Ok(());
        }
        for (id, event) in (last - count + 1..).zip(events) {
            self.run(
                "INSERT INTO events (organization_id, id, at, type, request_id, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    organization.0,
                    id,
                    at.as_millis(),
                    event.kind.as_str(),
                    request_id,
                    event.data
                ],
            )?;
        }
        self.feed_moved(organization);
        Ok(())
    }
}

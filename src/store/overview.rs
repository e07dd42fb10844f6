//! What the first page for admins counts, and the feed backwards.

use rusqlite::params;
use serde_json::{Value, json};

use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::model::time::Timestamp;
use crate::store::events::{Event, read};
use crate::store::query::{Db, id_list};

/// How far back one question looks: a page must not read a feed of millions for a kind that is rare.
const REACH: i64 = 20_000;

/// What an organization has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    users: i64,
    inactive: i64,
    groups: i64,
    unmapped: i64,
    /// What happened lately: types of events with their numbers, the most frequent first.
    lately: Vec<(String, i64)>,
}

impl Counts {
    /// For a page.
    pub fn to_json(&self) -> Value {
        json!({
            "users": self.users,
            "inactive": self.inactive,
            "groups": self.groups,
            "unmapped": self.unmapped,
            "lately": self.lately,
        })
    }
}

impl Db<'_> {
    /// How many groups live in an organization.
    pub fn group_total(&self, organization: OrganizationId) -> Result<i64> {
        let sql = "SELECT count(*) FROM groups WHERE organization_id = ?1 AND deleted IS NULL";
        self.number(sql, [organization.0])
    }

    /// Counts what lives, and what happened since an instant among the newest events.
    pub fn counts(&self, organization: OrganizationId, since: Timestamp) -> Result<Counts> {
        let of = |sql: &str| self.number(sql, [organization.0]);
        let newest = self.last_event_id(organization)?;
        Ok(Counts {
            users: of("SELECT count(*) FROM users WHERE organization_id = ?1 AND deleted IS NULL")?,
            inactive: of(
                "SELECT count(*) FROM users WHERE organization_id = ?1 AND deleted IS NULL AND active = 0",
            )?,
            groups: self.group_total(organization)?,
            unmapped: of(
                "SELECT count(*) FROM groups g WHERE g.organization_id = ?1 AND g.deleted IS NULL
                AND NOT EXISTS (SELECT 1 FROM mappings m WHERE m.group_id = g.id AND m.status <> 'rejected')",
            )?,
            lately: self.all(
                "SELECT type, count(*) FROM events WHERE organization_id = ?1 AND id > ?2 AND at >= ?3
                    GROUP BY type ORDER BY count(*) DESC, type",
                params![organization.0, newest - REACH, since.as_millis()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?,
        })
    }

    /// Up to `limit` of the newest events that happened at one of these instants.
    pub fn events_at(
        &self,
        organization: OrganizationId,
        instants: &[Timestamp],
        limit: i64,
    ) -> Result<Vec<Event>> {
        let newest = self.last_event_id(organization)?;
        let instants = id_list(instants.iter().map(|at| at.as_millis()));
        self.all(
            "SELECT id, at, type, request_id, data FROM events WHERE organization_id = ?1 AND id > ?2
                AND at IN (SELECT value FROM json_each(?3)) ORDER BY id DESC LIMIT ?4",
            params![organization.0, newest - REACH, instants, limit],
            read,
        )
    }

    /// Events before `before`, the newest first, of the types that begin with `noun` (empty: of all), and the id to go on
    /// from when there may be more.
    pub fn events_before(
        &self,
        organization: OrganizationId,
        before: i64,
        noun: &str,
        limit: i64,
    ) -> Result<(Vec<Event>, Option<i64>)> {
        let before = before.min(self.last_event_id(organization)?.saturating_add(1));
        let floor = before.saturating_sub(REACH);
        let events = self.all(
            "SELECT id, at, type, request_id, data FROM events WHERE organization_id = ?1 AND id < ?2 AND id >= ?3
                AND (?4 = '' OR substr(type, 1, length(?4) + 1) = ?4 || '.') ORDER BY id DESC LIMIT ?5",
            params![organization.0, before, floor, noun, limit],
            read,
        )?;
        let full = i64::try_from(events.len()).is_ok_and(|found| found == limit);
        let next = if full { events.last().map(|event| event.id) } else { Some(floor) };
        Ok((events, next.filter(|next| *next > 1)))
    }
}

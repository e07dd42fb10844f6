//! Rows of `requests` and `request_bodies`: writing, reading, pruning. What is searched for is in `request_search`.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use crate::model::draft::{Draft, Ending, Sender};
use crate::model::error::{Error, Result};
use crate::model::id::{OrganizationId, TokenId};
use crate::model::request::{Bodies, LoggedRequest};
use crate::model::time::Timestamp;
use crate::store::query::{Db, Tx};

/// What a row takes beside its texts: numbers, and its places in the indexes.
const ROW_BYTES: usize = 200;

pub(super) const COLUMNS: &str =
    "number, id, at, token_id, token, address, user_agent, method, path, query, status,
    scim_type, detail, duration, resource, first_event, last_event, deviations, remarks";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<LoggedRequest> {
    let events: (Option<i64>, Option<i64>) = (row.get(15)?, row.get(16)?);
    let list = |index: usize| row.get::<_, Option<String>>(index).map(|text| text.unwrap_or("[]".to_owned()));
    Ok(LoggedRequest {
        number: row.get(0)?,
        id: row.get(1)?,
        at: Timestamp::from_millis(row.get(2)?),
        token: TokenId(row.get(3)?),
        token_name: row.get(4)?,
        address: row.get(5)?,
        user_agent: row.get(6)?,
        method: row.get(7)?,
        path: row.get(8)?,
        query: row.get(9)?,
        status: row.get(10)?,
        scim_type: row.get(11)?,
        detail: row.get(12)?,
        micros: row.get(13)?,
        resource: row.get(14)?,
        events: events.0.zip(events.1),
        deviations: list(17)?,
        remarks: list(18)?,
    })
}

impl Db<'_> {
    /// An organization's request with this `X-Request-Id`; the newest, should there be several.
    pub fn request(&self, organization: OrganizationId, id: &str) -> Result<Option<LoggedRequest>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM requests WHERE id = ?1 AND organization_id = ?2 ORDER BY number DESC LIMIT 1"
        );
        self.one(&sql, params![id, organization.0], read)
    }

    /// Those of these request ids that an organization's log has.
    pub fn logged_of(&self, organization: OrganizationId, ids: &BTreeSet<&str>) -> Result<BTreeSet<String>> {
        let ids = serde_json::to_string(ids).map_err(|error| Error::internal(error.to_string()))?;
        let found = self.all(
            "SELECT r.id FROM json_each(?2) w JOIN requests r ON r.id = w.value WHERE r.organization_id = ?1",
            params![organization.0, ids],
            |row| row.get(0),
        )?;
        Ok(found.into_iter().collect())
    }

    /// The recorded bodies of a request.
    pub fn request_bodies(&self, number: i64) -> Result<Bodies> {
        let bodies =
            self.one("SELECT request, answer FROM request_bodies WHERE number = ?1", [number], |row| {
                Ok(Bodies { request: row.get(0)?, answer: row.get(1)? })
            })?;
        Ok(bodies.unwrap_or_default())
    }

    /// The place of an organization's newest request in the log; 0 when there is none.
    pub fn newest_request(&self, organization: OrganizationId) -> Result<i64> {
        self.number(
            "SELECT number FROM requests WHERE organization_id = ?1 ORDER BY number DESC LIMIT 1",
            [organization.0],
        )
    }

    /// How many bytes the log is counted as.
    pub fn requests_bytes(&self) -> Result<i64> {
        self.number("SELECT bytes FROM requests_size", [])
    }
}

impl Tx<'_> {
    /// Writes a request into the log; gives its place there. `micros` is how long it has
    /// taken, `events` are the first and the last that it caused.
    pub fn log_request(
        &self,
        draft: &Draft,
        sender: &Sender,
        ending: &Ending,
        micros: i64,
        events: Option<(i64, i64)>,
    ) -> Result<i64> {
        let (head, findings) = (&draft.head, draft.findings());
        let (deviations, remarks) = (array(&findings.deviations), array(&findings.remarks));
        let texts =
            [&head.user_agent, &head.query, &ending.detail, &findings.resource, &deviations, &remarks];
        let size = ROW_BYTES
            + head.id.len()
            + head.path.len()
            + sender.name.len()
            + texts.iter().filter_map(|text| text.as_ref().map(String::len)).sum::<usize>();
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let number = self.insert(
            "INSERT INTO requests (organization_id, id, at, token_id, token, address, user_agent, method, path, query,
                status, scim_type, detail, duration, resource, first_event, last_event, deviations, remarks, size)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
            params![
                sender.organization.0,
                head.id,
                head.at.as_millis(),
                sender.token.0,
                sender.name,
                head.address,
                head.user_agent,
                head.method,
                head.path,
                head.query,
                ending.status,
                ending.scim_type,
                ending.detail,
                micros,
                findings.resource,
                events.map(|(first, _)| first),
                events.map(|(_, last)| last),
                deviations,
                remarks,
                size
            ],
        )?;
        self.requests_grew(size)?;
        Ok(number)
    }

    /// Writes how long a request took whose row was written before its answer.
    pub fn set_request_duration(&self, number: i64, micros: i64) -> Result<()> {
        self.run("UPDATE requests SET duration = ?2 WHERE number = ?1", params![number, micros])?;
        Ok(())
    }

    /// Writes the bodies of a request, if it is still in the log.
    pub fn log_bodies(&self, number: i64, bodies: &Bodies) -> Result<()> {
        let texts = [&bodies.request, &bodies.answer];
        let size: usize = texts.iter().filter_map(|text| text.as_ref().map(String::len)).sum();
        let size = i64::try_from(size + ROW_BYTES).unwrap_or(i64::MAX);
        let written = self.run(
            "INSERT INTO request_bodies (number, request, answer, size) SELECT ?1, ?2, ?3, ?4
                WHERE EXISTS (SELECT 1 FROM requests WHERE number = ?1)",
            params![number, bodies.request, bodies.answer, size],
        )?;
        if written == 0 {
            return Ok(());
        }
        self.requests_grew(size)
    }

    /// Takes away up to `most` of the oldest requests: those from before `before`, and those that make the log larger
    /// than `bytes`. Says how many.
    pub fn prune_requests(&self, before: Option<Timestamp>, bytes: Option<i64>, most: i64) -> Result<usize> {
        let excess = bytes.map_or(0, |bytes| (self.requests_bytes().unwrap_or(0) - bytes).max(0));
        let before = before.map_or(i64::MIN, Timestamp::as_millis);
        let oldest: Vec<(i64, i64, i64)> = self.all(
            "SELECT r.number, r.at, r.size + coalesce(b.size, 0) FROM requests r
                LEFT JOIN request_bodies b ON b.number = r.number ORDER BY r.number LIMIT ?1",
            [most],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let (mut last, mut freed, mut gone) = (None, 0, 0);
        for (number, at, size) in oldest {
            if at >= before && freed >= excess {
                break;
            }
            (last, freed, gone) = (Some(number), freed + size, gone + 1);
        }
        let Some(last) = last else { return Ok(0) };
        self.run("DELETE FROM request_bodies WHERE number <= ?1", [last])?;
        self.run("DELETE FROM requests WHERE number <= ?1", [last])?;
        self.requests_grew(-freed)?;
        Ok(gone)
    }

    fn requests_grew(&self, bytes: i64) -> Result<()> {
        self.run("UPDATE requests_size SET bytes = bytes + ?1", [bytes])?;
        Ok(())
    }
}

/// A JSON array; `None` for an empty one.
fn array(items: &[impl AsRef<str> + serde::Serialize]) -> Option<String> {
    if items.is_empty() { None } else { serde_json::to_string(items).ok() }
}

//! Rows of `unknown_requests`: requests without a valid token, counted by address and beginning of the token.
//!
//! Whoever has no token must not be able to fill the disk or to push anything out of the log: there are as many rows as
//! the limits here allow, and what finds no row of its own is counted in one that stands for many (`*`).

use rusqlite::{Row, params};

use crate::model::error::Result;
use crate::model::request::UnknownRequests;
use crate::model::time::Timestamp;
use crate::store::query::{Db, Tx};

/// Rows of one address, beside the one for all its other tokens.
const PER_ADDRESS: i64 = 8;
/// Rows of all addresses, beside the one for all others.
const IN_ALL: i64 = 1_000;
/// A row that was quiet for so long, in milliseconds, may make room for another: an hour.
const QUIET: i64 = 3_600_000;
/// What stands for many.
const MANY: &str = "*";

const COLUMNS: &str =
    "number, address, token_prefix, count, first_at, at, request_id, user_agent, method, path, query,
    status, scim_type, detail";

fn read(row: &Row<'_>) -> rusqlite::Result<UnknownRequests> {
    Ok(UnknownRequests {
        number: row.get(0)?,
        address: row.get(1)?,
        token_prefix: row.get(2)?,
        count: row.get(3)?,
        first_at: Timestamp::from_millis(row.get(4)?),
        at: Timestamp::from_millis(row.get(5)?),
        request_id: row.get(6)?,
        user_agent: row.get(7)?,
        method: row.get(8)?,
        path: row.get(9)?,
        query: row.get(10)?,
        status: row.get(11)?,
        scim_type: row.get(12)?,
        detail: row.get(13)?,
    })
}

impl Db<'_> {
    /// Requests without a valid token, those seen last first; `before` is time and number of the last row seen.
    pub fn unknown_requests(
        &self,
        before: Option<(Timestamp, i64)>,
        limit: i64,
    ) -> Result<Vec<UnknownRequests>> {
        let (at, number) = before.map_or((i64::MAX, 0), |(at, number)| (at.as_millis(), number));
        let sql = format!(
            "SELECT {COLUMNS} FROM unknown_requests WHERE (at, number) < (?1, ?2) ORDER BY at DESC, number DESC LIMIT ?3"
        );
        self.all(&sql, params![at, number, limit], read)
    }

    /// Such a row by its number.
    pub fn unknown_request(&self, number: i64) -> Result<Option<UnknownRequests>> {
        self.one(&format!("SELECT {COLUMNS} FROM unknown_requests WHERE number = ?1"), [number], read)
    }
}

impl Tx<'_> {
    /// Counts requests in the row that is theirs, or in one that stands for many.
    pub fn count_unknown_requests(&self, seen: &UnknownRequests) -> Result<()> {
        let places =
            [(seen.address.as_str(), seen.token_prefix.as_str()), (&seen.address, MANY), (MANY, MANY)];
        for (address, prefix) in places {
            if self.count_unknown_at(seen, address, prefix)? {
                return Ok(());
            }
            if self.has_room_for_unknown(address, prefix, seen.at)? {
                return self.insert_unknown_at(seen, address, prefix);
            }
        }
        Ok(())
    }

    fn count_unknown_at(&self, seen: &UnknownRequests, address: &str, prefix: &str) -> Result<bool> {
        let changed = self.run(
            "UPDATE unknown_requests SET count = count + ?3, at = ?4, request_id = ?5, user_agent = ?6, method = ?7,
                path = ?8, query = ?9, status = ?10, scim_type = ?11, detail = ?12
                WHERE address = ?1 AND token_prefix = ?2",
            params![
                address,
                prefix,
                seen.count,
                seen.at.as_millis(),
                seen.request_id,
                seen.user_agent,
                seen.method,
                seen.path,
                seen.query,
                seen.status,
                seen.scim_type,
                seen.detail
            ],
        )?;
        Ok(changed > 0)
    }

    fn insert_unknown_at(&self, seen: &UnknownRequests, address: &str, prefix: &str) -> Result<()> {
        self.run(
            "INSERT INTO unknown_requests (address, token_prefix, count, first_at, at, request_id, method, path, status)
                VALUES (?1, ?2, 0, ?3, ?3, '', '', '', 0)",
            params![address, prefix, seen.first_at.as_millis()],
        )?;
        self.count_unknown_at(seen, address, prefix).map(drop)
    }

    fn has_room_for_unknown(&self, address: &str, prefix: &str, now: Timestamp) -> Result<bool> {
        if address == MANY {
            return Ok(true);
        }
        let of_address = "SELECT count(*) FROM unknown_requests WHERE address = ?1 AND token_prefix <> ?2";
        if prefix != MANY && self.number(of_address, params![address, MANY])? >= PER_ADDRESS {
            return Ok(false);
        }
        if self.number("SELECT count(*) FROM unknown_requests", [])? < IN_ALL {
            return Ok(true);
        }
        let made = self.run(
            "DELETE FROM unknown_requests WHERE number =
                (SELECT number FROM unknown_requests WHERE at < ?1 AND address <> ?2 ORDER BY at LIMIT 1)",
            params![now.plus_millis(-QUIET).as_millis(), MANY],
        )?;
        Ok(made > 0)
    }

    /// Takes rows away that were last seen before `before`.
    pub fn prune_unknown_requests(&self, before: Timestamp) -> Result<usize> {
        self.run("DELETE FROM unknown_requests WHERE at < ?1", [before.as_millis()])
    }
}

//! Rows of `conflicts` and `decisions`.

use rusqlite::{Row, params};

use crate::model::cause::Cause;
use crate::model::conflict::{ConflictKind, Decision, Side};
use crate::model::error::Result;
use crate::model::id::{ConflictId, EntityId, GroupId, MappingId, OrganizationId, UserId};
use crate::model::time::Timestamp;
use crate::store::query::{Db, Page, Tx};

/// One side of a stored conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConflictSide {
    /// The mapping that claims the user.
    pub mapping: MappingId,
    /// Its group.
    pub group: GroupId,
    /// Its entity.
    pub entity: EntityId,
}

impl ConflictSide {
    /// How a decision names it.
    pub fn side(&self) -> Side {
        (self.group, self.entity)
    }
}

/// A conflict to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewConflict {
    /// Over whom.
    pub user: UserId,
    /// What holds.
    pub current: ConflictSide,
    /// What waits.
    pub incoming: ConflictSide,
    /// What kind of clash.
    pub kind: ConflictKind,
}

/// A stored conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its row.
    pub id: ConflictId,
    /// Over whom.
    pub user: UserId,
    /// What holds.
    pub current: ConflictSide,
    /// What waits.
    pub incoming: ConflictSide,
    /// The word for the kind of clash.
    pub kind: String,
    /// `open`, `resolved` or `closed`.
    pub status: String,
    /// `keep_current`, `use_incoming` or `disappeared`, once it ended.
    pub outcome: Option<String>,
    /// When it opened.
    pub opened: Timestamp,
    /// The request that opened it.
    pub request_id: String,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, user_id, current_mapping_id, current_group_id, current_entity_id, incoming_mapping_id,
    incoming_group_id, incoming_entity_id, kind, status, outcome, opened, ended, request_id";

/// The columns of mapping, group and entity from `first` on.
pub(super) fn side(row: &Row<'_>, first: usize) -> rusqlite::Result<ConflictSide> {
    Ok(ConflictSide {
        mapping: MappingId(row.get(first)?),
        group: GroupId(row.get(first + 1)?),
        entity: EntityId(row.get(first + 2)?),
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Conflict> {
    Ok(Conflict {
        id: ConflictId(row.get(0)?),
        user: UserId(row.get(1)?),
        current: side(row, 2)?,
        incoming: side(row, 5)?,
        kind: row.get(8)?,
        status: row.get(9)?,
        outcome: row.get(10)?,
        opened: Timestamp::from_millis(row.get(11)?),
        ended: row.get::<_, Option<i64>>(12)?.map(Timestamp::from_millis),
        request_id: row.get(13)?,
    })
}

impl Db<'_> {
    /// One conflict.
    pub fn conflict(&self, organization: OrganizationId, id: ConflictId) -> Result<Option<Conflict>> {
        let sql = format!("SELECT {COLUMNS} FROM conflicts WHERE id = ?1 AND organization_id = ?2");
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// Conflicts by age; `status` is a word, empty for all.
    pub fn conflicts(&self, organization: OrganizationId, status: &str, page: Page) -> Result<Vec<Conflict>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM conflicts WHERE organization_id = ?1 AND (?2 = '' OR status = ?2) AND id > ?3
                ORDER BY id LIMIT ?4"
        );
        self.all(&sql, params![organization.0, status, page.after, page.limit], read)
    }

    /// Decided conflicts, the newest decision first, before the one of this end and row, with who decided each as far as
    /// the decision is still there.
    pub fn decided_conflicts(
        &self,
        organization: OrganizationId,
        before: Option<[i64; 2]>,
        limit: i64,
    ) -> Result<Vec<(Conflict, Option<String>)>> {
        let [ended, row] = before.unwrap_or([i64::MAX, i64::MAX]);
        let sql = format!(
            "SELECT {COLUMNS}, (SELECT d.token FROM decisions d WHERE d.user_id = c.user_id AND d.decided = c.ended AND (
                    (d.group_a = c.current_group_id AND d.entity_a = c.current_entity_id
                        AND d.group_b = c.incoming_group_id AND d.entity_b = c.incoming_entity_id)
                    OR (d.group_a = c.incoming_group_id AND d.entity_a = c.incoming_entity_id
                        AND d.group_b = c.current_group_id AND d.entity_b = c.current_entity_id)))
                FROM conflicts c WHERE organization_id = ?1 AND status = 'resolved' AND (ended, id) < (?2, ?3)
                ORDER BY ended DESC, id DESC LIMIT ?4"
        );
        self.all(&sql, params![organization.0, ended, row, limit], |row| Ok((read(row)?, row.get(14)?)))
    }

    /// Over how many people there are open conflicts, by the groups of what holds and of what waits.
    pub fn people_in_open_conflicts(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<((GroupId, GroupId), i64)>> {
        self.all(
            "SELECT current_group_id, incoming_group_id, count(DISTINCT user_id) FROM conflicts
                WHERE organization_id = ?1 AND status = 'open' GROUP BY current_group_id, incoming_group_id",
            [organization.0],
            |row| Ok(((GroupId(row.get(0)?), GroupId(row.get(1)?)), row.get(2)?)),
        )
    }

    /// How many conflicts wait for a decision.
    pub fn count_open_conflicts(&self, organization: OrganizationId) -> Result<i64> {
        self.number(
            "SELECT count(*) FROM conflicts WHERE organization_id = ?1 AND status = 'open'",
            [organization.0],
        )
    }

    /// The open conflicts over one user.
    pub fn open_conflicts_of(&self, user: UserId) -> Result<Vec<Conflict>> {
        let sql =
            format!("SELECT {COLUMNS} FROM conflicts WHERE user_id = ?1 AND status = 'open' ORDER BY id");
        self.all(&sql, [user.0], read)
    }
}

impl Tx<'_> {
    /// Stores an open conflict.
    pub fn open_conflict(
        &self,
        organization: OrganizationId,
        new: &NewConflict,
        at: Timestamp,
        request_id: &str,
    ) -> Result<ConflictId> {
        let id = self.insert(
            "INSERT INTO conflicts (organization_id, user_id, current_mapping_id, current_group_id, current_entity_id,
                incoming_mapping_id, incoming_group_id, incoming_entity_id, kind, status, opened, request_id)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'open', ?10, ?11)",
            params![
                organization.0,
                new.user.0,
                new.current.mapping.0,
                new.current.group.0,
                new.current.entity.0,
                new.incoming.mapping.0,
                new.incoming.group.0,
                new.incoming.entity.0,
                new.kind.as_str(),
                at.as_millis(),
                request_id
            ],
        )?;
        Ok(ConflictId(id))
    }

    /// Ends a conflict: `resolved` by an admin with this outcome, or `closed` because one side disappeared.
    pub fn end_conflict(&self, id: ConflictId, status: &str, outcome: &str, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE conflicts SET status = ?2, outcome = ?3, ended = ?4 WHERE id = ?1",
            params![id.0, status, outcome, at.as_millis()],
        )?;
        Ok(())
    }

    /// Remembers a decision about a user; it replaces an earlier one about the same two sides.
    pub fn remember(&self, user: UserId, decision: &Decision, by: &Cause) -> Result<()> {
        let a_wins = decision.winner < decision.loser;
        let (a, b) =
            if a_wins { (decision.winner, decision.loser) } else { (decision.loser, decision.winner) };
        self.run(
            "INSERT INTO decisions (user_id, group_a, entity_a, group_b, entity_b, a_wins, decided, request_id, token)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                ON CONFLICT DO UPDATE SET a_wins = excluded.a_wins, decided = excluded.decided,
                    request_id = excluded.request_id, token = excluded.token",
            params![
                user.0,
                a.0.0,
                a.1.0,
                b.0.0,
                b.1.0,
                a_wins,
                by.at.as_millis(),
                by.request_id,
                by.token
            ],
        )?;
        Ok(())
    }
}

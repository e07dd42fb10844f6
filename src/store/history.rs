//! Rows of `assignment_history` and `role_history`, and what else Explain reads about one user.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, params};

use crate::model::assignment::{Assignment, Source};
use crate::model::cause::Cause;
use crate::model::conflict::Decision;
use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::history::{Ending, PastPlace, RoleChange};
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, RuleId, UserId};
use crate::model::role::Role;
use crate::model::time::Timestamp;
use crate::store::assignments::source;
use crate::store::entities::target_type;
use crate::store::facts::{StoredFacts, StoredPlace, decision};
use crate::store::groups;
use crate::store::query::{Db, Tx};
use crate::store::users::role;

/// How many rows of each history are kept of one user: the newest.
const KEPT: i64 = 200;

/// Three columns: an instant, `request_id`, `token`.
pub(super) fn cause(row: &Row<'_>, first: usize) -> rusqlite::Result<Cause> {
    Ok(Cause {
        at: Timestamp::from_millis(row.get(first)?),
        request_id: row.get(first + 1)?,
        token: row.get(first + 2)?,
    })
}

impl Db<'_> {
    /// A user's places with what began each, by age.
    pub fn places_of(&self, user: UserId) -> Result<Vec<(Assignment, Cause)>> {
        self.all(
            "SELECT target_type, entity_id, source, mapping_id, since, request_id, token FROM assignments
                WHERE user_id = ?1 ORDER BY id",
            [user.0],
            |row| Ok((place(row)?, cause(row, 4)?)),
        )
    }

    /// The places that a user had, the last one that ended first.
    pub fn past_places_of(&self, user: UserId) -> Result<Vec<PastPlace>> {
        self.all(
            "SELECT target_type, entity_id, source, mapping_id, since, request_id, token, until, until_request_id,
                until_token, group_id, rule_id, reason, gave_way_to FROM assignment_history
                WHERE user_id = ?1 ORDER BY number DESC",
            [user.0],
            |row| {
                let reason: String = row.get(12)?;
                let to = row.get::<_, Option<i64>>(13)?.map(EntityId);
                Ok(PastPlace {
                    place: place(row)?,
                    group: row.get::<_, Option<i64>>(10)?.map(GroupId),
                    rule: row.get::<_, Option<i64>>(11)?.map(RuleId),
                    begun: cause(row, 4)?,
                    ended: cause(row, 7)?,
                    // The schema's CHECK allows these words only.
                    ending: Ending::parse(&reason, to).unwrap_or(Ending::TakenAway),
                })
            },
        )
    }

    /// The changes of a user's effective role, the last one first.
    pub fn role_changes_of(&self, user: UserId) -> Result<Vec<RoleChange>> {
        self.all(
            "SELECT old_role, new_role, at, request_id, token, cause FROM role_history
                WHERE user_id = ?1 ORDER BY number DESC",
            [user.0],
            |row| {
                let why: String = row.get(5)?;
                Ok(RoleChange {
                    old: role(row, 0)?.unwrap_or(Role::User),
                    new: role(row, 1)?.unwrap_or(Role::User),
                    by: cause(row, 2)?,
                    why: serde_json::from_str(&why).unwrap_or_default(),
                })
            },
        )
    }

    /// The groups that a user is in, with what put them there, by age of the group.
    pub fn memberships_of(&self, user: UserId) -> Result<Vec<(Group, Cause)>> {
        let sql = format!(
            "SELECT {}, m.since, m.request_id, m.token FROM memberships m JOIN groups g ON g.id = m.group_id
                WHERE m.user_id = ?1 ORDER BY m.group_id",
            groups::COLUMNS
        );
        self.all(&sql, [user.0], |row| Ok((groups::read(row)?, cause(row, 12)?)))
    }

    /// What admins took away from a user and hold back since.
    pub fn withheld_from(&self, user: UserId) -> Result<Vec<(MappingId, Cause)>> {
        self.all(
            "SELECT mapping_id, since, request_id, token FROM withheld WHERE user_id = ?1 ORDER BY mapping_id",
            [user.0],
            |row| Ok((MappingId(row.get(0)?), cause(row, 1)?)),
        )
    }

    /// Who made these requests, as far as the histories of these users say so: request ids with names.
    pub fn actors_of(
        &self,
        organization: OrganizationId,
        users: &BTreeSet<&str>,
        requests: &BTreeSet<&str>,
    ) -> Result<BTreeMap<String, String>> {
        let list = |ids| serde_json::to_string(ids).map_err(|error| Error::internal(error.to_string()));
        let found = self.all(
            "WITH named AS (SELECT u.id FROM json_each(?2) w JOIN users u ON u.resource_id = w.value
                    WHERE u.organization_id = ?1),
                known (request, token) AS (
                    SELECT request_id, token FROM memberships WHERE user_id IN named
                    UNION SELECT request_id, token FROM assignments WHERE user_id IN named
                    UNION SELECT request_id, token FROM assignment_history WHERE user_id IN named
                    UNION SELECT until_request_id, until_token FROM assignment_history WHERE user_id IN named
                    UNION SELECT request_id, token FROM role_history WHERE user_id IN named
                    UNION SELECT request_id, token FROM withheld WHERE user_id IN named
                    UNION SELECT request_id, token FROM decisions WHERE user_id IN named)
                SELECT request, token FROM known WHERE request IN (SELECT value FROM json_each(?3))",
            params![organization.0, list(users)?, list(requests)?],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(found.into_iter().collect())
    }

    /// The decisions about a user, with who took them.
    pub fn decisions_about(&self, user: UserId) -> Result<Vec<(Decision, Cause)>> {
        self.all(
            "SELECT user_id, group_a, entity_a, group_b, entity_b, a_wins, decided, request_id, token FROM decisions
                WHERE user_id = ?1",
            [user.0],
            |row| Ok((decision(row)?, cause(row, 6)?)),
        )
    }
}

/// The columns `target_type`, `entity_id`, `source` and `mapping_id`.
fn place(row: &Row<'_>) -> rusqlite::Result<Assignment> {
    Ok(Assignment {
        target_type: target_type(row, 0)?,
        entity: EntityId(row.get(1)?),
        source: source(&row.get::<_, String>(2)?, row.get(3)?),
    })
}

/// How a place ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub ending: Ending,
    /// The group and the rule of the mapping that gave it.
    pub behind: Option<(GroupId, Option<RuleId>)>,
}

impl Tx<'_> {
    /// Takes a place from a user; that they had it stays as history, as the row `number` of it.
    ///
    /// Row and number are known from the facts: a RETURNING clause would open a savepoint for each statement, and in a
    /// transaction that has many pages to keep, closing one costs time by their number.
    pub fn revoke(
        &self,
        user: UserId,
        number: i64,
        stored: &StoredPlace,
        ended: &Ended,
        by: &Cause,
    ) -> Result<()> {
        self.run("DELETE FROM assignments WHERE id = ?1", [stored.row])?;
        let place = &stored.place;
        let mapping = match place.source {
            Source::Mapping(mapping) => Some(mapping.0),
            Source::Attribute | Source::Manual => None,
        };
        let gave_way_to = match ended.ending {
            Ending::GaveWay(to) => to.map(|entity| entity.0),
            _ => None,
        };
        self.run(
            "INSERT INTO assignment_history (user_id, number, target_type, entity_id, source, mapping_id, group_id,
                rule_id, since, request_id, token, until, until_request_id, until_token, reason, gave_way_to)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                user.0,
                number,
                place.target_type.as_str(),
                place.entity.0,
                place.source.as_str(),
                mapping,
                ended.behind.map(|(group, _)| group.0),
                ended.behind.and_then(|(_, rule)| rule).map(|rule| rule.0),
                stored.begun.at.as_millis(),
                stored.begun.request_id,
                stored.begun.token,
                by.at.as_millis(),
                by.request_id,
                by.token,
                ended.ending.as_str(),
                gave_way_to
            ],
        )?;
        self.forget("DELETE FROM assignment_history WHERE user_id = ?1 AND number <= ?2", user, number)
    }

    /// Keeps that another role counts for a user than the facts say; `why` is the JSON object of the cause.
    pub fn keep_role_change(&self, user: &StoredFacts, role: Role, by: &Cause, why: &str) -> Result<()> {
        let number = user.newest_role + 1;
        self.run(
            "INSERT INTO role_history (user_id, number, old_role, new_role, at, request_id, token, cause)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                user.user.0,
                number,
                user.effective_role.as_str(),
                role.as_str(),
                by.at.as_millis(),
                by.request_id,
                by.token,
                why
            ],
        )?;
        self.forget("DELETE FROM role_history WHERE user_id = ?1 AND number <= ?2", user.user, number)
    }

    /// Forgets what is older than the newest rows, of which `number` is the last.
    fn forget(&self, sql: &str, user: UserId, number: i64) -> Result<()> {
        if number > KEPT {
            self.run(sql, [user.0, number - KEPT])?;
        }
        Ok(())
    }
}

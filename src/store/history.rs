//! Rows of `assignment_history` and `role_history`, and what else Explain reads about one user.

use rusqlite::{Row, params};

use crate::model::assignment::Assignment;
use crate::model::cause::Cause;
use crate::model::conflict::Decision;
use crate::model::error::Result;
use crate::model::group::Group;
use crate::model::history::{Ending, PastPlace, RoleChange};
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, RuleId, UserId};
use crate::model::role::Role;
use crate::model::time::Timestamp;
use crate::store::assignments::source;
use crate::store::entities::target_type;
use crate::store::facts::decision;
use crate::store::groups;
use crate::store::query::{Db, Tx};
use crate::store::users::role;

/// How many rows of each history are kept of one user: the newest.
const KEPT: i64 = 200;

/// Three columns: an instant, `request_id`, `token`.
fn cause(row: &Row<'_>, first: usize) -> rusqlite::Result<Cause> {
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
                WHERE user_id = ?1 ORDER BY id DESC",
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
                WHERE user_id = ?1 ORDER BY id DESC",
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

impl Tx<'_> {
    /// Takes a place from a user; that they had it stays as history.
    pub fn revoke(&self, user: UserId, place: &Assignment, ending: Ending, by: &Cause) -> Result<()> {
        let gave_way_to = match ending {
            Ending::GaveWay(to) => to.map(|entity| entity.0),
            _ => None,
        };
        let key = (user.0, place.entity.0, place.source.as_str());
        self.run(
            "INSERT INTO assignment_history (organization_id, user_id, target_type, entity_id, source, mapping_id,
                group_id, rule_id, since, request_id, token, until, until_request_id, until_token, reason, gave_way_to)
                SELECT a.organization_id, a.user_id, a.target_type, a.entity_id, a.source, a.mapping_id,
                p.group_id, p.rule_id, a.since, a.request_id, a.token, ?4, ?5, ?6, ?7, ?8
                FROM assignments a LEFT JOIN mappings p ON p.id = a.mapping_id
                WHERE a.user_id = ?1 AND a.entity_id = ?2 AND a.source = ?3",
            params![
                key.0,
                key.1,
                key.2,
                by.at.as_millis(),
                by.request_id,
                by.token,
                ending.as_str(),
                gave_way_to
            ],
        )?;
        self.run("DELETE FROM assignments WHERE user_id = ?1 AND entity_id = ?2 AND source = ?3", key)?;
        Ok(())
    }

    /// Forgets the oldest of the places that a user had, above what is kept.
    pub fn trim_past_places(&self, user: UserId) -> Result<()> {
        self.run(
            "DELETE FROM assignment_history WHERE user_id = ?1 AND id <= (SELECT id FROM assignment_history
                WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            [user.0, KEPT],
        )?;
        Ok(())
    }

    /// Keeps a change of the role that counts.
    pub fn keep_role_change(
        &self,
        organization: OrganizationId,
        user: UserId,
        change: &RoleChange,
    ) -> Result<()> {
        self.run(
            "INSERT INTO role_history (organization_id, user_id, old_role, new_role, at, request_id, token, cause)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                organization.0,
                user.0,
                change.old.as_str(),
                change.new.as_str(),
                change.by.at.as_millis(),
                change.by.request_id,
                change.by.token,
                change.why.to_string()
            ],
        )?;
        self.run(
            "DELETE FROM role_history WHERE user_id = ?1 AND id <= (SELECT id FROM role_history
                WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            [user.0, KEPT],
        )?;
        Ok(())
    }
}

//! Rows of `assignments` and `withheld`.

use rusqlite::{Row, params};

use crate::model::assignment::{Assignment, Source};
use crate::model::cause::Cause;
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, UserId};
use crate::model::time::Timestamp;
use crate::store::entities::target_type;
use crate::store::query::{Db, Tx, id_list};

/// The entity of the place that a row `w` of `withheld` is about: while it is withheld, the mapping gives no other.
pub(super) const TAKEN_ENTITY: &str = "(SELECT h.entity_id FROM assignment_history h
    WHERE h.user_id = w.user_id AND h.mapping_id = w.mapping_id ORDER BY h.number DESC LIMIT 1)";

impl Db<'_> {
    /// A user's places with since when, by type and age.
    pub fn assignments_of(&self, user: UserId) -> Result<Vec<(Assignment, Timestamp)>> {
        self.all(
            "SELECT target_type, entity_id, source, mapping_id, since FROM assignments WHERE user_id = ?1 ORDER BY id",
            [user.0],
            dated,
        )
    }

    /// The places of these users with since when, by age.
    pub fn assignments_of_users(&self, users: &[UserId]) -> Result<Vec<(UserId, Assignment, Timestamp)>> {
        self.all(
            "SELECT target_type, entity_id, source, mapping_id, since, user_id FROM assignments
                WHERE user_id IN (SELECT value FROM json_each(?1)) ORDER BY id",
            [id_list(users.iter().map(|user| user.0))],
            |row| {
                let (assignment, since) = dated(row)?;
                Ok((UserId(row.get(5)?), assignment, since))
            },
        )
    }

    /// The users whom a mapping gave a place.
    pub fn users_placed_by(&self, mapping: MappingId) -> Result<Vec<UserId>> {
        self.all("SELECT user_id FROM assignments WHERE mapping_id = ?1", [mapping.0], |row| {
            row.get(0).map(UserId)
        })
    }

    /// The users from whom something is withheld that a group's mappings give.
    pub fn withheld_in(&self, group: GroupId) -> Result<Vec<UserId>> {
        self.all(
            "SELECT DISTINCT w.user_id FROM mappings p JOIN withheld w ON w.mapping_id = p.id WHERE p.group_id = ?1",
            [group.0],
            |row| row.get(0).map(UserId),
        )
    }

    /// The users in an entity by any source.
    pub fn users_placed_in(&self, entity: EntityId) -> Result<Vec<UserId>> {
        self.all("SELECT DISTINCT user_id FROM assignments WHERE entity_id = ?1", [entity.0], |row| {
            row.get(0).map(UserId)
        })
    }
}

/// The columns `target_type`, `entity_id`, `source`, `mapping_id` and `since`.
fn dated(row: &Row<'_>) -> rusqlite::Result<(Assignment, Timestamp)> {
    let assignment = Assignment {
        target_type: target_type(row, 0)?,
        entity: EntityId(row.get(1)?),
        source: source(&row.get::<_, String>(2)?, row.get(3)?),
    };
    Ok((assignment, Timestamp::from_millis(row.get(4)?)))
}

/// The columns `source` and `mapping_id`; the schema's CHECKs allow the combinations of [`Source`] only.
pub(super) fn source(word: &str, mapping: Option<i64>) -> Source {
    match (word, mapping) {
        ("mapping", Some(mapping)) => Source::Mapping(MappingId(mapping)),
        ("attribute", _) => Source::Attribute,
        _ => Source::Manual,
    }
}

impl Tx<'_> {
    /// Gives a user a place.
    pub fn grant(
        &self,
        organization: OrganizationId,
        user: UserId,
        assignment: &Assignment,
        by: &Cause,
    ) -> Result<()> {
        let mapping = match assignment.source {
            Source::Mapping(mapping) => Some(mapping.0),
            Source::Attribute | Source::Manual => None,
        };
        self.run(
            "INSERT INTO assignments (organization_id, user_id, target_type, entity_id, source, mapping_id, since,
                request_id, token) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                organization.0,
                user.0,
                assignment.target_type.as_str(),
                assignment.entity.0,
                assignment.source.as_str(),
                mapping,
                by.at.as_millis(),
                by.request_id,
                by.token
            ],
        )?;
        Ok(())
    }

    /// Withholds from a user what a mapping gives.
    pub fn withhold(&self, mapping: MappingId, user: UserId, by: &Cause) -> Result<()> {
        self.run(
            "INSERT INTO withheld (mapping_id, user_id, since, request_id, token) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT DO NOTHING",
            params![mapping.0, user.0, by.at.as_millis(), by.request_id, by.token],
        )?;
        Ok(())
    }

    /// Ends what is withheld of a mapping that leads to another entity than the one that was taken away, and says from
    /// whom it was.
    pub fn end_withholding_elsewhere(&self, mapping: MappingId, entity: EntityId) -> Result<Vec<UserId>> {
        let sql = format!(
            "SELECT w.user_id FROM withheld w WHERE w.mapping_id = ?1 AND {TAKEN_ENTITY} <> ?2 ORDER BY w.user_id"
        );
        let users = self.all(&sql, params![mapping.0, entity.0], |row| row.get(0).map(UserId))?;
        for user in &users {
            self.run(
                "DELETE FROM withheld WHERE mapping_id = ?1 AND user_id = ?2",
                params![mapping.0, user.0],
            )?;
        }
        Ok(users)
    }

    /// Ends what is withheld from a user of a group's mappings.
    pub fn end_withholding(&self, group: GroupId, user: UserId) -> Result<()> {
        self.run(
            "DELETE FROM withheld WHERE user_id = ?2 AND mapping_id IN (SELECT id FROM mappings WHERE group_id = ?1)",
            params![group.0, user.0],
        )?;
        Ok(())
    }
}

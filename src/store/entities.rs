//! Rows of `entities` and `manual_places`.

use rusqlite::{Row, params};

use crate::model::entity::{CreatedBy, Entity, TargetType};
use crate::model::error::Result;
use crate::model::fold::fold;
use crate::model::id::{EntityId, OrganizationId, ResourceId, UserId};
use crate::model::time::Timestamp;
use crate::model::user::User;
use crate::store::query::{Db, Page, Tx, id_list};
use crate::store::users;

/// An entity to be stored.
#[derive(Clone, Debug)]
pub struct NewEntity<'a> {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its id outside.
    pub id: &'a ResourceId,
    /// What it is.
    pub target_type: TargetType,
    /// Its name.
    pub name: &'a str,
    /// Whether it is the organization's default concurrency group.
    pub is_default: bool,
    /// Who makes it.
    pub created_by: CreatedBy,
    /// When.
    pub created: Timestamp,
}

pub(super) const COLUMNS: &str =
    "id, resource_id, organization_id, type, name, is_default, created_by, created";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Entity> {
    let created_by: String = row.get(6)?;
    Ok(Entity {
        id: EntityId(row.get(0)?),
        resource_id: ResourceId(row.get(1)?),
        organization: OrganizationId(row.get(2)?),
        target_type: target_type(row, 3)?,
        name: row.get(4)?,
        is_default: row.get(5)?,
        created_by: if created_by == "mapping" { CreatedBy::Mapping } else { CreatedBy::Admin },
        created: Timestamp::from_millis(row.get(7)?),
    })
}

/// A target type column; the schema's CHECK allows the three words only.
pub(super) fn target_type(row: &Row<'_>, column: usize) -> rusqlite::Result<TargetType> {
    let word: String = row.get(column)?;
    TargetType::parse(&word).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

impl Db<'_> {
    /// A living entity by the id that clients see.
    pub fn entity(
        &self,
        organization: OrganizationId,
        target_type: TargetType,
        id: &ResourceId,
    ) -> Result<Option<Entity>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entities WHERE resource_id = ?1 AND organization_id = ?2 AND type = ?3
                AND deleted IS NULL"
        );
        self.one(&sql, params![id.0, organization.0, target_type.as_str()], read)
    }

    /// A living entity by row.
    pub fn entity_by_row(&self, id: EntityId) -> Result<Option<Entity>> {
        self.one(&format!("SELECT {COLUMNS} FROM entities WHERE id = ?1 AND deleted IS NULL"), [id.0], read)
    }

    /// An entity by row, deleted or not, for history.
    pub fn entity_ever(&self, id: EntityId) -> Result<Option<Entity>> {
        self.one(&format!("SELECT {COLUMNS} FROM entities WHERE id = ?1"), [id.0], read)
    }

    /// The living entity of this type and name, compared without case.
    pub fn entity_named(
        &self,
        organization: OrganizationId,
        target_type: TargetType,
        name: &str,
    ) -> Result<Option<Entity>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entities WHERE organization_id = ?1 AND type = ?2 AND name_key = ?3
                AND deleted IS NULL"
        );
        self.one(&sql, params![organization.0, target_type.as_str(), fold(name)], read)
    }

    /// The organization's default concurrency group.
    pub fn default_concurrency_group(&self, organization: OrganizationId) -> Result<Option<Entity>> {
        let sql = format!("SELECT {COLUMNS} FROM entities WHERE organization_id = ?1 AND is_default = 1");
        self.one(&sql, [organization.0], read)
    }

    /// Living entities of a type by age whose name holds `query`, without case.
    pub fn entities(
        &self,
        organization: OrganizationId,
        target_type: TargetType,
        query: &str,
        page: Page,
    ) -> Result<Vec<Entity>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entities WHERE organization_id = ?1 AND type = ?2 AND deleted IS NULL AND id > ?4
                AND (?3 = '' OR instr(name_key, ?3) > 0) ORDER BY id LIMIT ?5"
        );
        self.all(
            &sql,
            params![organization.0, target_type.as_str(), fold(query), page.after, page.limit],
            read,
        )
    }

    /// The entities of these rows, deleted or not.
    pub fn entities_ever(&self, entities: &[EntityId]) -> Result<Vec<Entity>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entities WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id"
        );
        self.all(&sql, [id_list(entities.iter().map(|entity| entity.0))], read)
    }

    /// How many users have a place in these entities; those in which nobody has one are missing from the answer.
    pub fn placed_counts(&self, entities: &[EntityId]) -> Result<Vec<(EntityId, i64)>> {
        self.all(
            "SELECT entity_id, count(DISTINCT user_id) FROM assignments
                WHERE entity_id IN (SELECT value FROM json_each(?1)) GROUP BY entity_id",
            [id_list(entities.iter().map(|entity| entity.0))],
            |row| Ok((EntityId(row.get(0)?), row.get(1)?)),
        )
    }

    /// How many users are in the default concurrency group because they have no place in another.
    pub fn unplaced_count(&self, organization: OrganizationId) -> Result<i64> {
        self.number(
            "SELECT count(*) FROM users u WHERE u.organization_id = ?1 AND u.deleted IS NULL AND NOT EXISTS
                (SELECT 1 FROM assignments a WHERE a.user_id = u.id AND a.target_type = 'concurrency_group')",
            [organization.0],
        )
    }

    /// The users in an entity, by age; in the default concurrency group, those who are in no other too.
    pub fn entity_members(&self, entity: &Entity, page: Page) -> Result<Vec<User>> {
        let columns = users::COLUMNS;
        let sql = if entity.is_default {
            format!(
                "SELECT {columns} FROM users u WHERE u.organization_id = ?2 AND u.deleted IS NULL AND u.id > ?3
                    AND (u.id IN (SELECT user_id FROM assignments WHERE entity_id = ?1) OR NOT EXISTS
                    (SELECT 1 FROM assignments a WHERE a.user_id = u.id AND a.target_type = 'concurrency_group'))
                    ORDER BY u.id LIMIT ?4"
            )
        } else {
            format!(
                "SELECT {columns} FROM (SELECT DISTINCT user_id FROM assignments WHERE entity_id = ?1 AND user_id > ?3
                    ORDER BY user_id LIMIT ?4) placed
                    JOIN users u ON u.id = placed.user_id AND u.organization_id = ?2 ORDER BY u.id"
            )
        };
        self.all(&sql, params![entity.id.0, entity.organization.0, page.after, page.limit], users::read)
    }

    /// Users whose `LambdatestGroup` is bound to an entity, or who were put there by hand.
    pub fn users_pointing_at(&self, entity: EntityId) -> Result<Vec<UserId>> {
        self.all(
            "SELECT user_id FROM manual_places WHERE entity_id = ?1
                UNION SELECT id FROM users WHERE concurrency_group_entity_id = ?1",
            [entity.0],
            |row| row.get(0).map(UserId),
        )
    }

    /// The living users whose `LambdatestGroup` is bound to no entity, with what it names.
    pub fn users_waiting_for_place(&self, organization: OrganizationId) -> Result<Vec<(UserId, String)>> {
        self.all(
            "SELECT id, concurrency_group FROM users WHERE organization_id = ?1 AND concurrency_group IS NOT NULL
                AND concurrency_group_entity_id IS NULL AND deleted IS NULL ORDER BY id",
            [organization.0],
            |row| Ok((UserId(row.get(0)?), row.get(1)?)),
        )
    }

    /// The users with a `LambdatestGroup`, and whether it is bound to a living entity.
    pub fn users_with_concurrency_group(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<(UserId, String, bool)>> {
        self.all(
            "SELECT u.id, u.concurrency_group, e.id IS NOT NULL FROM users u LEFT JOIN entities e
                ON e.id = u.concurrency_group_entity_id AND e.deleted IS NULL
                WHERE u.organization_id = ?1 AND u.deleted IS NULL AND u.concurrency_group IS NOT NULL",
            [organization.0],
            |row| Ok((UserId(row.get(0)?), row.get(1)?, row.get(2)?)),
        )
    }
}

impl Tx<'_> {
    /// Stores a new entity.
    ///
    /// # Errors
    /// `Conflict` when the name is taken.
    pub fn insert_entity(&self, new: &NewEntity<'_>) -> Result<EntityId> {
        let row = self.insert(
            "INSERT INTO entities (organization_id, resource_id, type, name, name_key, is_default, created_by, created)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                new.organization.0,
                new.id.0,
                new.target_type.as_str(),
                new.name,
                fold(new.name),
                new.is_default,
                new.created_by.as_str(),
                new.created.as_millis()
            ],
        )?;
        Ok(EntityId(row))
    }

    /// Writes an entity's name.
    ///
    /// # Errors
    /// `Conflict` when the name is taken.
    pub fn rename_entity(&self, entity: EntityId, name: &str) -> Result<()> {
        self.run(
            "UPDATE entities SET name = ?2, name_key = ?3 WHERE id = ?1",
            params![entity.0, name, fold(name)],
        )?;
        Ok(())
    }

    /// Marks an entity as deleted, with what admins had put there by hand; the `LambdatestGroup` of users that was bound
    /// to it waits for another of the name.
    pub fn delete_entity(&self, entity: EntityId, at: Timestamp) -> Result<()> {
        self.run("DELETE FROM manual_places WHERE entity_id = ?1", [entity.0])?;
        self.run(
            "UPDATE users SET concurrency_group_entity_id = NULL WHERE concurrency_group_entity_id = ?1",
            [entity.0],
        )?;
        self.run("UPDATE entities SET deleted = ?2 WHERE id = ?1", params![entity.0, at.as_millis()])?;
        Ok(())
    }

    /// Records that an admin put a user somewhere; in an exclusive type it replaces the earlier choice.
    pub fn put_by_hand(&self, user: UserId, entity: &Entity, at: Timestamp, request_id: &str) -> Result<()> {
        if entity.target_type.is_exclusive() {
            self.run(
                "DELETE FROM manual_places WHERE user_id = ?1 AND target_type = ?2 AND entity_id <> ?3",
                params![user.0, entity.target_type.as_str(), entity.id.0],
            )?;
        }
        self.run(
            "INSERT INTO manual_places (user_id, entity_id, target_type, since, request_id) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT DO NOTHING",
            params![user.0, entity.id.0, entity.target_type.as_str(), at.as_millis(), request_id],
        )?;
        Ok(())
    }

    /// Forgets that an admin put a user somewhere.
    pub fn take_by_hand(&self, user: UserId, entity: EntityId) -> Result<()> {
        self.run(
            "DELETE FROM manual_places WHERE user_id = ?1 AND entity_id = ?2",
            params![user.0, entity.0],
        )?;
        Ok(())
    }

    /// Forgets everything about a user that admins did by hand, and the decisions that they took.
    pub fn forget_manual(&self, user: UserId) -> Result<()> {
        self.run("DELETE FROM manual_places WHERE user_id = ?1", [user.0])?;
        self.run("DELETE FROM withheld WHERE user_id = ?1", [user.0])?;
        self.run("DELETE FROM decisions WHERE user_id = ?1", [user.0])?;
        Ok(())
    }
}

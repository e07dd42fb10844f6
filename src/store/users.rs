//! Rows of `users` and `user_emails`.

use rusqlite::{Row, params};

use crate::model::error::{Error, Result};
use crate::model::fold::fold;
use crate::model::id::{EntityId, OrganizationId, ResourceId, UserId};
use crate::model::role::Role;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserDocument};
use crate::store::query::{Db, Tx, id_list};

/// The columns that [`read`] reads, of a table called `u`.
pub(super) const COLUMNS: &str = "u.id, u.resource_id, u.organization_id, u.user_name, u.display_name, u.external_id,
    u.active, u.own_role, u.effective_role, u.concurrency_group, u.resource, u.version, u.created, u.last_modified,
    u.groups_changed, u.deleted";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId(row.get(0)?),
        resource_id: ResourceId(row.get(1)?),
        organization: OrganizationId(row.get(2)?),
        user_name: row.get(3)?,
        display_name: row.get(4)?,
        external_id: row.get(5)?,
        active: row.get(6)?,
        own_role: role(row, 7)?,
        effective_role: role(row, 8)?.unwrap_or(Role::User),
        concurrency_group: row.get(9)?,
        resource: row.get(10)?,
        version: row.get(11)?,
        created: Timestamp::from_millis(row.get(12)?),
        last_modified: Timestamp::from_millis(row.get(13)?),
        groups_changed: Timestamp::from_millis(row.get(14)?),
        deleted: row.get::<_, Option<i64>>(15)?.map(Timestamp::from_millis),
    })
}

/// A role column; the schema's CHECK allows the three names only.
pub(super) fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Role>> {
    let name: Option<String> = row.get(column)?;
    Ok(name.and_then(|name| Role::parse(&name, "role").ok()))
}

impl Db<'_> {
    /// A living user by the id that clients see.
    pub fn user(&self, organization: OrganizationId, id: &ResourceId) -> Result<Option<User>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users u WHERE u.resource_id = ?1 AND u.organization_id = ?2 AND u.deleted IS NULL"
        );
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// A user by row, deleted or not.
    pub fn user_by_row(&self, id: UserId) -> Result<Option<User>> {
        self.one(&format!("SELECT {COLUMNS} FROM users u WHERE u.id = ?1"), [id.0], read)
    }

    /// A user by the id that clients see, deleted or not, for history.
    pub fn user_ever(&self, organization: OrganizationId, id: &ResourceId) -> Result<Option<User>> {
        let sql =
            format!("SELECT {COLUMNS} FROM users u WHERE u.resource_id = ?1 AND u.organization_id = ?2");
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// The living user of this name, compared without case.
    pub fn user_named(&self, organization: OrganizationId, user_name: &str) -> Result<Option<User>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users u WHERE u.organization_id = ?1 AND u.user_name_key = ?2 AND u.deleted IS NULL"
        );
        self.one(&sql, params![organization.0, fold(user_name)], read)
    }

    /// The user of this name that was deleted last and can be restored.
    pub fn deleted_user_named(&self, organization: OrganizationId, user_name: &str) -> Result<Option<User>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users u WHERE u.organization_id = ?1 AND u.user_name_key = ?2
                AND u.deleted IS NOT NULL ORDER BY u.deleted DESC, u.id DESC LIMIT 1"
        );
        self.one(&sql, params![organization.0, fold(user_name)], read)
    }

    /// Whether a living user of *another* organization has this name.
    pub fn user_name_elsewhere(&self, organization: OrganizationId, user_name: &str) -> Result<bool> {
        let found = self.number(
            "SELECT EXISTS (SELECT 1 FROM users WHERE user_name_key = ?2 AND organization_id <> ?1 AND deleted IS NULL)",
            params![organization.0, fold(user_name)],
        )?;
        Ok(found == 1)
    }

    /// The concurrency group that a user's `LambdatestGroup` was bound to, also one that was deleted since.
    pub fn bound_concurrency_group(&self, id: UserId) -> Result<Option<EntityId>> {
        let found =
            self.one("SELECT concurrency_group_entity_id FROM users WHERE id = ?1", [id.0], |row| {
                row.get::<_, Option<i64>>(0)
            })?;
        Ok(found.flatten().map(EntityId))
    }

    /// The users whom these ids name, deleted ones too; unknown ids are missing from the answer.
    pub fn users_by_id(
        &self,
        organization: OrganizationId,
        ids: &[String],
    ) -> Result<Vec<(ResourceId, UserId, bool)>> {
        let list = serde_json::to_string(ids).map_err(|error| Error::internal(error.to_string()))?;
        self.all(
            "SELECT u.resource_id, u.id, u.deleted IS NULL FROM json_each(?2) wanted
                JOIN users u ON u.resource_id = wanted.value WHERE u.organization_id = ?1",
            params![organization.0, list],
            |row| Ok((ResourceId(row.get(0)?), UserId(row.get(1)?), row.get(2)?)),
        )
    }

    /// Id and `userName` of these users, in the order of their rows.
    pub fn user_names(&self, users: &[UserId]) -> Result<Vec<(ResourceId, String)>> {
        self.all(
            "SELECT resource_id, user_name FROM users WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id",
            [id_list(users.iter().map(|user| user.0))],
            |row| Ok((ResourceId(row.get(0)?), row.get(1)?)),
        )
    }

    /// The users of these rows, deleted or not.
    pub fn users_by_row(&self, users: &[UserId]) -> Result<Vec<User>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users u WHERE u.id IN (SELECT value FROM json_each(?1)) ORDER BY u.id"
        );
        self.all(&sql, [id_list(users.iter().map(|user| user.0))], read)
    }

    /// Users by name for people: those whose `userName`, name (`User::name`) or address holds `query`, without case.
    pub fn users_matching(
        &self,
        organization: OrganizationId,
        query: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<User>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users u WHERE u.organization_id = ?1 AND u.deleted IS NULL AND u.id > ?3
                AND (?2 = '' OR instr(u.user_name_key, ?2) > 0 OR instr(ifnull(u.display_name_key, person_name_key(u.resource)), ?2) > 0
                OR u.id IN (SELECT e.user_id FROM user_emails e
                    WHERE e.organization_id = ?1 AND instr(e.value_key, ?2) > 0))
                ORDER BY u.id LIMIT ?4"
        );
        self.all(&sql, params![organization.0, fold(query), after, limit], read)
    }
}

impl Tx<'_> {
    /// Stores a new user.
    ///
    /// # Errors
    /// `Uniqueness` when a living user has the name.
    pub fn insert_user(
        &self,
        organization: OrganizationId,
        id: &ResourceId,
        document: &UserDocument,
        at: Timestamp,
    ) -> Result<UserId> {
        let row = self.insert(
            "INSERT INTO users (organization_id, resource_id, user_name, user_name_key, display_name, display_name_key,
                external_id, active, own_role, effective_role, concurrency_group, resource, version, created,
                last_modified, groups_changed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'User', ?10, ?11, 1, ?12, ?12, ?12)",
            params![
                organization.0,
                id.0,
                document.user_name,
                fold(&document.user_name),
                document.display_name,
                document.display_name.as_deref().map(fold),
                document.external_id,
                document.active.unwrap_or(true),
                document.own_role.map(Role::as_str),
                document.concurrency_group,
                text(document)?,
                at.as_millis(),
            ],
        )?;
        self.insert_emails(organization, UserId(row), document)?;
        Ok(UserId(row))
    }

    /// Writes a user's attributes as its next version; a deleted one is alive again.
    ///
    /// # Errors
    /// `Uniqueness` when another living user has the name.
    pub fn update_user(&self, user: &User, document: &UserDocument, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE users SET user_name = ?2, user_name_key = ?3, display_name = ?4, display_name_key = ?5,
                external_id = ?6, active = ifnull(?7, active), own_role = ?8, concurrency_group = ?9, resource = ?10,
                version = version + 1, last_modified = ?11, deleted = NULL WHERE id = ?1",
            params![
                user.id.0,
                document.user_name,
                fold(&document.user_name),
                document.display_name,
                document.display_name.as_deref().map(fold),
                document.external_id,
                document.active,
                document.own_role.map(Role::as_str),
                document.concurrency_group,
                text(document)?,
                at.as_millis(),
            ],
        )?;
        self.run("DELETE FROM user_emails WHERE user_id = ?1", [user.id.0])?;
        self.insert_emails(user.organization, user.id, document)
    }

    fn insert_emails(
        &self,
        organization: OrganizationId,
        user: UserId,
        document: &UserDocument,
    ) -> Result<()> {
        for (position, (kind, value)) in document.emails.iter().enumerate() {
            let position =
                i64::try_from(position).map_err(|_| Error::internal("too many e-mail addresses"))?;
            self.run(
                "INSERT INTO user_emails (user_id, position, organization_id, type_key, value_key)
                    VALUES (?1, ?2, ?3, ?4, ?5)",
                params![user.0, position, organization.0, kind.as_deref().map(fold), fold(value)],
            )?;
        }
        Ok(())
    }

    /// Binds a user's `LambdatestGroup` to the entity that it names.
    pub fn bind_concurrency_group(&self, user: UserId, entity: Option<EntityId>) -> Result<()> {
        self.run(
            "UPDATE users SET concurrency_group_entity_id = ?2 WHERE id = ?1",
            params![user.0, entity.map(|entity| entity.0)],
        )?;
        Ok(())
    }

    /// Marks a user as deleted and inactive, without the role and the `LambdatestGroup` that it had (mapping.md §8.3).
    pub fn delete_user(&self, user: UserId, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE users SET deleted = ?2, active = 0, own_role = NULL, effective_role = 'User',
                concurrency_group = NULL, concurrency_group_entity_id = NULL, version = version + 1, last_modified = ?2
                WHERE id = ?1",
            params![user.0, at.as_millis()],
        )?;
        Ok(())
    }

    /// Writes the role that counts.
    pub fn set_effective_role(&self, user: UserId, role: Role) -> Result<()> {
        self.run("UPDATE users SET effective_role = ?2 WHERE id = ?1", params![user.0, role.as_str()])?;
        Ok(())
    }

    /// Writes that the derived attribute `groups` of these users changed.
    pub fn set_groups_changed(&self, users: &[UserId], at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE users SET groups_changed = ?2 WHERE id IN (SELECT value FROM json_each(?1))",
            params![id_list(users.iter().map(|user| user.0)), at.as_millis()],
        )?;
        Ok(())
    }
}

fn text(document: &UserDocument) -> Result<String> {
    serde_json::to_string(&document.resource).map_err(|error| Error::internal(error.to_string()))
}

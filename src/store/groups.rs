//! Rows of `groups`.

use rusqlite::{Row, params};

use crate::model::error::{Error, Result};
use crate::model::fold::fold;
use crate::model::group::{Group, GroupDocument};
use crate::model::id::{GroupId, OrganizationId, ResourceId};
use crate::model::role::Role;
use crate::model::time::Timestamp;
use crate::store::query::{Db, Page, Tx, id_list};

/// The columns that [`read`] reads, of a table called `g`.
pub(super) const COLUMNS: &str =
    "g.id, g.resource_id, g.organization_id, g.display_name, g.external_id, g.roles,
    g.resource, g.member_count, g.version, g.created, g.last_modified, g.deleted";

/// What an admin sees of a group `g` at a glance, from its mappings that count: `pending` while there is none or one of
/// them waits, else `approved` when an admin approved one, else `auto_approved` when a rule did, else `rejected`.
const STATUS: &str = "(SELECT CASE WHEN count(*) = 0 OR sum(m.status = 'pending') > 0 THEN 'pending'
        WHEN sum(m.approval = 'manual') > 0 THEN 'approved' WHEN sum(m.approval = 'auto') > 0 THEN 'auto_approved'
        ELSE 'rejected' END
    FROM mappings m WHERE m.group_id = g.id AND (m.status <> 'rejected' OR m.reason = 'rejected_by_admin'))";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Group> {
    let roles: String = row.get(5)?;
    let names: Vec<String> = serde_json::from_str(&roles).unwrap_or_default();
    Ok(Group {
        id: GroupId(row.get(0)?),
        resource_id: ResourceId(row.get(1)?),
        organization: OrganizationId(row.get(2)?),
        display_name: row.get(3)?,
        external_id: row.get(4)?,
        roles: names.iter().filter_map(|name| Role::parse(name, "roles").ok()).collect(),
        resource: row.get(6)?,
        member_count: row.get(7)?,
        version: row.get(8)?,
        created: Timestamp::from_millis(row.get(9)?),
        last_modified: Timestamp::from_millis(row.get(10)?),
        deleted: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_millis),
    })
}

impl Db<'_> {
    /// A live group by the id that clients see.
    pub fn group(&self, organization: OrganizationId, id: &ResourceId) -> Result<Option<Group>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM groups g WHERE g.resource_id = ?1 AND g.organization_id = ?2 AND g.deleted IS NULL"
        );
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// A group by row, deleted or not.
    pub fn group_by_row(&self, id: GroupId) -> Result<Option<Group>> {
        self.one(&format!("SELECT {COLUMNS} FROM groups g WHERE g.id = ?1"), [id.0], read)
    }

    /// The groups of these rows, deleted or not.
    pub fn groups_by_row(&self, groups: &[GroupId]) -> Result<Vec<Group>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM groups g WHERE g.id IN (SELECT value FROM json_each(?1)) ORDER BY g.id"
        );
        self.all(&sql, [id_list(groups.iter().map(|group| group.0))], read)
    }

    /// The word for what a group's mappings come to: `pending`, `approved`, `auto_approved` or `rejected`.
    pub fn group_status(&self, group: GroupId) -> Result<String> {
        let found =
            self.one(&format!("SELECT {STATUS} FROM groups g WHERE g.id = ?1"), [group.0], |row| row.get(0))?;
        Ok(found.unwrap_or_default())
    }

    /// Live groups by age with their status, as [`Db::group_status`] says it; `status` is a word, empty for all.
    pub fn groups_with_status(
        &self,
        organization: OrganizationId,
        query: &str,
        status: &str,
        page: Page,
    ) -> Result<Vec<(Group, String)>> {
        let sql = format!(
            "SELECT {COLUMNS}, {STATUS} AS status FROM groups g
                WHERE g.organization_id = ?1 AND g.deleted IS NULL AND g.id > ?4
                AND (?2 = '' OR instr(g.display_name_key, ?2) > 0) AND (?3 = '' OR status = ?3)
                ORDER BY g.id LIMIT ?5"
        );
        self.all(&sql, params![organization.0, fold(query), status, page.after, page.limit], |row| {
            Ok((read(row)?, row.get(12)?))
        })
    }

    /// The live group of this name, compared without case.
    pub fn group_named(&self, organization: OrganizationId, name: &str) -> Result<Option<Group>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM groups g WHERE g.organization_id = ?1 AND g.display_name_key = ?2
                AND g.deleted IS NULL"
        );
        self.one(&sql, params![organization.0, fold(name)], read)
    }

    /// The group of this name that was deleted last and can be restored.
    pub fn deleted_group_named(&self, organization: OrganizationId, name: &str) -> Result<Option<Group>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM groups g WHERE g.organization_id = ?1 AND g.display_name_key = ?2
                AND g.deleted IS NOT NULL ORDER BY g.deleted DESC, g.id DESC LIMIT 1"
        );
        self.one(&sql, params![organization.0, fold(name)], read)
    }

    /// Live groups by age whose name holds `query`, without case.
    pub fn groups_matching(
        &self,
        organization: OrganizationId,
        query: &str,
        page: Page,
    ) -> Result<Vec<Group>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM groups g WHERE g.organization_id = ?1 AND g.deleted IS NULL AND g.id > ?3
                AND (?2 = '' OR instr(g.display_name_key, ?2) > 0) ORDER BY g.id LIMIT ?4"
        );
        self.all(&sql, params![organization.0, fold(query), page.after, page.limit], read)
    }
}

impl Tx<'_> {
    /// Stores a new group without members.
    ///
    /// # Errors
    /// `Uniqueness` when a live group has the name.
    pub fn insert_group(
        &self,
        organization: OrganizationId,
        id: &ResourceId,
        document: &GroupDocument,
        at: Timestamp,
    ) -> Result<GroupId> {
        let row = self.insert(
            "INSERT INTO groups (organization_id, resource_id, display_name, display_name_key, external_id, roles, role,
                resource, version, created, last_modified, renamed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?9, ?9)",
            params![
                organization.0,
                id.0,
                document.display_name,
                fold(&document.display_name),
                document.external_id,
                roles(document)?,
                document.roles.iter().max().map(|role| role.as_str()),
                text(document)?,
                at.as_millis(),
            ],
        )?;
        Ok(GroupId(row))
    }

    /// Writes a group's attributes as its next version; a deleted one is alive again.
    ///
    /// # Errors
    /// `Uniqueness` when another live group has the name.
    pub fn update_group(&self, group: GroupId, document: &GroupDocument, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE groups SET renamed = iif(display_name = ?2, renamed, ?8), display_name = ?2, display_name_key = ?3,
                external_id = ?4, roles = ?5, role = ?6, resource = ?7, version = version + 1, last_modified = ?8,
                deleted = NULL WHERE id = ?1",
            params![
                group.0,
                document.display_name,
                fold(&document.display_name),
                document.external_id,
                roles(document)?,
                document.roles.iter().max().map(|role| role.as_str()),
                text(document)?,
                at.as_millis(),
            ],
        )?;
        Ok(())
    }

    /// Counts a change of a group's members as its next version.
    pub fn touch_group(&self, group: GroupId, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE groups SET version = version + 1, last_modified = ?2 WHERE id = ?1",
            params![group.0, at.as_millis()],
        )?;
        Ok(())
    }

    /// Marks a group, which has no members any more, as deleted.
    pub fn delete_group(&self, group: GroupId, at: Timestamp) -> Result<()> {
        self.run(
            "UPDATE groups SET deleted = ?2, version = version + 1, last_modified = ?2 WHERE id = ?1",
            params![group.0, at.as_millis()],
        )?;
        Ok(())
    }
}

fn text(document: &GroupDocument) -> Result<String> {
    serde_json::to_string(&document.resource).map_err(|error| Error::internal(error.to_string()))
}

fn roles(document: &GroupDocument) -> Result<String> {
    serde_json::to_string(&document.roles).map_err(|error| Error::internal(error.to_string()))
}

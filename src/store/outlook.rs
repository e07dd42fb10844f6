//! An organization as a preview needs it: whole nouns by one statement each, without what no decision asks for.

use rusqlite::params;

use crate::model::entity::Entity;
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, ResourceId, UserId};
use crate::model::mapping::Mapping;
use crate::store::assignments::TAKEN_ENTITY;
use crate::store::query::{Db, id_list};
use crate::store::{entities, mappings};

/// A live group with what tells it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    /// Its row.
    pub id: GroupId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// `displayName`.
    pub display_name: String,
    /// How many users are in it.
    pub member_count: i64,
}

impl Db<'_> {
    /// The names of all live groups, oldest first.
    pub fn group_names(&self, organization: OrganizationId) -> Result<Vec<GroupName>> {
        self.all(
            "SELECT id, resource_id, display_name, member_count FROM groups
                WHERE organization_id = ?1 AND deleted IS NULL ORDER BY id",
            [organization.0],
            |row| {
                Ok(GroupName {
                    id: GroupId(row.get(0)?),
                    resource_id: ResourceId(row.get(1)?),
                    display_name: row.get(2)?,
                    member_count: row.get(3)?,
                })
            },
        )
    }

    /// The mappings of all live groups, history included, oldest first.
    pub fn live_mappings(&self, organization: OrganizationId) -> Result<Vec<Mapping>> {
        let sql = format!(
            "SELECT {} FROM groups g JOIN mappings m ON m.group_id = g.id
                WHERE g.organization_id = ?1 AND g.deleted IS NULL ORDER BY m.id",
            mappings::COLUMNS
        );
        self.all(&sql, [organization.0], mappings::read)
    }

    /// All living entities, oldest first.
    pub fn living_entities(&self, organization: OrganizationId) -> Result<Vec<Entity>> {
        let sql = format!(
            "SELECT {} FROM entities WHERE organization_id = ?1 AND deleted IS NULL ORDER BY id",
            entities::COLUMNS
        );
        self.all(&sql, [organization.0], entities::read)
    }

    /// The members of these groups, by user.
    pub fn members_of_groups(&self, groups: &[GroupId]) -> Result<Vec<(UserId, GroupId)>> {
        self.all(
            "SELECT m.user_id, m.group_id FROM json_each(?1) wanted JOIN memberships m ON m.group_id = wanted.value
                ORDER BY m.user_id, m.group_id",
            [id_list(groups.iter().map(|group| group.0))],
            |row| Ok((UserId(row.get(0)?), GroupId(row.get(1)?))),
        )
    }

    /// From whom something is withheld that these groups' mappings give, and the entity that was taken away.
    pub fn withheld_by_groups(&self, groups: &[GroupId]) -> Result<Vec<(MappingId, UserId, EntityId)>> {
        let sql = format!(
            "SELECT w.mapping_id, w.user_id, {TAKEN_ENTITY} FROM json_each(?1) wanted
                JOIN mappings p ON p.group_id = wanted.value JOIN withheld w ON w.mapping_id = p.id"
        );
        self.all(&sql, params![id_list(groups.iter().map(|group| group.0))], |row| {
            Ok((MappingId(row.get(0)?), UserId(row.get(1)?), EntityId(row.get(2)?)))
        })
    }
}

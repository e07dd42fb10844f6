//! Rows of `mappings`.

use rusqlite::{Row, params};

use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, RuleId};
use crate::model::mapping::{Approval, Mapping, PendingReason, Rejection, Status};
use crate::model::time::Timestamp;
use crate::store::entities::target_type;
use crate::store::query::{Db, Page, Tx, id_list};

/// A mapping to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewMapping {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Whose members it places.
    pub group: GroupId,
    /// Where to, by type.
    pub target_type: TargetType,
    /// Its first state.
    pub status: Status,
    /// The rule that makes it.
    pub rule: Option<RuleId>,
    /// Whether a rule makes it.
    pub made_by_rule: bool,
    /// When.
    pub created: Timestamp,
}

pub(super) const COLUMNS: &str =
    "m.id, m.group_id, m.target_type, m.entity_id, m.status, m.approval, m.reason, m.rule_id,
    m.made_by_rule, m.rename_blocked, m.created, m.changed";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Mapping> {
    Ok(Mapping {
        id: MappingId(row.get(0)?),
        group: GroupId(row.get(1)?),
        target_type: target_type(row, 2)?,
        status: status(row)?,
        rule: row.get::<_, Option<i64>>(7)?.map(RuleId),
        made_by_rule: row.get(8)?,
        rename_blocked: row.get(9)?,
        created: Timestamp::from_millis(row.get(10)?),
        changed: Timestamp::from_millis(row.get(11)?),
    })
}

/// The columns `entity_id`, `status`, `approval` and `reason`; the schema's CHECKs allow the combinations of
/// [`Status`] only.
fn status(row: &Row<'_>) -> rusqlite::Result<Status> {
    let entity = row.get::<_, Option<i64>>(3)?.map(EntityId);
    let word: String = row.get(4)?;
    let approval: Option<String> = row.get(5)?;
    let reason: Option<String> = row.get(6)?;
    let by = if approval.as_deref() == Some("manual") { Approval::Manual } else { Approval::Auto };
    let reason = reason.as_deref().unwrap_or_default();
    Ok(match (word.as_str(), entity) {
        ("approved", Some(entity)) => Status::Approved { entity, by },
        ("rejected", _) => Status::Rejected(match reason {
            "group_deleted" => Rejection::GroupDeleted,
            "group_deleted_after_target" => Rejection::GroupDeletedAfterTarget,
            "removed" => Rejection::Removed,
            _ => Rejection::Admin,
        }),
        (_, entity) => Status::Pending {
            reason: PendingReason::parse(reason).unwrap_or(PendingReason::AwaitingApproval),
            frozen: entity.map(|entity| (entity, by)),
        },
    })
}

/// How a status is stored: entity, status, approval, reason.
fn columns(status: Status) -> (Option<i64>, &'static str, Option<&'static str>, Option<&'static str>) {
    let word = |by| match by {
        Approval::Manual => "manual",
        Approval::Auto => "auto",
    };
    match status {
        Status::Approved { entity, by } => (Some(entity.0), "approved", Some(word(by)), None),
        Status::Pending { reason, frozen } => (
            frozen.map(|(entity, _)| entity.0),
            "pending",
            frozen.map(|(_, by)| word(by)),
            Some(reason.as_str()),
        ),
        Status::Rejected(rejection) => {
            let reason = match rejection {
                Rejection::Admin => "rejected_by_admin",
                Rejection::GroupDeleted => "group_deleted",
                Rejection::GroupDeletedAfterTarget => "group_deleted_after_target",
                Rejection::Removed => "removed",
            };
            (None, "rejected", None, Some(reason))
        }
    }
}

impl Db<'_> {
    /// One mapping, history included.
    pub fn mapping(&self, organization: OrganizationId, id: MappingId) -> Result<Option<Mapping>> {
        let sql = format!("SELECT {COLUMNS} FROM mappings m WHERE m.id = ?1 AND m.organization_id = ?2");
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// The mappings of these rows, history included.
    pub fn mappings_by_row(&self, mappings: &[MappingId]) -> Result<Vec<Mapping>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM mappings m WHERE m.id IN (SELECT value FROM json_each(?1)) ORDER BY m.id"
        );
        self.all(&sql, [id_list(mappings.iter().map(|mapping| mapping.0))], read)
    }

    /// All mappings of these groups, history included, oldest first.
    pub fn mappings_of_groups(&self, groups: &[GroupId]) -> Result<Vec<Mapping>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM mappings m WHERE m.group_id IN (SELECT value FROM json_each(?1)) ORDER BY m.id"
        );
        self.all(&sql, [id_list(groups.iter().map(|group| group.0))], read)
    }

    /// The mappings that hold these entities.
    pub fn holders(&self, entities: &[EntityId]) -> Result<Vec<Mapping>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM mappings m WHERE m.entity_id IN (SELECT value FROM json_each(?1)) ORDER BY m.id"
        );
        self.all(&sql, [id_list(entities.iter().map(|entity| entity.0))], read)
    }

    /// All mappings of a group, history included, oldest first.
    pub fn mappings_of(&self, group: GroupId) -> Result<Vec<Mapping>> {
        let sql = format!("SELECT {COLUMNS} FROM mappings m WHERE m.group_id = ?1 ORDER BY m.id");
        self.all(&sql, [group.0], read)
    }

    /// Mappings of an organization by age; `status` is a word of [`Status::as_str`], empty for all.
    pub fn mappings(&self, organization: OrganizationId, status: &str, page: Page) -> Result<Vec<Mapping>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM mappings m WHERE m.organization_id = ?1 AND m.id > ?3 AND (?2 = '' OR ?2 =
                iif(m.status = 'approved' AND m.approval = 'auto', 'auto_approved', m.status)) ORDER BY m.id LIMIT ?4"
        );
        self.all(&sql, params![organization.0, status, page.after, page.limit], read)
    }

    /// How many mappings wait, for an admin or for what is missing; not those that are approved and take effect once their
    /// target type is switched on.
    pub fn count_waiting_mappings(&self, organization: OrganizationId) -> Result<i64> {
        self.number(
            "SELECT count(*) FROM mappings WHERE organization_id = ?1 AND status = 'pending'
                AND NOT (reason = 'feature_disabled' AND entity_id IS NOT NULL)",
            [organization.0],
        )
    }

    /// The mapping that holds an entity, with its group's name.
    pub fn holder(&self, entity: EntityId) -> Result<Option<(Mapping, String)>> {
        let sql = format!(
            "SELECT {COLUMNS}, g.display_name FROM mappings m JOIN groups g ON g.id = m.group_id WHERE m.entity_id = ?1"
        );
        self.one(&sql, [entity.0], named)
    }

    /// Mappings of live groups to a type that wait for a name, with their groups' names, oldest first.
    pub fn waiting_mappings(
        &self,
        organization: OrganizationId,
        target_type: TargetType,
    ) -> Result<Vec<(Mapping, String)>> {
        let sql = format!(
            "SELECT {COLUMNS}, g.display_name FROM mappings m JOIN groups g ON g.id = m.group_id
                WHERE m.organization_id = ?1 AND m.status = 'pending' AND m.target_type = ?2
                AND m.reason IN ('target_missing', 'target_taken') AND m.entity_id IS NULL AND g.deleted IS NULL
                ORDER BY m.id"
        );
        self.all(&sql, params![organization.0, target_type.as_str()], named)
    }

    /// Pending and approved mappings of live groups to a type, with their groups' names, oldest first.
    pub fn mappings_to(
        &self,
        organization: OrganizationId,
        target_type: TargetType,
    ) -> Result<Vec<(Mapping, String)>> {
        let sql = format!(
            "SELECT {COLUMNS}, g.display_name FROM mappings m JOIN groups g ON g.id = m.group_id
                WHERE m.organization_id = ?1 AND m.status IN ('pending', 'approved') AND m.target_type = ?2
                AND g.deleted IS NULL ORDER BY m.id"
        );
        self.all(&sql, params![organization.0, target_type.as_str()], named)
    }
}

fn named(row: &Row<'_>) -> rusqlite::Result<(Mapping, String)> {
    Ok((read(row)?, row.get(12)?))
}

impl Tx<'_> {
    /// Stores a mapping.
    ///
    /// # Errors
    /// `Conflict` when another mapping holds the entity, or the group has such a mapping already.
    pub fn insert_mapping(&self, new: &NewMapping) -> Result<MappingId> {
        let (entity, status, approval, reason) = columns(new.status);
        let id = self.insert(
            "INSERT INTO mappings (organization_id, group_id, target_type, entity_id, status, approval, reason, rule_id,
                made_by_rule, created, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
            params![
                new.organization.0,
                new.group.0,
                new.target_type.as_str(),
                entity,
                status,
                approval,
                reason,
                new.rule.map(|rule| rule.0),
                new.made_by_rule,
                new.created.as_millis()
            ],
        )?;
        Ok(MappingId(id))
    }

    /// Writes a mapping's state. That its entity had to keep its name is about that entity only.
    ///
    /// # Errors
    /// As [`Tx::insert_mapping`].
    pub fn set_mapping_status(&self, id: MappingId, status: Status, at: Timestamp) -> Result<()> {
        let (entity, word, approval, reason) = columns(status);
        self.run(
            "UPDATE mappings SET rename_blocked = iif(entity_id IS ?2, rename_blocked, 0), entity_id = ?2, status = ?3,
                approval = ?4, reason = ?5, changed = ?6 WHERE id = ?1",
            params![id.0, entity, word, approval, reason, at.as_millis()],
        )?;
        Ok(())
    }

    /// Writes the rule by which a mapping asks for its name.
    pub fn set_mapping_rule(&self, id: MappingId, rule: Option<RuleId>) -> Result<()> {
        self.run("UPDATE mappings SET rule_id = ?2 WHERE id = ?1", params![id.0, rule.map(|rule| rule.0)])?;
        Ok(())
    }

    /// Writes whether a mapping's entity had to keep its name.
    pub fn set_rename_blocked(&self, id: MappingId, blocked: bool) -> Result<()> {
        self.run("UPDATE mappings SET rename_blocked = ?2 WHERE id = ?1", params![id.0, blocked])?;
        Ok(())
    }
}

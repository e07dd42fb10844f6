//! Rows of `mapping_rules`.

use rusqlite::{Row, params};

use crate::model::error::Result;
use crate::model::id::{OrganizationId, RuleId};
use crate::model::rule::{Rule, RuleKind, RuleSpec};
use crate::model::time::Timestamp;
use crate::store::entities::target_type;
use crate::store::query::{Db, Tx, id_list};

const COLUMNS: &str =
    "id, kind, pattern, exclude, entity_name, target_type, priority, auto_approve, enabled, created, changed";

fn read(row: &Row<'_>) -> rusqlite::Result<Rule> {
    let kind: String = row.get(1)?;
    let spec = RuleSpec {
        // The schema's CHECK allows the three words only.
        kind: RuleKind::parse(&kind).unwrap_or(RuleKind::All),
        pattern: row.get(2)?,
        exclude: row.get(3)?,
        entity_name: row.get(4)?,
        target_type: target_type(row, 5)?,
        priority: row.get(6)?,
        auto_approve: row.get(7)?,
        enabled: row.get(8)?,
    };
    Ok(Rule {
        id: RuleId(row.get(0)?),
        spec,
        created: Timestamp::from_millis(row.get(9)?),
        changed: Timestamp::from_millis(row.get(10)?),
    })
}

impl Db<'_> {
    /// An organization's rules, in the order in which they are looked at.
    pub fn rules(&self, organization: OrganizationId) -> Result<Vec<Rule>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM mapping_rules WHERE organization_id = ?1 AND deleted IS NULL
                ORDER BY priority DESC, id"
        );
        self.all(&sql, [organization.0], read)
    }

    /// What an organization's rules are remembered by: it differs after each change of them.
    pub fn rules_stamp(&self, organization: OrganizationId) -> Result<Vec<u8>> {
        let stamp =
            self.one("SELECT rules_stamp FROM organizations WHERE id = ?1", [organization.0], |row| {
                row.get(0)
            })?;
        Ok(stamp.unwrap_or_default())
    }

    /// One rule that was not deleted.
    pub fn rule(&self, organization: OrganizationId, id: RuleId) -> Result<Option<Rule>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM mapping_rules WHERE id = ?1 AND organization_id = ?2 AND deleted IS NULL"
        );
        self.one(&sql, params![id.0, organization.0], read)
    }

    /// The rules of these rows, and whether each was deleted since.
    pub fn rules_ever(&self, rules: &[RuleId]) -> Result<Vec<(Rule, bool)>> {
        let sql = format!(
            "SELECT {COLUMNS}, deleted IS NOT NULL FROM mapping_rules WHERE id IN (SELECT value FROM json_each(?1))"
        );
        self.all(&sql, [id_list(rules.iter().map(|rule| rule.0))], |row| Ok((read(row)?, row.get(11)?)))
    }
}

impl Tx<'_> {
    /// Stores a rule.
    pub fn insert_rule(
        &self,
        organization: OrganizationId,
        spec: &RuleSpec,
        at: Timestamp,
    ) -> Result<RuleId> {
        let id = self.insert(
            "INSERT INTO mapping_rules (organization_id, kind, pattern, exclude, entity_name, target_type, priority,
                auto_approve, enabled, created, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
            params![
                organization.0,
                spec.kind.as_str(),
                spec.pattern,
                spec.exclude,
                spec.entity_name,
                spec.target_type.as_str(),
                spec.priority,
                spec.auto_approve,
                spec.enabled,
                at.as_millis()
            ],
        )?;
        self.stamp_rules(organization)?;
        Ok(RuleId(id))
    }

    fn stamp_rules(&self, organization: OrganizationId) -> Result<()> {
        self.run("UPDATE organizations SET rules_stamp = randomblob(16) WHERE id = ?1", [organization.0])?;
        Ok(())
    }

    /// Rewrites a rule.
    pub fn update_rule(
        &self,
        organization: OrganizationId,
        id: RuleId,
        spec: &RuleSpec,
        at: Timestamp,
    ) -> Result<()> {
        self.run(
            "UPDATE mapping_rules SET kind = ?2, pattern = ?3, exclude = ?4, entity_name = ?5, target_type = ?6,
                priority = ?7, auto_approve = ?8, enabled = ?9, changed = ?10 WHERE id = ?1",
            params![
                id.0,
                spec.kind.as_str(),
                spec.pattern,
                spec.exclude,
                spec.entity_name,
                spec.target_type.as_str(),
                spec.priority,
                spec.auto_approve,
                spec.enabled,
                at.as_millis()
            ],
        )?;
        self.stamp_rules(organization)
    }

    /// Marks a rule as deleted.
    pub fn delete_rule(&self, organization: OrganizationId, id: RuleId, at: Timestamp) -> Result<()> {
        self.stamp_rules(organization)?;
        self.run("UPDATE mapping_rules SET deleted = ?2 WHERE id = ?1", params![id.0, at.as_millis()])?;
        Ok(())
    }
}

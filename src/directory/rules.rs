//! Writing and running mapping rules (mapping.md §3).

use serde_json::json;

use crate::directory::change::Change;
use crate::directory::documents::rule_json;
use crate::mapping::rule_changes::{self, edited};
use crate::mapping::rules::CompiledRule;
use crate::mapping::targets;
use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::id::RuleId;
use crate::model::rule::{Rule, RuleChanges, RuleSpec};
use crate::store::Page;

/// How many groups are read at a time when rules run over all of them.
const GROUPS_AT_ONCE: i64 = 1_000;

impl Change<'_> {
    /// Stores a rule. It is not run.
    ///
    /// # Errors
    /// `InvalidValue` naming the field that is wrong.
    pub fn create_rule(&mut self, spec: &RuleSpec) -> Result<Rule> {
        CompiledRule::written(None, spec, None)?;
        let id = self.tx.insert_rule(self.organization.id, spec, self.cause.at)?;
        self.rules_changed();
        self.recorded_rule(EventKind::RuleCreated, id)
    }

    /// Rewrites a rule to what `edit` makes of it. It is not run.
    ///
    /// # Errors
    /// `NotFound`; as [`Change::create_rule`].
    pub fn update_rule(
        &mut self,
        id: RuleId,
        edit: impl FnOnce(&RuleSpec) -> Result<RuleSpec>,
    ) -> Result<Rule> {
        let rule = self.stored_rule(id)?;
        let spec = edit(&rule.spec)?;
        if spec == rule.spec {
            return Ok(rule);
        }
        CompiledRule::written(Some(id), &spec, Some(&rule.spec))?;
        self.tx.update_rule(self.organization.id, id, &spec, self.cause.at)?;
        self.rules_changed();
        self.recorded_rule(EventKind::RuleChanged, id)
    }

    /// Deletes a rule. The mappings that it made stay.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn delete_rule(&mut self, id: RuleId) -> Result<()> {
        let rule = self.stored_rule(id)?;
        self.tx.delete_rule(self.organization.id, id, self.cause.at)?;
        self.rules_changed();
        self.record(EventKind::RuleDeleted, json!({"rule": rule_json(&rule)}));
        Ok(())
    }

    /// Whether nothing has happened since a preview with this `basis`; always, where there was none.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn is_at(&self, basis: Option<i64>) -> Result<bool> {
        match basis {
            None => Ok(true),
            Some(basis) => Ok(self.tx.revision(self.organization.id)? == basis),
        }
    }

    /// Writes a change of the rules as a whole, and runs the rules as they are then. With a `basis`, only if the
    /// organization's revision is still that one; `None` says that it is not, and that nothing was changed.
    ///
    /// # Errors
    /// `InvalidValue` naming the place in the change.
    pub fn apply_rule_changes(
        &mut self,
        changes: &RuleChanges,
        basis: Option<i64>,
    ) -> Result<Option<Vec<RuleId>>> {
        if !self.is_at(basis)? {
            return Ok(None);
        }
        rule_changes::changed(&*self.rules()?, changes)?;
        let added = changes.add.iter().map(|spec| Ok(self.create_rule(spec)?.id)).collect::<Result<_>>()?;
        for (id, edit) in &changes.change {
            self.update_rule(*id, |before| Ok(edited(before, edit)))?;
        }
        for id in &changes.remove {
            self.delete_rule(*id)?;
        }
        self.apply_rules()?;
        Ok(Some(added))
    }

    /// Runs the stored rules over the groups without a mapping and the pending mappings that a rule made
    /// (mapping.md §3.4).
    ///
    /// # Errors
    /// Only those of the store.
    pub fn apply_rules(&mut self) -> Result<()> {
        let mut page = Page { after: 0, limit: GROUPS_AT_ONCE };
        loop {
            let groups = self.tx.groups_matching(self.organization.id, "", page)?;
            let Some(last) = groups.last() else { return Ok(()) };
            page.after = last.id.0;
            for group in &groups {
                targets::rules_applied(&mut self.board()?, group.id, &group.display_name)?;
            }
        }
    }

    fn recorded_rule(&mut self, kind: EventKind, id: RuleId) -> Result<Rule> {
        let rule = self.stored_rule(id)?;
        self.record(kind, json!({"rule": rule_json(&rule)}));
        Ok(rule)
    }

    fn stored_rule(&self, id: RuleId) -> Result<Rule> {
        self.tx.rule(self.organization.id, id)?.ok_or_else(|| Error::not_found("mapping rule", id))
    }
}

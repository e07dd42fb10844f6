//! The engine's board laid over a transaction: what it moves is written, recorded, and touches the group's members.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::directory::change::Change;
use crate::directory::documents::{entity_json, mapping_json};
use crate::mapping::board::{Board, MadeBy, Moved, NamedMapping, moved};
use crate::mapping::rules::RuleSet;
use crate::model::entity::{CreatedBy, Entity, TargetType};
use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::fold::fold;
use crate::model::id::{EntityId, GroupId, MappingId, RuleId};
use crate::model::mapping::{Mapping, Status};
use crate::model::organization::Features;
use crate::store::{NewEntity, NewMapping};

/// The board of one change.
pub(super) struct ChangeBoard<'a, 't> {
    change: &'a mut Change<'t>,
    rules: Arc<RuleSet>,
}

impl<'t> Change<'t> {
    /// Lays out the board.
    pub(super) fn board(&mut self) -> Result<ChangeBoard<'_, 't>> {
        let rules = self.rules()?;
        Ok(ChangeBoard { change: self, rules })
    }

    /// A mapping as events show it.
    pub(super) fn describe_mapping(&self, mapping: &Mapping) -> Result<Value> {
        let entity = match mapping.status.entity() {
            Some(entity) => self.describe_entity(entity)?,
            None => Value::Null,
        };
        Ok(mapping_json(mapping, self.describe_group(mapping.group)?, entity))
    }

    fn record_mapping(&mut self, kind: EventKind, id: MappingId) -> Result<()> {
        let mapping = self
            .tx
            .mapping(self.organization.id, id)?
            .ok_or_else(|| Error::internal(format!("mapping {id} is not there after it was written")))?;
        let mapping = self.describe_mapping(&mapping)?;
        self.record(kind, json!({"mapping": mapping}));
        Ok(())
    }
}

/// The kind of event that tells of a mapping's state.
fn kind_of(status: Status) -> EventKind {
    match status {
        Status::Pending { .. } => EventKind::MappingPending,
        Status::Approved { .. } => EventKind::MappingApproved,
        Status::Rejected(_) => EventKind::MappingRejected,
    }
}

fn named((mapping, group_name): (Mapping, String)) -> NamedMapping {
    NamedMapping { mapping, group_name }
}

impl Board for ChangeBoard<'_, '_> {
    fn features(&self) -> Features {
        self.change.organization.features
    }

    fn rules(&self) -> &RuleSet {
        &self.rules
    }

    fn mappings_of(&self, group: GroupId) -> Result<Vec<Mapping>> {
        self.change.tx.mappings_of(group)
    }

    fn waiting(&self, target_type: TargetType) -> Result<Vec<NamedMapping>> {
        let waiting = self.change.tx.waiting_mappings(self.change.organization.id, target_type)?;
        Ok(waiting.into_iter().map(named).collect())
    }

    fn mappings_to(&self, target_type: TargetType) -> Result<Vec<NamedMapping>> {
        let mappings = self.change.tx.mappings_to(self.change.organization.id, target_type)?;
        Ok(mappings.into_iter().map(named).collect())
    }

    fn entity_named(&self, target_type: TargetType, name: &str) -> Result<Option<Entity>> {
        self.change.tx.entity_named(self.change.organization.id, target_type, name)
    }

    fn entity(&self, id: EntityId) -> Result<Option<Entity>> {
        self.change.tx.entity_by_row(id)
    }

    fn holder(&self, entity: EntityId) -> Result<Option<NamedMapping>> {
        Ok(self.change.tx.holder(entity)?.map(named))
    }

    fn create_entity(&mut self, target_type: TargetType, name: &str) -> Result<Entity> {
        self.change.insert_entity(target_type, name, CreatedBy::Mapping)
    }

    fn rename_entity(&mut self, entity: &Entity, name: &str) -> Result<()> {
        self.change.write_entity_name(entity, name)
    }

    fn create_mapping(
        &mut self,
        group: GroupId,
        target_type: TargetType,
        status: Status,
        by: MadeBy,
    ) -> Result<MappingId> {
        let (rule, made_by_rule) = match by {
            MadeBy::Rule(rule) => (rule, true),
            MadeBy::Hand => (None, false),
        };
        let id = self.change.tx.insert_mapping(&NewMapping {
            organization: self.change.organization.id,
            group,
            target_type,
            status,
            rule,
            made_by_rule,
            created: self.change.cause.at,
        })?;
        self.change.record_mapping(EventKind::MappingCreated, id)?;
        self.change.record_mapping(kind_of(status), id)?;
        if let Moved::Members { fresh } = moved(None, status) {
            self.change.touch_members(group, fresh.then_some(id))?;
        }
        Ok(id)
    }

    fn set_status(&mut self, mapping: &Mapping, status: Status) -> Result<()> {
        self.change.tx.set_mapping_status(mapping.id, status, self.change.cause.at)?;
        self.change.record_mapping(kind_of(status), mapping.id)?;
        let Moved::Members { fresh } = moved(Some(mapping.status), status) else { return Ok(()) };
        if let Some(entity) = status.entity() {
            // What an admin took away was a place elsewhere (mapping.md §5.6).
            for user in self.change.tx.end_withholding_elsewhere(mapping.id, entity)? {
                self.change.touch(user, fresh.then_some(mapping.id));
            }
        }
        for user in self.change.tx.users_placed_by(mapping.id)? {
            self.change.touch_by_meaning(user, None);
        }
        self.change.touch_members(mapping.group, fresh.then_some(mapping.id))
    }

    fn set_rule(&mut self, mapping: &Mapping, rule: Option<RuleId>) -> Result<()> {
        self.change.tx.set_mapping_rule(mapping.id, rule)
    }

    fn set_rename_blocked(&mut self, mapping: &Mapping, blocked: bool) -> Result<()> {
        self.change.tx.set_rename_blocked(mapping.id, blocked)?;
        self.change.record_mapping(EventKind::MappingFlagged, mapping.id)
    }
}

impl Change<'_> {
    /// Makes an entity and records it; its name is free.
    pub(super) fn insert_entity(
        &mut self,
        target_type: TargetType,
        name: &str,
        created_by: CreatedBy,
    ) -> Result<Entity> {
        let id = self.ids.resource_id(self.cause.at);
        let row = self.tx.insert_entity(&NewEntity {
            organization: self.organization.id,
            id: &id,
            target_type,
            name,
            is_default: false,
            created_by,
            created: self.cause.at,
        })?;
        let entity = self
            .tx
            .entity_by_row(row)?
            .ok_or_else(|| Error::internal("an entity is not there after it was written"))?;
        self.record(
            EventKind::EntityCreated,
            json!({"entity": entity_json(&entity), "created_by": created_by.as_str()}),
        );
        self.bind_waiting(target_type, entity.id, name)?;
        Ok(entity)
    }

    /// What users' `LambdatestGroup` named before it was there has its effect from now on (mapping.md §5.7).
    fn bind_waiting(&mut self, target_type: TargetType, entity: EntityId, name: &str) -> Result<()> {
        if target_type != TargetType::ConcurrencyGroup {
            return Ok(());
        }
        let key = fold(name);
        for (user, asked) in self.tx.users_waiting_for_place(self.organization.id)? {
            if fold(&asked) == key {
                self.tx.bind_concurrency_group(user, Some(entity))?;
                self.touch(user, None);
            }
        }
        Ok(())
    }

    /// Writes an entity's name and records it; the name is free.
    pub(super) fn write_entity_name(&mut self, entity: &Entity, name: &str) -> Result<()> {
        self.tx.rename_entity(entity.id, name)?;
        self.forget_descriptions();
        let renamed = self.describe_entity(entity.id)?;
        self.record(EventKind::EntityRenamed, json!({"entity": renamed, "old_name": entity.name}));
        self.bind_waiting(entity.target_type, entity.id, name)
    }
}

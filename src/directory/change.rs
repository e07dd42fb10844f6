//! One operation in its transaction: what it works with, whom it touched, what it will have recorded.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::directory::documents::{entity_json, group_json};
use crate::directory::handle::{Policy, RuleCache};
use crate::ids::Ids;
use crate::mapping::rules::RuleSet;
use crate::model::cause::Cause;
use crate::model::draft::Draft;
use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::id::{ConflictId, EntityId, GroupId, MappingId, ResourceId, UserId};
use crate::model::organization::Organization;
use crate::store::{ConflictSide, NewEvent, Tx};

/// An operation in progress.
pub struct Change<'t> {
    pub(super) tx: &'t Tx<'t>,
    pub(super) organization: Organization,
    pub(super) cause: Cause,
    pub(super) ids: Ids,
    pub(super) policy: Policy,
    rule_cache: RuleCache,
    rules: Option<Arc<RuleSet>>,
    events: Vec<NewEvent>,
    /// Whose places and role may be others now, and which claims are new for them.
    pub(super) touched: BTreeMap<UserId, BTreeSet<MappingId>>,
    /// How an admin decided conflicts in this change.
    pub(super) decided: HashMap<ConflictId, &'static str>,
    /// What a change of a role is put down to in its event.
    pub(super) role_cause: Value,
    log: Option<Arc<Draft>>,
    described: RefCell<Described>,
}

/// Entities and groups as events show them, looked up once per change.
#[derive(Default)]
struct Described {
    entities: HashMap<EntityId, Value>,
    groups: HashMap<GroupId, Value>,
}

impl<'t> Change<'t> {
    pub(super) fn new(
        tx: &'t Tx<'t>,
        organization: Organization,
        cause: Cause,
        ids: Ids,
        policy: Policy,
        rule_cache: RuleCache,
    ) -> Change<'t> {
        Change {
            tx,
            organization,
            cause,
            ids,
            policy,
            rule_cache,
            rules: None,
            events: Vec::new(),
            touched: BTreeMap::new(),
            decided: HashMap::new(),
            role_cause: Value::Null,
            log: None,
            described: RefCell::default(),
        }
    }

    /// The organization that the change is made in.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The transaction, to read with what this change wrote so far.
    pub fn tx(&self) -> &Tx<'t> {
        self.tx
    }

    /// Has what is noted from now on kept with the request that the change is made for.
    pub fn log_to(&mut self, log: Option<Arc<Draft>>) {
        self.log = log;
    }

    /// The request that the change is made for, where it is logged.
    pub fn log(&self) -> Option<&Draft> {
        self.log.as_deref()
    }

    /// Adds a remark for the request log: what was accepted but not taken as sent.
    pub fn note(&self, note: impl AsRef<str>) {
        if let Some(log) = &self.log {
            log.remark(note.as_ref());
        }
    }

    /// Says, for the request log, which tolerance was needed.
    pub fn rely_on(&self, deviation: &'static str) {
        if let Some(log) = &self.log {
            log.rely_on(deviation);
        }
    }

    /// Says, for the request log, which user or group the request turned out to be about.
    pub fn is_about(&self, resource: &ResourceId) {
        if let Some(log) = &self.log {
            log.set_resource(resource.as_str());
        }
    }

    /// The organization's rules.
    pub(super) fn rules(&mut self) -> Result<Arc<RuleSet>> {
        if let Some(rules) = &self.rules {
            return Ok(rules.clone());
        }
        let rules = self.rule_cache.get(self.tx, self.organization.id)?;
        self.rules = Some(rules.clone());
        Ok(rules)
    }

    /// Has the rules read again, after this change wrote them.
    pub(super) fn rules_changed(&mut self) {
        self.rules = None;
    }

    /// Adds an event to the feed.
    pub(super) fn record(&mut self, kind: EventKind, data: Value) {
        self.events.push(NewEvent { kind, data });
    }

    /// Has a user's places and role looked at when the operation is done; `fresh` is a claim that is new for them.
    pub(super) fn touch(&mut self, user: UserId, fresh: impl IntoIterator<Item = MappingId>) {
        self.touched.entry(user).or_default().extend(fresh);
    }

    /// Has the members of a group looked at.
    pub(super) fn touch_members(&mut self, group: GroupId, fresh: Option<MappingId>) -> Result<()> {
        for user in self.tx.member_rows(group)? {
            self.touch(user, fresh);
        }
        Ok(())
    }

    /// Settles whom the operation touched and writes the events.
    pub(super) fn finish(mut self) -> Result<()> {
        self.settle()?;
        self.tx.record(self.organization.id, self.cause.at, &self.cause.request_id, &self.events)?;
        Ok(())
    }

    /// An entity as events show it, deleted or not.
    pub(super) fn describe_entity(&self, id: EntityId) -> Result<Value> {
        if let Some(known) = self.described.borrow().entities.get(&id) {
            return Ok(known.clone());
        }
        let value = self.tx.entity_ever(id)?.map_or(Value::Null, |entity| entity_json(&entity));
        self.described.borrow_mut().entities.insert(id, value.clone());
        Ok(value)
    }

    /// A group as events show it, deleted or not.
    pub(super) fn describe_group(&self, id: GroupId) -> Result<Value> {
        if let Some(known) = self.described.borrow().groups.get(&id) {
            return Ok(known.clone());
        }
        let value = self.tx.group_by_row(id)?.map_or(Value::Null, |group| group_json(&group));
        self.described.borrow_mut().groups.insert(id, value.clone());
        Ok(value)
    }

    /// Has names looked up again, after something was renamed.
    pub(super) fn forget_descriptions(&self) {
        *self.described.borrow_mut() = Described::default();
    }

    /// A conflict as events show it.
    pub(super) fn describe_conflict(&self, id: ConflictId, user: Value) -> Result<Value> {
        let conflict = self
            .tx
            .conflict(self.organization.id, id)?
            .ok_or_else(|| Error::internal(format!("conflict {id} is not there after it was written")))?;
        let side = |side: ConflictSide| -> Result<Value> {
            Ok(json!({
                "mapping_id": side.mapping,
                "group": self.describe_group(side.group)?,
                "entity": self.describe_entity(side.entity)?,
            }))
        };
        Ok(json!({
            "conflict": {
                "id": id,
                "kind": conflict.kind,
                "user": user,
                "current": side(conflict.current)?,
                "incoming": side(conflict.incoming)?,
                "status": conflict.status,
                "outcome": conflict.outcome,
            }
        }))
    }
}

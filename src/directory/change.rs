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
use crate::store::{ConflictSide, NewEvent, StoredFacts, Tx};

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
    /// Whose places and role may be others now.
    pub(super) touched: BTreeMap<UserId, Touched>,
    /// Facts that were read before the writer was taken, and hold still.
    pub(super) gathered: HashMap<UserId, StoredFacts>,
    /// How many rows were written before it.
    rows_before: u64,
    /// How an admin decided conflicts in this change.
    pub(super) decided: HashMap<ConflictId, &'static str>,
    /// What a change of a role is put down to in its event.
    pub(super) role_cause: Value,
    /// The same for who came into the group that the operation is about, or left it.
    pub(super) membership_cause: Value,
    log: Option<Arc<Draft>>,
    described: RefCell<Described>,
}

/// Why a user is looked at when the operation is done.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Which claims are new for them.
    pub(super) fresh: BTreeSet<MappingId>,
    /// Whether the operation changed the facts about the user alone.
    pub(super) own: bool,
    /// Whether the operation put the user into its group or took them out.
    pub(super) came_or_left: bool,
}

/// Entities and groups as events show them, looked up once per change.
#[derive(Default)]
struct Described {
    entities: HashMap<EntityId, Arc<Value>>,
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
            gathered: HashMap::new(),
            rows_before: tx.rows_written(),
            decided: HashMap::new(),
            role_cause: Value::Null,
            membership_cause: Value::Null,
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
        self.record_text(kind, data.to_string());
    }

    /// Adds an event whose JSON object is text already.
    pub(super) fn record_text(&mut self, kind: EventKind, data: String) {
        self.events.push(NewEvent { kind, data });
    }

    /// Has a user's places and role looked at when the operation is done, whose own facts it changed; `fresh` are claims
    /// that are new for them.
    pub(super) fn touch(&mut self, user: UserId, fresh: impl IntoIterator<Item = MappingId>) {
        let touched = self.touched.entry(user).or_default();
        touched.own = true;
        touched.fresh.extend(fresh);
    }

    /// The same for a user who came into the group that the operation is about, or left it.
    pub(super) fn touch_moved(&mut self, user: UserId, fresh: impl IntoIterator<Item = MappingId>) {
        self.touch(user, fresh);
        self.touched.entry(user).or_default().came_or_left = true;
    }

    /// The same for a user for whom only what a group or an entity means is another now.
    pub(super) fn touch_by_meaning(&mut self, user: UserId, fresh: Option<MappingId>) {
        self.touched.entry(user).or_default().fresh.extend(fresh);
    }

    /// Has the members of a group looked at.
    pub(super) fn touch_members(&mut self, group: GroupId, fresh: Option<MappingId>) -> Result<()> {
        for user in self.tx.member_rows(group)? {
            self.touch_by_meaning(user, fresh);
        }
        Ok(())
    }

    /// Settles whom the operation touched and writes the events.
    pub(super) fn finish(mut self) -> Result<()> {
        let users = self.settle()?;
        // What was written without an event moves the revision too.
        if self.tx.rows_written() > self.rows_before {
            let cause = &self.cause;
            self.tx.record(self.organization.id, cause.at, &cause.request_id, &self.events, users)?;
        }
        Ok(())
    }

    /// An entity as events show it, deleted or not.
    pub(super) fn describe_entity(&self, id: EntityId) -> Result<Value> {
        Ok(Value::clone(&*self.shared_description(id)?))
    }

    /// The same, for those who show it many times.
    pub(super) fn shared_description(&self, id: EntityId) -> Result<Arc<Value>> {
        if let Some(known) = self.described.borrow().entities.get(&id) {
            return Ok(known.clone());
        }
        let value = Arc::new(self.tx.entity_ever(id)?.map_or(Value::Null, |entity| entity_json(&entity)));
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

//! The end of every change: the places and roles of everyone it touched, as the engine decides them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::directory::change::Change;
use crate::directory::documents::{entity_json, user_json};
use crate::directory::endings::Behind;
use crate::mapping::conflicts::{Claim, conflict};
use crate::mapping::places::{Candidate, Places, Standing, UserFacts, settle};
use crate::model::assignment::{Assignment, Source};
use crate::model::conflict::Side;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::id::{ConflictId, GroupId, MappingId, UserId};
use crate::model::organization::Features;
use crate::model::role::Role;
use crate::store::{Conflict, ConflictSide, MappingClaim, NewConflict, OpenConflict, UserState};

impl Change<'_> {
    /// Settles whom the operation touched.
    pub(super) fn settle(&mut self) -> Result<()> {
        let touched: BTreeMap<UserId, BTreeSet<MappingId>> = std::mem::take(&mut self.touched);
        if touched.is_empty() {
            return Ok(());
        }
        let users: Vec<UserId> = touched.keys().copied().collect();
        let mut behind = Behind::default();
        for state in self.tx.user_states(&users)? {
            let fresh = touched.get(&state.user).cloned().unwrap_or_default();
            let facts = facts(self.organization.features, &state, fresh);
            let places = settle(&facts);
            self.apply_places(&state, &places, &mut behind)?;
            self.apply_conflicts(&state, &places)?;
            self.apply_role(&state)?;
        }
        Ok(())
    }

    fn apply_places(&mut self, state: &UserState, places: &Places, behind: &mut Behind) -> Result<()> {
        let before: BTreeSet<Assignment> = state.assignments.iter().map(|(place, _)| *place).collect();
        // First out, then in: an exclusive slot has room for one.
        for place in before.difference(&places.assignments) {
            let ended = self.ended(state, place, places, behind)?;
            self.tx.revoke(state.user, place, &ended, &self.cause)?;
            let data = self.describe_place(state, place, places)?;
            self.record(EventKind::AssignmentRevoked, data);
        }
        for place in places.assignments.difference(&before) {
            let cause = &self.cause;
            self.tx.grant(
                self.organization.id,
                state.user,
                place,
                cause.at,
                &cause.request_id,
                &cause.token,
            )?;
            let data = self.describe_place(state, place, places)?;
            self.record(EventKind::AssignmentGranted, data);
        }
        Ok(())
    }

    /// An assignment as events show it, with what the slot holds now.
    fn describe_place(&self, state: &UserState, place: &Assignment, places: &Places) -> Result<Value> {
        let mapping = match place.source {
            Source::Mapping(mapping) => Some(mapping),
            Source::Attribute | Source::Manual => None,
        };
        let mut data = json!({
            "user": user_json(&state.resource_id, &state.user_name),
            "entity": self.describe_entity(place.entity)?,
            "source": place.source.as_str(),
            "mapping_id": mapping,
        });
        let now = places.assignments.iter().find(|now| now.target_type == place.target_type);
        let (key, value) = match place.target_type {
            TargetType::Team => {
                ("member", Value::Bool(places.assignments.iter().any(|now| now.entity == place.entity)))
            }
            TargetType::ConcurrencyGroup => ("concurrency_group", self.slot(now)?),
            TargetType::SubOrganization => (
                "sub_organization",
                now.map(|now| self.describe_entity(now.entity)).transpose()?.unwrap_or(Value::Null),
            ),
        };
        if let Value::Object(data) = &mut data {
            data.insert(key.to_owned(), value);
        }
        Ok(data)
    }

    /// The places of somebody who was given none yet, as the events of their coming show them.
    pub(super) fn nowhere(&self) -> Result<Map<String, Value>> {
        let mut places = Map::new();
        places.insert("teams".to_owned(), json!([]));
        places.insert("concurrency_group".to_owned(), self.slot(None)?);
        places.insert("sub_organization".to_owned(), Value::Null);
        Ok(places)
    }

    /// What a user's concurrency-group slot shows: its place, else the organization's default.
    fn slot(&self, now: Option<&Assignment>) -> Result<Value> {
        match now {
            Some(now) => self.describe_entity(now.entity),
            None => {
                let default = self.tx.default_concurrency_group(self.organization.id)?;
                Ok(default.map_or(Value::Null, |entity| entity_json(&entity)))
            }
        }
    }

    /// A conflict is between two places: when a mapping moved to another entity, the one about the old place is over.
    fn apply_conflicts(&mut self, state: &UserState, places: &Places) -> Result<()> {
        let now = open_conflicts(state.user, places)?;
        for open in state.conflicts.iter().filter(|open| !now.iter().any(|new| is_asked_by(open, new))) {
            self.end_conflict(state, open.id)?;
        }
        for new in now.iter().filter(|new| !state.conflicts.iter().any(|open| is_asked_by(open, new))) {
            let id =
                self.tx.open_conflict(self.organization.id, new, self.cause.at, &self.cause.request_id)?;
            let data = self.describe_conflict(id, user_json(&state.resource_id, &state.user_name))?;
            self.record(EventKind::ConflictOpened, data);
        }
        Ok(())
    }

    fn end_conflict(&mut self, state: &UserState, id: ConflictId) -> Result<()> {
        let (status, outcome, kind) = match self.decided.get(&id).copied() {
            Some(outcome) => ("resolved", outcome, EventKind::ConflictResolved),
            None => ("closed", "disappeared", EventKind::ConflictClosed),
        };
        self.tx.end_conflict(id, status, outcome, self.cause.at)?;
        let data = self.describe_conflict(id, user_json(&state.resource_id, &state.user_name))?;
        self.record(kind, data);
        Ok(())
    }

    /// Recomputes the role that counts, up and down (mapping.md §7.3).
    fn apply_role(&mut self, state: &UserState) -> Result<()> {
        if !state.living {
            return Ok(());
        }
        let role = Role::effective(state.own_role, state.group_role);
        if role == state.effective_role {
            return Ok(());
        }
        self.tx.set_effective_role(state.user, role)?;
        self.keep_role_change(state.user, state.effective_role, role, self.role_cause.clone())?;
        let data = json!({
            "user": user_json(&state.resource_id, &state.user_name),
            "old": state.effective_role,
            "new": role,
            "cause": self.role_cause,
        });
        self.record(EventKind::UserRoleChanged, data);
        Ok(())
    }
}

/// What the engine decides a user's places from.
pub(super) fn facts(features: Features, state: &UserState, fresh: BTreeSet<MappingId>) -> UserFacts {
    let attribute = state.attribute.filter(|_| features.concurrency_groups);
    UserFacts {
        candidates: state.claims.iter().map(candidate).collect(),
        held: state.assignments.iter().filter_map(|(place, group)| held(place, *group)).collect(),
        fresh,
        decisions: state.decisions.clone(),
        manual: state.manual.clone(),
        attribute: attribute.filter(|_| state.living),
    }
}

fn candidate(claim: &MappingClaim) -> Candidate {
    let standing = match (claim.withheld, claim.approved) {
        (true, _) => Standing::Withheld,
        (false, true) => Standing::Approved,
        (false, false) => Standing::Frozen,
    };
    let claim = Claim {
        mapping: claim.mapping,
        group: claim.group,
        target_type: claim.target_type,
        entity: claim.entity,
    };
    Candidate { claim, standing }
}

/// The claim behind a place that a mapping gave.
fn held(place: &Assignment, group: Option<GroupId>) -> Option<Claim> {
    match (place.source, group) {
        (Source::Mapping(mapping), Some(group)) => {
            Some(Claim { mapping, group, target_type: place.target_type, entity: place.entity })
        }
        _ => None,
    }
}

/// The conflicts that the engine sees, with the places that they are about.
/// Whether an open conflict is about the same places; one whose mapping moved is closed and asked anew.
pub(super) fn is_asked_by(open: &OpenConflict, new: &NewConflict) -> bool {
    (open.current, open.incoming) == (new.current, new.incoming)
}

/// The conflicts that wait for an admin, with both their sides.
pub(super) fn open_conflicts(user: UserId, places: &Places) -> Result<Vec<NewConflict>> {
    let open = places.conflicts.iter().map(|(pair, kind)| {
        let current = side(&places.held, pair.current)?;
        let incoming = side(&places.blocked, pair.incoming)?;
        Ok(NewConflict { user, current, incoming, kind: *kind })
    });
    open.collect()
}

fn side(claims: &[Claim], mapping: MappingId) -> Result<ConflictSide> {
    claims
        .iter()
        .find(|claim| claim.mapping == mapping)
        .map(|claim| ConflictSide { mapping, group: claim.group, entity: claim.entity })
        .ok_or_else(|| Error::internal(format!("a conflict names mapping {mapping}, which claims nothing")))
}

impl Change<'_> {
    /// What a user holds that conflicts with the newcomer of a conflict.
    pub(super) fn obstacles(&self, about: &Conflict) -> Result<Vec<Side>> {
        let states = self.tx.user_states(&[about.user])?;
        let Some(state) = states.first() else { return Ok(Vec::new()) };
        let incoming = state.claims.iter().find(|claim| claim.mapping == about.incoming.mapping);
        let Some(incoming) = incoming.map(|claim| candidate(claim).claim) else { return Ok(Vec::new()) };
        let held = state.assignments.iter().filter_map(|(place, group)| held(place, *group));
        Ok(held.filter(|held| conflict(held, &incoming).is_some()).map(|held| held.side()).collect())
    }
}

//! The end of every change: the places and roles of everyone it touched, as the engine decides them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::directory::change::{Change, Touched};
use crate::directory::documents::{entity_json, place_event, role_event, user_json};
use crate::directory::endings::Behind;
use crate::mapping::conflicts::{Claim, conflict};
use crate::mapping::places::{Candidate, Places, Standing, UserFacts, settle};
use crate::model::assignment::{Assignment, Source};
use crate::model::conflict::Side;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::id::{ConflictId, MappingId, UserId};
use crate::model::organization::Features;
use crate::model::role::Role;
use crate::store::{
    Conflict, ConflictSide, MappingClaim, NewConflict, OpenConflict, StoredFacts, StoredPlace, UserState,
};

impl Change<'_> {
    /// Settles whom the operation touched, and says who that was.
    pub(super) fn settle(&mut self) -> Result<Vec<UserId>> {
        let mut touched = std::mem::take(&mut self.touched);
        let users: Vec<UserId> = touched.keys().copied().collect();
        if users.is_empty() {
            return Ok(users);
        }
        let known = self.facts_about(&touched)?;
        let mut behind = Behind::default();
        for state in self.tx.states_of(known)? {
            let why = touched.remove(&state.user).unwrap_or_default();
            let places = settle(&facts(self.organization.features, &state, why.fresh));
            self.apply_places(&state, &places, &mut behind)?;
            self.apply_conflicts(&state, &places)?;
            self.apply_role(&state, why.came_or_left)?;
        }
        Ok(users)
    }

    /// The facts about the touched users, by row: those that were gathered before, and for all others those of now.
    fn facts_about(&mut self, touched: &BTreeMap<UserId, Touched>) -> Result<Vec<StoredFacts>> {
        let mut gathered = std::mem::take(&mut self.gathered);
        let mut facts = Vec::with_capacity(touched.len());
        let mut others = Vec::new();
        for (user, why) in touched {
            match gathered.remove(user).filter(|_| !why.own) {
                Some(known) => facts.push(known),
                None => others.push(*user),
            }
        }
        if !others.is_empty() {
            facts.extend(self.tx.user_facts(&others)?);
            facts.sort_unstable_by_key(|facts| facts.user);
        }
        Ok(facts)
    }

    fn apply_places(&mut self, state: &UserState, places: &Places, behind: &mut Behind) -> Result<()> {
        let mut ended: Vec<&StoredPlace> =
            state.assignments.iter().filter(|stored| !places.assignments.contains(&stored.place)).collect();
        ended.sort_unstable_by_key(|stored| stored.place);
        // First out, then in: an exclusive slot has room for one.
        for (number, stored) in (state.newest_place + 1..).zip(ended) {
            let why = self.ended(state, &stored.place, places, behind)?;
            self.tx.revoke(state.user, number, stored, &why, &self.cause)?;
            self.record_place(EventKind::AssignmentRevoked, state, &stored.place, places)?;
        }
        let is_new = |place: &&Assignment| !state.assignments.iter().any(|stored| stored.place == **place);
        for place in places.assignments.iter().filter(is_new) {
            self.tx.grant(self.organization.id, state.user, place, &self.cause)?;
            self.record_place(EventKind::AssignmentGranted, state, place, places)?;
        }
        Ok(())
    }

    /// Records what became of a place, with what the slot holds now.
    fn record_place(
        &mut self,
        kind: EventKind,
        state: &UserState,
        place: &Assignment,
        places: &Places,
    ) -> Result<()> {
        let now = places.assignments.iter().find(|now| now.target_type == place.target_type);
        let slot = match place.target_type {
            TargetType::Team => {
                let stays = places.assignments.iter().any(|now| now.entity == place.entity);
                ("member", Value::Bool(stays).into())
            }
            TargetType::ConcurrencyGroup => ("concurrency_group", self.slot(now)?),
            TargetType::SubOrganization => {
                let entity = now.map(|now| self.shared_description(now.entity)).transpose()?;
                ("sub_organization", entity.unwrap_or_default())
            }
        };
        let entity = self.shared_description(place.entity)?;
        let user = (&state.resource_id, state.user_name.as_str());
        let data = place_event(user, place, &entity, (slot.0, &slot.1))?;
        self.record_text(kind, data);
        Ok(())
    }

    /// The places of somebody who was given none yet, as the events of their coming show them.
    pub(super) fn nowhere(&self) -> Result<Map<String, Value>> {
        let mut places = Map::new();
        places.insert("teams".to_owned(), json!([]));
        places.insert("concurrency_group".to_owned(), Value::clone(&*self.slot(None)?));
        places.insert("sub_organization".to_owned(), Value::Null);
        Ok(places)
    }

    /// What a user's concurrency-group slot shows: its place, else the organization's default.
    fn slot(&self, now: Option<&Assignment>) -> Result<Arc<Value>> {
        match now {
            Some(now) => self.shared_description(now.entity),
            None => {
                let default = self.tx.default_concurrency_group(self.organization.id)?;
                Ok(default.map_or(Value::Null, |entity| entity_json(&entity)).into())
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
    fn apply_role(&mut self, state: &UserState, came_or_left: bool) -> Result<()> {
        if !state.living {
            return Ok(());
        }
        let role = Role::effective(state.own_role, state.group_role);
        if role == state.effective_role {
            return Ok(());
        }
        self.tx.set_effective_role(state.user, role)?;
        let why = if came_or_left { &self.membership_cause } else { &self.role_cause };
        self.tx.keep_role_change(state, role, &self.cause, &why.to_string())?;
        let user = (&state.resource_id, state.user_name.as_str());
        let data = role_event(user, [state.effective_role, role], why)?;
        self.record_text(EventKind::UserRoleChanged, data);
        Ok(())
    }
}

/// What the engine decides a user's places from.
pub(super) fn facts(features: Features, state: &UserState, fresh: BTreeSet<MappingId>) -> UserFacts {
    let attribute = state.attribute.filter(|_| features.concurrency_groups);
    UserFacts {
        candidates: state.claims.iter().map(candidate).collect(),
        held: state.assignments.iter().filter_map(held).collect(),
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
fn held(stored: &StoredPlace) -> Option<Claim> {
    let place = &stored.place;
    match (place.source, stored.group) {
        (Source::Mapping(mapping), Some(group)) => {
            Some(Claim { mapping, group, target_type: place.target_type, entity: place.entity })
        }
        _ => None,
    }
}

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
        let held = state.assignments.iter().filter_map(held);
        Ok(held.filter(|held| conflict(held, &incoming).is_some()).map(|held| held.side()).collect())
    }
}

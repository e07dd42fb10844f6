//! What admins do by hand: §4.2 to §4.6, §5.3, §5.6, §6.3 and §6.4 of mapping.md.

use rollcall::model::entity::TargetType;
use rollcall::model::error::Kind;

use super::{Claim, Conflict, End, Entity, Mapping, Outcome, Reference, State, Wait};
use crate::model::history::{Act, Choice, Feature};

impl Reference {
    /// Maps a group by hand: a mapping of that type that waits for an entity is taken for it, else one is made.
    pub(super) fn map(&mut self, group: usize, target: TargetType, choice: &Choice) -> Outcome {
        if !self.groups[group].living {
            return Err(Kind::NotFound);
        }
        let live = |mapping: &Mapping| {
            mapping.group == group && mapping.target == target && !matches!(mapping.state, State::Rejected(_))
        };
        let waiting = self.mappings.iter().position(|mapping| live(mapping) && mapping.entity.is_none());
        if let Some(waiting) = waiting {
            return self.approve(waiting, choice);
        }
        let asked = self.groups[group].name.clone();
        let entity = self.chosen(target, choice, &asked, None)?;
        // 4.2: at most one mapping to each exclusive type.
        if target.is_exclusive() && self.mappings.iter().any(live) {
            return Err(Kind::Conflict);
        }
        self.mappings.push(Mapping {
            group,
            target,
            state: State::Pending(Wait::FeatureDisabled),
            entity: None,
            by_hand: true,
            rule: None,
            made_by_rule: false,
            rename_blocked: false,
        });
        self.hold(self.mappings.len() - 1, entity);
        Ok(())
    }

    /// 4.2, 4.4: whatever its state, save history.
    pub(super) fn approve(&mut self, number: usize, choice: &Choice) -> Outcome {
        let mapping = self.mappings[number].clone();
        let is_history = matches!(mapping.state, State::Rejected(End::Removed | End::GroupDeleted(_)));
        if is_history || !self.groups[mapping.group].living {
            return Err(Kind::Conflict);
        }
        let rejected = mapping.state == State::Rejected(End::ByAdmin);
        let has_another = self.mappings.iter().any(|other| {
            other.group == mapping.group
                && other.target == mapping.target
                && !matches!(other.state, State::Rejected(_))
        });
        if rejected && mapping.target.is_exclusive() && has_another {
            return Err(Kind::Conflict);
        }
        let held = mapping.entity;
        let entity = match (choice, held) {
            (Choice::AsAsked, Some(held)) => held,
            _ => self.chosen(mapping.target, choice, &self.mapping_name(number), Some(number))?,
        };
        self.hold(number, entity);
        if let Some(freed) = held.filter(|held| *held != entity) {
            let name = self.entities[freed].name.clone();
            self.settle_name(mapping.target, &name);
        }
        Ok(())
    }

    /// Approved by hand; frozen while the feature is off (2.6).
    fn hold(&mut self, number: usize, entity: usize) {
        let on = self.is_on(self.entities[entity].target);
        let mapping = &mut self.mappings[number];
        let was_frozen = mapping.state != State::Approved;
        // 6.1: the flag is about the entity that kept its name.
        mapping.rename_blocked &= mapping.entity == Some(entity);
        (mapping.entity, mapping.by_hand) = (Some(entity), true);
        // 5.6: it was another place that an admin took away.
        self.taken.retain(|(_, (mapping, place))| *mapping != number || *place == entity);
        let mapping = &mut self.mappings[number];
        match (on, was_frozen) {
            (false, _) => mapping.state = State::Pending(Wait::FeatureDisabled),
            (true, true) => self.thaw(number),
            (true, false) => {}
        }
    }

    /// The entity of a choice: it exists or may be made, and no other mapping holds it (4.2, 4.3).
    fn chosen(
        &mut self,
        target: TargetType,
        choice: &Choice,
        asked: &str,
        mapping: Option<usize>,
    ) -> Result<usize, Kind> {
        let (name, create) = match choice {
            Choice::Entity(entity) => {
                let held_by = self.holder(*entity);
                return if held_by.is_none() || held_by == mapping {
                    Ok(*entity)
                } else {
                    Err(Kind::Conflict)
                };
            }
            Choice::Named { name, create } => (*name, *create),
            Choice::AsAsked => (asked, true),
        };
        match self.named(target, name) {
            Some(entity) => self.chosen(target, &Choice::Entity(entity), asked, mapping),
            None if create && target != TargetType::SubOrganization => Ok(self.new_entity(target, name)),
            None => Err(Kind::InvalidValue),
        }
    }

    /// 4.5.
    pub(super) fn reject(&mut self, number: usize) -> Outcome {
        match self.mappings[number].state {
            State::Rejected(End::ByAdmin) => Ok(()),
            State::Rejected(_) => Err(Kind::Conflict),
            State::Pending(_) | State::Approved => {
                self.let_go(number, State::Rejected(End::ByAdmin));
                Ok(())
            }
        }
    }

    /// It becomes history.
    pub(super) fn remove(&mut self, number: usize) -> Outcome {
        let is_history =
            matches!(self.mappings[number].state, State::Rejected(End::Removed | End::GroupDeleted(_)));
        if !is_history {
            self.let_go(number, State::Rejected(End::Removed));
        }
        Ok(())
    }

    pub(super) fn create_entity(&mut self, target: TargetType, name: &str) -> Outcome {
        if self.named(target, name).is_some() {
            return Err(Kind::Conflict);
        }
        self.new_entity(target, name);
        self.settle_name(target, name);
        Ok(())
    }

    /// 6.4.
    pub(super) fn rename_entity(&mut self, entity: usize, name: &str) -> Outcome {
        if self.named(self.entities[entity].target, name).is_some_and(|other| other != entity) {
            return Err(Kind::Conflict);
        }
        // It keeps no old name any more.
        if let Some(holder) = self.holder(entity).filter(|_| self.entities[entity].name != name) {
            self.mappings[holder].rename_blocked = false;
        }
        self.write_name(entity, name);
        Ok(())
    }

    /// 6.3; and who waited for the entity is told that it is gone.
    pub(super) fn delete_entity(&mut self, entity: usize) -> Outcome {
        if self.entities[entity].is_default {
            return Err(Kind::Conflict);
        }
        if let Some(holder) = self.holder(entity) {
            self.mappings[holder].state = State::Pending(Wait::TargetDeleted);
            self.mappings[holder].entity = None;
            self.mappings[holder].rename_blocked = false;
        }
        let Entity { target, name, .. } = self.entities[entity].clone();
        for number in 0..self.mappings.len() {
            let waits = self.mappings[number].state == State::Pending(Wait::TargetTaken);
            let fits = self.mappings[number].target == target;
            if waits && fits && self.mapping_name(number).eq_ignore_ascii_case(&name) {
                let is_made_by_rules = target != TargetType::SubOrganization;
                let reason = if is_made_by_rules { Wait::TargetDeleted } else { Wait::TargetMissing };
                self.mappings[number].state = State::Pending(reason);
            }
        }
        self.entities[entity].living = false;
        self.by_hand.retain(|(_, place)| *place != entity);
        Ok(())
    }

    /// 5.6: in an exclusive slot the latest choice counts.
    pub(super) fn put_place(&mut self, entity: usize, user: usize) -> Outcome {
        self.living_user(user)?;
        let target = self.entities[entity].target;
        if target.is_exclusive() {
            let entities = &self.entities;
            self.by_hand.retain(|(who, place)| *who != user || entities[*place].target != target);
        }
        self.by_hand.insert((user, entity));
        Ok(())
    }

    /// 5.6: what a mapping gave stays away until the membership is asserted again.
    pub(super) fn take_place(&mut self, entity: usize, user: usize) -> Outcome {
        self.living_user(user)?;
        let slot = self.slot(user, TargetType::ConcurrencyGroup);
        let by_attribute = slot.as_ref().is_some_and(|(place, why)| *place == entity && why == "attribute");
        if by_attribute || (self.entities[entity].is_default && slot.is_none()) {
            return Err(Kind::Conflict);
        }
        for claim in self.held_by(user).into_iter().filter(|(_, place)| *place == entity) {
            self.taken.insert((user, claim));
        }
        self.by_hand.remove(&(user, entity));
        Ok(())
    }

    /// 5.3.
    pub(super) fn resolve(&mut self, conflict: usize, use_incoming: bool) -> Outcome {
        let conflict = self.conflicts()[conflict];
        self.decide(&conflict, use_incoming);
        Ok(())
    }

    /// 5.3, for everyone over whom the two groups clash this way.
    pub(super) fn resolve_all(&mut self, conflict: usize, use_incoming: bool) -> Outcome {
        for conflict in self.alike(conflict) {
            self.decide(&conflict, use_incoming);
        }
        Ok(())
    }

    /// How many conflicts an act decides, and how; the others that end with it have lost a side.
    pub fn decided_by(&self, act: &Act) -> (usize, &'static str) {
        let open = self.conflicts();
        let decided: Vec<Conflict> = match act {
            Act::Resolve { conflict, .. } => vec![open[*conflict]],
            Act::ResolveAll { conflict, .. } => self.alike(*conflict),
            _ => return (0, "nothing"),
        };
        match act {
            Act::Resolve { use_incoming: true, .. } | Act::ResolveAll { use_incoming: true, .. } => {
                let same = |one: &Conflict, other: &Conflict| {
                    (one.user, one.incoming) == (other.user, other.incoming)
                };
                let ended = open.iter().filter(|other| decided.iter().any(|one| same(one, other)));
                (ended.count(), "use_incoming")
            }
            _ => (decided.len(), "keep_current"),
        }
    }

    /// The open conflicts between the same two groups, the same one holding.
    fn alike(&self, conflict: usize) -> Vec<Conflict> {
        let open = self.conflicts();
        let group = |(mapping, _): Claim| self.mappings[mapping].group;
        let groups = |conflict: &Conflict| (group(conflict.current), group(conflict.incoming));
        open.iter().filter(|other| groups(other) == groups(&open[conflict])).copied().collect()
    }

    fn decide(&mut self, conflict: &Conflict, use_incoming: bool) {
        let Conflict { user, current, incoming, .. } = *conflict;
        if !use_incoming {
            self.remember(user, current, incoming);
            return;
        }
        for other in self.held_by(user) {
            if self.clash(other, incoming).is_some() {
                self.remember(user, incoming, other);
            }
        }
        self.preferred.insert((user, incoming));
    }

    /// 2.5, 2.6, 4.6; and 5.7: an attribute stored while concurrency groups were off has its effect from now on.
    pub(super) fn switch(&mut self, feature: Feature, on: bool) -> Outcome {
        let switch = match feature {
            Feature::GroupProvisioning => &mut self.features.group_provisioning,
            Feature::Type(TargetType::Team) => &mut self.features.teams,
            Feature::Type(TargetType::ConcurrencyGroup) => &mut self.features.concurrency_groups,
            Feature::Type(TargetType::SubOrganization) => &mut self.features.sub_organizations,
        };
        if std::mem::replace(switch, on) == on {
            return Ok(());
        }
        let Feature::Type(target) = feature else { return Ok(()) };
        self.feature_switched(target);
        if target == TargetType::ConcurrencyGroup {
            for user in self.users.keys().copied().collect::<Vec<usize>>() {
                let before = &self.users[&user];
                let without_effect = before.bound.is_none_or(|bound| !self.entities[bound].living);
                if let Some(name) = before.attribute.as_deref().filter(|_| without_effect) {
                    let found = self.named(target, name);
                    self.users.entry(user).and_modify(|user| user.bound = found);
                }
            }
        }
        Ok(())
    }
}

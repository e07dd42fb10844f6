//! What is true by the reference, in words.

use rollcall::model::entity::TargetType;

use super::{End, Reference, State, Wait};
use crate::model::history::USERS;
use crate::model::words::{self, Facts, MappingState};

impl Reference {
    /// Everything that can be seen from outside.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        for target in TargetType::ALL {
            facts.insert(words::feature(target.words(), self.is_on(target)));
        }
        facts.insert(words::feature("group provisioning", self.features.group_provisioning));
        for (number, group) in self.groups.iter().enumerate().filter(|(_, group)| group.living) {
            facts.insert(words::group(number, &group.name, &group.roles));
            facts.extend(group.members.iter().map(|user| words::member(USERS[*user], number)));
        }
        let living = self.entities.iter().filter(|entity| entity.living);
        facts.extend(living.map(|entity| words::entity(entity.target, &entity.name)));
        facts.extend((0..self.mappings.len()).map(|mapping| self.mapping_state(mapping)));
        for (number, user) in self.users.iter().filter(|(_, user)| user.living) {
            facts.insert(words::user(USERS[*number], user.active, self.role(*number)));
            let slots = [TargetType::ConcurrencyGroup, TargetType::SubOrganization];
            let slots = slots.into_iter().filter_map(|target| self.slot(*number, target));
            for (entity, why) in self.teams(*number).into_iter().chain(slots) {
                facts.insert(words::place(USERS[*number], &self.entity_words(entity), &why));
            }
        }
        for conflict in self.conflicts() {
            let (current, incoming) =
                (self.mapping_words(conflict.current.0), self.mapping_words(conflict.incoming.0));
            facts.insert(words::conflict(USERS[conflict.user], &current, &incoming, conflict.kind));
        }
        facts
    }

    /// An entity by type and name.
    pub fn entity_words(&self, entity: usize) -> String {
        words::entity(self.entities[entity].target, &self.entities[entity].name)
    }

    /// A mapping by its group and its place there.
    pub fn mapping_words(&self, mapping: usize) -> String {
        words::mapping(self.mappings[mapping].group, self.place_in_group(mapping))
    }

    fn mapping_state(&self, number: usize) -> String {
        let mapping = &self.mappings[number];
        let (status, reason) = match mapping.state {
            State::Approved if mapping.by_hand => ("approved", None),
            State::Approved => ("auto_approved", None),
            State::Pending(wait) => ("pending", Some(wait.words())),
            State::Rejected(end) => ("rejected", Some(end.words())),
        };
        words::mapping_state(
            &self.mapping_words(number),
            &MappingState {
                target: mapping.target,
                status,
                reason,
                entity: mapping.entity.map(|entity| self.entity_words(entity)),
                rule: mapping.rule,
                rename_blocked: mapping.rename_blocked,
            },
        )
    }
}

impl Wait {
    fn words(self) -> &'static str {
        match self {
            Wait::AwaitingApproval => "awaiting_approval",
            Wait::FeatureDisabled => "feature_disabled",
            Wait::TargetMissing => "target_missing",
            Wait::TargetTaken => "target_taken",
            Wait::RuleChanged => "rule_changed",
            Wait::TargetDeleted => "target_deleted",
        }
    }
}

impl End {
    fn words(self) -> &'static str {
        match self {
            End::ByAdmin => "rejected_by_admin",
            End::Removed => "removed",
            End::GroupDeleted(_) => "group_deleted",
        }
    }
}

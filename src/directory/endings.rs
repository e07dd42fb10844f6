//! Why places and roles ended, for those who ask later (mapping.md §9.2).

use std::collections::HashMap;

use serde_json::Value;

use crate::directory::change::Change;
use crate::mapping::conflicts::{Claim, conflict};
use crate::mapping::places::Places;
use crate::model::assignment::{Assignment, Source};
use crate::model::error::Result;
use crate::model::history::{Ending, RoleChange};
use crate::model::id::{EntityId, MappingId, UserId};
use crate::model::mapping::{PendingReason, Rejection, Status};
use crate::model::role::Role;
use crate::store::{MappingClaim, UserState};

/// The states of mappings at the end of a change, looked up once however many users they placed.
#[derive(Default)]
pub(super) struct Statuses(HashMap<MappingId, Option<Status>>);

impl Change<'_> {
    /// Why a user no longer has a place that they had before the change.
    pub(super) fn ending(
        &self,
        state: &UserState,
        place: &Assignment,
        places: &Places,
        statuses: &mut Statuses,
    ) -> Result<Ending> {
        if !state.living {
            return Ok(Ending::UserDeleted);
        }
        let in_its_slot = || {
            let other = places.assignments.iter().find(|other| other.target_type == place.target_type);
            Ending::GaveWay(other.map(|other| other.entity))
        };
        match place.source {
            Source::Mapping(mapping) => match state.claims.iter().find(|claim| claim.mapping == mapping) {
                Some(claim) => Ok(ending_of_claim(claim, place, places)),
                None => self.ending_of_mapping(mapping, statuses),
            },
            Source::Attribute if !self.organization.features.concurrency_groups => {
                Ok(Ending::FeatureDisabled)
            }
            Source::Attribute if state.attribute == Some(place.entity) => Ok(in_its_slot()),
            Source::Attribute => self.deleted_or(place.entity, Ending::AttributeChanged),
            Source::Manual if state.manual.iter().any(|(_, entity)| *entity == place.entity) => {
                Ok(in_its_slot())
            }
            Source::Manual => self.deleted_or(place.entity, Ending::TakenAway),
        }
    }

    /// Why a mapping that claims a user no longer let them go.
    fn ending_of_mapping(&self, mapping: MappingId, statuses: &mut Statuses) -> Result<Ending> {
        let status = match statuses.0.get(&mapping) {
            Some(status) => *status,
            None => {
                let found = self.tx.mapping(self.organization.id, mapping)?.map(|mapping| mapping.status);
                statuses.0.insert(mapping, found);
                found
            }
        };
        Ok(match status {
            Some(Status::Rejected(Rejection::Admin)) => Ending::MappingRejected,
            Some(Status::Rejected(Rejection::Removed)) => Ending::MappingRemoved,
            Some(Status::Rejected(Rejection::GroupDeleted | Rejection::GroupDeletedAfterTarget)) => {
                Ending::GroupDeleted
            }
            Some(Status::Pending { reason: PendingReason::TargetDeleted, .. }) => Ending::EntityDeleted,
            Some(Status::Pending { .. } | Status::Approved { .. }) | None => Ending::LeftGroup,
        })
    }

    fn deleted_or(&self, entity: EntityId, otherwise: Ending) -> Result<Ending> {
        let lives = self.tx.entity_by_row(entity)?.is_some();
        Ok(if lives { otherwise } else { Ending::EntityDeleted })
    }

    /// Keeps a change of a user's effective role.
    pub(super) fn keep_role_change(&self, user: UserId, old: Role, new: Role, why: Value) -> Result<()> {
        let change = RoleChange { old, new, by: self.cause.clone(), why };
        self.tx.keep_role_change(self.organization.id, user, &change)
    }
}

/// Why a user lost what a mapping gave that claims them still.
fn ending_of_claim(claim: &MappingClaim, place: &Assignment, places: &Places) -> Ending {
    if claim.withheld {
        return Ending::TakenAway;
    }
    if claim.entity != place.entity {
        return Ending::MappingMoved;
    }
    let lost = Claim {
        mapping: claim.mapping,
        group: claim.group,
        target_type: claim.target_type,
        entity: claim.entity,
    };
    let winner = places.held.iter().find(|held| conflict(held, &lost).is_some());
    Ending::GaveWay(winner.map(|winner| winner.entity))
}

//! Why places and roles ended, for those who ask later (mapping.md §9.2).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::directory::change::Change;
use crate::mapping::conflicts::{Claim, conflict};
use crate::mapping::places::Places;
use crate::model::assignment::{Assignment, Source};
use crate::model::error::Result;
use crate::model::history::Ending;
use crate::model::id::{EntityId, MappingId};
use crate::model::mapping::{Mapping, PendingReason, Rejection, Status};
use crate::store::{Ended, MappingClaim, UserState};

/// Mappings at the end of a change, looked up once however many users they placed.
#[derive(Default)]
pub(super) struct Behind(HashMap<MappingId, Option<Mapping>>);

impl Change<'_> {
    /// How a place ends that a user had before the change and has no more.
    pub(super) fn ended(
        &self,
        state: &UserState,
        place: &Assignment,
        places: &Places,
        behind: &mut Behind,
    ) -> Result<Ended> {
        let mapping = match place.source {
            Source::Mapping(id) => self.behind(id, behind)?,
            Source::Attribute | Source::Manual => None,
        };
        let ending = self.ending(state, place, places, mapping)?;
        Ok(Ended { ending, behind: mapping.map(|mapping| (mapping.group, mapping.rule)) })
    }

    fn behind<'b>(&self, id: MappingId, behind: &'b mut Behind) -> Result<Option<&'b Mapping>> {
        Ok(match behind.0.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.tx.mapping(self.organization.id, id)?),
        }
        .as_ref())
    }

    /// Why a user no longer has a place.
    fn ending(
        &self,
        state: &UserState,
        place: &Assignment,
        places: &Places,
        mapping: Option<&Mapping>,
    ) -> Result<Ending> {
        if !state.living {
            return Ok(Ending::UserDeleted);
        }
        let in_its_slot = || {
            let other = places.assignments.iter().find(|other| other.target_type == place.target_type);
            Ending::GaveWay(other.map(|other| other.entity))
        };
        let is_theirs = |(_, entity): &(_, EntityId)| *entity == place.entity;
        match place.source {
            Source::Mapping(id) => Ok(match state.claims.iter().find(|claim| claim.mapping == id) {
                Some(claim) => ending_of_claim(claim, place, places),
                None => ending_of_mapping(mapping),
            }),
            Source::Attribute if !self.organization.features.concurrency_groups => {
                Ok(Ending::FeatureDisabled)
            }
            Source::Attribute if state.attribute == Some(place.entity) => Ok(in_its_slot()),
            Source::Attribute => self.deleted_or(place.entity, Ending::AttributeChanged),
            Source::Manual if state.manual.iter().any(is_theirs) => Ok(in_its_slot()),
            Source::Manual => self.deleted_or(place.entity, Ending::TakenAway),
        }
    }

    fn deleted_or(&self, entity: EntityId, otherwise: Ending) -> Result<Ending> {
        let lives = self.tx.entity_by_row(entity)?.is_some();
        Ok(if lives { otherwise } else { Ending::EntityDeleted })
    }
}

/// Why a mapping that claims a user no longer let them go.
fn ending_of_mapping(mapping: Option<&Mapping>) -> Ending {
    match mapping.map(|mapping| mapping.status) {
        Some(Status::Rejected(Rejection::Admin)) => Ending::MappingRejected,
        Some(Status::Rejected(Rejection::Removed)) => Ending::MappingRemoved,
        Some(Status::Rejected(Rejection::GroupDeleted | Rejection::GroupDeletedAfterTarget)) => {
            Ending::GroupDeleted
        }
        Some(Status::Pending { reason: PendingReason::TargetDeleted, .. }) => Ending::EntityDeleted,
        Some(Status::Pending { .. } | Status::Approved { .. }) | None => Ending::LeftGroup,
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

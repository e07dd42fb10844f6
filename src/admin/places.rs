//! Where the users of a page are: each place with everything that it comes from.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::admin::lookup::Lookup;
use crate::directory::entity_json;
use crate::model::assignment::{Assignment, Source};
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Result};
use crate::model::id::{EntityId, MappingId, OrganizationId, UserId};
use crate::model::time::Timestamp;
use crate::store::Db;

type Dated = (Assignment, Timestamp);

/// The places of some users, looked up by a fixed number of statements.
pub(super) struct Placed {
    by_user: HashMap<UserId, Vec<Dated>>,
    lookup: Lookup,
    default: Entity,
}

impl Placed {
    /// Looks up the places of these users.
    pub(super) fn of(db: &Db<'_>, organization: OrganizationId, users: &[UserId]) -> Result<Placed> {
        let mut by_user: HashMap<UserId, Vec<Dated>> = HashMap::new();
        let mut entities = Vec::new();
        for (user, place, since) in db.assignments_of_users(users)? {
            entities.push(place.entity);
            by_user.entry(user).or_default().push((place, since));
        }
        entities.sort_unstable();
        entities.dedup();
        let default = db.default_concurrency_group(organization)?.ok_or_else(|| {
            Error::internal(format!("organization {organization} has no default concurrency group"))
        })?;
        Ok(Placed { by_user, lookup: Lookup::of(db, &[], &entities)?, default })
    }

    /// The teams of a user, each once with all that it comes from, by age.
    pub(super) fn teams(&self, user: UserId) -> Vec<Value> {
        self.team_ids(user).into_iter().map(|team| self.place(user, team)).collect()
    }

    /// Where a user is, without what they are there by: the members `teams`, `concurrency_group`, `sub_organization`.
    pub(super) fn bare(&self, user: UserId) -> Map<String, Value> {
        let teams: Vec<Value> =
            self.team_ids(user).into_iter().map(|team| self.lookup.entity(team)).collect();
        let slot = |target_type| self.slot(user, target_type).map(|place| self.lookup.entity(place.entity));
        let group = slot(TargetType::ConcurrencyGroup).unwrap_or_else(|| entity_json(&self.default));
        let mut places = Map::new();
        places.insert("teams".to_owned(), Value::Array(teams));
        places.insert("concurrency_group".to_owned(), group);
        let sub_organization = slot(TargetType::SubOrganization).unwrap_or_default();
        places.insert("sub_organization".to_owned(), sub_organization);
        places
    }

    fn team_ids(&self, user: UserId) -> Vec<EntityId> {
        let mut teams: Vec<EntityId> = Vec::new();
        for (place, _) in self.places(user, TargetType::Team) {
            if !teams.contains(&place.entity) {
                teams.push(place.entity);
            }
        }
        teams
    }

    /// The user's concurrency group, which is the organization's default where there is no other.
    pub(super) fn concurrency_group(&self, user: UserId) -> Value {
        match self.slot(user, TargetType::ConcurrencyGroup) {
            Some(place) => self.place(user, place.entity),
            None => with_sources(entity_json(&self.default), self.sources(user, self.default.id)),
        }
    }

    /// The user's sub-organization; null in the root organization.
    pub(super) fn sub_organization(&self, user: UserId) -> Value {
        let place = self.slot(user, TargetType::SubOrganization);
        place.map(|place| self.place(user, place.entity)).unwrap_or_default()
    }

    /// What fills a user's exclusive slot; nothing where the default concurrency group or the root organization does.
    pub(super) fn slot(&self, user: UserId, target_type: TargetType) -> Option<Assignment> {
        self.places(user, target_type).next().map(|(place, _)| *place)
    }

    /// What a user is in an entity by, with since when; empty when they are not in it.
    pub(super) fn sources(&self, user: UserId, entity: EntityId) -> Vec<Value> {
        if entity == self.default.id && self.slot(user, TargetType::ConcurrencyGroup).is_none() {
            return vec![source_json("default", None, None)];
        }
        let places = self.by_user.get(&user).into_iter().flatten();
        places
            .filter(|(place, _)| place.entity == entity)
            .map(|(place, since)| source_json(place.source.as_str(), mapping_of(place), Some(*since)))
            .collect()
    }

    fn places(&self, user: UserId, target_type: TargetType) -> impl Iterator<Item = &Dated> {
        let places = self.by_user.get(&user).into_iter().flatten();
        places.filter(move |(place, _)| place.target_type == target_type)
    }

    /// An entity that a user is in, with what they are in it by.
    pub(super) fn place(&self, user: UserId, entity: EntityId) -> Value {
        with_sources(self.lookup.entity(entity), self.sources(user, entity))
    }
}

fn mapping_of(place: &Assignment) -> Option<MappingId> {
    match place.source {
        Source::Mapping(mapping) => Some(mapping),
        Source::Attribute | Source::Manual => None,
    }
}

fn source_json(source: &str, mapping: Option<MappingId>, since: Option<Timestamp>) -> Value {
    json!({"source": source, "mapping_id": mapping, "since": since})
}

fn with_sources(mut entity: Value, sources: Vec<Value>) -> Value {
    if let Value::Object(members) = &mut entity {
        members.insert("sources".to_owned(), Value::Array(sources));
    }
    entity
}

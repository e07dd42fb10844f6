//! Reads what explains a user, and puts it together.

use std::collections::{BTreeSet, HashMap};

use crate::directory::actors::Actors;
use crate::directory::explain::explanation::{
    Block, BlockedExplained, Chain, Explanation, Holder, PastExplained, PlaceExplained, Reason,
    RoleExplained, WaitingExplained,
};
use crate::mapping::conflicts::Claim;
use crate::mapping::explain::{Obstacle, obstacles, role_origin};
use crate::model::assignment::{Assignment, Source};
use crate::model::cause::Cause;
use crate::model::conflict::Decision;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::history::{Ending, PastPlace, RoleChange};
use crate::model::id::{EntityId, GroupId, MappingId, RuleId};
use crate::model::mapping::{Mapping, Status};
use crate::model::role::Role;
use crate::model::rule::Rule;
use crate::model::user::User;
use crate::store::{Conflict, Db};

/// Explains a user.
///
/// # Errors
/// Only those of the store.
pub fn explain(db: &Db<'_>, user: User) -> Result<Explanation> {
    let facts = Facts::read(db, &user)?;
    let memberships = &facts.memberships;
    let roles: Vec<Option<Role>> =
        memberships.iter().map(|(group, _)| group.roles.iter().max().copied()).collect();
    let (_, origin) = role_origin(user.own_role, &roles);
    let groups = memberships.iter().zip(&roles);
    let changes = db.role_changes_of(user.id)?;
    Ok(Explanation {
        actors: Actors::read(db, user.organization, facts.actors(&changes))?,
        role: RoleExplained {
            effective: user.effective_role,
            own: user.own_role,
            groups: groups.map(|((group, cause), role)| (group.clone(), *role, cause.clone())).collect(),
            origin,
            changes,
        },
        places: facts.places(db, &user)?,
        blocked: facts.blocked()?,
        waiting: facts.waiting()?,
        past: facts.past()?,
        user,
    })
}

/// What is stored about one user and all that it names.
struct Facts {
    held: Vec<(Assignment, Cause)>,
    memberships: Vec<(Group, Cause)>,
    withheld: Vec<(MappingId, Cause)>,
    decisions: Vec<(Decision, Cause)>,
    conflicts: Vec<Conflict>,
    past: Vec<PastPlace>,
    mappings: HashMap<MappingId, Mapping>,
    rules: HashMap<RuleId, (Rule, bool)>,
    groups: HashMap<GroupId, Group>,
    entities: HashMap<EntityId, Entity>,
}

impl Facts {
    fn read(db: &Db<'_>, user: &User) -> Result<Facts> {
        let held = db.places_of(user.id)?;
        let memberships = db.memberships_of(user.id)?;
        let past = db.past_places_of(user.id)?;
        let member_of: Vec<GroupId> = memberships.iter().map(|(group, _)| group.id).collect();
        let mappings = db.mappings_of_groups(&member_of)?;
        let rules: Vec<RuleId> = mappings
            .iter()
            .filter_map(|mapping| mapping.rule)
            .chain(past.iter().filter_map(|past| past.rule))
            .collect();
        let mut entities: Vec<EntityId> = held.iter().map(|(place, _)| place.entity).collect();
        entities.extend(mappings.iter().filter_map(|mapping| mapping.status.entity()));
        for past in &past {
            entities.push(past.place.entity);
            if let Ending::GaveWay(Some(to)) = past.ending {
                entities.push(to);
            }
        }
        let left: Vec<GroupId> = past.iter().filter_map(|past| past.group).collect();
        let groups = memberships.iter().map(|(group, _)| group.clone()).chain(db.groups_by_row(&left)?);
        Ok(Facts {
            withheld: db.withheld_from(user.id)?,
            decisions: db.decisions_about(user.id)?,
            conflicts: db.open_conflicts_of(user.id)?,
            rules: db.rules_ever(&rules)?.into_iter().map(|rule| (rule.0.id, rule)).collect(),
            groups: groups.map(|group| (group.id, group)).collect(),
            entities: db.entities_ever(&entities)?.into_iter().map(|entity| (entity.id, entity)).collect(),
            mappings: mappings.into_iter().map(|mapping| (mapping.id, mapping)).collect(),
            held,
            memberships,
            past,
        })
    }

    /// The names of all who are behind something.
    fn actors(&self, changes: &[RoleChange]) -> BTreeSet<String> {
        let past = self.past.iter().flat_map(|past| [&past.begun, &past.ended]);
        let causes = past
            .chain(self.held.iter().map(|(_, cause)| cause))
            .chain(self.memberships.iter().map(|(_, cause)| cause))
            .chain(self.withheld.iter().map(|(_, cause)| cause))
            .chain(self.decisions.iter().map(|(_, cause)| cause))
            .chain(changes.iter().map(|change| &change.by));
        causes.map(|cause| cause.token.clone()).collect()
    }

    fn places(&self, db: &Db<'_>, user: &User) -> Result<Vec<PlaceExplained>> {
        let mut places = Vec::new();
        for (place, cause) in &self.held {
            let reason = match place.source {
                Source::Mapping(id) => {
                    Reason::Mapping(Box::new(self.chain(self.mapping(id)?)?), cause.clone())
                }
                Source::Attribute => Reason::Attribute(cause.clone()),
                Source::Manual => Reason::Manual(cause.clone()),
            };
            places.push(PlaceExplained { entity: self.entity(place.entity)?, reason });
        }
        let has_slot = self.held.iter().any(|(place, _)| place.target_type == TargetType::ConcurrencyGroup);
        if !has_slot
            && user.deleted.is_none()
            && let Some(entity) = db.default_concurrency_group(user.organization)?
        {
            places.push(PlaceExplained { entity, reason: Reason::Default });
        }
        Ok(places)
    }

    /// The claims that gave the user a place.
    fn claims(&self) -> Vec<Claim> {
        let claim = |(place, _): &(Assignment, Cause)| match place.source {
            Source::Mapping(id) => {
                let group = self.mappings.get(&id)?.group;
                Some(Claim { mapping: id, group, target_type: place.target_type, entity: place.entity })
            }
            Source::Attribute | Source::Manual => None,
        };
        self.held.iter().filter_map(claim).collect()
    }

    fn blocked(&self) -> Result<Vec<BlockedExplained>> {
        let held = self.claims();
        let mut mappings: Vec<&Mapping> = self.mappings.values().collect();
        mappings.sort_by_key(|mapping| mapping.id);
        let mut blocked = Vec::new();
        for mapping in mappings {
            let Status::Approved { entity, .. } = mapping.status else { continue };
            if held.iter().any(|claim| claim.mapping == mapping.id) {
                continue;
            }
            let claim =
                Claim { mapping: mapping.id, group: mapping.group, target_type: mapping.target_type, entity };
            let by = self.blocks(&claim, &held)?;
            blocked.push(BlockedExplained { entity: self.entity(entity)?, chain: self.chain(mapping)?, by });
        }
        Ok(blocked)
    }

    fn blocks(&self, claim: &Claim, held: &[Claim]) -> Result<Vec<Block>> {
        if let Some((_, cause)) = self.withheld.iter().find(|(mapping, _)| *mapping == claim.mapping) {
            return Ok(vec![Block::Withheld(cause.clone())]);
        }
        let decisions: Vec<Decision> = self.decisions.iter().map(|(decision, _)| *decision).collect();
        let block = |obstacle: Obstacle| {
            let sides = [obstacle.holder.side(), claim.side()];
            let decided = self
                .decisions
                .iter()
                .find(|(decision, _)| sides.contains(&decision.winner) && sides.contains(&decision.loser));
            let conflict = self.conflicts.iter().find(|conflict| {
                conflict.current.mapping == obstacle.holder.mapping
                    && conflict.incoming.mapping == claim.mapping
            });
            Ok(Block::Holder(Box::new(Holder {
                entity: self.entity(obstacle.holder.entity)?,
                group: self.group(obstacle.holder.group)?,
                obstacle,
                conflict: conflict.cloned(),
                decided_by: decided.map(|(_, cause)| cause.clone()),
            })))
        };
        obstacles(claim, held, &decisions).into_iter().map(block).collect()
    }

    /// The groups of which no mapping gives the user or claims for them anything.
    fn waiting(&self) -> Result<Vec<WaitingExplained>> {
        let mut waiting = Vec::new();
        for (group, membership) in &self.memberships {
            let counts = |mapping: &&Mapping| mapping.group == group.id && mapping.status.counts();
            let mut mappings: Vec<&Mapping> = self.mappings.values().filter(counts).collect();
            mappings.sort_by_key(|mapping| mapping.id);
            let mut add = |chain| {
                waiting.push(WaitingExplained {
                    group: group.clone(),
                    membership: membership.clone(),
                    chain,
                });
            };
            if mappings.is_empty() {
                add(None);
            }
            for mapping in mappings {
                let holds = self.held.iter().any(|(place, _)| place.source == Source::Mapping(mapping.id));
                if !holds && !matches!(mapping.status, Status::Approved { .. }) {
                    add(Some(self.chain(mapping)?));
                }
            }
        }
        Ok(waiting)
    }

    fn past(&self) -> Result<Vec<PastExplained>> {
        let explained = |past: &PastPlace| {
            let gave_way_to = match past.ending {
                Ending::GaveWay(to) => to.and_then(|to| self.entities.get(&to)).cloned(),
                _ => None,
            };
            Ok(PastExplained {
                entity: self.entity(past.place.entity)?,
                group: past.group.and_then(|group| self.groups.get(&group)).cloned(),
                rule: past.rule.and_then(|rule| self.rules.get(&rule)).cloned(),
                gave_way_to,
                again: self.held.iter().any(|(place, _)| place.entity == past.place.entity),
                past: past.clone(),
            })
        };
        self.past.iter().map(explained).collect()
    }

    fn chain(&self, mapping: &Mapping) -> Result<Chain> {
        let membership = self.memberships.iter().find(|(group, _)| group.id == mapping.group);
        Ok(Chain {
            rule: mapping.rule.and_then(|rule| self.rules.get(&rule)).cloned(),
            group: self.group(mapping.group)?,
            membership: membership.map(|(_, cause)| cause.clone()),
            mapping: mapping.clone(),
        })
    }

    fn mapping(&self, id: MappingId) -> Result<&Mapping> {
        self.mappings.get(&id).ok_or_else(|| missing("mapping", id))
    }

    fn group(&self, id: GroupId) -> Result<Group> {
        self.groups.get(&id).cloned().ok_or_else(|| missing("group", id))
    }

    fn entity(&self, id: EntityId) -> Result<Entity> {
        self.entities.get(&id).cloned().ok_or_else(|| missing("entity", id))
    }
}

fn missing(what: &str, id: impl std::fmt::Display) -> Error {
    Error::internal(format!("the {what} {id} explains a place and was not found"))
}

//! Approval and rejection by hand (mapping.md §4.2 to §4.5).

use crate::mapping::board::{Board, MadeBy};
use crate::mapping::names;
use crate::mapping::targets::{is_on, release, settle_waiting};
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::{EntityId, GroupId, MappingId};
use crate::model::mapping::{Approval, Mapping, PendingReason, Rejection, Status};
use crate::model::name;

/// The entity that an admin names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One that exists.
    Entity(EntityId),
    /// One by name; with `create`, a team or concurrency group that does not exist is made.
    Named {
        /// Its name.
        name: String,
        /// Whether to make it.
        create: bool,
    },
    /// What the mapping asks for: the entity it held, else the one with the mapping's name.
    AsAsked,
    /// The same, as long as it exists: nothing is made.
    AsAskedIfThere,
}

/// Maps a group to a target by hand. A pending mapping of that type without an entity is taken for it; else a new one
/// is made.
///
/// # Errors
/// `Conflict` when another mapping holds the entity, naming the holder, or when the group has its one mapping to an
/// exclusive type already; `InvalidValue` when the entity does not exist and may not be made.
pub fn map_group(
    board: &mut dyn Board,
    group: GroupId,
    group_name: &str,
    target_type: TargetType,
    choice: &Choice,
) -> Result<MappingId> {
    let mappings = board.mappings_of(group)?;
    let of_type = || {
        mappings.iter().filter(|mapping| {
            mapping.target_type == target_type && !matches!(mapping.status, Status::Rejected(_))
        })
    };
    if let Some(waiting) = of_type().find(|mapping| mapping.status.entity().is_none()) {
        approve(board, waiting, group_name, choice)?;
        return Ok(waiting.id);
    }
    let entity = find(board, target_type, choice, group_name, None)?;
    if target_type.is_exclusive()
        && let Some(existing) = of_type().next()
    {
        return Err(Error::new(
            Kind::Conflict,
            format!(
                "The group \"{group_name}\" has a mapping to a {} already (mapping {}), and can have one only. Reject \
                 or remove that one first.",
                target_type.words(),
                existing.id
            ),
        ));
    }
    let id = board.create_mapping(group, target_type, approved(board, &entity), MadeBy::Hand)?;
    Ok(id)
}

/// Approves a mapping by hand, whatever its state; with another entity than it holds, its members move there.
///
/// # Errors
/// As [`map_group`].
pub fn approve(board: &mut dyn Board, mapping: &Mapping, group_name: &str, choice: &Choice) -> Result<()> {
    if matches!(mapping.status, Status::Rejected(rejection) if !rejection.counts()) {
        return Err(Error::new(
            Kind::Conflict,
            format!(
                "Mapping {} is history and cannot be approved. Map the group \"{group_name}\" anew.",
                mapping.id
            ),
        ));
    }
    if matches!(mapping.status, Status::Rejected(_)) && mapping.target_type.is_exclusive() {
        let other = board.mappings_of(mapping.group)?.into_iter().find(|other| {
            other.target_type == mapping.target_type && !matches!(other.status, Status::Rejected(_))
        });
        if let Some(other) = other {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "The group \"{group_name}\" has another mapping to a {} meanwhile (mapping {}).",
                    mapping.target_type.words(),
                    other.id
                ),
            ));
        }
    }
    let entity = find(board, mapping.target_type, choice, group_name, Some(mapping))?;
    let status = approved(board, &entity);
    if mapping.status == status {
        return Ok(());
    }
    let before = match (mapping.status, status) {
        (Status::Pending { frozen: Some((held, _)), .. }, Status::Approved { entity, by })
            if held == entity =>
        {
            return names::thaw(board, mapping, (entity, by), group_name);
        }
        _ => mapping.status.entity().filter(|before| *before != entity.id),
    };
    board.set_status(mapping, status)?;
    match before.map(|id| board.entity(id)).transpose()?.flatten() {
        Some(freed) => settle_waiting(board, freed.target_type, &freed.name),
        None => Ok(()),
    }
}

/// Rejects a mapping by hand: it gives nothing, and rules leave its target type alone (mapping.md §4.5).
pub fn reject(board: &mut dyn Board, mapping: &Mapping) -> Result<()> {
    match mapping.status {
        Status::Rejected(Rejection::Admin) => Ok(()),
        Status::Rejected(_) => Err(Error::new(
            Kind::Conflict,
            format!("Mapping {} is history already and cannot be rejected.", mapping.id),
        )),
        Status::Pending { .. } | Status::Approved { .. } => {
            release(board, mapping, Status::Rejected(Rejection::Admin))
        }
    }
}

/// Removes a mapping: it becomes history, and rules may map its group to this type again.
pub fn remove(board: &mut dyn Board, mapping: &Mapping) -> Result<()> {
    match mapping.status {
        Status::Rejected(rejection) if !rejection.counts() => Ok(()),
        Status::Rejected(_) | Status::Pending { .. } | Status::Approved { .. } => {
            release(board, mapping, Status::Rejected(Rejection::Removed))
        }
    }
}

fn approved(board: &dyn Board, entity: &Entity) -> Status {
    if is_on(board.features(), entity.target_type) {
        Status::Approved { entity: entity.id, by: Approval::Manual }
    } else {
        let frozen = Some((entity.id, Approval::Manual));
        Status::Pending { reason: PendingReason::FeatureDisabled, frozen }
    }
}

/// The entity of an admin's choice, free to be held by `mapping`.
fn find(
    board: &mut dyn Board,
    target_type: TargetType,
    choice: &Choice,
    group_name: &str,
    mapping: Option<&Mapping>,
) -> Result<Entity> {
    let words = target_type.words();
    let (name, may_create, field) = match choice {
        Choice::Entity(id) => {
            let entity = board.entity(*id)?.filter(|entity| entity.target_type == target_type);
            let entity = entity.ok_or_else(|| {
                Error::invalid_value(format!("entity_id: this organization has no such {words}."))
                    .at("entity_id")
            })?;
            return free(board, entity, mapping);
        }
        Choice::AsAsked | Choice::AsAskedIfThere => {
            let held = mapping.and_then(|mapping| mapping.status.entity());
            if let Some(entity) = held.map(|id| board.entity(id)).transpose()?.flatten() {
                return Ok(entity);
            }
            let rule = mapping.and_then(|mapping| mapping.rule);
            let name = board.rules().mapping_name(rule, group_name).ok_or_else(|| {
                Error::invalid_value(format!(
                    "entity_name: the name of the group {group_name:?} has no character that the name of a {words} may \
                     have. Send an entity_name."
                ))
                .at("entity_name")
            })?;
            (name, *choice == Choice::AsAsked, "entity_name")
        }
        Choice::Named { name, create } => (name.trim().to_owned(), *create, "entity_name"),
    };
    if name.is_empty() {
        return Err(Error::invalid_value("entity_name: a name must not be empty.").at(field));
    }
    match board.entity_named(target_type, &name)? {
        Some(entity) => free(board, entity, mapping),
        None if !target_type.follows_group() => Err(Error::invalid_value(format!(
            "entity_name: there is no sub-organization \"{name}\", and a mapping never creates one. Create it first, \
             then approve."
        ))
        .at(field)),
        None if may_create => board.create_entity(target_type, &name::parse(field, &name)?),
        None => Err(Error::invalid_value(format!(
            "entity_name: there is no {words} \"{name}\". Name one that exists, or say with \"create\" that it is to be made."
        ))
        .at(field)),
    }
}

/// Refuses an entity that another group's mapping holds (mapping.md §4.3).
fn free(board: &dyn Board, entity: Entity, mapping: Option<&Mapping>) -> Result<Entity> {
    match board.holder(entity.id)? {
        Some(holder) if mapping.is_none_or(|mapping| mapping.id != holder.mapping.id) => Err(Error::new(
            Kind::Conflict,
            format!(
                "The {} \"{}\" is held by the mapping {} of the group \"{}\", and one group only can hold it. Reject \
                 that mapping first, or choose another {}.",
                entity.target_type.words(),
                entity.name,
                holder.mapping.id,
                holder.group_name,
                entity.target_type.words()
            ),
        )),
        Some(_) | None => Ok(entity),
    }
}

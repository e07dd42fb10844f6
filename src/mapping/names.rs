//! How entities follow the names of their groups (mapping.md §6.1 and §6.4).
//!
//! Only the entity of an approved mapping follows. That a frozen one missed a rename is kept in its flag
//! `rename_blocked`, so that it follows when it is approved again, and only then: a name that an admin gave by hand is not
//! written over by a feature that goes off and on.

use crate::mapping::board::Board;
use crate::mapping::targets::settle_waiting;
use crate::model::entity::Entity;
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId};
use crate::model::mapping::{Approval, Mapping, Status};

/// A group was renamed: the entities of its approved mappings follow.
pub(super) fn follow_group(board: &mut dyn Board, group: GroupId, name: &str) -> Result<()> {
    for mapping in board.mappings_of(group)? {
        if let Status::Approved { entity, .. } = mapping.status {
            follow(board, &mapping, entity, name)?;
        }
    }
    Ok(())
}

/// What is frozen when a rename is done did not follow: flags whose entity has another name than the mapping's.
pub(super) fn note_missed(board: &mut dyn Board, group: GroupId, name: &str) -> Result<()> {
    for mapping in board.mappings_of(group)?.iter().filter(|mapping| mapping.target_type.follows_group()) {
        let Status::Pending { frozen: Some((entity, _)), .. } = mapping.status else { continue };
        let Some(entity) = board.entity(entity)? else { continue };
        let missed = board.rules().mapping_name(mapping.rule, name).as_ref() != Some(&entity.name);
        flag(board, mapping, missed)?;
    }
    Ok(())
}

/// Approves a frozen mapping again; its entity follows a rename that it missed.
pub(super) fn thaw(
    board: &mut dyn Board,
    mapping: &Mapping,
    (entity, by): (EntityId, Approval),
    group_name: &str,
) -> Result<()> {
    board.set_status(mapping, Status::Approved { entity, by })?;
    if mapping.rename_blocked { follow(board, mapping, entity, group_name) } else { Ok(()) }
}

/// Lets the entity that an approved mapping holds bear the mapping's name, or flags that it cannot.
pub(super) fn follow(
    board: &mut dyn Board,
    mapping: &Mapping,
    entity: EntityId,
    group_name: &str,
) -> Result<()> {
    if !mapping.target_type.follows_group() {
        return Ok(());
    }
    let Some(entity) = board.entity(entity)? else { return Ok(()) };
    let Some(wanted) = board.rules().mapping_name(mapping.rule, group_name) else {
        return flag(board, mapping, true);
    };
    let taken = board.entity_named(entity.target_type, &wanted)?.is_some_and(|other| other.id != entity.id);
    flag(board, mapping, taken)?;
    if taken || entity.name == wanted {
        return Ok(());
    }
    board.rename_entity(&entity, &wanted)?;
    settle_renamed(board, &entity, &wanted)
}

/// An admin renamed an entity by hand, which has the name `now`: it keeps no old name any more (mapping.md §6.4).
pub fn renamed_by_hand(board: &mut dyn Board, before: &Entity, now: &str) -> Result<()> {
    if let Some(holder) = board.holder(before.id)? {
        flag(board, &holder.mapping, false)?;
    }
    settle_renamed(board, before, now)
}

fn settle_renamed(board: &mut dyn Board, before: &Entity, now: &str) -> Result<()> {
    settle_waiting(board, before.target_type, now)?;
    settle_waiting(board, before.target_type, &before.name)
}

fn flag(board: &mut dyn Board, mapping: &Mapping, blocked: bool) -> Result<()> {
    if mapping.rename_blocked == blocked { Ok(()) } else { board.set_rename_blocked(mapping, blocked) }
}

//! From rules to mappings: what happens to a group's mappings when it appears, is renamed or goes, and when an admin
//! runs the rules (mapping.md §3, §4 and §6).

use crate::mapping::board::{Board, MadeBy};
use crate::mapping::names;
use crate::mapping::rules::Match;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::Result;
use crate::model::fold::fold;
use crate::model::id::GroupId;
use crate::model::mapping::{Approval, Mapping, PendingReason, Rejection, Status};
use crate::model::organization::Features;

/// A group was created or restored: rules decide, afresh where a deletion had rejected what was (mapping.md §6.2).
pub fn group_appeared(board: &mut dyn Board, group: GroupId, name: &str) -> Result<()> {
    for mapping in board.mappings_of(group)? {
        if mapping.status == Status::Rejected(Rejection::GroupDeletedAfterTarget) {
            let waits = Status::Pending { reason: PendingReason::TargetDeleted, frozen: None };
            board.set_status(&mapping, waits)?;
        }
    }
    run_rules(board, group, name, Occasion::Appeared)
}

/// A group was renamed: its entities follow, then rules run (mapping.md §6.1).
pub fn group_renamed(board: &mut dyn Board, group: GroupId, name: &str) -> Result<()> {
    names::follow_group(board, group, name)?;
    run_rules(board, group, name, Occasion::Renamed)?;
    names::note_missed(board, group, name)
}

/// An admin runs the rules: as a rename would, over groups without a mapping and pending mappings that a rule made
/// (mapping.md §3.4).
pub fn rules_applied(board: &mut dyn Board, group: GroupId, name: &str) -> Result<()> {
    run_rules(board, group, name, Occasion::Applied)
}

/// A group was deleted: its mappings end, its entities stay and are free (mapping.md §6.2).
pub fn group_deleted(board: &mut dyn Board, group: GroupId) -> Result<()> {
    for mapping in board.mappings_of(group)? {
        let rejection = match mapping.status {
            Status::Rejected(_) => continue,
            Status::Pending { reason: PendingReason::TargetDeleted, .. } => {
                Rejection::GroupDeletedAfterTarget
            }
            Status::Pending { .. } | Status::Approved { .. } => Rejection::GroupDeleted,
        };
        release(board, &mapping, Status::Rejected(rejection))?;
    }
    Ok(())
}

/// Moves a mapping to a state without its entity, and lets those in who waited for that entity (mapping.md §4.7).
pub fn release(board: &mut dyn Board, mapping: &Mapping, status: Status) -> Result<()> {
    let held = mapping.status.entity();
    board.set_status(mapping, status)?;
    match held {
        Some(id) => match board.entity(id)? {
            Some(entity) => settle_waiting(board, entity.target_type, &entity.name),
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// An entity of this name was created, renamed or freed: pending mappings of auto-approving rules that ask for it get
/// it, oldest first (mapping.md §4.7).
pub fn settle_waiting(board: &mut dyn Board, target_type: TargetType, name: &str) -> Result<()> {
    let key = fold(name);
    for waiting in board.waiting(target_type)? {
        let rule = waiting.mapping.rule.and_then(|id| board.rules().get(id));
        let asked = rule
            .filter(|rule| rule.spec.enabled && rule.spec.auto_approve)
            .and_then(|rule| rule.entity_name(&waiting.group_name));
        if let Some(asked) = asked.filter(|asked| fold(asked) == key) {
            let status = auto_target(board, target_type, &asked, Some(&waiting.mapping))?;
            write_status(board, &waiting.mapping, status)?;
        }
    }
    Ok(())
}

/// An admin deletes an entity: its mapping waits for an admin, and no rule makes the entity again (mapping.md §6.3), also
/// none for a group that waited for the same name. Sub-organizations are made by admins alone: for one of that name they
/// wait on.
pub fn entity_deleted(board: &mut dyn Board, entity: &Entity) -> Result<()> {
    let waits = |reason| Status::Pending { reason, frozen: None };
    if let Some(holder) = board.holder(entity.id)? {
        board.set_status(&holder.mapping, waits(PendingReason::TargetDeleted))?;
    }
    let reason = if entity.target_type.follows_group() {
        PendingReason::TargetDeleted
    } else {
        PendingReason::TargetMissing
    };
    let (key, taken) = (fold(&entity.name), waits(PendingReason::TargetTaken));
    for waiting in board.waiting(entity.target_type)? {
        let asked = board.rules().mapping_name(waiting.mapping.rule, &waiting.group_name);
        if waiting.mapping.status == taken && asked.is_some_and(|asked| fold(&asked) == key) {
            board.set_status(&waiting.mapping, waits(reason))?;
        }
    }
    Ok(())
}

/// A feature was switched on or off (mapping.md §4.6).
pub fn feature_switched(board: &mut dyn Board, target_type: TargetType) -> Result<()> {
    let on = is_on(board.features(), target_type);
    for named in board.mappings_to(target_type)? {
        let mapping = &named.mapping;
        match mapping.status {
            Status::Approved { entity, by } if !on => {
                let frozen = Some((entity, by));
                board.set_status(
                    mapping,
                    Status::Pending { reason: PendingReason::FeatureDisabled, frozen },
                )?;
            }
            Status::Pending { reason: PendingReason::FeatureDisabled, frozen: Some((entity, by)) } if on => {
                names::thaw(board, mapping, (entity, by), &named.group_name)?;
            }
            Status::Pending { reason: PendingReason::FeatureDisabled, frozen: None } if on => {
                match matching(board, &named.group_name, target_type).filter(|found| found.auto_approve) {
                    Some(found) => attempt(board, mapping, &named.group_name, &found)?,
                    None => board.set_status(
                        mapping,
                        Status::Pending { reason: PendingReason::AwaitingApproval, frozen: None },
                    )?,
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the feature of a target type is on.
pub fn is_on(features: Features, target_type: TargetType) -> bool {
    match target_type {
        TargetType::Team => features.teams,
        TargetType::ConcurrencyGroup => features.concurrency_groups,
        TargetType::SubOrganization => features.sub_organizations,
    }
}

/// Why rules run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    Appeared,
    Renamed,
    Applied,
}

fn run_rules(board: &mut dyn Board, group: GroupId, name: &str, occasion: Occasion) -> Result<()> {
    let found = board.rules().first_match(name);
    let mappings: Vec<Mapping> =
        board.mappings_of(group)?.into_iter().filter(|mapping| mapping.status.counts()).collect();
    for mapping in &mappings {
        let approving =
            found.as_ref().filter(|found| found.auto_approve && found.target_type == mapping.target_type);
        match mapping.status {
            Status::Approved { entity, by: Approval::Auto }
                if occasion == Occasion::Renamed && approving.is_none() =>
            {
                let frozen = Some((entity, Approval::Auto));
                board.set_status(mapping, Status::Pending { reason: PendingReason::RuleChanged, frozen })?;
            }
            Status::Pending { reason, frozen } if mapping.made_by_rule => match (approving, reason) {
                (_, PendingReason::TargetDeleted) => {}
                (Some(found), _) => attempt(board, mapping, name, found)?,
                // What an admin had approved thaws with its feature, whatever the rules say; what was never approved asks
                // the rules when the feature comes on.
                (None, PendingReason::FeatureDisabled) if !matches!(frozen, Some((_, Approval::Auto))) => {}
                (
                    None,
                    PendingReason::FeatureDisabled
                    | PendingReason::TargetMissing
                    | PendingReason::TargetTaken,
                ) => write_status(
                    board,
                    mapping,
                    Status::Pending { reason: PendingReason::RuleChanged, frozen },
                )?,
                (None, PendingReason::AwaitingApproval | PendingReason::RuleChanged) => {}
            },
            Status::Pending { .. } | Status::Approved { .. } | Status::Rejected(_) => {}
        }
    }
    let may_create = match occasion {
        Occasion::Appeared | Occasion::Renamed => true,
        Occasion::Applied => mappings.is_empty(),
    };
    match found {
        Some(found)
            if may_create && !mappings.iter().any(|mapping| mapping.target_type == found.target_type) =>
        {
            create(board, group, &found)
        }
        _ => Ok(()),
    }
}

fn create(board: &mut dyn Board, group: GroupId, found: &Match) -> Result<()> {
    let status = if !is_on(board.features(), found.target_type) {
        Status::Pending { reason: PendingReason::FeatureDisabled, frozen: None }
    } else if found.auto_approve {
        auto_target(board, found.target_type, &found.entity_name, None)?
    } else {
        Status::Pending { reason: PendingReason::AwaitingApproval, frozen: None }
    };
    board.create_mapping(group, found.target_type, status, MadeBy::Rule(found.rule))?;
    Ok(())
}

/// Approves a pending mapping that the first matching rule auto-approves, as far as its target allows.
fn attempt(board: &mut dyn Board, mapping: &Mapping, group_name: &str, found: &Match) -> Result<()> {
    let frozen = match mapping.status {
        Status::Pending { frozen, .. } => frozen,
        Status::Approved { .. } | Status::Rejected(_) => return Ok(()),
    };
    if !is_on(board.features(), mapping.target_type) {
        return write_status(
            board,
            mapping,
            Status::Pending { reason: PendingReason::FeatureDisabled, frozen },
        );
    }
    match frozen {
        Some((entity, _)) => {
            board.set_status(mapping, Status::Approved { entity, by: Approval::Auto })?;
            names::follow(board, mapping, entity, group_name)
        }
        None => {
            let status = auto_target(board, mapping.target_type, &found.entity_name, Some(mapping))?;
            if mapping.rule == found.rule {
                return write_status(board, mapping, status);
            }
            // Written even where it stays the same, so that the feed tells of the rule.
            board.set_rule(mapping, found.rule)?;
            board.set_status(mapping, status)
        }
    }
}

/// Where auto-approval to an entity of this name leads (mapping.md §4.1); creates what may be created.
fn auto_target(
    board: &mut dyn Board,
    target_type: TargetType,
    name: &str,
    mapping: Option<&Mapping>,
) -> Result<Status> {
    let wait = |reason| Status::Pending { reason, frozen: None };
    if !is_on(board.features(), target_type) {
        return Ok(wait(PendingReason::FeatureDisabled));
    }
    let entity = match board.entity_named(target_type, name)? {
        Some(entity) => match board.holder(entity.id)? {
            Some(holder) if mapping.is_none_or(|mapping| mapping.id != holder.mapping.id) => {
                return Ok(wait(PendingReason::TargetTaken));
            }
            Some(_) | None => entity,
        },
        None if target_type.follows_group() => board.create_entity(target_type, name)?,
        None => return Ok(wait(PendingReason::TargetMissing)),
    };
    Ok(Status::Approved { entity: entity.id, by: Approval::Auto })
}

fn write_status(board: &mut dyn Board, mapping: &Mapping, status: Status) -> Result<()> {
    if mapping.status == status { Ok(()) } else { board.set_status(mapping, status) }
}

/// What the first matching rule makes of a group, if that is this target type.
fn matching(board: &dyn Board, group_name: &str, target_type: TargetType) -> Option<Match> {
    board.rules().first_match(group_name).filter(|found| found.target_type == target_type)
}

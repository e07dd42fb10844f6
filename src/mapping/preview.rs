//! What a change of rules, or an approval or rejection by hand, would come to (mapping.md §9.1).
//!
//! The change runs on a board over memory by the same functions that a real one runs by ([`run`]); then the caller
//! settles the users whom it touches, and what comes of it is counted ([`Tally`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::mapping::approval::{self, Choice};
use crate::mapping::memory::MemoryBoard;
use crate::mapping::places::Places;
use crate::mapping::targets;
use crate::model::assignment::Assignment;
use crate::model::conflict::{ConflictKind, Pair};
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::id::{EntityId, GroupId, MappingId, UserId};

/// How many users are named of those whom a conflict would concern.
const EXAMPLES: usize = 5;

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// The rules of the board run over all groups, as `apply` does (mapping.md §3.4).
    Rules,
    /// An admin approves a mapping.
    Approve(MappingId, Choice),
    /// An admin rejects a mapping.
    Reject(MappingId),
    /// An admin removes a mapping.
    Remove(MappingId),
    /// An admin maps a group.
    Map(GroupId, TargetType, Choice),
}

/// Makes the moves of a trial.
///
/// # Errors
/// What the real change would be refused with.
pub fn run(board: &mut MemoryBoard, trial: &Trial) -> Result<()> {
    let stored = |board: &MemoryBoard, id: MappingId| {
        board.mapping(id).cloned().ok_or_else(|| Error::not_found("mapping", id))
    };
    match trial {
        Trial::Rules => {
            for (group, name) in board.groups().clone() {
                targets::rules_applied(board, group, &name)?;
            }
            Ok(())
        }
        Trial::Approve(id, choice) => {
            let mapping = stored(board, *id)?;
            let name = name_of(board, mapping.group)?;
            approval::approve(board, &mapping, &name, choice)
        }
        Trial::Reject(id) => {
            let mapping = stored(board, *id)?;
            approval::reject(board, &mapping)
        }
        Trial::Remove(id) => {
            let mapping = stored(board, *id)?;
            approval::remove(board, &mapping)
        }
        Trial::Map(group, target_type, choice) => {
            let name = name_of(board, *group)?;
            approval::map_group(board, *group, &name, *target_type, choice).map(drop)
        }
    }
}

fn name_of(board: &MemoryBoard, group: GroupId) -> Result<String> {
    board.groups().get(&group).cloned().ok_or_else(|| Error::not_found("group", group))
}

/// What comes of a trial for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many users would gain or lose anything.
    pub users: usize,
    /// By entity, where anybody comes or goes.
    pub entities: BTreeMap<EntityId, Movement>,
    /// The conflicts that would open, by the two mappings.
    pub opened: BTreeMap<Pair, Opened>,
    /// How many open conflicts would close.
    pub closed: usize,
}

/// How many users come into an entity, and how many leave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// Who would be in it and is not.
    pub gains: usize,
    /// Who is in it and would not be.
    pub losses: usize,
}

/// The conflicts between two mappings that would open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What kind of clash.
    pub kind: ConflictKind,
    /// Over how many users.
    pub users: usize,
    /// Some of them.
    pub examples: Vec<UserId>,
}

impl Tally {
    /// Counts what one user would gain and lose, and the conflicts that would open besides those `kept`. `default` is the
    /// organization's default concurrency group, which everybody is in who is in no other.
    pub fn count(
        &mut self,
        user: UserId,
        before: &BTreeSet<Assignment>,
        kept: &[Pair],
        after: &Places,
        default: EntityId,
    ) {
        let (was, is) = (entities(before, default), entities(&after.assignments, default));
        if was != is {
            self.users += 1;
        }
        for entity in is.difference(&was) {
            self.entities.entry(*entity).or_default().gains += 1;
        }
        for entity in was.difference(&is) {
            self.entities.entry(*entity).or_default().losses += 1;
        }
        for (pair, kind) in &after.conflicts {
            if !kept.contains(pair) {
                self.open(user, *pair, *kind);
            }
        }
    }

    fn open(&mut self, user: UserId, pair: Pair, kind: ConflictKind) {
        let opened =
            self.opened.entry(pair).or_insert_with(|| Opened { kind, users: 0, examples: Vec::new() });
        opened.users += 1;
        if opened.examples.len() < EXAMPLES {
            opened.examples.push(user);
        }
    }
}

/// The entities that these places come to.
fn entities(places: &BTreeSet<Assignment>, default: EntityId) -> BTreeSet<EntityId> {
    let mut entities: BTreeSet<EntityId> = places.iter().map(|place| place.entity).collect();
    if !places.iter().any(|place| place.target_type == TargetType::ConcurrencyGroup) {
        entities.insert(default);
    }
    entities
}

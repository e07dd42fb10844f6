//! Whose facts each committed change moved, remembered while somebody prepares a large change.
//!
//! A large change reads facts on a snapshot before it has the writer. Every change that writes anything moves its
//! organization's revision, and says from where to where and whose facts; so what was read holds for everybody whom no
//! change named in between. Where the chain of revisions has a gap, another process wrote, and nothing read holds.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::id::{OrganizationId, UserId};

/// A change that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) organization: OrganizationId,
    /// The revision before it.
    pub(super) from: i64,
    /// The revision after it.
    pub(super) to: i64,
    /// Whose facts it may have changed.
    pub(super) users: Vec<UserId>,
}

impl Move {
    /// A move to a revision that may have been before, from one that never was: nothing read before it holds.
    pub(super) fn unknown(organization: OrganizationId) -> Move {
        Move { organization, from: i64::MAX, to: i64::MAX, users: Vec::new() }
    }
}

/// The moves since the first of those who watch began.
#[derive(Clone, Default)]
pub(super) struct Moves(Arc<Mutex<Log>>);

#[derive(Default)]
struct Log {
    watchers: usize,
    moves: Vec<Move>,
}

/// As long as this lives, moves are remembered.
pub struct Watch(Moves);

impl Moves {
    pub(super) fn watch(&self) -> Watch {
        self.with(|log| log.watchers += 1);
        Watch(self.clone())
    }

    /// Remembers what a transaction moved, after its commit and before the next one begins.
    pub(super) fn publish(&self, moves: Vec<Move>) {
        self.with(|log| {
            if log.watchers > 0 {
                log.moves.extend(moves);
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Log) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watch {
    /// Whose facts moved between two revisions of an organization; `None` when that is not known.
    pub fn moved(&self, organization: OrganizationId, since: i64, until: i64) -> Option<BTreeSet<UserId>> {
        self.0.with(|log| {
            let mut reached = since;
            let mut users = BTreeSet::new();
            for step in log.moves.iter().filter(|step| step.organization == organization && step.to > since) {
                if step.from != reached {
                    return None;
                }
                reached = step.to;
                users.extend(&step.users);
            }
            (reached == until).then_some(users)
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.with(|log| {
            log.watchers -= 1;
            if log.watchers == 0 {
                log.moves = Vec::new();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: OrganizationId = OrganizationId(1);

    fn step(organization: i64, from: i64, to: i64, user: i64) -> Move {
        Move { organization: OrganizationId(organization), from, to, users: vec![UserId(user)] }
    }

    #[test]
    fn those_are_named_whom_changes_after_the_snapshot_touched_in_this_organization() {
        let moves = Moves::default();
        let watch = moves.watch();
        moves.publish(vec![step(1, 3, 5, 1), step(2, 5, 6, 2), step(1, 5, 6, 3), step(1, 6, 9, 4)]);
        assert_eq!(watch.moved(HERE, 5, 9), Some(BTreeSet::from([UserId(3), UserId(4)])));
        assert_eq!(watch.moved(HERE, 9, 9), Some(BTreeSet::new()));
    }

    #[test]
    fn a_gap_in_the_revisions_says_that_another_process_wrote() {
        let moves = Moves::default();
        let watch = moves.watch();
        moves.publish(vec![step(1, 5, 6, 3), step(1, 7, 8, 4)]);
        assert_eq!(watch.moved(HERE, 5, 8), None, "in the middle");
        assert_eq!(watch.moved(HERE, 7, 9), None, "at the end");
        assert_eq!(watch.moved(HERE, 6, 8), None, "at the beginning");
    }

    #[test]
    fn nothing_is_remembered_when_nobody_watches() {
        let moves = Moves::default();
        moves.publish(vec![step(1, 5, 6, 3)]);
        let watch = moves.watch();
        assert_eq!(watch.moved(HERE, 5, 6), None);
        moves.publish(vec![step(1, 6, 7, 3)]);
        drop(watch);
        assert_eq!(moves.watch().moved(HERE, 6, 7), None);
    }
}

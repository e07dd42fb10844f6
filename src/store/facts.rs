//! The facts that decide users' places and roles, as they are stored about each user alone.
//!
//! They are read by a fixed number of statements whatever the number of users, for a large change on a reader's snapshot
//! before the writer is taken; [`states`](super::states) joins them with what their groups mean.

use std::collections::HashMap;

use rusqlite::Row;

use crate::model::assignment::Assignment;
use crate::model::cause::Cause;
use crate::model::conflict::{Decision, Pair};
use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::id::{ConflictId, EntityId, GroupId, MappingId, ResourceId, UserId};
use crate::model::role::Role;
use crate::store::assignments::source;
use crate::store::conflicts::{self, ConflictSide};
use crate::store::entities::target_type;
use crate::store::history::cause;
use crate::store::query::{Db, id_list};
use crate::store::users::role;

/// A conflict that waits for an admin, as it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenConflict {
    /// Its row.
    pub id: ConflictId,
    /// What holds.
    pub current: ConflictSide,
    /// What waits.
    pub incoming: ConflictSide,
}

impl OpenConflict {
    /// The two mappings.
    pub fn pair(&self) -> Pair {
        Pair { current: self.current.mapping, incoming: self.incoming.mapping }
    }
}

/// A place as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPlace {
    /// Its row.
    pub(super) row: i64,
    /// The place.
    pub place: Assignment,
    /// With a mapping's claim, that claim's group.
    pub group: Option<GroupId>,
    /// What began it.
    pub begun: Cause,
}

/// What is stored about one user alone. It changes only in changes that name the user among those they touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFacts {
    /// The user.
    pub user: UserId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// `userName`.
    pub user_name: String,
    /// Whether the user is not deleted.
    pub living: bool,
    /// The role that the IdP gave the user itself.
    pub own_role: Option<Role>,
    /// The role that counted until now.
    pub effective_role: Role,
    /// The living concurrency group that `LambdatestGroup` is bound to.
    pub attribute: Option<EntityId>,
    /// The groups that the user is in.
    pub groups: Vec<GroupId>,
    /// The mappings that an admin has the user held back from.
    pub withheld: Vec<MappingId>,
    /// The places until now, by age.
    pub assignments: Vec<StoredPlace>,
    /// The places by hand.
    pub manual: Vec<(TargetType, EntityId)>,
    /// Remembered decisions.
    pub decisions: Vec<Decision>,
    /// Conflicts that are open until now.
    pub conflicts: Vec<OpenConflict>,
    /// The number of the newest row in the history of the user's places; 0 where there is none.
    pub newest_place: i64,
    /// The number of the newest row in the history of the user's role; 0 where there is none.
    pub(super) newest_role: i64,
}

const ASSIGNMENTS: &str =
    "SELECT a.user_id, a.target_type, a.entity_id, a.source, a.mapping_id, p.group_id, a.id,
    a.since, a.request_id, a.token FROM assignments a LEFT JOIN mappings p ON p.id = a.mapping_id
    WHERE a.user_id IN (SELECT value FROM json_each(?1)) ORDER BY a.id";

const MEMBERSHIPS: &str = "SELECT user_id, group_id FROM memberships
    WHERE user_id IN (SELECT value FROM json_each(?1)) ORDER BY user_id, group_id";

const WITHHELD: &str =
    "SELECT user_id, mapping_id FROM withheld WHERE user_id IN (SELECT value FROM json_each(?1))";

const MANUAL: &str = "SELECT user_id, target_type, entity_id FROM manual_places
    WHERE user_id IN (SELECT value FROM json_each(?1)) ORDER BY user_id, entity_id";

const DECISIONS: &str = "SELECT user_id, group_a, entity_a, group_b, entity_b, a_wins FROM decisions
    WHERE user_id IN (SELECT value FROM json_each(?1))";

const CONFLICTS: &str = "SELECT user_id, id, current_mapping_id, current_group_id, current_entity_id,
    incoming_mapping_id, incoming_group_id, incoming_entity_id FROM conflicts
    WHERE status = 'open' AND user_id IN (SELECT value FROM json_each(?1)) ORDER BY id";

impl Db<'_> {
    /// The facts about these users, in the order of their rows.
    pub fn user_facts(&self, users: &[UserId]) -> Result<Vec<StoredFacts>> {
        let list = id_list(users.iter().map(|user| user.0));
        let mut facts = self.all(
            "SELECT u.id, u.resource_id, u.user_name, u.deleted IS NULL, u.own_role, u.effective_role, e.id,
                (SELECT ifnull(max(number), 0) FROM assignment_history WHERE user_id = u.id),
                (SELECT ifnull(max(number), 0) FROM role_history WHERE user_id = u.id)
                FROM users u LEFT JOIN entities e ON e.id = u.concurrency_group_entity_id AND e.deleted IS NULL
                WHERE u.id IN (SELECT value FROM json_each(?1)) ORDER BY u.id",
            [&list],
            user,
        )?;
        let mut filler = Filler::new(self, &list, &mut facts);
        filler.each(MEMBERSHIPS, |row| Ok(GroupId(row.get(1)?)), |user| &mut user.groups)?;
        filler.each(WITHHELD, |row| Ok(MappingId(row.get(1)?)), |user| &mut user.withheld)?;
        filler.each(ASSIGNMENTS, stored_place, |user| &mut user.assignments)?;
        filler.each(
            MANUAL,
            |row| Ok((target_type(row, 1)?, EntityId(row.get(2)?))),
            |user| &mut user.manual,
        )?;
        filler.each(DECISIONS, decision, |user| &mut user.decisions)?;
        filler.each(CONFLICTS, open_conflict, |user| &mut user.conflicts)?;
        Ok(facts)
    }
}

fn user(row: &Row<'_>) -> rusqlite::Result<StoredFacts> {
    Ok(StoredFacts {
        user: UserId(row.get(0)?),
        resource_id: ResourceId(row.get(1)?),
        user_name: row.get(2)?,
        living: row.get(3)?,
        own_role: role(row, 4)?,
        effective_role: role(row, 5)?.unwrap_or(Role::User),
        attribute: row.get::<_, Option<i64>>(6)?.map(EntityId),
        newest_place: row.get(7)?,
        newest_role: row.get(8)?,
        groups: Vec::new(),
        withheld: Vec::new(),
        assignments: Vec::new(),
        manual: Vec::new(),
        decisions: Vec::new(),
        conflicts: Vec::new(),
    })
}

fn stored_place(row: &Row<'_>) -> rusqlite::Result<StoredPlace> {
    let place = Assignment {
        target_type: target_type(row, 1)?,
        entity: EntityId(row.get(2)?),
        source: source(&row.get::<_, String>(3)?, row.get(4)?),
    };
    let group = row.get::<_, Option<i64>>(5)?.map(GroupId);
    Ok(StoredPlace { row: row.get(6)?, place, group, begun: cause(row, 7)? })
}

pub(super) fn decision(row: &Row<'_>) -> rusqlite::Result<Decision> {
    let a = (GroupId(row.get(1)?), EntityId(row.get(2)?));
    let b = (GroupId(row.get(3)?), EntityId(row.get(4)?));
    let a_wins: bool = row.get(5)?;
    let (winner, loser) = if a_wins { (a, b) } else { (b, a) };
    Ok(Decision { winner, loser })
}

fn open_conflict(row: &Row<'_>) -> rusqlite::Result<OpenConflict> {
    Ok(OpenConflict {
        id: ConflictId(row.get(1)?),
        current: conflicts::side(row, 2)?,
        incoming: conflicts::side(row, 5)?,
    })
}

/// Puts the rows of further statements, whose first column is the user, into the facts.
struct Filler<'f> {
    db: &'f Db<'f>,
    list: &'f str,
    facts: &'f mut [StoredFacts],
    index: HashMap<i64, usize>,
}

impl<'f> Filler<'f> {
    fn new(db: &'f Db<'f>, list: &'f str, facts: &'f mut [StoredFacts]) -> Filler<'f> {
        let index = facts.iter().enumerate().map(|(index, facts)| (facts.user.0, index)).collect();
        Filler { db, list, facts, index }
    }

    fn each<T>(
        &mut self,
        sql: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        place: impl Fn(&mut StoredFacts) -> &mut Vec<T>,
    ) -> Result<()> {
        for (user, value) in self.db.all(sql, [self.list], |row| Ok((row.get::<_, i64>(0)?, read(row)?)))? {
            if let Some(facts) = self.index.get(&user).and_then(|&index| self.facts.get_mut(index)) {
                place(facts).push(value);
            }
        }
        Ok(())
    }
}

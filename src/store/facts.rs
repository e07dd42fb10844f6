//! The facts that the engine decides users' places from, by a fixed number of statements whatever the number of users.

use std::collections::HashMap;

use rusqlite::Row;

use crate::model::assignment::Assignment;
use crate::model::conflict::{Decision, Pair};
use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::id::{ConflictId, EntityId, GroupId, MappingId, ResourceId, UserId};
use crate::model::role::Role;
use crate::store::assignments::source;
use crate::store::conflicts::{self, ConflictSide};
use crate::store::entities::target_type;
use crate::store::query::{Db, id_list};
use crate::store::users::role;

/// A mapping that holds an entity and whose group a user is in, or that gave them a place before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappingClaim {
    /// The mapping.
    pub mapping: MappingId,
    /// Its group.
    pub group: GroupId,
    /// Its target type.
    pub target_type: TargetType,
    /// Its entity.
    pub entity: EntityId,
    /// Whether it is approved; else it is frozen.
    pub approved: bool,
    /// Whether an admin took the place away.
    pub withheld: bool,
}

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

/// Everything stored that decides one user's places and role.
#[derive(Clone, Debug)]
pub struct UserState {
    /// The user.
    pub user: UserId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// `userName`.
    pub user_name: String,
    /// Whether it still exists; a deleted user has nothing.
    pub living: bool,
    /// The role that the IdP gave the user itself.
    pub own_role: Option<Role>,
    /// The role that counted until now.
    pub effective_role: Role,
    /// The highest role that the user's groups give.
    pub group_role: Option<Role>,
    /// The living concurrency group that `LambdatestGroup` is bound to.
    pub attribute: Option<EntityId>,
    /// What the user's groups claim.
    pub claims: Vec<MappingClaim>,
    /// The places until now; with a mapping's claim, that claim's group.
    pub assignments: Vec<(Assignment, Option<GroupId>)>,
    /// The places by hand.
    pub manual: Vec<(TargetType, EntityId)>,
    /// Remembered decisions.
    pub decisions: Vec<Decision>,
    /// Conflicts that are open until now.
    pub conflicts: Vec<OpenConflict>,
}

impl Db<'_> {
    /// The states of these users, in the order of their rows.
    pub fn user_states(&self, users: &[UserId]) -> Result<Vec<UserState>> {
        let list = id_list(users.iter().map(|user| user.0));
        let mut states = self.all(
            "SELECT u.id, u.resource_id, u.user_name, u.deleted IS NULL, u.own_role, u.effective_role, e.id
                FROM users u LEFT JOIN entities e ON e.id = u.concurrency_group_entity_id AND e.deleted IS NULL
                WHERE u.id IN (SELECT value FROM json_each(?1)) ORDER BY u.id",
            [&list],
            |row| {
                Ok(UserState {
                    user: UserId(row.get(0)?),
                    resource_id: ResourceId(row.get(1)?),
                    user_name: row.get(2)?,
                    living: row.get(3)?,
                    own_role: role(row, 4)?,
                    effective_role: role(row, 5)?.unwrap_or(Role::User),
                    attribute: row.get::<_, Option<i64>>(6)?.map(EntityId),
                    group_role: None,
                    claims: Vec::new(),
                    assignments: Vec::new(),
                    manual: Vec::new(),
                    decisions: Vec::new(),
                    conflicts: Vec::new(),
                })
            },
        )?;
        let mut filled = Filler::new(&mut states);
        filled.each(
            self,
            &list,
            GROUP_ROLES,
            |row| role(row, 1),
            |state, role| {
                state.group_role = state.group_role.max(role);
            },
        )?;
        filled.each(self, &list, CLAIMS, claim, |state, claim| state.claims.push(claim))?;
        filled.each(self, &list, ASSIGNMENTS, assignment, |state, place| state.assignments.push(place))?;
        filled.each(
            self,
            &list,
            "SELECT user_id, target_type, entity_id FROM manual_places
                WHERE user_id IN (SELECT value FROM json_each(?1)) ORDER BY user_id, entity_id",
            |row| Ok((target_type(row, 1)?, EntityId(row.get(2)?))),
            |state, place| state.manual.push(place),
        )?;
        filled.each(self, &list, DECISIONS, decision, |state, decision| state.decisions.push(decision))?;
        filled
            .each(self, &list, CONFLICTS, open_conflict, |state, conflict| state.conflicts.push(conflict))?;
        Ok(states)
    }
}

const GROUP_ROLES: &str = "SELECT m.user_id, g.role FROM memberships m JOIN groups g ON g.id = m.group_id
    WHERE g.role IS NOT NULL AND m.user_id IN (SELECT value FROM json_each(?1))";

const CLAIMS: &str = "SELECT m.user_id, p.id, p.group_id, p.target_type, p.entity_id, p.status = 'approved',
    w.user_id IS NOT NULL
    FROM memberships m JOIN mappings p ON p.group_id = m.group_id AND p.entity_id IS NOT NULL
    LEFT JOIN withheld w ON w.mapping_id = p.id AND w.user_id = m.user_id
    WHERE m.user_id IN (SELECT value FROM json_each(?1)) ORDER BY p.id";

const ASSIGNMENTS: &str = "SELECT a.user_id, a.target_type, a.entity_id, a.source, a.mapping_id, p.group_id
    FROM assignments a LEFT JOIN mappings p ON p.id = a.mapping_id
    WHERE a.user_id IN (SELECT value FROM json_each(?1)) ORDER BY a.id";

const DECISIONS: &str = "SELECT user_id, group_a, entity_a, group_b, entity_b, a_wins FROM decisions
    WHERE user_id IN (SELECT value FROM json_each(?1))";

const CONFLICTS: &str = "SELECT user_id, id, current_mapping_id, current_group_id, current_entity_id,
    incoming_mapping_id, incoming_group_id, incoming_entity_id FROM conflicts
    WHERE status = 'open' AND user_id IN (SELECT value FROM json_each(?1)) ORDER BY id";

fn claim(row: &Row<'_>) -> rusqlite::Result<MappingClaim> {
    Ok(MappingClaim {
        mapping: MappingId(row.get(1)?),
        group: GroupId(row.get(2)?),
        target_type: target_type(row, 3)?,
        entity: EntityId(row.get(4)?),
        approved: row.get(5)?,
        withheld: row.get(6)?,
    })
}

fn assignment(row: &Row<'_>) -> rusqlite::Result<(Assignment, Option<GroupId>)> {
    let assignment = Assignment {
        target_type: target_type(row, 1)?,
        entity: EntityId(row.get(2)?),
        source: source(&row.get::<_, String>(3)?, row.get(4)?),
    };
    Ok((assignment, row.get::<_, Option<i64>>(5)?.map(GroupId)))
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

/// Puts the rows of further statements, whose first column is the user, into the states.
struct Filler<'s> {
    states: &'s mut [UserState],
    index: HashMap<i64, usize>,
}

impl<'s> Filler<'s> {
    fn new(states: &'s mut [UserState]) -> Filler<'s> {
        let index = states.iter().enumerate().map(|(index, state)| (state.user.0, index)).collect();
        Filler { states, index }
    }

    fn each<T>(
        &mut self,
        db: &Db<'_>,
        list: &str,
        sql: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        put: impl Fn(&mut UserState, T),
    ) -> Result<()> {
        for (user, value) in db.all(sql, [list], |row| Ok((row.get::<_, i64>(0)?, read(row)?)))? {
            let state = self.index.get(&user).and_then(|&index| self.states.get_mut(index));
            if let Some(state) = state {
                put(state, value);
            }
        }
        Ok(())
    }
}

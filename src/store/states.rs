//! What the engine decides a user's places and role from: the facts about the user, joined with what their groups mean.

use std::collections::{BTreeSet, HashMap};
use std::ops::{Deref, DerefMut};

use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId, MappingId, UserId};
use crate::model::role::Role;
use crate::store::entities::target_type;
use crate::store::facts::StoredFacts;
use crate::store::query::{Db, id_list};
use crate::store::users::role;

/// A mapping that holds an entity and whose group a user is in.
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

/// Everything stored that decides one user's places and role.
#[derive(Clone, Debug)]
pub struct UserState {
    facts: StoredFacts,
    /// The highest role that the user's groups give.
    pub group_role: Option<Role>,
    /// What the user's groups claim, by age of the mapping.
    pub claims: Vec<MappingClaim>,
}

impl Deref for UserState {
    type Target = StoredFacts;

    fn deref(&self) -> &StoredFacts {
        &self.facts
    }
}

impl DerefMut for UserState {
    fn deref_mut(&mut self) -> &mut StoredFacts {
        &mut self.facts
    }
}

/// What live groups give their members.
struct Meanings(HashMap<GroupId, Meaning>);

#[derive(Default)]
struct Meaning {
    role: Option<Role>,
    claims: Vec<MappingClaim>,
}

impl Db<'_> {
    /// The states of these users, in the order of their rows.
    pub fn user_states(&self, users: &[UserId]) -> Result<Vec<UserState>> {
        self.states_of(self.user_facts(users)?)
    }

    /// The states that follow from these facts and from what the groups mean now.
    pub fn states_of(&self, facts: Vec<StoredFacts>) -> Result<Vec<UserState>> {
        let groups: BTreeSet<GroupId> = facts.iter().flat_map(|facts| &facts.groups).copied().collect();
        let meanings = self.meanings(&groups)?;
        Ok(facts.into_iter().map(|facts| meanings.state(facts)).collect())
    }

    fn meanings(&self, groups: &BTreeSet<GroupId>) -> Result<Meanings> {
        let list = id_list(groups.iter().map(|group| group.0));
        let live = self.all(
            "SELECT id, role FROM groups WHERE id IN (SELECT value FROM json_each(?1)) AND deleted IS NULL",
            [&list],
            |row| Ok((GroupId(row.get(0)?), Meaning { role: role(row, 1)?, claims: Vec::new() })),
        )?;
        let mut meanings: HashMap<GroupId, Meaning> = live.into_iter().collect();
        let claims = self.all(
            "SELECT id, group_id, target_type, entity_id, status = 'approved' FROM mappings
                WHERE entity_id IS NOT NULL AND group_id IN (SELECT value FROM json_each(?1)) ORDER BY id",
            [&list],
            |row| {
                Ok(MappingClaim {
                    mapping: MappingId(row.get(0)?),
                    group: GroupId(row.get(1)?),
                    target_type: target_type(row, 2)?,
                    entity: EntityId(row.get(3)?),
                    approved: row.get(4)?,
                    withheld: false,
                })
            },
        )?;
        for claim in claims {
            if let Some(meaning) = meanings.get_mut(&claim.group) {
                meaning.claims.push(claim);
            }
        }
        Ok(Meanings(meanings))
    }
}

impl Meanings {
    fn state(&self, facts: StoredFacts) -> UserState {
        let meant = || facts.groups.iter().filter_map(|group| self.0.get(group));
        let group_role = meant().filter_map(|meaning| meaning.role).max();
        let mut claims: Vec<MappingClaim> = meant()
            .flat_map(|meaning| &meaning.claims)
            .map(|claim| MappingClaim { withheld: facts.withheld.contains(&claim.mapping), ..*claim })
            .collect();
        claims.sort_by_key(|claim| claim.mapping);
        UserState { facts, group_role, claims }
    }
}

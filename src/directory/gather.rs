//! Large changes: the facts about the members of large groups are read on a snapshot, before the writer is taken.
//!
//! The operation and the engine are the same as for every change, and run in the writer's transaction. Only where the
//! facts about a user come from differs: from the snapshot, unless a change in between named the user, or the operation
//! itself changed those facts. What groups and mappings mean is always read in the transaction. So a snapshot that is out
//! of date costs time, never truth; and whose members a change moves ([`About`]) is a guess that may be wrong either way.

use std::collections::HashMap;

use crate::directory::change::Change;
use crate::directory::handle::Directory;
use crate::mapping::targets::is_on;
use crate::model::cause::Cause;
use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::id::{GroupId, MappingId, OrganizationId, ResourceId, UserId};
use crate::model::organization::Features;
use crate::model::rule::RuleChanges;
use crate::store::{Db, StoredFacts, Tx, Watch};

/// From how many members on it pays to read facts before.
pub(super) const LARGE: i64 = 1_000;

/// Whose members a change may move, as far as its caller can tell.
#[derive(Clone, Debug)]
pub enum About {
    /// Nobody's, or only those whom the change names one by one.
    Nobody,
    /// A group's.
    Group(ResourceId),
    /// A group's that is replaced, where it gets another name or has or gets roles.
    Replaced {
        /// The group.
        group: ResourceId,
        /// Its new `displayName`.
        display_name: Option<String>,
        /// Whether the new document names roles.
        roles: bool,
    },
    /// A mapping's group's.
    Mapping(MappingId),
    /// Those of the group that is mapped to an entity.
    Entity(TargetType, ResourceId),
    /// Those of the groups that are mapped to a type whose feature is switched by this.
    Switched(Features),
    /// Those of the groups whose mappings a change of the rules moves.
    Rules(RuleChanges),
}

/// Facts of a snapshot, as [`Directory::gather`] read them.
pub struct Gathered {
    revision: i64,
    facts: HashMap<UserId, StoredFacts>,
    watch: Watch,
}

impl Directory {
    /// Runs an operation as [`Directory::change`] does; where it is about a large group, the facts are read before, so
    /// that other writes wait for its writing only.
    ///
    /// # Errors
    /// What the operation answers; then nothing of it was kept.
    pub fn change_about<T: Send + 'static>(
        &self,
        organization: OrganizationId,
        cause: Cause,
        about: &About,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self.gather(organization, about) {
            None => self.change(organization, cause, operation),
            Some(gathered) => self.change_with(gathered, organization, cause, operation),
        }
    }

    /// Runs an operation with facts that were gathered for it.
    pub(super) fn change_with<T: Send + 'static>(
        &self,
        gathered: Gathered,
        organization: OrganizationId,
        cause: Cause,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let directory = self.clone();
        self.store()
            .write_large(move |tx| directory.run_gathered(Some(gathered), tx, organization, cause, operation))
    }

    /// Runs an operation as [`Directory::run`] does, with what was gathered for it, if anything was.
    ///
    /// # Errors
    /// What the operation answers; the caller must then give the transaction up.
    pub fn run_gathered<T>(
        &self,
        gathered: Option<Gathered>,
        tx: &Tx<'_>,
        organization: OrganizationId,
        cause: Cause,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T>,
    ) -> Result<T> {
        let facts = gathered.map(|gathered| gathered.that_hold(tx, organization)).transpose()?;
        self.run_with(facts.unwrap_or_default(), tx, organization, cause, operation)
    }

    /// Reads the facts about the members of the groups that a change is about; `None` when they are few, or when the
    /// database is too busy to read them: then the change reads for itself.
    pub fn gather(&self, organization: OrganizationId, about: &About) -> Option<Gathered> {
        match about {
            About::Nobody => None,
            _ => self.gather_members(organization, |db| self.groups(db, organization, about)),
        }
    }

    fn gather_members(
        &self,
        organization: OrganizationId,
        groups: impl FnOnce(&Db<'_>) -> Result<Vec<GroupId>>,
    ) -> Option<Gathered> {
        let watch = self.store().watch();
        let read = self.store().read(|db| {
            let groups = groups(db)?;
            if groups.is_empty() || db.member_total(&groups)? < self.large() {
                return Ok(None);
            }
            let mut users: Vec<UserId> =
                db.members_of_groups(&groups)?.into_iter().map(|(user, _)| user).collect();
            users.dedup();
            let facts = db.user_facts(&users)?.into_iter().map(|facts| (facts.user, facts)).collect();
            Ok(Some((db.revision(organization)?, facts)))
        });
        match read {
            Ok(found) => found.map(|(revision, facts)| Gathered { revision, facts, watch }),
            Err(error) => {
                log::warn!("the facts for a large change were not read before it: {error}");
                None
            }
        }
    }

    fn groups(&self, db: &Db<'_>, organization: OrganizationId, about: &About) -> Result<Vec<GroupId>> {
        let one = |group: Option<GroupId>| Ok(group.into_iter().collect());
        match about {
            About::Nobody => Ok(Vec::new()),
            About::Group(id) => one(db.group(organization, id)?.map(|group| group.id)),
            About::Replaced { group, display_name, roles } => {
                let moves = db.group(organization, group)?.filter(|group| {
                    *roles || !group.roles.is_empty() || display_name.as_ref() != Some(&group.display_name)
                });
                one(moves.map(|group| group.id))
            }
            About::Mapping(id) => one(db.mapping(organization, *id)?.map(|mapping| mapping.group)),
            About::Entity(target_type, id) => {
                let entity = db.entity(organization, *target_type, id)?;
                let holder = entity.map(|entity| db.holder(entity.id)).transpose()?.flatten();
                one(holder.map(|(mapping, _)| mapping.group))
            }
            About::Switched(features) => {
                let Some(before) = db.organization_by_id(organization)? else { return Ok(Vec::new()) };
                let mut groups = Vec::new();
                for target_type in TargetType::ALL {
                    if is_on(before.features, target_type) != is_on(*features, target_type) {
                        groups
                            .extend(db.mappings_to(organization, target_type)?.iter().map(|(m, _)| m.group));
                    }
                }
                Ok(groups)
            }
            About::Rules(changes) => self.groups_moved_by(db, organization, changes),
        }
    }
}

impl Gathered {
    /// The facts that no change moved since, seen from the transaction that uses them.
    fn that_hold(
        mut self,
        tx: &Tx<'_>,
        organization: OrganizationId,
    ) -> Result<HashMap<UserId, StoredFacts>> {
        match self.watch.moved(organization, self.revision, tx.revision(organization)?) {
            Some(moved) => {
                for user in moved {
                    self.facts.remove(&user);
                }
                Ok(self.facts)
            }
            None => Ok(HashMap::new()),
        }
    }
}

#[cfg(test)]
#[path = "gather_tests.rs"]
mod tests;

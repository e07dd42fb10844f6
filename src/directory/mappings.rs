//! Approval, rejection and removal of mappings by hand (mapping.md §4).

use crate::directory::change::Change;
use crate::mapping::approval::{self, Choice};
use crate::model::entity::TargetType;
use crate::model::error::{Error, Kind, Result};
use crate::model::group::Group;
use crate::model::id::{MappingId, ResourceId};
use crate::model::mapping::Mapping;

impl Change<'_> {
    /// Maps a group to a target by hand.
    ///
    /// # Errors
    /// `NotFound`; as [`approval::map_group`].
    pub fn map_group(
        &mut self,
        group: &ResourceId,
        target_type: TargetType,
        choice: &Choice,
    ) -> Result<Mapping> {
        let group = self.live_group(group)?;
        let id = approval::map_group(&mut self.board()?, group.id, &group.display_name, target_type, choice)?;
        self.mapping(id)
    }

    /// Approves a mapping by hand.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when its group is deleted; as [`approval::approve`].
    pub fn approve_mapping(&mut self, id: MappingId, choice: &Choice) -> Result<Mapping> {
        let mapping = self.mapping(id)?;
        let group = self.stored_group(mapping.group)?;
        check_group_lives(&group, id)?;
        approval::approve(&mut self.board()?, &mapping, &group.display_name, choice)?;
        self.mapping(id)
    }

    /// Rejects a mapping by hand.
    ///
    /// # Errors
    /// `NotFound`; as [`approval::reject`].
    pub fn reject_mapping(&mut self, id: MappingId) -> Result<Mapping> {
        let mapping = self.mapping(id)?;
        approval::reject(&mut self.board()?, &mapping)?;
        self.mapping(id)
    }

    /// Removes a mapping: it becomes history.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove_mapping(&mut self, id: MappingId) -> Result<()> {
        let mapping = self.mapping(id)?;
        approval::remove(&mut self.board()?, &mapping)
    }

    fn mapping(&self, id: MappingId) -> Result<Mapping> {
        self.tx.mapping(self.organization.id, id)?.ok_or_else(|| Error::not_found("mapping", id))
    }
}

/// Refuses to approve a mapping of a group that is deleted.
pub(super) fn check_group_lives(group: &Group, mapping: MappingId) -> Result<()> {
    match group.deleted {
        None => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Conflict,
            format!(
                "The group \"{}\" of mapping {mapping} is deleted; push it again first.",
                group.display_name
            ),
        )),
    }
}

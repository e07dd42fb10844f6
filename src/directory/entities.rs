//! What admins do to entities and to people's places by hand (mapping.md §5.6, §6.3 and §6.4).

use crate::directory::change::Change;
use crate::mapping::{names, targets};
use crate::model::assignment::Source;
use crate::model::entity::{CreatedBy, Entity, TargetType};
use crate::model::error::{Error, Kind, Result};
use crate::model::event::EventKind;
use crate::model::id::{EntityId, ResourceId};
use crate::model::name;
use crate::model::user::User;
use serde_json::json;

impl Change<'_> {
    /// Creates an entity; pending mappings that wait for its name get it (mapping.md §4.7).
    ///
    /// # Errors
    /// `InvalidValue` for an empty or over-long name; `Conflict` when the name is taken.
    pub fn create_entity(&mut self, target_type: TargetType, name: &str) -> Result<Entity> {
        let name = self.free_name(target_type, name, None)?;
        let entity = self.insert_entity(target_type, &name, CreatedBy::Admin)?;
        targets::settle_waiting(&mut self.board()?, target_type, &name)?;
        Ok(entity)
    }

    /// Renames an entity by hand; the next rename of its group writes over it.
    ///
    /// # Errors
    /// `NotFound`; as [`Change::create_entity`].
    pub fn rename_entity(&mut self, target_type: TargetType, id: &ResourceId, name: &str) -> Result<Entity> {
        let entity = self.living_entity(target_type, id)?;
        let name = self.free_name(target_type, name, Some(entity.id))?;
        if name != entity.name {
            self.write_entity_name(&entity, &name)?;
            names::renamed_by_hand(&mut self.board()?, &entity, &name)?;
        }
        self.living_entity(target_type, id)
    }

    /// Deletes an entity: its places end, and no rule makes it again (mapping.md §6.3).
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the default concurrency group.
    pub fn delete_entity(&mut self, target_type: TargetType, id: &ResourceId) -> Result<()> {
        let entity = self.living_entity(target_type, id)?;
        if entity.is_default {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "\"{}\" is the organization's default concurrency group, which everybody is in who is in no other; \
                     it cannot be deleted.",
                    entity.name
                ),
            ));
        }
        for user in self.tx.users_placed_in(entity.id)? {
            self.touch_by_meaning(user, None);
        }
        for user in self.tx.users_pointing_at(entity.id)? {
            self.touch(user, None);
        }
        targets::entity_deleted(&mut self.board()?, &entity)?;
        let described = self.describe_entity(entity.id)?;
        self.tx.delete_entity(entity.id, self.cause.at)?;
        self.record(EventKind::EntityDeleted, json!({"entity": described}));
        Ok(())
    }

    /// Puts a user into an entity by hand: additive for teams; in an exclusive slot it holds while no mapping and no
    /// `LambdatestGroup` claims the slot.
    ///
    /// # Errors
    /// `NotFound` for the entity or the user.
    pub fn put_member(&mut self, target_type: TargetType, id: &ResourceId, user: &ResourceId) -> Result<()> {
        let (entity, user) = (self.living_entity(target_type, id)?, self.living_user(user)?);
        self.tx.put_by_hand(user.id, &entity, self.cause.at, &self.cause.request_id)?;
        self.touch(user.id, None);
        Ok(())
    }

    /// Takes a user out of an entity by hand. What a mapping gave stays away until the IdP asserts that membership
    /// again.
    ///
    /// # Errors
    /// `NotFound` for the entity or the user; `Conflict` for a place that cannot be taken away: the default concurrency
    /// group, or one that the user's `LambdatestGroup` names.
    pub fn remove_member(
        &mut self,
        target_type: TargetType,
        id: &ResourceId,
        user: &ResourceId,
    ) -> Result<()> {
        let (entity, user) = (self.living_entity(target_type, id)?, self.living_user(user)?);
        let places = self.tx.assignments_of(user.id)?;
        for (place, _) in places.iter().filter(|(place, _)| place.entity == entity.id) {
            match place.source {
                Source::Mapping(mapping) => self.tx.withhold(mapping, user.id, &self.cause)?,
                Source::Manual => {}
                Source::Attribute => {
                    return Err(Error::new(
                        Kind::Conflict,
                        format!(
                            "\"{}\" is in \"{}\" because the identity provider says so in LambdatestGroup. Change it \
                             there, or map a group to another concurrency group.",
                            user.user_name, entity.name
                        ),
                    ));
                }
            }
        }
        let nowhere = !places.iter().any(|(place, _)| place.target_type == TargetType::ConcurrencyGroup);
        if entity.is_default && nowhere {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "\"{}\" is the default concurrency group. Put \"{}\" into another one instead.",
                    entity.name, user.user_name
                ),
            ));
        }
        self.tx.take_by_hand(user.id, entity.id)?;
        self.touch(user.id, None);
        Ok(())
    }

    fn free_name(&self, target_type: TargetType, name: &str, except: Option<EntityId>) -> Result<String> {
        let name = name::parse("name", name)?;
        let holder = self.tx.entity_named(self.organization.id, target_type, &name)?;
        match holder.filter(|holder| Some(holder.id) != except) {
            None => Ok(name),
            Some(holder) => Err(Error::new(
                Kind::Conflict,
                format!(
                    "name: there is a {} \"{}\" already; names are compared without case.",
                    target_type.words(),
                    holder.name
                ),
            )
            .at("name")),
        }
    }

    fn living_entity(&self, target_type: TargetType, id: &ResourceId) -> Result<Entity> {
        let found = self.tx.entity(self.organization.id, target_type, id)?;
        found.ok_or_else(|| Error::not_found(target_type.words(), id))
    }

    fn living_user(&self, id: &ResourceId) -> Result<User> {
        self.tx.user(self.organization.id, id)?.ok_or_else(|| Error::not_found("user", id))
    }
}

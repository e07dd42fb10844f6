//! What the group side of the engine looks at and moves: mappings and entities.
//!
//! `directory` lays the board over a transaction, preview and the tests over memory; the rules of the game in
//! [`targets`](super::targets), [`approval`](super::approval) are the same.

use crate::mapping::rules::RuleSet;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId, MappingId, RuleId};
use crate::model::mapping::{Mapping, Status};
use crate::model::organization::Features;

/// A mapping with the name of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMapping {
    /// The mapping.
    pub mapping: Mapping,
    /// `displayName` of its group.
    pub group_name: String,
}

/// One organization's mappings and entities; reads see earlier writes.
pub trait Board {
    /// What is switched on.
    fn features(&self) -> Features;

    /// The rules, compiled.
    fn rules(&self) -> &RuleSet;

    /// All mappings of a group, history included, oldest first.
    fn mappings_of(&self, group: GroupId) -> Result<Vec<Mapping>>;

    /// The mappings of live groups of one target type that wait for a name (`target_missing`, `target_taken`), oldest first.
    fn waiting(&self, target_type: TargetType) -> Result<Vec<NamedMapping>>;

    /// The pending and approved mappings of live groups of one target type, oldest first.
    fn mappings_to(&self, target_type: TargetType) -> Result<Vec<NamedMapping>>;

    /// The living entity of this type and name, compared without case.
    fn entity_named(&self, target_type: TargetType, name: &str) -> Result<Option<Entity>>;

    /// A living entity.
    fn entity(&self, id: EntityId) -> Result<Option<Entity>>;

    /// The mapping that holds an entity, with its group's name.
    fn holder(&self, entity: EntityId) -> Result<Option<NamedMapping>>;

    /// Makes an entity for a mapping; its name is free.
    fn create_entity(&mut self, target_type: TargetType, name: &str) -> Result<Entity>;

    /// Gives an entity another name, which is free.
    fn rename_entity(&mut self, entity: &Entity, name: &str) -> Result<()>;

    /// Makes a mapping; with a rule, or by hand.
    fn create_mapping(
        &mut self,
        group: GroupId,
        target_type: TargetType,
        status: Status,
        by: MadeBy,
    ) -> Result<MappingId>;

    /// Writes a mapping's state. With another entity, or none, `rename_blocked` is over: it is about the entity.
    fn set_status(&mut self, mapping: &Mapping, status: Status) -> Result<()>;

    /// Writes the rule by which a mapping asks for its name.
    fn set_rule(&mut self, mapping: &Mapping, rule: Option<RuleId>) -> Result<()>;

    /// Writes whether a mapping's entity had to keep its name.
    fn set_rename_blocked(&mut self, mapping: &Mapping, blocked: bool) -> Result<()>;
}

/// Who makes a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// A rule; `None` for one that exists in a preview only.
    Rule(Option<RuleId>),
    /// An admin.
    Hand,
}

/// What a mapping's new state means for the members of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Nothing.
    Nobody,
    /// Their places must be looked at; `fresh` says that the mapping's claim is new for them.
    Members {
        /// Whether it gives them something that it did not give before.
        fresh: bool,
    },
}

/// Whom a mapping's change of state moves; `before` is `None` for a new mapping.
pub fn moved(before: Option<Status>, after: Status) -> Moved {
    let gives = |status| match status {
        Status::Approved { entity, .. } => Some(entity),
        Status::Pending { .. } | Status::Rejected(_) => None,
    };
    let same_claim = before.and_then(gives) == gives(after);
    if same_claim && before.and_then(Status::entity) == after.entity() {
        return Moved::Nobody;
    }
    Moved::Members { fresh: gives(after).is_some() }
}

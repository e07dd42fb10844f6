//! Groups and entities of a page in a few words, looked up by one statement each.

use std::collections::HashMap;

use serde_json::Value;

use crate::directory::{entity_json, group_json, mapping_json};
use crate::model::error::Result;
use crate::model::id::{EntityId, GroupId};
use crate::model::mapping::Mapping;
use crate::store::Db;

/// What was looked up.
pub(super) struct Lookup {
    groups: HashMap<GroupId, Value>,
    entities: HashMap<EntityId, Value>,
}

impl Lookup {
    /// Looks these up, deleted ones too.
    pub(super) fn of(db: &Db<'_>, groups: &[GroupId], entities: &[EntityId]) -> Result<Lookup> {
        let groups = db.groups_by_row(groups)?;
        let entities = db.entities_ever(entities)?;
        Ok(Lookup {
            groups: groups.iter().map(|group| (group.id, group_json(group))).collect(),
            entities: entities.iter().map(|entity| (entity.id, entity_json(entity))).collect(),
        })
    }

    /// Looks up what these mappings name.
    pub(super) fn of_mappings(db: &Db<'_>, mappings: &[Mapping]) -> Result<Lookup> {
        let groups: Vec<GroupId> = mappings.iter().map(|mapping| mapping.group).collect();
        let entities: Vec<EntityId> = mappings.iter().filter_map(|mapping| mapping.status.entity()).collect();
        Lookup::of(db, &groups, &entities)
    }

    /// A group; null for one that was not looked up.
    pub(super) fn group(&self, id: GroupId) -> Value {
        self.groups.get(&id).cloned().unwrap_or_default()
    }

    /// An entity; null for one that was not looked up.
    pub(super) fn entity(&self, id: EntityId) -> Value {
        self.entities.get(&id).cloned().unwrap_or_default()
    }

    /// A mapping with its group and entity.
    pub(super) fn mapping(&self, mapping: &Mapping) -> Value {
        let entity = mapping.status.entity().map(|entity| self.entity(entity)).unwrap_or_default();
        mapping_json(mapping, self.group(mapping.group), entity)
    }
}

/// Mappings as the API shows them.
pub(super) fn mappings_json(db: &Db<'_>, mappings: &[Mapping]) -> Result<Vec<Value>> {
    let lookup = Lookup::of_mappings(db, mappings)?;
    Ok(mappings.iter().map(|mapping| lookup.mapping(mapping)).collect())
}

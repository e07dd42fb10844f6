//! The board laid over memory: what preview and tests move instead of a database.
//!
//! It remembers what was moved: which mappings, and whose places must be looked at because of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::mapping::board::{Board, MadeBy, Moved, NamedMapping, moved};
use crate::mapping::rules::RuleSet;
use crate::model::entity::{CreatedBy, Entity, TargetType};
use crate::model::error::{Error, Result};
use crate::model::fold::fold;
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, ResourceId, RuleId};
use crate::model::mapping::{Mapping, PendingReason, Status};
use crate::model::organization::Features;
use crate::model::time::Timestamp;

/// The first number of what exists on a board only: later than any row of a database.
pub const FIRST_NEW: i64 = 1 << 62;

/// What a board is laid out with: one organization.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Whose it is.
    pub organization: OrganizationId,
    /// What is switched on.
    pub features: Features,
    /// The rules, compiled.
    pub rules: RuleSet,
    /// The live groups with their names.
    pub groups: Vec<(GroupId, String)>,
    /// The mappings of those groups, history included.
    pub mappings: Vec<Mapping>,
    /// The living entities.
    pub entities: Vec<Entity>,
}

/// The board.
#[derive(Clone, Debug)]
pub struct MemoryBoard {
    organization: OrganizationId,
    features: Features,
    rules: RuleSet,
    groups: BTreeMap<GroupId, String>,
    mappings: BTreeMap<MappingId, Mapping>,
    of_group: HashMap<GroupId, Vec<MappingId>>,
    entities: BTreeMap<EntityId, Entity>,
    names: HashMap<(TargetType, String), EntityId>,
    holders: HashMap<EntityId, MappingId>,
    /// The names that entities had before they were renamed here.
    renamed: BTreeMap<EntityId, String>,
    /// The mappings that were written, as they were; `None` for new ones.
    written: BTreeMap<MappingId, Option<Mapping>>,
    moved: BTreeMap<GroupId, BTreeSet<MappingId>>,
}

impl MemoryBoard {
    /// Lays out the board.
    pub fn new(contents: Contents) -> MemoryBoard {
        let mut board = MemoryBoard {
            organization: contents.organization,
            features: contents.features,
            rules: contents.rules,
            groups: contents.groups.into_iter().collect(),
            mappings: BTreeMap::new(),
            of_group: HashMap::new(),
            entities: BTreeMap::new(),
            names: HashMap::new(),
            holders: HashMap::new(),
            renamed: BTreeMap::new(),
            written: BTreeMap::new(),
            moved: BTreeMap::new(),
        };
        for entity in contents.entities {
            board.names.insert((entity.target_type, fold(&entity.name)), entity.id);
            board.entities.insert(entity.id, entity);
        }
        for mapping in contents.mappings {
            board.put(mapping);
        }
        board
    }

    /// The live groups with their names, oldest first.
    pub fn groups(&self) -> &BTreeMap<GroupId, String> {
        &self.groups
    }

    /// A mapping as it stands now.
    pub fn mapping(&self, id: MappingId) -> Option<&Mapping> {
        self.mappings.get(&id)
    }

    /// The living entities, oldest first.
    pub fn entities(&self) -> &BTreeMap<EntityId, Entity> {
        &self.entities
    }

    /// The name that an entity had before it was renamed here; `None` for one that was not.
    pub fn old_name(&self, id: EntityId) -> Option<&str> {
        self.renamed.get(&id).map(String::as_str)
    }

    /// The entities that got the name here that they have: new ones and renamed ones.
    pub fn newly_named(&self) -> BTreeSet<EntityId> {
        let new = self.entities.keys().filter(|id| id.0 >= FIRST_NEW);
        new.chain(self.renamed.keys()).copied().collect()
    }

    /// The mappings that were moved, each as it was (`None` for a new one) and as it is.
    pub fn written(&self) -> impl Iterator<Item = (Option<&Mapping>, &Mapping)> {
        self.written
            .iter()
            .filter_map(|(id, before)| Some((before.as_ref(), self.mappings.get(id)?)))
            .filter(|(before, now)| *before != Some(*now))
    }

    /// The groups whose members' places must be looked at, with the claims that are new for them.
    pub fn moved(&self) -> &BTreeMap<GroupId, BTreeSet<MappingId>> {
        &self.moved
    }

    fn put(&mut self, mapping: Mapping) {
        if let Some(entity) = mapping.status.entity() {
            self.holders.insert(entity, mapping.id);
        }
        let of_group = self.of_group.entry(mapping.group).or_default();
        if !of_group.contains(&mapping.id) {
            of_group.push(mapping.id);
        }
        self.mappings.insert(mapping.id, mapping);
    }

    /// Changes a stored mapping, remembering what it was.
    fn write(&mut self, id: MappingId, edit: impl FnOnce(&mut Mapping)) -> Result<()> {
        let mapping = self
            .mappings
            .get_mut(&id)
            .ok_or_else(|| Error::internal(format!("the board has no mapping {id}")))?;
        self.written.entry(id).or_insert_with(|| Some(mapping.clone()));
        edit(mapping);
        Ok(())
    }

    /// Notes whose places a new state touches.
    fn touch(&mut self, group: GroupId, id: MappingId, before: Option<Status>, after: Status) {
        if let Moved::Members { fresh } = moved(before, after) {
            self.moved.entry(group).or_default().extend(fresh.then_some(id));
        }
    }

    fn named(&self, mapping: &Mapping) -> Option<NamedMapping> {
        let group_name = self.groups.get(&mapping.group)?.clone();
        Some(NamedMapping { mapping: mapping.clone(), group_name })
    }

    /// The mappings of live groups of one target type that `wanted` picks, oldest first.
    fn picked(&self, target_type: TargetType, wanted: impl Fn(Status) -> bool) -> Vec<NamedMapping> {
        self.mappings
            .values()
            .filter(|mapping| mapping.target_type == target_type && wanted(mapping.status))
            .filter_map(|mapping| self.named(mapping))
            .collect()
    }

    fn next_id<K: Copy + Ord, V>(known: &BTreeMap<K, V>, number: impl Fn(K) -> i64) -> i64 {
        known.last_key_value().map_or(FIRST_NEW, |(last, _)| (number(*last) + 1).max(FIRST_NEW))
    }
}

impl Board for MemoryBoard {
    fn features(&self) -> Features {
        self.features
    }

    fn rules(&self) -> &RuleSet {
        &self.rules
    }

    fn mappings_of(&self, group: GroupId) -> Result<Vec<Mapping>> {
        let ids = self.of_group.get(&group).into_iter().flatten();
        Ok(ids.filter_map(|id| self.mappings.get(id).cloned()).collect())
    }

    fn waiting(&self, target_type: TargetType) -> Result<Vec<NamedMapping>> {
        Ok(self.picked(target_type, |status| {
            matches!(
                status,
                Status::Pending {
                    reason: PendingReason::TargetMissing | PendingReason::TargetTaken,
                    frozen: None
                }
            )
        }))
    }

    fn mappings_to(&self, target_type: TargetType) -> Result<Vec<NamedMapping>> {
        Ok(self.picked(target_type, |status| !matches!(status, Status::Rejected(_))))
    }

    fn entity_named(&self, target_type: TargetType, name: &str) -> Result<Option<Entity>> {
        let found = self.names.get(&(target_type, fold(name)));
        Ok(found.and_then(|id| self.entities.get(id)).cloned())
    }

    fn entity(&self, id: EntityId) -> Result<Option<Entity>> {
        Ok(self.entities.get(&id).cloned())
    }

    fn holder(&self, entity: EntityId) -> Result<Option<NamedMapping>> {
        let mapping = self.holders.get(&entity).and_then(|id| self.mappings.get(id));
        Ok(mapping.and_then(|mapping| self.named(mapping)))
    }

    fn create_entity(&mut self, target_type: TargetType, name: &str) -> Result<Entity> {
        let entity = Entity {
            id: EntityId(MemoryBoard::next_id(&self.entities, |id| id.0)),
            resource_id: ResourceId(String::new()),
            organization: self.organization,
            target_type,
            name: name.to_owned(),
            is_default: false,
            created_by: CreatedBy::Mapping,
            created: Timestamp::from_millis(0),
        };
        self.names.insert((target_type, fold(name)), entity.id);
        self.entities.insert(entity.id, entity.clone());
        Ok(entity)
    }

    fn rename_entity(&mut self, entity: &Entity, name: &str) -> Result<()> {
        self.renamed.entry(entity.id).or_insert_with(|| entity.name.clone());
        self.names.remove(&(entity.target_type, fold(&entity.name)));
        self.names.insert((entity.target_type, fold(name)), entity.id);
        if let Some(entity) = self.entities.get_mut(&entity.id) {
            name.clone_into(&mut entity.name);
        }
        Ok(())
    }

    fn create_mapping(
        &mut self,
        group: GroupId,
        target_type: TargetType,
        status: Status,
        by: MadeBy,
    ) -> Result<MappingId> {
        let id = MappingId(MemoryBoard::next_id(&self.mappings, |id| id.0));
        let (rule, made_by_rule) = match by {
            MadeBy::Rule(rule) => (rule, true),
            MadeBy::Hand => (None, false),
        };
        let never = Timestamp::from_millis(0);
        self.put(Mapping {
            id,
            group,
            target_type,
            status,
            rule,
            made_by_rule,
            rename_blocked: false,
            created: never,
            changed: never,
        });
        self.written.insert(id, None);
        self.touch(group, id, None, status);
        Ok(id)
    }

    fn set_status(&mut self, mapping: &Mapping, status: Status) -> Result<()> {
        if let Some(held) = mapping.status.entity() {
            self.holders.remove(&held);
        }
        if let Some(held) = status.entity() {
            self.holders.insert(held, mapping.id);
        }
        self.write(mapping.id, |stored| {
            stored.rename_blocked &= stored.status.entity() == status.entity();
            stored.status = status;
        })?;
        self.touch(mapping.group, mapping.id, Some(mapping.status), status);
        Ok(())
    }

    fn set_rule(&mut self, mapping: &Mapping, rule: Option<RuleId>) -> Result<()> {
        self.write(mapping.id, |stored| stored.rule = rule)
    }

    fn set_rename_blocked(&mut self, mapping: &Mapping, blocked: bool) -> Result<()> {
        self.write(mapping.id, |stored| stored.rename_blocked = blocked)
    }
}

//! Teams, concurrency groups and sub-organizations: the same handlers for each, told apart by a type.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::admin::body::Fields;
use crate::admin::handle::{Admin, organization};
use crate::admin::list::Listing;
use crate::admin::lookup::Lookup;
use crate::admin::operation::{Body, Operation, SEARCH};
use crate::admin::reply::{self, Reply};
use crate::admin::version::Condition;
use crate::directory::{About, Change, entity_json};
use crate::model::call::Call;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Result};
use crate::model::id::{EntityId, ResourceId};
use crate::store::Db;

/// Which of the three a route is about.
pub trait Noun {
    /// The type of its entities.
    const TYPE: TargetType;
    /// Its path below an organization.
    const PATH: &'static str;
}

/// `teams`.
pub struct Teams;

impl Noun for Teams {
    const TYPE: TargetType = TargetType::Team;
    const PATH: &'static str = "teams";
}

/// `concurrency-groups`.
pub struct ConcurrencyGroups;

impl Noun for ConcurrencyGroups {
    const TYPE: TargetType = TargetType::ConcurrencyGroup;
    const PATH: &'static str = "concurrency-groups";
}

/// `sub-organizations`.
pub struct SubOrganizations;

impl Noun for SubOrganizations {
    const TYPE: TargetType = TargetType::SubOrganization;
    const PATH: &'static str = "sub-organizations";
}

/// Of [`list`].
pub const LIST: Operation = Operation::list("Entities of this type, by name", "Entity").asked_by(SEARCH);
/// Of [`create`].
pub const CREATE: Operation = Operation::create("Make an entity by hand", "EntityName", "Entity").versioned();
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One entity", "Entity").versioned();
/// Of [`update`].
pub const UPDATE: Operation =
    Operation::change("Rename an entity", Body::Required("EntityName"), "Entity").versioned();
/// Of [`remove`].
pub const REMOVE: Operation = Operation::delete("Delete an entity: its places end").versioned();

/// `GET` of all, `?query=` for those whose name holds it.
///
/// # Errors
/// Those of paging.
pub fn list<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, N::PATH)?;
    let query = call.query.get("query").unwrap_or_default();
    admin.read(|db| {
        let rows = db.entities(organization(call)?.id, N::TYPE, query, listing.page())?;
        let (rows, next) = listing.cut(rows, |entity| [entity.id.0]);
        Ok(reply::list(entities_json(db, &rows)?, next))
    })
}

/// `POST {name}`.
///
/// # Errors
/// `InvalidValue` naming the field; `Conflict` when the name is taken.
pub fn create<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let name: String = Fields::of_body(call, &["name"])?.required("name")?;
    let entity = admin.change(call, move |change| change.create_entity(N::TYPE, &name))?;
    let document = document(admin, &entity)?;
    let reply = reply::created(call, &format!("{}/{}", N::PATH, entity.resource_id), &document)?;
    Ok(reply.of_version(&entity))
}

/// `GET` of one.
///
/// # Errors
/// `NotFound`.
pub fn show<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let entity = admin.read(|db| living::<N>(db, call))?;
    Ok(reply::ok(&document(admin, &entity)?).of_version(&entity))
}

/// `PATCH {name}`.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `Conflict` when the name is taken; `PreconditionFailed`.
pub fn update<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = ResourceId::from(call.parameter(0));
    let name: String = Fields::of_body(call, &["name"])?.required("name")?;
    let condition = Condition::of(call)?;
    let entity = admin.change(call, move |change| {
        check::<N>(change, &id, &condition)?;
        change.rename_entity(N::TYPE, &id, &name)
    })?;
    Ok(reply::ok(&document(admin, &entity)?).of_version(&entity))
}

/// `DELETE`.
///
/// # Errors
/// `NotFound`; `Conflict` for the default concurrency group; `PreconditionFailed`.
pub fn remove<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let (id, condition) = (ResourceId::from(call.parameter(0)), Condition::of(call)?);
    let about = About::Entity(N::TYPE, id.clone());
    admin.change_about(call, &about, move |change| {
        check::<N>(change, &id, &condition)?;
        change.delete_entity(N::TYPE, &id)
    })?;
    Ok(reply::no_content())
}

fn check<N: Noun>(change: &Change<'_>, id: &ResourceId, condition: &Condition) -> Result<()> {
    let entity = change.tx().entity(change.organization().id, N::TYPE, id)?;
    entity.map_or(Ok(()), |entity| condition.check(&entity))
}

/// The entity that the first placeholder of the path names.
pub(super) fn living<N: Noun>(db: &Db<'_>, call: &Call) -> Result<Entity> {
    let id = ResourceId::from(call.parameter(0));
    let entity = db.entity(organization(call)?.id, N::TYPE, &id)?;
    entity.ok_or_else(|| Error::not_found(N::TYPE.words(), id))
}

fn document(admin: &Admin, entity: &Entity) -> Result<Value> {
    let shown = admin.read(|db| entities_json(db, std::slice::from_ref(entity)))?;
    Ok(shown.into_iter().next().unwrap_or_default())
}

/// Entities as the API shows them, with how many are in and the mapping that holds them.
///
/// # Errors
/// Only those of the store.
pub fn entities_json(db: &Db<'_>, entities: &[Entity]) -> Result<Vec<Value>> {
    let ids: Vec<EntityId> = entities.iter().map(|entity| entity.id).collect();
    let mut counts: HashMap<EntityId, i64> = db.placed_counts(&ids)?.into_iter().collect();
    if let Some(default) = entities.iter().find(|entity| entity.is_default) {
        *counts.entry(default.id).or_default() += db.unplaced_count(default.organization)?;
    }
    let holders = db.holders(&ids)?;
    let lookup = Lookup::of_mappings(db, &holders)?;
    let holders: HashMap<EntityId, Value> = holders
        .iter()
        .filter_map(|mapping| mapping.status.entity().map(|entity| (entity, lookup.mapping(mapping))))
        .collect();
    let shown = entities.iter().map(|entity| {
        let mut shown = entity_json(entity);
        if let Value::Object(members) = &mut shown {
            members.insert("created_by".to_owned(), json!(entity.created_by.as_str()));
            members.insert("member_count".to_owned(), json!(counts.get(&entity.id).unwrap_or(&0)));
            members.insert("mapping".to_owned(), json!(holders.get(&entity.id)));
            members.insert("created_at".to_owned(), json!(entity.created));
        }
        shown
    });
    Ok(shown.collect())
}

//! Mappings, and their approval and rejection by hand (mapping.md §4).

use serde_json::Value;

use crate::admin::body::Fields;
use crate::admin::groups::{STATUS, STATUSES};
use crate::admin::handle::{Admin, organization};
use crate::admin::list::{self, Listing};
use crate::admin::lookup::mappings_json;
use crate::admin::operation::{AFTER, Body, LIMIT, Operation, Parameter};
use crate::admin::preview::by_hand;
use crate::admin::reply::{self, Reply};
use crate::admin::version::Condition;
use crate::directory::{About, Change};
use crate::mapping::approval::Choice;
use crate::mapping::preview::Trial;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::id::{MappingId, OrganizationId, ResourceId};
use crate::model::mapping::Mapping;
use crate::store::Db;

const ASKED_BY: &[Parameter] = &[LIMIT, AFTER, STATUS];
/// Of [`list`].
pub const LIST: Operation = Operation::list("Mappings, history included", "Mapping").asked_by(ASKED_BY);
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One mapping", "Mapping").versioned();
/// Of [`approve`].
pub const APPROVE: Operation =
    Operation::change("Approve a mapping", Body::Optional("Approval"), "Mapping").versioned();
/// Of [`reject`].
pub const REJECT: Operation =
    Operation::change("Reject a mapping", Body::Optional("Rejection"), "Mapping").versioned();
/// Of [`remove`].
pub const REMOVE: Operation = Operation::delete("Remove a mapping: it becomes history").versioned();

/// `GET mappings?status=`: history included.
///
/// # Errors
/// Those of paging; `InvalidValue` for an unknown status.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "mappings")?;
    let status = list::word(call, "status", &STATUSES)?;
    admin.read(|db| {
        let rows = db.mappings(organization(call)?.id, status, listing.page())?;
        let (rows, next) = listing.cut(rows, |mapping| [mapping.id.0]);
        Ok(reply::list(mappings_json(db, &rows)?, next))
    })
}

/// `GET mappings/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let mapping = admin.read(|db| stored(db, organization(call)?.id, id))?;
    shown(admin, &mapping)
}

/// `POST mappings/{id}/approve`: with the entity that the body names, else the one that the mapping asks for.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `Conflict` when another mapping holds the entity, and with a fresh preview
/// when something happened since `basis`.
pub fn approve(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let mut fields = Fields::of_optional_body(call, &["entity_id", "entity_name", "create", "basis"])?;
    let (wanted, basis) = (chosen(&mut fields)?, fields.optional("basis")?);
    let (condition, tried) = (Condition::of(call)?, wanted.clone());
    let trial = |db: &Db<'_>| {
        let organization = organization(call)?.id;
        let target_type = stored(db, organization, id)?.target_type;
        Ok(Trial::Approve(id, tried.resolve(db, organization, target_type)?))
    };
    let mapping = by_hand(admin, call, (&About::Mapping(id), basis), trial, move |change| {
        let organization = change.organization().id;
        let target_type = checked(change, id, &condition)?.target_type;
        let choice = wanted.resolve(change.tx(), organization, target_type)?;
        change.approve_mapping(id, &choice)
    })?;
    shown(admin, &mapping)
}

/// `POST mappings/{id}/reject`.
///
/// # Errors
/// `NotFound`; `Conflict` for a mapping that is history, and with a fresh preview when something happened since `basis`.
pub fn reject(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let basis = Fields::of_optional_body(call, &["basis"])?.optional("basis")?;
    let condition = Condition::of(call)?;
    let trial = |_: &Db<'_>| Ok(Trial::Reject(id));
    let mapping = by_hand(admin, call, (&About::Mapping(id), basis), trial, move |change| {
        checked(change, id, &condition)?;
        change.reject_mapping(id)
    })?;
    shown(admin, &mapping)
}

/// `DELETE mappings/{id}`: it becomes history, and rules may map the group to this type again.
///
/// # Errors
/// `NotFound`.
pub fn remove(admin: &Admin, call: &Call) -> Result<Reply> {
    let (id, condition) = (id(call)?, Condition::of(call)?);
    admin.change_about(call, &About::Mapping(id), move |change| {
        checked(change, id, &condition)?;
        change.remove_mapping(id)
    })?;
    Ok(reply::no_content())
}

pub(super) fn id(call: &Call) -> Result<MappingId> {
    let text = call.parameter(0);
    MappingId::parse(text).ok_or_else(|| Error::not_found("mapping", text))
}

pub(super) fn stored(db: &Db<'_>, organization: OrganizationId, id: MappingId) -> Result<Mapping> {
    db.mapping(organization, id)?.ok_or_else(|| Error::not_found("mapping", id))
}

/// The mapping as it is, if it is the version that is to be changed.
fn checked(change: &Change<'_>, id: MappingId, condition: &Condition) -> Result<Mapping> {
    let mapping = stored(change.tx(), change.organization().id, id)?;
    condition.check(&mapping)?;
    Ok(mapping)
}

fn shown(admin: &Admin, mapping: &Mapping) -> Result<Reply> {
    let shown = admin.read(|db| mappings_json(db, std::slice::from_ref(mapping)))?;
    Ok(reply::ok(shown.first().unwrap_or(&Value::Null)).of_version(mapping))
}

/// The entity that a body names, as far as it can be told without looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// By id.
    Entity(ResourceId),
    /// By name.
    Named(String, bool),
    /// Whatever the mapping asks for.
    Nothing,
}

impl Wanted {
    /// Whether the body names no entity.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Wanted::Nothing
    }

    /// The choice that the engine understands.
    ///
    /// # Errors
    /// `InvalidValue` when the organization has no entity of this type with the id.
    pub(super) fn resolve(
        self,
        db: &Db<'_>,
        organization: OrganizationId,
        target_type: TargetType,
    ) -> Result<Choice> {
        match self {
            Wanted::Nothing => Ok(Choice::AsAsked),
            Wanted::Named(name, create) => Ok(Choice::Named { name, create }),
            Wanted::Entity(id) => {
                let entity = db.entity(organization, target_type, &id)?;
                entity.map(|entity| Choice::Entity(entity.id)).ok_or_else(|| {
                    Error::invalid_value(format!(
                        "entity_id: there is no {} with the id \"{id}\" in this organization.",
                        target_type.words()
                    ))
                    .at("entity_id")
                })
            }
        }
    }
}

/// Reads which entity a body names.
///
/// # Errors
/// `InvalidValue` for fields of the wrong type, or that do not go together.
pub(super) fn chosen(fields: &mut Fields) -> Result<Wanted> {
    let entity_id: Option<String> = fields.optional("entity_id")?;
    let entity_name: Option<String> = fields.optional("entity_name")?;
    let create: Option<bool> = fields.optional("create")?;
    let refusal =
        |field: &str, reason: &str| Err(Error::invalid_value(format!("{field}: {reason}")).at(field));
    match (entity_id, entity_name, create) {
        (Some(_), Some(_), _) => refusal("entity_name", "send either entity_id or entity_name, not both."),
        (Some(_), None, Some(true)) => refusal("create", "an entity named by entity_id exists already."),
        (Some(id), None, _) => Ok(Wanted::Entity(ResourceId(id))),
        (None, Some(name), create) => Ok(Wanted::Named(name, create.unwrap_or(false))),
        (None, None, Some(false)) => refusal(
            "create",
            "false goes with entity_name. Name the entity that exists, or leave create out.",
        ),
        (None, None, _) => Ok(Wanted::Nothing),
    }
}

//! SCIM groups as admins see them: how many are in, what they give, what they mean.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::admin::body::Fields;
use crate::admin::handle::{Admin, organization};
use crate::admin::list::{self, Listing};
use crate::admin::lookup::{Lookup, mappings_json};
use crate::admin::mappings::{Wanted, chosen};
use crate::admin::operation::{AFTER, LIMIT, Operation, Parameter, QUERY};
use crate::admin::preview::by_hand;
use crate::admin::reply::{self, Reply};
use crate::directory::About;
use crate::mapping::preview::Trial;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::id::{GroupId, ResourceId};
use crate::model::mapping::Mapping;
use crate::store::Db;

/// The words that `status` of a group and of a mapping may be.
pub(super) const STATUSES: [&str; 4] = ["pending", "approved", "auto_approved", "rejected"];

/// Which mappings or groups.
pub(super) const STATUS: Parameter = Parameter {
    name: "status",
    written: "pending|approved|auto_approved|rejected",
    about: "Only those of this status.",
};
const ASKED_BY: &[Parameter] = &[LIMIT, AFTER, STATUS, QUERY];
/// Of [`list`].
pub const LIST: Operation = Operation::list("SCIM groups, by name and status", "Group").asked_by(ASKED_BY);
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One group and what it means", "Group");
/// Of [`members`].
pub const MEMBERS: Operation = Operation::list("Who is in a group", "Person");
/// Of [`map`].
pub const MAP: Operation = Operation::create("Map a group by hand", "NewMapping", "Mapping").versioned();

/// `GET groups?status=&query=`.
///
/// A group's status comes from its mappings that count: `pending` while it has none or one of them waits, else
/// `approved` when an admin approved one, else `auto_approved` when a rule did, else `rejected`.
///
/// # Errors
/// Those of paging; `InvalidValue` for an unknown status.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "groups")?;
    let status = list::word(call, "status", &STATUSES)?;
    let query = call.query.get("query").unwrap_or_default();
    admin.read(|db| {
        let rows = db.groups_with_status(organization(call)?.id, query, status, listing.page())?;
        let (rows, next) = listing.cut(rows, |(group, _)| [group.id.0]);
        Ok(reply::list(groups_json(db, &rows)?, next))
    })
}

/// `GET groups/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    admin.read(|db| {
        let group = live(db, call)?;
        let status = db.group_status(group.id)?;
        let shown = groups_json(db, &[(group, status)])?;
        Ok(reply::ok(shown.first().unwrap_or(&Value::Null)))
    })
}

/// `GET groups/{id}/members`.
///
/// # Errors
/// `NotFound`; those of paging.
pub fn members(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "group-members")?;
    admin.read(|db| {
        let rows = db.group_members(live(db, call)?.id, listing.page())?;
        let (rows, next) = listing.cut(rows, |user| [user.id.0]);
        let items = rows.iter().map(|user| {
            json!({
                "id": user.resource_id,
                "user_name": user.user_name,
                "display_name": user.display_name,
                "name": user.name(),
                "active": user.active,
            })
        });
        Ok(reply::list(items.collect(), next))
    })
}

/// `POST groups/{id}/mappings`: maps the group by hand.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `Conflict` when another mapping holds the entity, or the group has its
/// one mapping to an exclusive type, or with a fresh preview when something happened since `basis`.
pub fn map(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &[&TARGET[..], &["basis"]].concat())?;
    let (target_type, wanted) = target(&mut fields)?;
    let (group, tried) = (ResourceId::from(call.parameter(0)), wanted.clone());
    let (about, basis) = (About::Group(group.clone()), fields.optional("basis")?);
    let trial = |db: &Db<'_>| {
        let choice = tried.resolve(db, organization(call)?.id, target_type)?;
        Ok(Trial::Map(live(db, call)?.id, target_type, choice))
    };
    let mapping = by_hand(admin, call, (&about, basis), trial, move |change| {
        let choice = wanted.resolve(change.tx(), change.organization().id, target_type)?;
        change.map_group(&group, target_type, &choice)
    })?;
    let shown = admin.read(|db| mappings_json(db, std::slice::from_ref(&mapping)))?;
    let reply =
        reply::created(call, &format!("mappings/{}", mapping.id), shown.first().unwrap_or(&Value::Null))?;
    Ok(reply.of_version(&mapping))
}

/// The fields that [`target`] reads.
pub(super) const TARGET: [&str; 4] = ["target_type", "entity_id", "entity_name", "create"];

/// Reads to what a group is to be mapped.
///
/// # Errors
/// `InvalidValue` naming the field.
pub(super) fn target(fields: &mut Fields) -> Result<(TargetType, Wanted)> {
    let target_type: TargetType = fields.required("target_type")?;
    let wanted = chosen(fields)?;
    if wanted.is_nothing() {
        return Err(Error::invalid_value(
            "entity_id: it is missing. Send entity_id, or entity_name (with \"create\": true to have it made).",
        )
        .at("entity_id"));
    }
    Ok((target_type, wanted))
}

pub(super) fn live(db: &Db<'_>, call: &Call) -> Result<Group> {
    let id = ResourceId::from(call.parameter(0));
    db.group(organization(call)?.id, &id)?.ok_or_else(|| Error::not_found("group", id))
}

/// Groups with their status as the API shows them; the commands print the same.
///
/// # Errors
/// Only those of the store.
pub fn groups_json(db: &Db<'_>, groups: &[(Group, String)]) -> Result<Vec<Value>> {
    let ids: Vec<GroupId> = groups.iter().map(|(group, _)| group.id).collect();
    let mut mappings: Vec<Mapping> = db.mappings_of_groups(&ids)?;
    mappings.retain(|mapping| mapping.status.counts());
    let lookup = Lookup::of_mappings(db, &mappings)?;
    let mut by_group: HashMap<GroupId, Vec<Value>> = HashMap::new();
    for mapping in &mappings {
        by_group.entry(mapping.group).or_default().push(lookup.mapping(mapping));
    }
    let shown = groups.iter().map(|(group, status)| {
        json!({
            "id": group.resource_id,
            "display_name": group.display_name,
            "external_id": group.external_id,
            "member_count": group.member_count,
            "roles": group.roles,
            "status": status,
            "mappings": by_group.remove(&group.id).unwrap_or_default(),
            "created_at": group.created,
            "changed_at": group.last_modified,
        })
    });
    Ok(shown.collect())
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;

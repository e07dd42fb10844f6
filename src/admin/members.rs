//! Who is in a team, concurrency group or sub-organization, and what admins do to that by hand (mapping.md §5.6).

use serde_json::{Value, json};

use crate::admin::body::Fields;
use crate::admin::entities::{Noun, living};
use crate::admin::handle::Admin;
use crate::admin::list::Listing;
use crate::admin::operation::{Body, Operation};
use crate::admin::places::Placed;
use crate::admin::reply::{self, Reply};
use crate::model::assignment::{Assignment, Source};
use crate::model::call::Call;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Result};
use crate::model::id::{ResourceId, UserId};
use crate::model::user::User;
use crate::store::Db;

/// Of [`list`].
pub const LIST: Operation = Operation::list("Who is in an entity", "Member");
/// Of [`put`].
pub const PUT: Operation =
    Operation::change("Put a user into an entity by hand", Body::Optional("Empty"), "Placement");
/// Of [`remove`].
pub const REMOVE: Operation = Operation::delete("Take a user out of an entity by hand");

/// `GET` of an entity's members.
///
/// # Errors
/// `NotFound`; those of paging.
pub fn list<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "members")?;
    admin.read(|db| {
        let entity = living::<N>(db, call)?;
        let rows = db.entity_members(&entity, listing.page())?;
        let (rows, next) = listing.cut(rows, |user| [user.id.0]);
        Ok(reply::list(members_json(db, &entity, &rows)?, next))
    })
}

/// `PUT` of a member: puts a user there by hand, and answers where they are now.
///
/// The choice is stored also where a mapping or `LambdatestGroup` has the user's one place of this type; then it is not
/// in effect, and `detail` says what stands in its way.
///
/// # Errors
/// `NotFound` for the entity or the user.
pub fn put<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let (entity, user) = (ResourceId::from(call.parameter(0)), ResourceId::from(call.parameter(1)));
    let id = user.clone();
    Fields::of_optional_body(call, &[])?;
    admin.change(call, move |change| change.put_member(N::TYPE, &entity, &id))?;
    admin.read(|db| {
        let entity = living::<N>(db, call)?;
        let user = db.user(entity.organization, &user)?.ok_or_else(|| Error::not_found("user", &user))?;
        Ok(reply::ok(&placement_json(db, &entity, &user)?))
    })
}

/// `DELETE` of a member.
///
/// # Errors
/// `NotFound` for the entity or the user; `Conflict` for a place that cannot be taken away.
pub fn remove<N: Noun>(admin: &Admin, call: &Call) -> Result<Reply> {
    let (entity, user) = (ResourceId::from(call.parameter(0)), ResourceId::from(call.parameter(1)));
    admin.change(call, move |change| change.remove_member(N::TYPE, &entity, &user))?;
    Ok(reply::no_content())
}

/// Members of an entity as the API shows them, with what each is in by.
///
/// # Errors
/// Only those of the store.
pub fn members_json(db: &Db<'_>, entity: &Entity, users: &[User]) -> Result<Vec<Value>> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let placed = Placed::of(db, entity.organization, &ids)?;
    Ok(users.iter().map(|user| member_json(user, placed.sources(user.id, entity.id))).collect())
}

fn member_json(user: &User, sources: Vec<Value>) -> Value {
    json!({
        "id": user.resource_id,
        "user_name": user.user_name,
        "display_name": user.display_name,
        "name": user.name(),
        "active": user.active,
        "sources": sources,
    })
}

/// Where a user is after an admin put them into an entity.
///
/// # Errors
/// Only those of the store.
pub fn placement_json(db: &Db<'_>, entity: &Entity, user: &User) -> Result<Value> {
    let placed = Placed::of(db, entity.organization, &[user.id])?;
    let sources = placed.sources(user.id, entity.id);
    let in_effect = !sources.is_empty();
    let place = match entity.target_type {
        TargetType::Team => placed.place(user.id, entity.id),
        TargetType::ConcurrencyGroup => placed.concurrency_group(user.id),
        TargetType::SubOrganization => placed.sub_organization(user.id),
    };
    let detail = match placed.slot(user.id, entity.target_type) {
        Some(holder) if !in_effect => Some(obstacle(db, entity, user, &holder)?),
        Some(_) | None => None,
    };
    let mut outcome = member_json(user, sources);
    if let Value::Object(members) = &mut outcome {
        members.insert("place".to_owned(), place);
        members.insert("in_effect".to_owned(), json!(in_effect));
        members.insert("detail".to_owned(), json!(detail));
    }
    Ok(outcome)
}

/// Why an admin's choice is not in effect, and until when.
fn obstacle(db: &Db<'_>, entity: &Entity, user: &User, holder: &Assignment) -> Result<String> {
    let by = match holder.source {
        Source::Mapping(mapping) => {
            let mapping = db.mapping(entity.organization, mapping)?;
            let group = mapping.map(|mapping| db.group_by_row(mapping.group)).transpose()?.flatten();
            let group = group.map(|group| group.display_name).unwrap_or_default();
            format!("the group \"{group}\" is mapped to it")
        }
        Source::Attribute => "the identity provider says so in LambdatestGroup".to_owned(),
        Source::Manual => "it was put there by hand".to_owned(),
    };
    let there = db.entity_ever(holder.entity)?.map(|there| there.name).unwrap_or_default();
    Ok(format!(
        "The choice is stored, but \"{}\" stays in the {} \"{there}\", because {by}. \"{}\" takes effect when that ends.",
        user.user_name,
        entity.target_type.words(),
        entity.name
    ))
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;

//! Bodies of groups → [`GroupDocument`] and the ids of the members, which are never part of the document.

use serde_json::{Map, Value};

use super::place::Place;
use super::read::{Reader, set_schemas};
use super::schemas::{ResourceKind, Schemas};
use super::size;
use super::user_document::{object, text};
use crate::model::error::Result;
use crate::model::group::GroupDocument;
use crate::model::role::Role;
use crate::scim::deviations::Notes;

/// What a POST or PUT of a group says.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBody {
    /// The group without its members.
    pub document: GroupDocument,
    /// The ids of the members as sent, in order; `None` when the body has no `members`.
    pub members: Option<Vec<String>>,
    /// For the request log.
    pub notes: Notes,
}

impl Schemas {
    /// Reads the body of a POST or PUT (RFC 7644 §3.3, §3.5.1).
    ///
    /// # Errors
    /// `InvalidSyntax` when it is not an object; `InvalidValue` for a missing or wrong value, and for a nested group.
    pub fn read_group(&self, body: Value) -> Result<GroupBody> {
        let mut reader = Reader::new(self);
        let body = object(body)?;
        let has_members = body.keys().any(|name| name.eq_ignore_ascii_case("members"));
        let mut resource = reader.resource(ResourceKind::Group, body)?;
        let members = resource.shift_remove("members");
        let members = has_members.then(|| member_ids(members)).transpose()?;
        let document = finish_group(&reader, resource)?;
        Ok(GroupBody { document, members, notes: reader.notes })
    }
}

/// The ids in the normal form of `members`.
fn member_ids(members: Option<Value>) -> Result<Vec<String>> {
    let Some(Value::Array(members)) = members else { return Ok(Vec::new()) };
    let place = Place::Root("members");
    members.into_iter().enumerate().map(|(i, member)| member_id(member, &Place::Element(&place, i))).collect()
}

/// The id in the normal form of one member.
///
/// # Errors
/// `InvalidValue` without an id, and for a group, since groups within groups are not offered.
pub(in crate::scim) fn member_id(member: Value, place: &Place) -> Result<String> {
    let ty = member.get("type").and_then(Value::as_str).unwrap_or("User");
    if !ty.eq_ignore_ascii_case("User") {
        let problem = "found another type than \"User\"; members of a group are users here, nested groups are not \
                       offered. Push the members of the inner group themselves.";
        return Err(Place::Member(place, "type").invalid(problem));
    }
    match member {
        Value::Object(mut member) => match member.shift_remove("value") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id),
            _ => Err(Place::Member(place, "value")
                .invalid("expected the id of a user, which is missing or empty.")),
        },
        other => Err(place.expected("an object with the value of a user's id", &other)),
    }
}

/// Applies the rules that speak of whole groups to a resource in normal form, without `members`.
pub(in crate::scim) fn finish_group(
    reader: &Reader,
    mut resource: Map<String, Value>,
) -> Result<GroupDocument> {
    let display_name = text(&resource, "displayName").filter(|name| !name.trim().is_empty());
    let Some(display_name) = display_name else {
        return Err(
            Place::Root("displayName").invalid("it is required and missing or empty. Send the group's name.")
        );
    };
    set_schemas(reader.schemas.shape(ResourceKind::Group), &mut resource);
    size::check(&resource)?;
    let extension = resource.get(&reader.schemas.settings().group_extension_urn);
    let sent = extension.and_then(|extension| extension.get("LambdatestRoles")).and_then(Value::as_array);
    let mut roles = Vec::new();
    for role in sent.into_iter().flatten().filter_map(Value::as_str) {
        let role = Role::parse(role, "LambdatestRoles")?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(GroupDocument { display_name, external_id: text(&resource, "externalId"), roles, resource })
}

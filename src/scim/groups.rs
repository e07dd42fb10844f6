//! `/Groups` (RFC 7644 §3.3 to §3.6).

use rouille::Response;
use serde_json::{Map, Value};

use crate::directory::{About, Change, Pushed};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::group::{Group, MemberChange};
use crate::model::id::ResourceId;
use crate::scim::body;
use crate::scim::conditions::Conditions;
use crate::scim::deviations::Notes;
use crate::scim::errors::respond_text;
use crate::scim::etags::etag;
use crate::scim::patch::{PatchRequest, apply_group};
use crate::scim::projection::Projection;
use crate::scim::queries::{asks_for_projection, projection_of};
use crate::scim::resources::{View, not_modified, read_only_members};
use crate::scim::schema::ResourceKind;
use crate::scim::service::{GroupPatchAnswer, Scim, take_notes};

/// Above this many members a PATCH is answered without the group, unless it is asked for.
const SMALL: i64 = 200;

/// `GET /Groups/{id}`
pub fn get(scim: &Scim, call: &Call) -> Result<Response> {
    let organization = scim.organization(call)?.id;
    let id = ResourceId::from(call.parameter(0));
    let (projection, conditions) =
        (projection_of(scim, call, ResourceKind::Group)?, Conditions::of(scim, call)?);
    let base = scim.base(call);
    scim.directory.store().read(|db| {
        let group = db.group(organization, &id)?.ok_or_else(|| Error::not_found("group", &id))?;
        conditions.check_read(group.version)?;
        if conditions.is_not_modified(group.version) {
            return Ok(not_modified(group.version));
        }
        let view = View { base: &base, projection: &projection };
        Ok(shown(&view, &group, 200, view.group(db, &group)?))
    })
}

/// `POST /Groups`
pub fn create(scim: &Scim, call: &Call) -> Result<Response> {
    let body = body::json(scim, call)?;
    let about = About::Nobody;
    answer(scim, call, &about, 201, |_| true, move |scim, change| create_in(scim, change, body))
}

/// `PUT /Groups/{id}`
pub fn replace(scim: &Scim, call: &Call) -> Result<Response> {
    let body = body::json(scim, call)?;
    let (id, conditions) = (ResourceId::from(call.parameter(0)), Conditions::of(scim, call)?);
    let display_name = member(&body, "displayName").and_then(Value::as_str).map(str::to_owned);
    let about = About::Replaced { group: id.clone(), display_name, roles: mentions(&body, &["roles"]) };
    answer(
        scim,
        call,
        &about,
        200,
        |_| true,
        move |scim, change| replace_in(scim, change, &id, &conditions, body),
    )
}

/// `PATCH /Groups/{id}`
pub fn patch(scim: &Scim, call: &Call) -> Result<Response> {
    let body = body::json(scim, call)?;
    let (id, conditions) = (ResourceId::from(call.parameter(0)), Conditions::of(scim, call)?);
    let (asked, setting) = (asks_for_projection(call), scim.settings.group_patch_answer);
    let with_body = move |group: &Group| match setting {
        GroupPatchAnswer::Resource => true,
        GroupPatchAnswer::NoContent => asked,
        GroupPatchAnswer::Auto => asked || group.member_count <= SMALL,
    };
    let base = scim.base(call);
    let moves = mentions(&body, &["roles", "displayname"]);
    let about = if moves { About::Group(id.clone()) } else { About::Nobody };
    answer(scim, call, &about, 200, with_body, move |scim, change| {
        patch_in(scim, change, &base, &id, &conditions, body)
    })
}

/// `DELETE /Groups/{id}`
pub fn delete(scim: &Scim, call: &Call) -> Result<Response> {
    let (id, conditions) = (ResourceId::from(call.parameter(0)), Conditions::of(scim, call)?);
    let about = About::Group(id.clone());
    scim.change_about(call, &about, move |_, change| Ok((204, delete_in(change, &id, &conditions)?)))?;
    Ok(Response::empty_204())
}

/// Runs a change and answers with the group that it leaves, or with nothing where `with_body` says no.
fn answer(
    scim: &Scim,
    call: &Call,
    about: &About,
    status: u16,
    with_body: impl FnOnce(&Group) -> bool + Send + 'static,
    operation: impl FnOnce(&Scim, &mut Change<'_>) -> Result<Group> + Send + 'static,
) -> Result<Response> {
    let projection = projection_of(scim, call, ResourceKind::Group)?;
    let base = scim.base(call);
    scim.change_about(call, about, move |scim, change| {
        let group = operation(scim, change)?;
        let view = View { base: &base, projection: &projection };
        change.is_about(&group.resource_id);
        let response = if with_body(&group) {
            shown(&view, &group, status, view.group(change.tx(), &group)?)
        } else {
            Response::empty_204().with_additional_header("ETag", etag(group.version))
        };
        Ok((response.status_code, response))
    })
}

fn shown(view: &View<'_>, group: &Group, status: u16, text: String) -> Response {
    respond_text(status, text)
        .with_additional_header("ETag", etag(group.version))
        .with_additional_header("Location", view.location(ResourceKind::Group, &group.resource_id))
}

/// Creates a group within a change.
pub(super) fn create_in(scim: &Scim, change: &mut Change<'_>, body: Value) -> Result<Group> {
    change.require_group_provisioning()?;
    let body = scim.schemas.read_group(body)?;
    take_notes(change, &body.notes);
    let members = body.members.map(MemberChange::Replace).into_iter().collect();
    change.create_group(&Pushed { document: body.document, members })
}

/// Replaces a group within a change; without `members` it is empty afterwards.
pub(super) fn replace_in(
    scim: &Scim,
    change: &mut Change<'_>,
    id: &ResourceId,
    conditions: &Conditions,
    body: Value,
) -> Result<Group> {
    change.update_group(id, |change, group| {
        conditions.check(group.version)?;
        let body = scim.schemas.read_group(body)?;
        take_notes(change, &body.notes);
        let members = vec![MemberChange::Replace(body.members.unwrap_or_default())];
        Ok(Pushed { document: body.document, members })
    })
}

/// Patches a group within a change. Its members are never read.
pub(super) fn patch_in(
    scim: &Scim,
    change: &mut Change<'_>,
    base: &str,
    id: &ResourceId,
    conditions: &Conditions,
    body: Value,
) -> Result<Group> {
    change.update_group(id, |change, group| {
        conditions.check(group.version)?;
        let request = PatchRequest::parse(body, &scim.schemas, &scim.settings.filter)?;
        let current = stored(group)?;
        let mut notes = Notes::default();
        let projection =
            Projection::parse(&scim.schemas, ResourceKind::Group, &[] as &[&str], &["members"], &mut notes)?;
        let whole = View { base, projection: &projection }.group(change.tx(), group)?;
        let patched = apply_group(&scim.schemas, request, &current, &read_only_members(&whole))?;
        take_notes(change, &patched.notes);
        Ok(Pushed { document: patched.document, members: patched.members })
    })
}

/// Deletes a group within a change.
pub(super) fn delete_in(change: &mut Change<'_>, id: &ResourceId, conditions: &Conditions) -> Result<()> {
    change.delete_group(id, |group| conditions.check(group.version))
}

/// A member of a JSON object, whose name compares without case.
fn member<'v>(body: &'v Value, name: &str) -> Option<&'v Value> {
    body.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Whether a name or a path in a body ends in one of these words, so that the change may move everybody in the group.
fn mentions(body: &Value, words: &[&str]) -> bool {
    let names = |text: &str| words.iter().any(|word| text.to_ascii_lowercase().ends_with(word));
    match body {
        Value::Object(members) => members.iter().any(|(key, value)| {
            let is_path = key.eq_ignore_ascii_case("path");
            names(key) || (is_path && value.as_str().is_some_and(names)) || mentions(value, words)
        }),
        Value::Array(items) => items.iter().any(|item| mentions(item, words)),
        _ => false,
    }
}

fn stored(group: &Group) -> Result<Map<String, Value>> {
    serde_json::from_str(&group.resource).map_err(|error| {
        Error::internal(format!("group {} is stored as something else than JSON: {error}", group.id))
    })
}

//! `/Users` (RFC 7644 §3.3 to §3.6).

use rouille::Response;
use serde_json::{Map, Value};

use crate::directory::Change;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::ResourceId;
use crate::model::user::{User, UserDocument};
use crate::scim::body;
use crate::scim::conditions::Conditions;
use crate::scim::deactivation::{left_out, read_or_deactivate, replacement_in_parts};
use crate::scim::deviations::Notes;
use crate::scim::errors::respond_text;
use crate::scim::etags::etag;
use crate::scim::patch::{PatchRequest, apply_user, apply_user_in_parts};
use crate::scim::projection::Projection;
use crate::scim::queries::projection_of;
use crate::scim::resources::{View, not_modified, read_only_members};
use crate::scim::schema::ResourceKind;
use crate::scim::service::{Scim, take_notes};

/// `GET /Users/{id}`
pub fn get(scim: &Scim, call: &Call) -> Result<Response> {
    let organization = scim.organization(call)?.id;
    let id = ResourceId::from(call.parameter(0));
    let (projection, conditions) =
        (projection_of(scim, call, ResourceKind::User)?, Conditions::of(scim, call)?);
    let base = scim.base(call);
    scim.directory.store().read(|db| {
        let user = db.user(organization, &id)?.ok_or_else(|| Error::not_found("user", &id))?;
        conditions.check_read(user.version)?;
        // The version does not tell of the derived groups: where they are shown they must not have changed since.
        let told = || -> Result<bool> {
            Ok(!projection.wants("groups")
                || user.groups_changed.max(db.groups_renamed(user.id)?) <= user.last_modified)
        };
        if conditions.is_not_modified(user.version) && told()? {
            return Ok(not_modified(user.version));
        }
        let view = View { base: &base, projection: &projection };
        Ok(shown(&view, &user, 200, view.user(db, &user)?))
    })
}

/// `POST /Users`
pub fn create(scim: &Scim, call: &Call) -> Result<Response> {
    let body = body::json(scim, call)?;
    answer(scim, call, 201, move |scim, change| create_in(scim, change, body))
}

/// `PUT /Users/{id}`
pub fn replace(scim: &Scim, call: &Call) -> Result<Response> {
    let body = body::json(scim, call)?;
    let (id, conditions) = (ResourceId::from(call.parameter(0)), Conditions::of(scim, call)?);
    answer(scim, call, 200, move |scim, change| replace_in(scim, change, &id, &conditions, body))
}

/// `PATCH /Users/{id}`
pub fn patch(scim: &Scim, call: &Call) -> Result<Response> {
    let body = body::json(scim, call)?;
    let (id, conditions) = (ResourceId::from(call.parameter(0)), Conditions::of(scim, call)?);
    let base = scim.base(call);
    answer(scim, call, 200, move |scim, change| patch_in(scim, change, &base, &id, &conditions, body))
}

/// `DELETE /Users/{id}`
pub fn delete(scim: &Scim, call: &Call) -> Result<Response> {
    let (id, conditions) = (ResourceId::from(call.parameter(0)), Conditions::of(scim, call)?);
    scim.change(call, move |scim, change| Ok((204, delete_in(scim, change, &id, &conditions)?)))?;
    Ok(Response::empty_204())
}

/// Runs a change and answers with the user that it leaves.
fn answer(
    scim: &Scim,
    call: &Call,
    status: u16,
    operation: impl FnOnce(&Scim, &mut Change<'_>) -> Result<User> + Send + 'static,
) -> Result<Response> {
    let projection = projection_of(scim, call, ResourceKind::User)?;
    let base = scim.base(call);
    scim.change(call, move |scim, change| {
        let user = operation(scim, change)?;
        let view = View { base: &base, projection: &projection };
        change.is_about(&user.resource_id);
        let location = view.location(ResourceKind::User, &user.resource_id);
        Ok((status, (view.user(change.tx(), &user)?, location, user.version)))
    })
    .map(|(text, location, version)| {
        respond_text(status, text)
            .with_additional_header("ETag", etag(version))
            .with_additional_header("Location", location)
    })
}

fn shown(view: &View<'_>, user: &User, status: u16, text: String) -> Response {
    respond_text(status, text)
        .with_additional_header("ETag", etag(user.version))
        .with_additional_header("Location", view.location(ResourceKind::User, &user.resource_id))
}

/// Creates a user within a change.
pub(super) fn create_in(scim: &Scim, change: &mut Change<'_>, body: Value) -> Result<User> {
    let (document, notes) = scim.schemas.read_new_user(body)?;
    take_notes(change, &notes);
    change.create_user(document)
}

/// Replaces a user within a change.
pub(super) fn replace_in(
    scim: &Scim,
    change: &mut Change<'_>,
    id: &ResourceId,
    conditions: &Conditions,
    body: Value,
) -> Result<User> {
    change.update_user(id, |change, user| {
        conditions.check(user.version)?;
        let schemas = &scim.schemas;
        let whole = |current: &_| schemas.read_user_replacement(body.clone(), current);
        let in_parts = |current: &_| replacement_in_parts(schemas, body.clone(), current);
        let (document, notes) = read_or_deactivate(change, user, &stored(user)?, whole, in_parts)?;
        take_notes(change, &notes);
        Ok(document)
    })
}

/// Patches a user within a change.
pub(super) fn patch_in(
    scim: &Scim,
    change: &mut Change<'_>,
    base: &str,
    id: &ResourceId,
    conditions: &Conditions,
    body: Value,
) -> Result<User> {
    let request = PatchRequest::parse(body, &scim.schemas, &scim.settings.filter)?;
    change.update_user(id, |change, user| {
        conditions.check(user.version)?;
        let schemas = &scim.schemas;
        let projection = Projection::default_of(schemas, ResourceKind::User);
        let shown = View { base, projection: &projection }.user(change.tx(), user)?;
        let read_only = read_only_members(&shown);
        let whole = |current: &_| apply_user(schemas, request.clone(), current, &read_only);
        let in_parts =
            |current: &_| apply_user_in_parts(schemas, request.clone(), current, &read_only, left_out);
        let (document, notes) = read_or_deactivate(change, user, &stored(user)?, whole, in_parts)?;
        take_notes(change, &notes);
        Ok(document)
    })
}

/// Deletes a user within a change.
pub(super) fn delete_in(
    scim: &Scim,
    change: &mut Change<'_>,
    id: &ResourceId,
    conditions: &Conditions,
) -> Result<()> {
    change.delete_user(
        id,
        |user| conditions.check(user.version),
        |user| Ok(deactivated(scim, &stored(user)?)?.0),
    )
}

/// The stored user with `active` false.
fn deactivated(scim: &Scim, current: &Map<String, Value>) -> Result<(UserDocument, Notes)> {
    let mut body = current.clone();
    body.insert("active".to_owned(), Value::Bool(false));
    scim.schemas.read_user_replacement(Value::Object(body), current)
}

fn stored(user: &User) -> Result<Map<String, Value>> {
    serde_json::from_str(&user.resource).map_err(|error| {
        Error::internal(format!("user {} is stored as something else than JSON: {error}", user.id))
    })
}

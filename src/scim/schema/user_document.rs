//! Bodies of users → [`UserDocument`]: what must be there, what may not change, and what is taken out of the resource.

use serde_json::{Map, Value};

use super::email;
use super::place::{Place, Short};
use super::read::{Reader, set_schemas};
use super::schemas::{ResourceKind, Schemas};
use super::size;
use crate::model::error::{Error, Kind, Result};
use crate::model::fold::fold;
use crate::model::role::Role;
use crate::model::user::UserDocument;
use crate::scim::deviations::Notes;

/// The attributes that are the account's when the setting says so.
const NAMES: [&str; 2] = ["name", "displayName"];

impl Schemas {
    /// Reads the body of a POST (RFC 7644 §3.3).
    ///
    /// # Errors
    /// `InvalidSyntax` when it is not an object; `InvalidValue` for a missing or wrong value.
    pub fn read_new_user(&self, body: Value) -> Result<(UserDocument, Notes)> {
        let mut reader = Reader::new(self);
        let mut resource = reader.resource(ResourceKind::User, object(body)?)?;
        resource.entry("active").or_insert(Value::Bool(true));
        let document = finish_user(&mut reader, resource, None)?;
        Ok((document, reader.notes))
    }

    /// Reads the body of a PUT over the stored resource `current` (RFC 7644 §3.5.1). Without `active` it stays as it is.
    ///
    /// # Errors
    /// As for a POST; `Mutability` when `userName` may not change and does.
    pub fn read_user_replacement(
        &self,
        body: Value,
        current: &Map<String, Value>,
    ) -> Result<(UserDocument, Notes)> {
        let mut reader = Reader::new(self);
        let mut resource = reader.resource(ResourceKind::User, object(body)?)?;
        if let Some(active) = current.get("active") {
            resource.entry("active").or_insert_with(|| active.clone());
        }
        let document = finish_user(&mut reader, resource, Some(current))?;
        Ok((document, reader.notes))
    }
}

/// The members of a body.
pub(in crate::scim) fn object(body: Value) -> Result<Map<String, Value>> {
    match body {
        Value::Object(members) => Ok(members),
        _ => Err(Error::new(
            Kind::InvalidSyntax,
            "The body is JSON but not an object. Send one resource as {\u{2026}}.",
        )),
    }
}

/// Applies the rules that speak of whole users to a resource in normal form; `current` is what is stored, if anything.
pub(in crate::scim) fn finish_user(
    reader: &mut Reader,
    mut resource: Map<String, Value>,
    current: Option<&Map<String, Value>>,
) -> Result<UserDocument> {
    if let Some(current) = current {
        keep_names(reader, &mut resource, current);
        keep_user_name(reader, &mut resource, current)?;
    }
    let user_name = user_name(reader, &resource, current)?;
    drop_empty(reader, &mut resource);
    set_schemas(reader.schemas.shape(ResourceKind::User), &mut resource);
    size::check(&resource)?;
    let extension = resource.get(&reader.schemas.settings().user_extension_urn);
    let own = |name| extension.and_then(|extension| extension.get(name)).and_then(Value::as_str);
    Ok(UserDocument {
        user_name,
        external_id: text(&resource, "externalId"),
        display_name: text(&resource, "displayName"),
        active: resource.get("active").and_then(Value::as_bool),
        own_role: own("OrganizationRole").map(|role| Role::parse(role, "OrganizationRole")).transpose()?,
        concurrency_group: own("LambdatestGroup").map(str::to_owned),
        emails: emails(&resource),
        resource,
    })
}

/// An empty string clears an attribute of the user extension: no role and no concurrency group is called so, and IdPs send it
/// for an attribute that the directory no longer has.
fn drop_empty(reader: &mut Reader, resource: &mut Map<String, Value>) {
    let urn = reader.schemas.settings().user_extension_urn.clone();
    let Some(Value::Object(extension)) = resource.get_mut(&urn) else { return };
    for name in ["OrganizationRole", "LambdatestGroup"] {
        if extension.get(name).and_then(Value::as_str) == Some("") {
            extension.shift_remove(name);
            reader.notes.remark(format!("{name} is empty, which is taken as no value."));
        }
    }
    if extension.is_empty() {
        resource.shift_remove(&urn);
    }
}

/// Puts the account's names back (`names = "account"`).
fn keep_names(reader: &mut Reader, resource: &mut Map<String, Value>, current: &Map<String, Value>) {
    if !reader.schemas.settings().names_owned_by_account {
        return;
    }
    for name in NAMES {
        if resource.get(name) == current.get(name) {
            continue;
        }
        reader.notes.remark(format!("{name} belongs to the account; the change was left out."));
        match current.get(name) {
            Some(value) => resource.insert(name.to_owned(), value.clone()),
            None => resource.shift_remove(name),
        };
    }
}

/// Refuses a change of `userName` where it is immutable (RFC 7644 §3.5.1); letter case does not count, and stays.
fn keep_user_name(
    reader: &Reader,
    resource: &mut Map<String, Value>,
    current: &Map<String, Value>,
) -> Result<()> {
    if reader.schemas.settings().user_name_mutable {
        return Ok(());
    }
    let (Some(stored), Some(sent)) = (text(current, "userName"), text(resource, "userName")) else {
        return Ok(());
    };
    if fold(&stored) != fold(&sent) {
        let problem = format!(
            "it cannot change after creation: stored is \"{}\", found \"{}\". Delete the user and create another one.",
            Short(&stored),
            Short(&sent)
        );
        return Err(Place::Root("userName").error(Kind::Mutability, problem));
    }
    resource.insert("userName".to_owned(), Value::String(stored));
    Ok(())
}

fn user_name(
    reader: &Reader,
    resource: &Map<String, Value>,
    current: Option<&Map<String, Value>>,
) -> Result<String> {
    let place = Place::Root("userName");
    let name = text(resource, "userName").filter(|name| !name.trim().is_empty());
    let Some(name) = name else {
        return Err(
            place.invalid("it is required and missing or empty. Map an attribute of the directory to it.")
        );
    };
    // A name that was taken under another setting stays: no change of something else fails because of it.
    let is_stored = current.is_some_and(|current| current.get("userName") == resource.get("userName"));
    if reader.schemas.settings().require_email_user_name && !is_stored && !email::is_address(&name) {
        let problem = format!(
            "\"{}\" is not a valid e-mail address. Map the directory's e-mail address to userName.",
            Short(&name)
        );
        return Err(place.invalid(problem));
    }
    Ok(name)
}

pub(super) fn text(resource: &Map<String, Value>, name: &str) -> Option<String> {
    resource.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn emails(resource: &Map<String, Value>) -> Vec<(Option<String>, String)> {
    let elements = resource.get("emails").and_then(Value::as_array).into_iter().flatten();
    elements
        .filter_map(Value::as_object)
        .filter_map(|email| text(email, "value").map(|value| (text(email, "type"), value)))
        .collect()
}

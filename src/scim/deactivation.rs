//! A request that takes a user's access away is never refused for another attribute's value (mapping.md §5.7): that
//! attribute stays as it was, and the request log says so.
//!
//! Only a request that is refused is looked at here. It is read again in parts, as if the user were active, so that it
//! shows whether it is the request that says otherwise; what cannot be taken of it is left out.

use serde_json::{Map, Value};

use crate::directory::Change;
use crate::model::error::{Error, Kind, Result};
use crate::model::user::{User, UserDocument};
use crate::scim::deviations::Notes;
use crate::scim::schema::Schemas;

/// Attributes in one body that are read one by one; of a larger one nothing but `active` is taken.
const PARTS: usize = 500;

/// A user as a request would have it.
pub(super) type Read = (UserDocument, Notes);

/// What a request makes of the stored user `current`: as `whole` reads it, and where that is refused although the request
/// takes access away, as `in_parts` does.
///
/// # Errors
/// What `whole` answers; that the user name is not free.
pub(super) fn read_or_deactivate(
    change: &Change<'_>,
    user: &User,
    current: &Map<String, Value>,
    whole: impl FnOnce(&Map<String, Value>) -> Result<Read>,
    in_parts: impl FnOnce(&Map<String, Value>) -> Result<Read>,
) -> Result<Read> {
    let is_free = |document: &UserDocument| change.check_user_name(user, &document.user_name);
    let error = match whole(current) {
        Ok(read) => match is_free(&read.0) {
            Ok(()) => return Ok(read),
            Err(error) => error,
        },
        Err(error) => error,
    };
    if left_out(&error).is_none() {
        return Err(error);
    }
    let mut as_active = current.clone();
    as_active.insert("active".to_owned(), Value::Bool(true));
    let (mut document, mut notes) = match in_parts(&as_active) {
        Ok(read) if read.0.active == Some(false) => read,
        _ => return Err(error),
    };
    if let Err(error) = is_free(&document) {
        keep_user_name(user, &mut document, current);
        left_out(&error).into_iter().for_each(|sentence| notes.remark(sentence));
    }
    Ok((document, notes))
}

fn keep_user_name(user: &User, document: &mut UserDocument, current: &Map<String, Value>) {
    document.user_name.clone_from(&user.user_name);
    if let Some(stored) = current.get("userName") {
        document.resource.insert("userName".to_owned(), stored.clone());
    }
}

/// What the log says of something that was not taken; `None` where a request cannot be taken without it.
pub(super) fn left_out(error: &Error) -> Option<String> {
    let speaks_of_a_value =
        matches!(error.kind, Kind::InvalidValue | Kind::NoTarget | Kind::Mutability | Kind::Uniqueness);
    speaks_of_a_value
        .then(|| format!("The user is deactivated; this was left out and stays as it was: {}", error.detail))
}

/// A whole user, read attribute by attribute. What cannot be taken stays as it is in `current`.
///
/// # Errors
/// What cannot be read at all; something about `active`, which alone is not left out.
pub(super) fn replacement_in_parts(
    schemas: &Schemas,
    body: Value,
    current: &Map<String, Value>,
) -> Result<Read> {
    let parts: Vec<Part> = parts(body);
    let mut taken = Map::new();
    let mut remarks = Vec::new();
    let name = current.get("userName").cloned().unwrap_or_default();
    for part in parts.iter().filter(|part| parts.len() <= PARTS || part.is_active()) {
        let mut alone = Map::from_iter([("userName".to_owned(), name.clone())]);
        part.put(&mut alone);
        match schemas.read_user_replacement(Value::Object(alone), current) {
            Ok(_) => part.put(&mut taken),
            Err(error) => {
                let sentence = left_out(&error).filter(|_| !part.is_active());
                remarks.push(sentence.ok_or(error)?);
                part.stored_in(current).iter().for_each(|stored| stored.put(&mut taken));
            }
        }
    }
    if parts.len() > PARTS {
        remarks
            .push(format!("The user is deactivated; of {} attributes nothing else was taken.", parts.len()));
        let rest = current.iter().filter(|(key, _)| *key != "active");
        taken.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    }
    if !taken.keys().any(|key| key.eq_ignore_ascii_case("userName")) {
        taken.insert("userName".to_owned(), name);
    }
    let (document, mut notes) = schemas.read_user_replacement(Value::Object(taken), current)?;
    remarks.into_iter().for_each(|remark| notes.remark(remark));
    Ok((document, notes))
}

/// One attribute of a body, or of one of its extensions.
struct Part {
    extension: Option<String>,
    name: String,
    value: Value,
}

fn parts(body: Value) -> Vec<Part> {
    let Value::Object(members) = body else { return Vec::new() };
    let mut parts = Vec::new();
    for (name, value) in members {
        match value {
            Value::Object(inner) if name.contains(':') => {
                let of = |(inner, value)| Part { extension: Some(name.clone()), name: inner, value };
                parts.extend(inner.into_iter().map(of));
            }
            value => parts.push(Part { extension: None, name, value }),
        }
    }
    parts
}

impl Part {
    fn is_active(&self) -> bool {
        self.extension.is_none() && self.name.eq_ignore_ascii_case("active")
    }

    fn put(&self, body: &mut Map<String, Value>) {
        let place = match &self.extension {
            None => body,
            Some(urn) => match body.entry(urn.clone()).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(extension) => extension,
                _ => return,
            },
        };
        place.insert(self.name.clone(), self.value.clone());
    }

    /// The same attribute as it is stored.
    fn stored_in(&self, current: &Map<String, Value>) -> Option<Part> {
        let (extension, members) = match &self.extension {
            None => (None, current),
            Some(urn) => {
                let (urn, extension) = current.iter().find(|(key, _)| key.eq_ignore_ascii_case(urn))?;
                (Some(urn.clone()), extension.as_object()?)
            }
        };
        let (name, value) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(&self.name))?;
        Some(Part { extension, name: name.clone(), value: value.clone() })
    }
}

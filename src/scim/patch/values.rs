//! What an operation does to one attribute, be it single, complex or multi-valued.

use serde_json::{Map, Value};

use super::elements::{self, add_elements, remove_elements};
use super::request::Action;
use super::target::Target;
use crate::model::attribute::{Attribute, Mutability};
use crate::model::error::Result;
use crate::scim::deviations::Deviation;
use crate::scim::schema::{Place, Reader};

/// Does `action` to what `target` means in `object`, which holds the attribute.
pub(super) fn at_target(
    reader: &mut Reader,
    object: &mut Map<String, Value>,
    target: &Target,
    action: Action,
    place: &Place,
) -> Result<()> {
    match target.sub {
        None if target.filter.is_none() => set(reader, object, target.attribute, action, place),
        Some(sub) if !target.attribute.multi_valued => {
            within(object, target.attribute, |inner| set(reader, inner, sub, action, place))
        }
        _ => elements::change(reader, object, target, action),
    }
}

/// Does `action` to one attribute of `object` as a whole.
pub(super) fn set(
    reader: &mut Reader,
    object: &mut Map<String, Value>,
    attribute: &Attribute,
    action: Action,
    place: &Place,
) -> Result<()> {
    let key = attribute.name.as_ref();
    match action {
        Action::Remove(None) => {
            object.shift_remove(key);
        }
        Action::Remove(Some(value)) => {
            reader.grant(Deviation::RemoveWithValue, || {
                place.invalid("a remove operation has no \"value\"; choose by a filter in the path.")
            })?;
            if attribute.multi_valued {
                remove_elements(reader, object, attribute, value, place)?;
            } else {
                object.shift_remove(key);
            }
        }
        Action::Add(value) if attribute.multi_valued => {
            add_elements(reader, object, attribute, value, place)?
        }
        Action::Add(Value::Object(members)) if attribute.is_complex() => {
            merge(reader, object, attribute, members, Action::Add, place)?;
        }
        Action::Replace(Value::Object(members)) if attribute.is_complex() && !attribute.multi_valued => {
            merge(reader, object, attribute, members, Action::Replace, place)?;
        }
        Action::Add(value) => {
            if let Some(value) = reader.value(attribute, value, place)? {
                object.insert(key.to_owned(), value);
            }
        }
        Action::Replace(value) => match reader.value(attribute, value, place)? {
            Some(value) => {
                object.insert(key.to_owned(), value);
            }
            None => {
                object.shift_remove(key);
            }
        },
    }
    Ok(())
}

/// Sets the sub-attributes that are there and leaves the others alone: RFC 7644 §3.5.2.1 and §3.5.2.3 say so for `add` and
/// `replace` of a complex attribute alike.
fn merge(
    reader: &mut Reader,
    object: &mut Map<String, Value>,
    attribute: &Attribute,
    members: Map<String, Value>,
    again: fn(Value) -> Action,
    place: &Place,
) -> Result<()> {
    within(object, attribute, |inner| {
        for (name, value) in members {
            let place = Place::Member(place, &name);
            match attribute.sub(&name) {
                None => reader.unknown(&place)?,
                Some(sub) if sub.mutability == Mutability::ReadOnly => {
                    reader.notes.remark(format!("{place} is read-only; it was left out."));
                }
                Some(sub) => set(reader, inner, sub, again(value), &place)?,
            }
        }
        Ok(())
    })
}

/// Works on the object under the attribute's name, made when it is missing and taken away when nothing is left in it.
pub(super) fn within(
    object: &mut Map<String, Value>,
    attribute: &Attribute,
    work: impl FnOnce(&mut Map<String, Value>) -> Result<()>,
) -> Result<()> {
    let key = attribute.name.as_ref();
    let mut inner = match object.get_mut(key) {
        Some(Value::Object(inner)) => std::mem::take(inner),
        _ => Map::new(),
    };
    work(&mut inner)?;
    if inner.is_empty() {
        object.shift_remove(key);
    } else {
        object.insert(key.to_owned(), Value::Object(inner));
    }
    Ok(())
}

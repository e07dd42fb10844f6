//! PATCH operations on the elements of a multi-valued attribute: which of them, and what becomes of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::request::Action;
use super::select::Selector;
use super::target::Target;
use super::values::set;
use crate::model::attribute::Attribute;
use crate::model::error::{Kind, Result};
use crate::model::fold::fold;
use crate::scim::deviations::Deviation;
use crate::scim::schema::{Place, Reader, VALUES, is_primary, size};

/// How many bytes one operation may write by putting one value into many elements.
const SPREAD: usize = 1 << 20;

/// Does `action` to the elements that `target` means, in `object`.
///
/// # Errors
/// `NoTarget` when a filter means none and describes none that could be created.
pub(super) fn change(
    reader: &mut Reader,
    object: &mut Map<String, Value>,
    target: &Target,
    action: Action,
) -> Result<()> {
    let place = Place::Root(target.text);
    let selector = Selector::new(reader, target)?;
    let mut elements = take(object, target.attribute);
    reader.look_at(weight(&elements).saturating_mul(selector.terms()), &place)?;
    let mut selected: Vec<bool> = elements.iter().map(|element| selector.selects(element)).collect();
    let was_primary: Vec<bool> = elements.iter().map(is_primary).collect();
    check_spread(&action, selected.iter().filter(|selected| **selected).count(), &place)?;
    if !selected.contains(&true) && !matches!(action, Action::Remove(_)) {
        // What writes no value needs no place.
        if matches!(action, Action::Add(Value::Null) | Action::Replace(Value::Null)) {
            put(object, target.attribute, elements);
            return Ok(());
        }
        elements.push(described_element(reader, target, &selector, &place)?);
        selected.push(true);
    }
    let mut kept = Vec::with_capacity(elements.len());
    let mut became_primary = Vec::with_capacity(elements.len());
    for (index, (element, selected)) in elements.into_iter().zip(selected).enumerate() {
        let changed = if selected {
            change_one(reader, target, element, action.clone(), &place)?
        } else {
            Some(element)
        };
        if let Some(element) = changed {
            became_primary.push(was_primary.get(index) != Some(&true) && is_primary(&element));
            kept.push(element);
        }
    }
    check_number(&kept, &place)?;
    reader.settle_primaries(&mut kept, |index| became_primary.get(index) == Some(&true), &place)?;
    put(object, target.attribute, kept);
    Ok(())
}

/// What becomes of one selected element; `None` when it goes.
fn change_one(
    reader: &mut Reader,
    target: &Target,
    element: Value,
    action: Action,
    place: &Place,
) -> Result<Option<Value>> {
    let Some(sub) = target.sub else { return change_whole(reader, target.attribute, element, action, place) };
    let Value::Object(mut members) = element else { return Ok(Some(element)) };
    set(reader, &mut members, sub, action, place)?;
    Ok(if members.is_empty() { None } else { Some(Value::Object(members)) })
}

/// `replace` puts the value into the element's place, `add` merges it in, `remove` takes the element away.
fn change_whole(
    reader: &mut Reader,
    attribute: &Attribute,
    element: Value,
    action: Action,
    place: &Place,
) -> Result<Option<Value>> {
    let (value, is_add) = match action {
        Action::Remove(None) => return Ok(None),
        Action::Remove(Some(value)) => {
            reader.grant(Deviation::RemoveWithValue, || {
                place.invalid("a remove operation has no \"value\".")
            })?;
            let wanted = reader.elements(attribute, value, place)?;
            reader.look_at(size(&element).saturating_mul(wanted.len()), place)?;
            let goes = wanted.iter().any(|wanted| contains(attribute, &element, wanted));
            return Ok(if goes { None } else { Some(element) });
        }
        Action::Add(value) => (value, true),
        Action::Replace(value) => (value, false),
    };
    Ok(match (reader.single(attribute, value, place)?, element) {
        (None, element) if is_add => Some(element),
        (None, _) => None,
        (Some(Value::Object(new)), Value::Object(mut old)) if is_add => {
            old.extend(new);
            Some(Value::Object(old))
        }
        (Some(new), _) => Some(new),
    })
}

/// The element that a filter describes where it selects none. Entra ID and others rely on it for sub-attributes; for the
/// element as a whole it would be guesswork (spec/scim.md, PATCH).
fn described_element(
    reader: &mut Reader,
    target: &Target,
    selector: &Selector,
    place: &Place,
) -> Result<Value> {
    let no_target = || {
        let problem = "the filter selects nothing. A value is created only for a sub-attribute and where the filter \
                       joins \"eq\" comparisons by \"and\", as in emails[type eq \"work\"].value.";
        place.error(Kind::NoTarget, problem)
    };
    let (Some(_), Some(members)) = (target.sub, selector.described()) else { return Err(no_target()) };
    if members.is_empty() {
        return Ok(Value::Object(members));
    }
    reader.grant(Deviation::CreatedElement, no_target)?;
    let element = reader.element(target.attribute, Value::Object(members), place)?;
    // `type eq "work" and type eq "home"` describes what cannot be.
    element.filter(|element| selector.selects(element)).ok_or_else(no_target)
}

/// Adds values (RFC 7644 §3.5.2.1). One that agrees with an existing element in `value` and `type`, or is equal to it, is
/// merged into it, so that adding twice changes nothing.
pub(super) fn add_elements(
    reader: &mut Reader,
    object: &mut Map<String, Value>,
    attribute: &Attribute,
    value: Value,
    place: &Place,
) -> Result<()> {
    let new = reader.elements(attribute, value, place)?;
    let mut elements = take(object, attribute);
    reader.look_at(weight(&elements), place)?;
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (index, element) in elements.iter().enumerate() {
        known.entry(identity(element)).or_insert(index);
    }
    let mut was_primary: Vec<bool> = elements.iter().map(is_primary).collect();
    for new in new {
        let index = *known.entry(identity(&new)).or_insert(elements.len());
        match (elements.get_mut(index), new) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
            (Some(_), _) => {}
            (None, new) => {
                elements.push(new);
                was_primary.push(false);
            }
        }
    }
    check_number(&elements, place)?;
    reader.settle_primaries(&mut elements, |index| was_primary.get(index) == Some(&false), place)?;
    put(object, attribute, elements);
    Ok(())
}

/// Removes the elements that agree with one of the given values in all that it says.
pub(super) fn remove_elements(
    reader: &mut Reader,
    object: &mut Map<String, Value>,
    attribute: &Attribute,
    value: Value,
    place: &Place,
) -> Result<()> {
    let wanted = reader.elements(attribute, value, place)?;
    let mut elements = take(object, attribute);
    reader.look_at(weight(&elements).saturating_mul(wanted.len()), place)?;
    elements.retain(|element| !wanted.iter().any(|wanted| contains(attribute, element, wanted)));
    put(object, attribute, elements);
    Ok(())
}

fn weight(elements: &[Value]) -> usize {
    elements.iter().map(size).sum()
}

/// By what an element is told from others.
fn identity(element: &Value) -> String {
    match (element.get("value"), element.get("type")) {
        (Some(value), ty) => format!("{value} {}", ty.unwrap_or(&Value::Null)),
        (None, _) => element.to_string(),
    }
}

/// Whether `element` has every member of `wanted` with an equal value.
fn contains(attribute: &Attribute, element: &Value, wanted: &Value) -> bool {
    let same = |attribute: &Attribute, one: &Value, other: &Value| match (one, other) {
        (Value::String(one), Value::String(other)) if !attribute.case_exact => fold(one) == fold(other),
        _ => one == other,
    };
    match wanted {
        Value::Object(wanted) => wanted.iter().all(|(name, value)| {
            let sub = attribute.sub(name).unwrap_or(attribute);
            element.get(name).is_some_and(|found| same(sub, found, value))
        }),
        _ => same(attribute, element, wanted),
    }
}

fn check_number(elements: &[Value], place: &Place) -> Result<()> {
    if elements.len() <= VALUES {
        return Ok(());
    }
    Err(place.invalid(format!("there would be {} values, expected at most {VALUES}.", elements.len())))
}

/// Keeps a small request from making a huge resource.
fn check_spread(action: &Action, count: usize, place: &Place) -> Result<()> {
    let (Action::Add(value) | Action::Replace(value)) = action else { return Ok(()) };
    if count <= 1 || value.to_string().len().saturating_mul(count) <= SPREAD {
        return Ok(());
    }
    let problem =
        format!("the value would be written into {count} elements, which is more than {SPREAD} bytes.");
    Err(place.error(Kind::TooMany, problem))
}

/// The elements that are there, leaving the attribute's place among the others.
fn take(object: &mut Map<String, Value>, attribute: &Attribute) -> Vec<Value> {
    match object.get_mut(attribute.name.as_ref()) {
        Some(Value::Array(elements)) => std::mem::take(elements),
        _ => Vec::new(),
    }
}

/// Puts elements back; no elements are no attribute (RFC 7643 §2.5).
fn put(object: &mut Map<String, Value>, attribute: &Attribute, elements: Vec<Value>) {
    if elements.is_empty() {
        object.shift_remove(attribute.name.as_ref());
    } else {
        object.insert(attribute.name.to_string(), Value::Array(elements));
    }
}

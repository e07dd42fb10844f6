//! References of an operation to what other operations create: `bulkId:` and their `bulkId` (RFC 7644 §3.7.2).
//!
//! They stand in paths, and in data where a resource is named: in the attributes `members` and `manager`, there as the
//! value itself or as its `value` or `$ref`. Anywhere else, text that begins with `bulkId:` is text.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::model::id::ResourceId;

/// What marks a reference.
const MARK: &str = "bulkId:";
/// The attributes that name resources.
const REFERRING: [&str; 2] = ["members", "manager"];
/// The sub-attributes by which they do.
const NAMING: [&str; 2] = ["value", "$ref"];

/// The `bulkId` that a text refers to, if it is a reference.
pub(super) fn referred(text: &str) -> Option<&str> {
    text.strip_prefix(MARK)
}

/// Where in the data a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where attributes are.
    Outside,
    /// Where a resource is named.
    Reference,
    /// Beside that, within the same attribute.
    Beside,
}

impl Place {
    /// The place of a member of `object`, which is at this place.
    fn of_member(self, object: &Map<String, Value>, name: &str) -> Place {
        let is_one_of =
            |names: &[&str], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        match self {
            Place::Outside if is_one_of(&REFERRING, name) => Place::Reference,
            Place::Outside if name.eq_ignore_ascii_case("value") && is_one_of(&REFERRING, path(object)) => {
                Place::Reference
            }
            Place::Outside => Place::Outside,
            Place::Reference if is_one_of(&NAMING, name) => Place::Reference,
            Place::Reference | Place::Beside => Place::Beside,
        }
    }
}

/// The attribute that the `path` of a PATCH operation leads to; empty for any other object.
fn path(object: &Map<String, Value>) -> &str {
    let path = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("path"));
    let path = path.and_then(|(_, path)| path.as_str()).unwrap_or_default();
    let path = path.split('[').next().unwrap_or_default();
    let attribute = path.rsplit(':').next().unwrap_or_default();
    attribute.split('.').next().unwrap_or_default()
}

/// Adds every `bulkId` that `data` refers to to `found`.
pub(super) fn collect(data: &Value, found: &mut BTreeSet<String>) {
    collect_at(data, Place::Outside, found);
}

fn collect_at(value: &Value, place: Place, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if place == Place::Reference => found.extend(referred(text).map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| collect_at(item, place, found)),
        Value::Object(members) => {
            for (name, member) in members {
                collect_at(member, place.of_member(members, name), found);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts the ids of created resources in the place of references; one without an id stays.
pub(super) fn resolve(data: &mut Value, ids: &HashMap<String, ResourceId>) {
    resolve_at(data, Place::Outside, ids);
}

fn resolve_at(value: &mut Value, place: Place, ids: &HashMap<String, ResourceId>) {
    match value {
        Value::String(text) if place == Place::Reference => {
            if let Some(id) = referred(text).and_then(|bulk_id| ids.get(bulk_id)) {
                *text = id.0.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve_at(item, place, ids)),
        Value::Object(members) => {
            let places: Vec<Place> = members.keys().map(|name| place.of_member(members, name)).collect();
            for (member, place) in members.values_mut().zip(places) {
                resolve_at(member, place, ids);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_and_replaced_where_resources_are_named_rfc_7644_3_7_2() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (mut data, resolved) in [
            (json!({"members": [{"value": "bulkId:a"}]}), json!({"members": [{"value": "1"}]})),
            (json!({"Members": ["bulkId:a", "x"]}), json!({"Members": ["1", "x"]})),
            (
                json!({enterprise: {"manager": {"value": "bulkId:a", "$ref": "bulkId:a"}}}),
                json!({enterprise: {"manager": {"value": "1", "$ref": "1"}}}),
            ),
            (
                json!({"Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:a"}]}]}),
                json!({"Operations": [{"op": "add", "path": "members", "value": [{"value": "1"}]}]}),
            ),
            (
                json!({"Operations": [{"op": "add", "value": {"members": [{"value": "bulkId:a"}]}}]}),
                json!({"Operations": [{"op": "add", "value": {"members": [{"value": "1"}]}}]}),
            ),
            (
                json!({"Operations": [{"op": "add", "path": format!("{enterprise}:manager.value"), "value": "bulkId:a"}]}),
                json!({"Operations": [{"op": "add", "path": format!("{enterprise}:manager.value"), "value": "1"}]}),
            ),
        ] {
            let mut found = BTreeSet::new();
            collect(&data, &mut found);
            assert_eq!(found, BTreeSet::from(["a".to_owned()]), "{data}");
            resolve(&mut data, &HashMap::from([("a".to_owned(), ResourceId::from("1"))]));
            assert_eq!(data, resolved);
        }
    }

    #[test]
    fn text_that_looks_like_a_reference_is_text_where_no_resource_is_named() {
        for data in [
            json!({"displayName": "bulkId:a", "emails": [{"value": "bulkId:a"}], "title": "bulkId:a"}),
            json!({"members": [{"value": "x", "display": "bulkId:a"}], "bulkId:a": 1}),
            json!({"Operations": [{"op": "replace", "path": "displayName", "value": "bulkId:a"}]}),
            json!({"Operations": [{"op": "replace", "path": "emails", "value": [{"value": "bulkId:a"}]}]}),
            json!({"Operations": [{"op": "replace", "value": {"nickName": "bulkId:a"}}]}),
        ] {
            let mut found = BTreeSet::new();
            collect(&data, &mut found);
            assert!(found.is_empty(), "{data}");
            let mut same = data.clone();
            resolve(&mut same, &HashMap::from([("a".to_owned(), ResourceId::from("1"))]));
            assert_eq!(same, data);
        }
    }
}

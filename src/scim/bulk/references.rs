//! References of an operation to what other operations create: `bulkId:` and their `bulkId` (RFC 7644 §3.7.2).

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::model::id::ResourceId;

/// What marks a reference.
const MARK: &str = "bulkId:";

/// The `bulkId` that a text refers to, if it is a reference.
pub(super) fn referred(text: &str) -> Option<&str> {
    text.strip_prefix(MARK)
}

/// Adds every `bulkId` that occurs in `value` to `found`.
pub(super) fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(referred(text).map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts the ids of created resources in the place of references; one without an id stays.
pub(super) fn resolve(value: &mut Value, ids: &HashMap<String, ResourceId>) {
    match value {
        Value::String(text) => {
            if let Some(id) = referred(text).and_then(|bulk_id| ids.get(bulk_id)) {
                *text = id.0.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, ids)),
        Value::Object(members) => members.values_mut().for_each(|member| resolve(member, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_and_replaced_at_any_depth_and_nothing_else_is_rfc_7644_3_7_2() {
        let mut data = json!({"displayName": "about bulkId:a", "members": [{"value": "bulkId:a"}, "bulkId:b"],
            "manager": {"value": "bulkId:a"}, "bulkId:b": 1});
        let mut found = BTreeSet::new();
        collect(&data, &mut found);
        assert_eq!(found, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        resolve(&mut data, &HashMap::from([("a".to_owned(), ResourceId::from("1"))]));
        let expected = json!({"displayName": "about bulkId:a", "members": [{"value": "1"}, "bulkId:b"],
            "manager": {"value": "1"}, "bulkId:b": 1});
        assert_eq!(data, expected);
    }
}

//! How large values are, so that neither a resource nor the work on it grows without bound.

use serde_json::{Map, Value};

use crate::model::error::{Error, Kind, Result};

/// How large a resource may become over any number of requests, in bytes (`members` and `groups` are no part of it).
const RESOURCE: usize = 1 << 20;
/// What a value counts for beside its text, in bytes.
const NODE: usize = 32;

/// Roughly the bytes of `value`; looks at no text.
pub(in crate::scim) fn size(value: &Value) -> usize {
    NODE + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
    }
}

/// Refuses a resource that has become too large.
///
/// # Errors
/// `TooLarge`.
pub(super) fn check(resource: &Map<String, Value>) -> Result<()> {
    let size: usize = resource.values().map(size).sum();
    if size <= RESOURCE {
        return Ok(());
    }
    let detail = format!(
        "The resource would have about {size} bytes; this server keeps {RESOURCE} at most. Map fewer or shorter \
         attributes."
    );
    Err(Error::new(Kind::TooLarge, detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_resource_over_a_mebibyte_is_too_large() {
        let resource = |length: usize| Map::from_iter([("title".to_owned(), json!("x".repeat(length)))]);
        assert_eq!(check(&resource(1000)), Ok(()));
        assert_eq!(check(&resource(RESOURCE)).expect_err("too large").kind, Kind::TooLarge);
    }
}

//! Whether a body takes a user's access away, looked at before anything else of it is.

use serde_json::Value;

use crate::scim::deviations::Tolerance;

/// Whether a PUT or PATCH body sets `active` to false, or to a string that is tolerated for it.
pub fn takes_access_away(body: &Value, tolerance: Tolerance) -> bool {
    sets_inactive(body, tolerance)
        || member(body, "operations").and_then(Value::as_array).is_some_and(|operations| {
            operations.iter().any(|operation| {
                let Some(value) = member(operation, "value") else { return false };
                match member(operation, "path").and_then(Value::as_str) {
                    Some(path) => names_active(path) && is_false(value, tolerance),
                    None => sets_inactive(value, tolerance),
                }
            })
        })
}

fn sets_inactive(resource: &Value, tolerance: Tolerance) -> bool {
    let members = resource.as_object().into_iter().flatten();
    members.into_iter().any(|(name, value)| names_active(name) && is_false(value, tolerance))
}

fn names_active(path: &str) -> bool {
    let name = path.rsplit(':').next().unwrap_or(path);
    name.eq_ignore_ascii_case("active")
}

/// `false`, or the string that Entra ID sends for it.
fn is_false(value: &Value, tolerance: Tolerance) -> bool {
    let is_word = |text: &str| tolerance == Tolerance::Lenient && text.eq_ignore_ascii_case("false");
    value == &Value::Bool(false) || value.as_str().is_some_and(is_word)
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let members = value.as_object()?;
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_to_deactivate_is_seen() {
        for body in [
            json!({"active": false}),
            json!({"Active": "False", "userName": "x"}),
            json!({"Operations": [{"op": "replace", "path": "active", "value": false}]}),
            json!({"operations": [{"op": "Replace", "value": {"active": "False"}}]}),
            json!({"Operations": [{"path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]}),
        ] {
            assert!(takes_access_away(&body, Tolerance::Lenient), "{body}");
        }
        for body in [
            json!({"active": true}),
            json!({"nickName": "false"}),
            json!({"Operations": [{"op": "replace", "path": "title", "value": "false"}]}),
        ] {
            assert!(!takes_access_away(&body, Tolerance::Lenient), "{body}");
        }
    }

    #[test]
    fn a_strict_server_takes_no_string_for_a_boolean() {
        let body = json!({"active": "False"});
        assert!(!takes_access_away(&body, Tolerance::Strict));
        assert!(takes_access_away(&json!({"active": false}), Tolerance::Strict));
    }
}

//! Looking at the target: is it there, and does it have what shall be sent.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::work::Work;
use crate::provision::client::{Answer, Failure, Request};

impl Work<'_> {
    /// The one resource that a filter finds below `resource`; `None` when it finds nothing.
    ///
    /// # Errors
    /// Those of sending; an answer that is no list; more than one resource.
    pub(super) fn look_up(&self, resource: &str, query: &str) -> Result<Option<Answer>, Failure> {
        let request = Request::get(format!("{resource}?{query}"));
        let answer = self.client.send(&request)?;
        if answer.status != 200 {
            return Err(Failure::of(&request, &answer));
        }
        let found = match answer.json.get("Resources") {
            None | Some(Value::Null) if answer.json.get("totalResults").is_some() => &[][..],
            Some(Value::Array(found)) => found.as_slice(),
            _ => return Err(Failure::new(format!("{}: the answer is no SCIM list", request.line()))),
        };
        match found {
            [] => Ok(None),
            [one] => Ok(Some(Answer { json: one.clone(), ..answer })),
            several => Err(Failure::new(format!(
                "{}: {} resources match, and one of them at most can be meant",
                request.line(),
                several.len()
            ))),
        }
    }

    /// Sends what must be answered with success; `None` for 404.
    ///
    /// # Errors
    /// Those of sending; any other answer.
    pub(super) fn send_unless_gone(&self, request: &Request) -> Result<Option<Answer>, Failure> {
        let answer = self.client.send(request)?;
        match answer.status {
            404 => Ok(None),
            _ if answer.is_success() => Ok(Some(answer)),
            _ => Err(Failure::of(request, &answer)),
        }
    }
}

/// The id of the resource in an answer.
///
/// # Errors
/// There is none.
pub(super) fn id_of(request: &Request, answer: &Answer) -> Result<String, Failure> {
    answer.id().ok_or_else(|| Failure::new(format!("{}: the answer has no id", request.line())))
}

/// The ids of a group's members, if the resource shows them.
pub(super) fn members_of(resource: &Value) -> Option<BTreeSet<String>> {
    let members = resource.get("members")?.as_array()?;
    Some(members.iter().filter_map(|member| member.get("value")?.as_str().map(str::to_owned)).collect())
}

/// Whether a resource of the target has everything that `body` says. `schemas` is the target's affair.
pub(super) fn covers(resource: &Value, body: &Map<String, Value>) -> bool {
    body.iter()
        .filter(|(key, _)| *key != "schemas")
        .all(|(key, wanted)| resource.get(key).is_some_and(|found| has(found, wanted)))
}

fn has(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(_), Value::Object(wanted)) => covers(found, wanted),
        (Value::Array(found), Value::Array(wanted)) => {
            wanted.iter().all(|wanted| found.iter().any(|found| has(found, wanted)))
        }
        _ => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_resource_covers_a_body_when_it_has_all_of_it() {
        let resource = json!({"id": "1", "active": true, "emails": [{"value": "a", "type": "home"},
            {"value": "b", "type": "work", "primary": true}], "schemas": ["x"]});
        let body = |value: Value| value.as_object().cloned().unwrap();
        assert!(covers(
            &resource,
            &body(json!({"schemas": ["y"], "emails": [{"value": "b", "type": "work"}]}))
        ));
        assert!(!covers(&resource, &body(json!({"emails": [{"value": "b", "type": "home"}]}))));
        assert!(!covers(&resource, &body(json!({"active": false}))));
        assert!(!covers(&resource, &body(json!({"title": "Dr"}))));
    }
}

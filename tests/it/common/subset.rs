//! JSON assertions by subset: what a test does not name may be anything.

use serde_json::{Map, Value};

/// Fails unless `actual` holds at least what `expected` says.
///
/// Objects may have more members; arrays hold exactly as many elements, in any order; `null` also matches an absent
/// member; a string `*text*` matches any string that contains `text`.
#[track_caller]
pub fn assert_contains(actual: &Value, expected: &Value) {
    let problems = missing(actual, expected);
    assert!(
        problems.is_empty(),
        "\n{}\nin\n{}\n",
        problems.join("\n"),
        serde_json::to_string_pretty(actual).unwrap_or_default()
    );
}

/// What `actual` lacks of `expected`, one line per place; empty when it lacks nothing.
pub fn missing(actual: &Value, expected: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    compare(actual, expected, "", &mut problems);
    problems
}

fn compare(actual: &Value, expected: &Value, place: &str, problems: &mut Vec<String>) {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            compare_objects(actual, expected, place, problems)
        }
        (Value::Array(actual), Value::Array(expected)) => compare_arrays(actual, expected, place, problems),
        (Value::String(actual), Value::String(expected)) if matches_text(actual, expected) => {}
        _ if actual == expected => {}
        _ => problems.push(format!("{}: expected {expected}, found {actual}", shown(place))),
    }
}

fn compare_objects(
    actual: &Map<String, Value>,
    expected: &Map<String, Value>,
    place: &str,
    problems: &mut Vec<String>,
) {
    for (key, wanted) in expected {
        let found = actual.get(key).unwrap_or(&Value::Null);
        compare(found, wanted, &format!("{place}/{key}"), problems);
    }
}

/// Each expected element must find an actual one of its own.
fn compare_arrays(actual: &[Value], expected: &[Value], place: &str, problems: &mut Vec<String>) {
    if actual.len() != expected.len() {
        let (wanted, found) = (expected.len(), actual.len());
        problems.push(format!("{}: expected {wanted} elements, found {found}", shown(place)));
        return;
    }
    let mut left: Vec<&Value> = actual.iter().collect();
    for (index, wanted) in expected.iter().enumerate() {
        match left.iter().position(|found| missing(found, wanted).is_empty()) {
            Some(at) => drop(left.remove(at)),
            None => problems.push(format!("{}/{index}: nothing like {wanted}", shown(place))),
        }
    }
}

fn matches_text(actual: &str, expected: &str) -> bool {
    match expected.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')) {
        Some(part) => actual.contains(part),
        None => actual == expected,
    }
}

fn shown(place: &str) -> &str {
    if place.is_empty() { "/" } else { place }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subset_is_found_in_any_order_and_nothing_else_is() {
        let actual = json!({"a": 1, "list": [{"id": "x", "n": 1}, {"id": "y", "n": 2}], "text": "say why"});
        let fits = json!({"list": [{"id": "y"}, {"id": "x"}], "gone": null, "text": "*why*"});
        assert!(missing(&actual, &fits).is_empty());
        assert_eq!(missing(&actual, &json!({"a": 2})), ["/a: expected 2, found 1"]);
        assert_eq!(missing(&actual, &json!({"list": []})), ["/list: expected 0 elements, found 2"]);
        assert_eq!(missing(&actual, &json!({"list": [{"id": "x"}, {"id": "x"}]})).len(), 1);
        assert_eq!(missing(&actual, &json!({"b": false})), ["/b: expected false, found null"]);
    }
}

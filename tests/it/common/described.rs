//! Every answer of the admin API that a test gets is held against the description that the program gives of itself.

use std::sync::LazyLock;

use serde_json::Value;

use super::answer::Answer;
use super::json_schema;

static DOCUMENT: LazyLock<Value> = LazyLock::new(rollcall::http::openapi::document);

/// Fails where the answer is one that `/api/openapi.json` does not describe.
#[track_caller]
pub fn assert_described(method: &str, target: &str, answer: &Answer) {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Some(path) = path.strip_prefix("/api/v1") else { return };
    if method == "OPTIONS" {
        return;
    }
    let request = format!("{method} {target} was answered {}", answer.status);
    let responses = operation(method, path).map(|operation| &operation["responses"]);
    let Some(responses) = responses else {
        assert!(
            matches!(answer.status, 400 | 401 | 404 | 405 | 408 | 413 | 414 | 431 | 503),
            "{request}: no such route"
        );
        return assert_is(&DOCUMENT["components"]["schemas"]["Problem"], method, answer, &request);
    };
    let Some(response) = responses.get(answer.status.to_string()) else {
        panic!(
            "{request}, a status that its Operation does not say (src/admin, src/http/openapi.rs): {}",
            answer.text
        );
    };
    for (name, _) in response["headers"].as_object().into_iter().flatten() {
        assert!(answer.header(name).is_some(), "{request} without {name}, which its Operation promises");
    }
    match response["content"].as_object().and_then(|content| content.iter().next()) {
        None => {
            assert!(answer.text.is_empty(), "{request} with a body, and its Operation says that it has none")
        }
        Some((media_type, content)) => {
            let found = answer.header("content-type").unwrap_or_default();
            assert_eq!(found, media_type, "{request}");
            assert_is(&content["schema"], method, answer, &request);
        }
    }
}

#[track_caller]
fn assert_is(schema: &Value, method: &str, answer: &Answer, request: &str) {
    if method == "HEAD" {
        return;
    }
    let problems = json_schema::problems(&DOCUMENT, schema, &answer.json);
    assert!(
        problems.is_empty(),
        "{request} with something else than src/admin/schemas says:\n{}\n{}",
        problems.join("\n"),
        answer.text
    );
}

/// What is said of the route that a path below `/api/v1` leads to; fixed segments go before placeholders.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let given: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_ascii_lowercase() };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
        let pairs = || wanted.iter().zip(&given);
        let fixed = |wanted: &str, given: &str| wanted.eq_ignore_ascii_case(given);
        (wanted.len() == given.len()
            && pairs().all(|(wanted, given)| wanted.starts_with('{') || fixed(wanted, given)))
        .then(|| pairs().filter(|(wanted, _)| wanted.starts_with('{')).count())
    };
    let found = paths.iter().filter_map(|(template, item)| Some((fits(template)?, item.get(&method)?)));
    found.min_by_key(|(placeholders, _)| *placeholders).map(|(_, operation)| operation)
}

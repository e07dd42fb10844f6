//! `/api/openapi.json`: the admin API's description (OpenAPI 3.1), made from the table of routes and the shapes beside
//! the handlers. Nothing in it is written twice.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rouille::Response;
use serde_json::{Map, Value, json};

use crate::admin::schemas::{self, event_body, put_members, typed};
use crate::admin::{Answer, Body, Operation, problems};
use crate::auth::Access;
use crate::http::routes::{ROUTES, Route};
use crate::model::event::EventKind;

/// Where the described routes are.
const BASE: &str = "/api/v1";

/// What the placeholder after a segment is called.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("admins", "admin"),
    ("concurrency-groups", "entity"),
    ("conflicts", "conflict"),
    ("deliveries", "delivery"),
    ("groups", "group"),
    ("mapping-rules", "rule"),
    ("mappings", "mapping"),
    ("members", "user"),
    ("requests", "request"),
    ("sessions", "session"),
    ("sub-organizations", "entity"),
    ("teams", "entity"),
    ("tokens", "token"),
    ("users", "user"),
    ("webhooks", "webhook"),
];

/// `GET /api/openapi.json`: for everybody, since it says nothing of what is stored.
pub fn answer() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    Response::from_data("application/json", TEXT.clone())
}

/// The description.
pub fn document() -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut lists = Vec::new();
    for route in ROUTES {
        let (Some(operation), Some(path)) = (route.operation, route.path.strip_prefix(BASE)) else {
            continue;
        };
        let (path, parameters) = named(path);
        if let Answer::List(shape) = operation.answer {
            lists.push(shape);
        }
        let described = operation_json(route, operation, &path, parameters);
        paths.entry(path).or_default().insert(route.method.to_ascii_lowercase(), described);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Rollcall admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Lists take limit and after, and answer items and next. Ids are strings, times RFC 3339 in \
                UTC. Refusals are problem details (RFC 9457). A HEAD is answered as a GET, without the body.",
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": components(&lists),
        },
    })
}

/// A path with its placeholders named, and their names.
fn named(path: &str) -> (String, Vec<&'static str>) {
    let (mut written, mut names, mut before) = (String::new(), Vec::new(), "");
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        written.push('/');
        if segment == "{slug}" {
            names.push("slug");
            written.push_str(segment);
        } else if segment == "{}" {
            let name = PLACEHOLDERS.iter().find(|(place, _)| *place == before).map_or("id", |(_, name)| name);
            names.push(name);
            written.push_str(&format!("{{{name}}}"));
        } else {
            written.push_str(segment);
        }
        before = segment;
    }
    (written, names)
}

fn operation_json(route: &Route, operation: &Operation, path: &str, names: Vec<&'static str>) -> Value {
    let in_path = names
        .iter()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let in_query = operation.query.iter().map(|parameter| {
        json!({"name": parameter.name, "in": "query", "description": parameter.about,
            "schema": or_empty(typed(parameter.written))})
    });
    let mut parameters: Vec<Value> = in_path.chain(in_query).collect();
    if is_conditional(route, operation) {
        parameters.push(json!({"name": "If-Match", "in": "header", "schema": {"type": "string"},
            "description": "The ETag of the version to change; 412 when it is another one now."}));
    }
    let mut described = json!({
        "operationId": operation_id(route.method, path),
        "summary": operation.summary,
        "tags": [tag(path)],
        "parameters": parameters,
        "responses": responses(route, operation, names.len()),
    });
    if let (Some(body), Value::Object(members)) = (body(operation.body), &mut described) {
        members.insert("requestBody".to_owned(), body);
    }
    described
}

/// An empty text in a query is one that was left out: forms send all of their fields.
fn or_empty(schema: Value) -> Value {
    match schema.get("enum").or(schema.get("format")) {
        Some(_) => json!({"anyOf": [schema, {"type": "string", "const": ""}]}),
        None => schema,
    }
}

/// Whether it changes something of which there are versions.
fn is_conditional(route: &Route, operation: &Operation) -> bool {
    operation.versioned && route.method != "GET" && !matches!(operation.answer, Answer::Created(_))
}

/// `get_teams_members`: the method and the segments after the organization; `get_server_requests` for what has none.
fn operation_id(method: &str, path: &str) -> String {
    let (first, rest) = match path.strip_prefix("/organizations/{slug}") {
        Some("") => ("organization", ""),
        Some(rest) => ("", rest),
        None if path.starts_with("/organizations") => ("", path),
        None => ("server", path),
    };
    let segments = rest.split('/').map(|segment| segment.trim_matches(['{', '}']).replace('-', "_"));
    let words = [method.to_ascii_lowercase(), first.to_owned()].into_iter().chain(segments);
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// The noun that a path is about.
fn tag(path: &str) -> &str {
    path.split('/').filter(|segment| !segment.is_empty()).nth(2).unwrap_or("organizations")
}

fn body(body: Body) -> Option<Value> {
    let (shape, required) = match body {
        Body::None => return None,
        Body::Optional(shape) => (shape, false),
        Body::Required(shape) => (shape, true),
    };
    Some(json!({"required": required, "content": {"application/json": {"schema": reference(shape)}}}))
}

fn reference(shape: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{shape}")})
}

fn responses(route: &Route, operation: &Operation, placeholders: usize) -> Value {
    let mut responses = Map::new();
    let (status, described) = success(operation);
    responses.insert(status.to_string(), described);
    for status in refusals(route, operation, placeholders) {
        let problem = json!({
            "description": problems::title(status),
            "content": {"application/problem+json": {"schema": reference("Problem")}},
        });
        responses.insert(status.to_string(), problem);
    }
    Value::Object(responses)
}

fn success(operation: &Operation) -> (u16, Value) {
    let (status, about, schema) = match operation.answer {
        Answer::Ok(shape) => (200, "The answer.", Some(reference(shape))),
        Answer::List(shape) => (200, "A page.", Some(reference(&list_name(shape)))),
        Answer::Created(shape) => (201, "What was made.", Some(reference(shape))),
        Answer::Accepted(shape) => (202, "What will be done.", Some(reference(shape))),
        Answer::NoContent => (204, "Done.", None),
    };
    let mut headers = Map::new();
    let text = |about: &str| json!({"description": about, "required": true, "schema": {"type": "string"}});
    headers.insert("X-Request-Id".to_owned(), text("By which the log, events and history know the request."));
    if status == 201 {
        headers.insert("Location".to_owned(), text("Where it is."));
    }
    if operation.versioned && schema.is_some() {
        headers.insert("ETag".to_owned(), text("The version, for If-Match."));
    }
    let mut answer = json!({"description": about, "headers": headers});
    if let (Some(schema), Value::Object(members)) = (schema, &mut answer) {
        members.insert("content".to_owned(), json!({"application/json": {"schema": schema}}));
    }
    (status, answer)
}

/// The statuses of refusals: those that every route has, those that follow from its row, and its own.
fn refusals(route: &Route, operation: &Operation, placeholders: usize) -> Vec<u16> {
    let mut statuses = vec![400, 401, 403, 408, 413, 414, 429, 431, 500, 503];
    if placeholders > 0 {
        statuses.push(404);
    }
    if operation.body != Body::None {
        statuses.push(415);
    }
    if route.access == Access::Write {
        statuses.push(507);
    }
    if is_conditional(route, operation) {
        statuses.push(412);
    }
    statuses.extend(operation.refusals);
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn list_name(shape: &str) -> String {
    format!("{shape}List")
}

/// All shapes: those of the nouns, the lists of them, and the events.
fn components(lists: &[&str]) -> Value {
    let mut components: BTreeMap<String, Value> = BTreeMap::new();
    for schema in schemas::all() {
        components.insert(schema.name.to_owned(), schema.to_json(&schemas::find));
    }
    for shape in lists {
        let page = json!({
            "type": "object",
            "description": "A page of a list; next is null on the last.",
            "properties": {"items": {"type": "array", "items": reference(shape)}, "next": {"type": ["string", "null"]}},
            "required": ["items", "next"],
            "additionalProperties": false,
        });
        components.insert(list_name(shape), page);
    }
    let kinds = EventKind::ALL.iter().map(|kind| (event_name(*kind), event_schema(*kind)));
    components.extend(kinds);
    components.insert("Event".to_owned(), event());
    json!(components)
}

/// `Event.user.created`.
fn event_name(kind: EventKind) -> String {
    format!("Event.{}", kind.as_str())
}

fn event() -> Value {
    let kinds = EventKind::ALL.iter();
    let mapping: BTreeMap<&str, String> = kinds
        .clone()
        .map(|kind| (kind.as_str(), format!("#/components/schemas/{}", event_name(*kind))))
        .collect();
    json!({
        "description": "Something that happened, with the state that it led to. The list of types is closed.",
        "oneOf": kinds.map(|kind| reference(&event_name(*kind))).collect::<Vec<_>>(),
        "discriminator": {"propertyName": "type", "mapping": mapping},
    })
}

fn event_schema(kind: EventKind) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let kind_is = format!("={}", kind.as_str());
    let head = [("id", "string"), ("at", "time"), ("type", kind_is.as_str()), ("request_id", "string")];
    put_members(&head, &schemas::find, &mut properties, &mut required);
    put_members(event_body(kind), &schemas::find, &mut properties, &mut required);
    json!({"type": "object", "description": kind.about(), "properties": properties, "required": required,
        "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes::Handler;

    #[test]
    fn every_route_of_the_admin_api_is_described() {
        for route in ROUTES.iter().filter(|route| matches!(route.handler, Handler::Admin(_))) {
            assert!(
                route.operation.is_some(),
                "{} {} has no description. Write an Operation beside its handler and name it in its row of \
                 src/http/routes.rs.",
                route.method,
                route.path
            );
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let document = document();
        let paths = document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let mut ids: Vec<&str> =
            operations.filter_map(|operation| operation["operationId"].as_str()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert!(count > 80 && ids.len() == count, "two operations have one id: {ids:?}");
        for id in ["get_organization", "get_requests", "get_server_requests", "get_organizations"] {
            assert!(ids.contains(&id), "{id} is not in {ids:?}");
        }
    }

    #[test]
    fn every_shape_that_is_named_is_there_and_every_shape_is_used() {
        let document = document();
        let shapes = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        for named in text.split("\"#/components/schemas/").skip(1) {
            let name = named.split('"').next().unwrap();
            assert!(shapes.contains_key(name), "there is no shape {name}: write it in src/admin/schemas");
        }
        for schema in schemas::all() {
            let used = text.contains(&format!("\"#/components/schemas/{}\"", schema.name))
                || schemas::all()
                    .flat_map(|other| other.members)
                    .any(|(_, written)| written.trim_start_matches('@') == schema.name);
            assert!(used, "nothing uses the shape {}: remove it from src/admin/schemas", schema.name);
        }
    }

    #[test]
    fn a_path_names_its_placeholders_by_what_precedes_them() {
        let (path, names) = named("/organizations/{slug}/teams/{}/members/{}");
        assert_eq!(path, "/organizations/{slug}/teams/{entity}/members/{user}");
        assert_eq!(names, ["slug", "entity", "user"]);
        for route in ROUTES.iter().filter(|route| route.operation.is_some()) {
            let (_, mut names) = named(route.path);
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}: two placeholders of one name", route.path);
            assert!(!names.contains(&"id"), "{}: name its placeholder in PLACEHOLDERS", route.path);
        }
    }
}

//! Organizations are walled off: every route of the table, with no credential, with the wrong one, with another
//! organization's, and with one that may only read (issue 5; interface.md §4).
//!
//! Paths are filled in with the first organization's ids, by the segment before each placeholder. A route whose noun has no
//! id here fails the test, so that a new one cannot be forgotten.

use std::collections::BTreeMap;

use rollcall::auth::{Access, Scope};
use rollcall::http::routes::{Route, all};
use serde_json::{Value, json};

use crate::common::{Answer, Browser, Client, Server, Tenant, text};

/// In every name of the first organization, and in nothing else.
const MARK: &str = "walled";

const PASSWORD: &str = "correct horse battery";

/// Routes that ask for no credential. A further one is a decision: it is made here.
const PUBLIC: [&str; 12] = [
    "/scim/v2/ServiceProviderConfig",
    "/scim/v2/Schemas",
    "/scim/v2/Schemas/{}",
    "/scim/v2/ResourceTypes",
    "/scim/v2/ResourceTypes/{}",
    "/admin/sign-in",
    "/admin/assets/{}",
    "/healthz",
    "/readyz",
    "/api/openapi.json",
    "/scim",
    "/",
];

/// Bodies that would be accepted of the right sender, where an empty object would not.
const BODIES: [(&str, &str); 14] = [
    ("PUT /scim/v2/Users/{}", r#"{"userName": "x@example.com"}"#),
    ("PATCH /scim/v2/Users/{}", r#"{"Operations": [{"op": "replace", "path": "active", "value": false}]}"#),
    ("PUT /scim/v2/Groups/{}", r#"{"displayName": "x"}"#),
    (
        "PATCH /scim/v2/Groups/{}",
        r#"{"Operations": [{"op": "replace", "path": "displayName", "value": "x"}]}"#,
    ),
    ("POST …/groups/{}/mappings", r#"{"target_type": "team", "entity_name": "x", "create": true}"#),
    ("POST …/groups/{}/mappings/preview", r#"{"target_type": "team", "entity_name": "x", "create": true}"#),
    ("POST …/mappings/{}/preview", r#"{"action": "reject"}"#),
    ("PATCH …/mapping-rules/{}", r#"{"priority": 2}"#),
    ("POST …/conflicts/{}/resolve", r#"{"decision": "use_incoming"}"#),
    ("PATCH …/teams/{}", r#"{"name": "x"}"#),
    ("PATCH …/concurrency-groups/{}", r#"{"name": "x"}"#),
    ("PATCH …/sub-organizations/{}", r#"{"name": "x"}"#),
    ("PATCH …/admins/{}", r#"{"name": "x"}"#),
    ("PATCH …/webhooks/{}", r#"{"enabled": false}"#),
];

/// The first organization with one of everything, and the credentials of a second one.
struct World {
    server: Server,
    /// The id of one of each noun of the first organization.
    ids: BTreeMap<&'static str, String>,
    /// A client without credential, below `/`.
    bare: Client,
    first: Credentials,
    second: Credentials,
    stranger: Browser,
}

struct Credentials {
    scim: String,
    admin: String,
    scim_read: String,
    admin_read: String,
}

impl Credentials {
    fn of(tenant: &Tenant) -> Credentials {
        let make = |kind: &str, read_only: bool| {
            let spec = json!({"name": kind, "kind": kind, "read_only": read_only});
            text(&tenant.api.post("/tokens", spec).expect(201).json, "token")
        };
        Credentials {
            scim: make("scim", false),
            admin: make("admin", false),
            scim_read: make("scim", true),
            admin_read: make("admin", true),
        }
    }
}

impl World {
    fn new() -> World {
        let server = Server::start();
        let ids = one_of_everything(&server);
        let other = server.second_organization();
        let bare = server.scim.at("").authorized(None);
        let (first, second) = (Credentials::of(&server), Credentials::of(&other));
        other.api.post("/admins", json!({"name": "stranger", "password": PASSWORD})).expect(201);
        let mut stranger = Browser::of(server.scim.address());
        stranger.post("/admin/sign-in", &[("name", "stranger"), ("password", PASSWORD)]).expect(303);
        World { server, ids, bare, first, second, stranger }
    }

    /// The path with the first organization's ids.
    fn path(&self, route: &Route, slug: &str) -> String {
        let mut before = "";
        let segments = route.path.split('/').map(|segment| {
            let filled = match segment {
                "{slug}" => slug,
                "{}" => self.ids.get(before).unwrap_or_else(|| {
                    panic!("{}: give tests/it/walls.rs an id for what follows \"{before}\"", route.path)
                }),
                other => other,
            };
            before = segment;
            filled.to_owned()
        });
        segments.collect::<Vec<_>>().join("/")
    }

    fn send(&self, route: &Route, slug: &str, token: Option<&str>) -> Answer {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let client = self.bare.authorized(authorization.as_deref());
        let body = body_of(route);
        client.send(route.method, self.path(route, slug), &[], body.map(str::as_bytes))
    }

    fn send_signed_in(&mut self, route: &Route, slug: &str) -> Answer {
        let path = self.path(route, slug);
        self.stranger.send(route.method, &path, &[], body_of(route).map(str::as_bytes))
    }

    /// Fails if an answer says anything of the first organization.
    #[track_caller]
    fn assert_says_nothing(&self, route: &Route, answer: &Answer) {
        let text = without_what_was_asked(route, answer);
        let told = |what: &str| text.contains(what);
        let id = self.ids.values().find(|id| id.len() > 12 && told(id) && answer.status < 400);
        assert!(id.is_none() && !told(MARK), "{} {}: {}", route.method, route.path, answer.text);
    }
}

/// A request log shows its organization what it asked for itself, whatever ids it made use of.
fn without_what_was_asked(route: &Route, answer: &Answer) -> String {
    let mut json = answer.json.clone();
    match json["items"].as_array_mut().filter(|_| route.path.ends_with("/requests")) {
        Some(items) => {
            let asked = ["path", "query", "resource", "detail"];
            items.iter_mut().for_each(|item| asked.iter().for_each(|member| item[*member] = Value::Null));
            json.to_string()
        }
        None => answer.text.clone(),
    }
}

fn body_of(route: &Route) -> Option<&'static str> {
    let name = format!("{} {}", route.method, route.path.replace("/api/v1/organizations/{slug}", "…"));
    let known = BODIES.iter().find(|(route, _)| *route == name).map(|(_, body)| *body);
    known.or_else(|| ["POST", "PUT", "PATCH"].contains(&route.method).then_some("{}"))
}

fn one_of_everything(server: &Server) -> BTreeMap<&'static str, String> {
    let name = |what: &str| format!("{MARK}-{what}");
    let rule = json!({"kind": "prefix", "pattern": MARK, "target_type": "concurrency_group"});
    let rule = server.rule(rule);
    let user = server.user(MARK);
    let group = server.group(&name("first"), &[&user]);
    server.group(&name("second"), &[&user]);
    let team = server.entity("teams", &name("team"));
    server.api.put(format!("/teams/{team}/members/{user}"), json!({})).expect(200);
    let admin = json!({"name": name("admin"), "password": PASSWORD});
    let admin = server.api.post("/admins", admin).expect(201).id();
    let mut browser = Browser::of(server.scim.address());
    browser.post("/admin/sign-in", &[("name", &name("admin")), ("password", PASSWORD)]).expect(303);
    let first = |list: &str| text(&server.items(list)[0], "id");
    let webhook = json!({"url": format!("http://127.0.0.1:9/{MARK}"), "enabled": false});
    let webhook = server.api.post("/webhooks", webhook).expect(201).id();
    server.api.post(format!("/webhooks/{webhook}/test"), json!({})).expect(202);
    let delivery = first(&format!("/webhooks/{webhook}/deliveries"));
    let request = server.scim.get(format!("/Users/{user}")).expect(200);
    let request = request.header("x-request-id").expect("an id").to_owned();
    BTreeMap::from([
        ("Users", user.clone()),
        ("users", user.clone()),
        ("people", user.clone()),
        ("members", user),
        ("Groups", group.clone()),
        ("groups", group),
        ("teams", team),
        (
            "concurrency-groups",
            text(&server.find_entity("concurrency-groups", &name("first")).unwrap(), "id"),
        ),
        ("sub-organizations", server.entity("sub-organizations", &name("sub"))),
        ("mapping-rules", rule.clone()),
        ("rules", rule),
        ("mappings", first("/mappings")),
        ("conflicts", first("/conflicts?status=open")),
        ("tokens", first("/tokens")),
        ("admins", admin),
        ("sessions", first("/sessions")),
        ("Schemas", "urn:ietf:params:scim:schemas:core:2.0:User".to_owned()),
        ("ResourceTypes", "User".to_owned()),
        ("assets", "page.css".to_owned()),
        ("webhooks", webhook),
        ("deliveries", delivery),
        ("requests", request),
    ])
}

fn has_ids(route: &Route) -> bool {
    route.path.contains("{}")
}

#[test]
fn a_route_is_public_only_by_decision() {
    for route in all().filter(|route| route.scope == Scope::Public) {
        assert!(PUBLIC.contains(&route.path), "{} asks for no credential", route.path);
    }
}

#[test]
fn without_a_valid_credential_no_route_answers() {
    let world = World::new();
    let before = world.server.last_event();
    let wrong = "rollcall_scim_0000";
    for route in all() {
        let answers = match route.scope {
            Scope::Public => continue,
            // A cookie is what counts; whoever has none is sent to sign in.
            Scope::Page | Scope::ServerPage => {
                for token in [None, Some(world.first.admin.as_str())] {
                    let answer = world.send(route, "default", token);
                    let location = answer.header("location").unwrap_or_default();
                    assert!(answer.status == 303 && location.starts_with("/admin/sign-in"), "{answer:?}");
                }
                continue;
            }
            Scope::Scim => [None, Some(wrong), Some(world.first.admin.as_str())],
            Scope::Organization | Scope::Server | Scope::Test => {
                [None, Some(wrong), Some(world.first.scim.as_str())]
            }
        };
        for token in answers {
            let answer = world.send(route, "default", token).expect(401);
            assert!(answer.header("www-authenticate").is_some(), "{answer:?}");
            world.assert_says_nothing(route, &answer);
        }
    }
    assert_eq!(world.server.last_event(), before, "something was changed");
}

#[test]
fn another_organizations_credential_reaches_nothing() {
    let mut world = World::new();
    let before = world.server.last_event();
    let mut leaks: Vec<String> = Vec::new();
    for route in all() {
        match route.scope {
            Scope::Public => {}
            Scope::Scim => {
                let answer = world.send(route, "default", Some(&world.second.scim));
                if has_ids(route) {
                    assert_eq!(answer.status, 404, "{} {}: {}", route.method, route.path, answer.text);
                }
                world.assert_says_nothing(route, &answer);
            }
            Scope::Organization => {
                let answer = world.send(route, "default", Some(&world.second.admin)).expect(404);
                world.assert_says_nothing(route, &answer);
                // The ids of the one below the name of the other.
                let answer = world.send(route, "other", Some(&world.second.admin));
                if has_ids(route) && answer.status != 404 {
                    leaks.push(format!("{} {}: {} {}", route.method, route.path, answer.status, answer.text));
                }
                world.assert_says_nothing(route, &answer);
            }
            Scope::Server | Scope::Test => {
                let answer = world.send(route, "default", Some(&world.second.admin)).expect(403);
                world.assert_says_nothing(route, &answer);
            }
            Scope::Page | Scope::ServerPage => {
                let answer = world.send_signed_in(route, "default");
                match (route.scope, route.access, route.path.contains("{slug}")) {
                    (Scope::ServerPage, ..) => assert_eq!(answer.status, 403, "{}", route.path),
                    (_, _, true) => assert_eq!(answer.status, 404, "{}", route.path),
                    (_, Access::Write, false) => assert_eq!(answer.status, 403, "{}", route.path),
                    (_, Access::Read, false) => {}
                }
                world.assert_says_nothing(route, &answer);
                if route.path.contains("{slug}") && has_ids(route) {
                    let answer = world.send_signed_in(route, "other");
                    assert!([403, 404].contains(&answer.status), "{} {}", route.path, answer.status);
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    assert_eq!(world.server.last_event(), before, "something was changed");
}

#[test]
fn a_credential_that_may_only_read_changes_nothing() {
    let world = World::new();
    let before = world.server.last_event();
    for route in all().filter(|route| route.access == Access::Write) {
        let token = match route.scope {
            Scope::Public | Scope::Page | Scope::ServerPage => continue,
            Scope::Scim => &world.first.scim_read,
            Scope::Organization | Scope::Server | Scope::Test => &world.first.admin_read,
        };
        let answer = world.send(route, "default", Some(token));
        assert_eq!(answer.status, 403, "{} {}: {}", route.method, route.path, answer.text);
    }
    assert_eq!(world.server.last_event(), before, "something was changed");
}

#[test]
fn a_bulk_operation_reaches_no_further_than_its_token() {
    let world = World::new();
    let operation =
        |method: &str, noun: &str| json!({"method": method, "path": format!("/{noun}/{}", world.ids[noun])});
    let operations: Vec<Value> = vec![operation("DELETE", "Users"), operation("DELETE", "Groups")];
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let scim = world.server.scim.authorized(Some(&format!("Bearer {}", world.second.scim)));
    let answer = scim.post("/Bulk", body).expect(200);
    for operation in answer.json["Operations"].as_array().unwrap() {
        assert_eq!(operation["status"], "404", "{}", answer.text);
    }
    world.server.scim.get(format!("/Users/{}", world.ids["Users"])).expect(200);
}

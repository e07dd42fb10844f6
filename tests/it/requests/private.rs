//! What is kept from whom: secrets, bodies, strangers, other organizations.

use serde_json::{Value, json};

use super::{logged, unknown, whole};
use crate::common::{DurableServer, Server, assert_contains, text};

#[test]
fn a_flood_of_strangers_is_counted_in_few_rows_and_evicts_nothing() {
    let server = Server::start();
    let ann = server.user("ann");
    let lost = server.scim.authorized(Some("Bearer rollcall_scim_0123456789abcdef"));
    lost.get("/Users").expect(401);
    for number in 0..300 {
        let guess = format!("Bearer rollcall_scim_{number:06x}ffff");
        server.scim.authorized(Some(&guess)).get(format!("/Users/{number}")).expect(401);
    }
    let none = server.scim.authorized(None);
    (0..50).for_each(|_| drop(none.get("/Users").expect(401)));
    none.get("/ServiceProviderConfig").expect(200);

    let strangers = unknown(&server);
    let total: u64 = strangers.iter().filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!(total, 352);
    assert!(strangers.len() <= 10, "{} rows", strangers.len());
    assert!(strangers.iter().any(|row| row["token"]["prefix"] == "*"), "{strangers:?}");
    let first = strangers.iter().find(|row| row["token"]["prefix"] == "rollcall_scim_012345").unwrap();
    assert_contains(
        first,
        &json!({"status": 401, "count": 1, "address": "127.0.0.1", "detail": "*mistyped*"}),
    );
    let id = text(first, "id");
    server.root.get(format!("/requests/{id}")).expect_body(200, first.clone());
    let mine = logged(&server, "");
    assert_eq!(mine.len(), 1, "the organization's own request is there, alone");
    assert_eq!(mine[0]["resource"], ann);
}

#[test]
fn no_secret_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(folder.path());
    let until = "2099-01-01T00:00:00Z";
    server.api.patch("", json!({"record_bodies_until": until})).expect_problem(400);
    server.rollcall(&["organization", "set", "--record-bodies", "2h"]).expect(0);
    let user = json!({"userName": "ann@example.com", "password": "hunter2hunter2", "x": {"apiSecret": "hunter2hunter2"}});
    let answer = server.scim.post("/Users", user).expect(201);
    let id = answer.id();
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "password", "value": "hunter2hunter2"}]});
    server.scim.patch(format!("/Users/{id}"), patch).expect(200);
    let operations = [
        json!({"OP": "replace", "Path": "password", "Value": "hunter2hunter2"}),
        json!({"op": "replace", "path": ["password"], "value": "hunter2hunter2"}),
        json!({"op": "remove", "path": "password[value eq \"hunter2hunter2\"]"}),
    ];
    for operation in operations {
        let patch =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]});
        server.scim.patch(format!("/Users/{id}"), patch.clone());
        let one = json!({"method": "PATCH", "path": format!("/Users/{id}"), "data": patch});
        bulk(&server, one);
    }
    bulk(&server, json!({"method": "GET", "path": "/Users?filter=password eq \"hunter2hunter2\""}));
    for target in [
        "/Users?filter=password%20eq%20%22hunter2hunter2%22&access_token=hunter2hunter2",
        "/Users?filter=pass%2577ord%20eq%20%22hunter2hunter2%22",
        "/Users?sortBy=password%20hunter2hunter2",
        "/Users/password%20eq%20%22hunter2hunter2%22",
    ] {
        server.scim.get(target);
    }
    let token = server.first_run["scim_token"].clone();
    server.scim.get(format!("/Users/{token}?x={token}&filter=userName%20eq%20%22{token}%22")).expect(404);
    let request = whole(&server, answer.header("x-request-id").unwrap());
    assert_contains(
        &request,
        &json!({"body": {"userName": "ann@example.com", "password": "***", "x": {"apiSecret": "***"}},
            "answer": {"userName": "ann@example.com", "id": id}}),
    );
    server.scim.authorized(None).get(format!("/Users/{token}")).expect(401);
    server.scim.authorized(None).get(format!("/{token}")).expect(404);
    let log = server.log();
    assert!(!log.contains(&token) && !log.contains("hunter2"), "{log}");
    drop(server);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name == "first-run.txt" || !holds(&token), "the token is in {name}");
        assert!(!holds("hunter2hunter2"), "the password is in {name}");
    }
}

fn bulk(server: &DurableServer, operation: Value) {
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]});
    server.scim.post("/Bulk", body).expect(200);
}

#[test]
fn bodies_are_recorded_only_while_an_organization_says_so_and_the_configuration_lets_it() {
    let server = Server::start_with("[requests]\nrecord_bodies = false\n");
    let soon = json!({"record_bodies_until": "2026-11-24T00:00:00Z"});
    server.api.patch("", soon).expect_problem(403);

    let server = Server::start();
    let body_of = |name: &str| {
        let answer = server.scim.post("/Users", json!({"userName": name})).expect(201);
        whole(&server, answer.header("x-request-id").unwrap())["body"].clone()
    };
    assert_eq!(body_of("ann@example.com"), Value::Null);
    let at = text(&logged(&server, "")[0], "at");
    let until = format!("{}T23:59:59.999Z", &at[..10]);
    server
        .api
        .patch("", json!({"record_bodies_until": until}))
        .expect_body(200, json!({"record_bodies_until": until}));
    assert_eq!(body_of("bob@example.com"), json!({"userName": "bob@example.com"}));
    let refused = server.scim.sending("application/json").post("/Users", json!({"userName": 3})).expect(400);
    let request = whole(&server, refused.header("x-request-id").unwrap());
    assert_contains(&request, &json!({"body": {"userName": 3}, "answer": {"status": "400"}}));
    server
        .api
        .patch("", json!({"record_bodies_until": null}))
        .expect_body(200, json!({"record_bodies_until": null}));
    assert_eq!(body_of("cem@example.com"), Value::Null);
}

#[test]
fn organizations_see_their_own_requests_only_and_strangers_are_the_servers() {
    let server = Server::start();
    let other = server.second_organization();
    let mine = server.scim.get("/Users").expect(200);
    let theirs = other.scim.get("/Groups").expect(200);
    assert_eq!(logged(&server, "").len(), 1);
    assert_contains(&json!(logged(&other, "")), &json!([{"path": "/scim/v2/Groups"}]));
    other.api.get(format!("/requests/{}", mine.header("x-request-id").unwrap())).expect_problem(404);
    whole(&other, theirs.header("x-request-id").unwrap());
    let made = json!({"name": "one", "kind": "admin"});
    let token = text(&server.api.post("/tokens", made).expect(201).json, "token");
    let bearer = format!("Bearer {token}");
    let (own, root) = (server.api.authorized(Some(&bearer)), server.root.authorized(Some(&bearer)));
    own.get("/requests").expect(200);
    for target in ["/requests", "/requests/1", "/organizations/other/requests"] {
        let status = root.get(target).status;
        assert!(matches!(status, 403 | 404), "{target}: {status}");
    }
}

#[test]
fn a_log_that_is_switched_off_keeps_nothing() {
    let server = Server::start_with("[requests]\nenabled = false\n");
    server.user("ann");
    server.scim.authorized(None).get("/Users").expect(401);
    assert_eq!(logged(&server, ""), Vec::<Value>::new());
    assert_eq!(unknown(&server), Vec::<Value>::new());
}

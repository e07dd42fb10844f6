//! The request log: every request of an IdP, answered or refused, and what it led to.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Client, DurableServer, Server, Tenant, assert_contains, text, wait_for};

/// The newest requests of an organization.
#[track_caller]
fn logged(tenant: &Tenant, query: &str) -> Vec<Value> {
    tenant.items(&format!("/requests{query}"))
}

/// A request in full, by the id that its answer carried.
#[track_caller]
fn whole(tenant: &Tenant, id: &str) -> Value {
    tenant.api.get(format!("/requests/{id}")).expect(200).json
}

/// Requests without a valid token.
#[track_caller]
fn unknown(server: &Tenant) -> Vec<Value> {
    server.root.get("/requests?limit=1000").expect(200).json["items"].as_array().unwrap().clone()
}

#[test]
fn an_answered_request_is_there_with_all_that_is_known_of_it() {
    let server = Server::start();
    let ann = server.user("ann");
    let headers = [("User-Agent", "PingOne/1.0")];
    let answer =
        server.scim.send("GET", format!("/Users/{ann}?attributes=userName"), &headers, None).expect(200);
    let id = answer.header("x-request-id").unwrap();
    let requests = logged(&server, "");
    assert_contains(
        &requests[0],
        &json!({
            "id": id, "at": "*Z*", "method": "GET", "path": format!("/scim/v2/Users/{ann}"),
            "query": "attributes=userName", "status": 200, "scim_type": null, "detail": null, "changes": 0,
            "user_agent": "PingOne/1.0", "address": "127.0.0.1", "resource": ann, "deviations": [], "remarks": [],
        }),
    );
    assert!(requests[0]["duration_ms"].as_f64().unwrap() > 0.0, "{}", requests[0]);
    assert!(!text(&requests[0]["token"], "name").is_empty());
    assert_contains(&requests[1], &json!({"method": "POST", "status": 201, "resource": ann}));
    server.api.get("/requests/nobody-had-this").expect_problem(404);
}

#[test]
fn a_change_is_linked_to_the_events_that_it_caused() {
    let server = Server::start();
    server.rule(json!({}));
    let ann = server.user("ann");
    let pushed = server.post_group(json!({"displayName": "Sales", "members": [{"value": ann}]})).expect(201);
    let id = pushed.header("x-request-id").unwrap();
    let request = whole(&server, id);
    let events = request["events"].as_array().unwrap();
    assert_eq!(request["changes"], events.len());
    assert!(events.iter().all(|event| event["request_id"] == id), "{request}");
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert!(kinds.contains(&"group.created") && kinds.contains(&"assignment.granted"), "{kinds:?}");
    assert_contains(&request, &json!({"body": null, "answer": null, "resource": pushed.id()}));
}

#[test]
fn a_refused_request_says_why() {
    let server = Server::start();
    let refused = server.scim.post("/Users", json!({"userName": 7})).expect(400);
    let id = refused.header("x-request-id").unwrap().to_owned();
    let request = whole(&server, &id);
    assert_contains(
        &request,
        &json!({"status": 400, "scim_type": "invalidValue", "detail": refused.json["detail"], "changes": 0}),
    );
    server.scim.get("/Users/0").expect(404);
    server.scim.get("/Nothing/here").expect(404);
    server.scim.send("BREW", "/Users", &[], None).expect(405);
    let statuses: Vec<u64> =
        logged(&server, "?status=4xx").iter().filter_map(|item| item["status"].as_u64()).collect();
    assert_eq!(
        statuses,
        [405, 404, 404, 400],
        "paths that do not exist and methods too, to whom the token belongs"
    );
}

#[test]
fn what_the_front_refuses_is_logged_for_the_organization_of_its_token() {
    let server = Server::start_with("[server.limits]\nbody_bytes = 65536\nbulk_bytes = 65536\n");
    let large = json!({"userName": "x".repeat(70_000)});
    server.scim.post("/Users", large).expect(413);
    let twice = [("Host", "a"), ("Host", "b")];
    server.scim.send("GET", "/Users", &twice, None).expect(400);
    let requests = logged(&server, "");
    assert_contains(&requests[1], &json!({"status": 413, "path": "/scim/v2/Users", "method": "POST"}));
    assert_contains(&requests[0], &json!({"status": 400, "scim_type": "invalidSyntax", "detail": "*Host*"}));
    server.scim.send_raw(b"\x16\x03\x01\x02nonsense\r\n\r\n").unwrap().expect(400);
    assert_contains(&unknown(&server)[0], &json!({"status": 400, "method": "", "path": "", "count": 1}));
}

#[test]
fn requests_of_the_admin_api_and_of_probes_are_not_requests_of_an_idp() {
    let server = Server::start();
    server.api.get("/users").expect(200);
    server.scim.at("").get("/healthz").expect(200);
    assert_eq!(logged(&server, ""), Vec::<Value>::new());
    assert_eq!(unknown(&server), Vec::<Value>::new());
}

#[test]
fn tolerances_and_what_was_left_out_are_named() {
    let server = Server::start();
    let user = json!({"userName": "ann@example.com", "active": "True", "shoeSize": 38});
    let answer = server.scim.post("/Users", user).expect(201);
    let request = whole(&server, answer.header("x-request-id").unwrap());
    let named =
        |request: &Value, name: &str| request["deviations"].as_array().unwrap().contains(&json!(name));
    assert!(named(&request, "string-boolean") && named(&request, "missing-schemas"), "{request}");
    assert!(request["remarks"].to_string().contains("shoeSize"), "{request}");

    let bare = server.scim.authorized(Some(&text(&server.ready, "scim_token")));
    let answer = bare.get("/Users?filter=userName%20eq%20ann&count=-1").expect(200);
    let request = whole(&server, answer.header("x-request-id").unwrap());
    for name in ["bare-token", "unquoted-literal", "count-minus-one"] {
        assert!(named(&request, name), "{name}: {request}");
    }
}

#[test]
fn a_bulk_request_is_one_request_with_the_events_of_all_its_operations_and_its_failures() {
    let server = Server::start();
    let user =
        |name: &str| json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}});
    let operations = json!([user("ann@example.com"), user("nobody"), user("bob@example.com")]);
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let answer = server.scim.post("/Bulk", body).expect(200);
    let request = whole(&server, answer.header("x-request-id").unwrap());
    let created: Vec<&Value> = request["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["type"] == "user.created")
        .collect();
    assert_eq!(created.len(), 2, "{request}");
    assert!(request["remarks"].to_string().contains("1 of 3 operations failed"), "{request}");
}

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
    assert_contains(first, &json!({"status": 401, "count": 1, "address": "127.0.0.1", "detail": "*"}));
    let id = text(first, "id");
    server.root.get(format!("/requests/{id}")).expect_body(200, first.clone());
    let mine = logged(&server, "");
    assert_eq!(mine.len(), 1, "the organization's own request is there, alone");
    assert_eq!(mine[0]["resource"], ann);
}

#[test]
fn no_secret_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let until = "2099-01-01T00:00:00Z";
    server.api.patch("", json!({"record_bodies_until": until})).expect_problem(400);
    server.rollcall(&["organization", "set", "--record-bodies", "2h"]).expect(0);
    let user = json!({"userName": "ann@example.com", "password": "hunter2hunter2", "x": {"apiSecret": "hunter2hunter2"}});
    let answer = server.scim.post("/Users", user).expect(201);
    let id = answer.id();
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "password", "value": "hunter2hunter2"}]});
    server.scim.patch(format!("/Users/{id}"), patch).expect(200);
    server.scim.get("/Users?filter=password%20eq%20%22hunter2hunter2%22&access_token=hunter2hunter2");
    let token = server.first_run["scim_token"].clone();
    server.scim.get(format!("/Users/{token}?x={token}&filter=userName%20eq%20%22{token}%22")).expect(404);
    let request = whole(&server, answer.header("x-request-id").unwrap());
    assert_contains(
        &request,
        &json!({"body": {"userName": "ann@example.com", "password": "***", "x": {"apiSecret": "***"}},
            "answer": {"userName": "ann@example.com", "id": id}}),
    );
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
fn the_log_is_searched_by_what_it_holds() {
    let server = Server::start();
    server.rule(json!({}));
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann]);
    server.scim.get("/Users?filter=userName%20eq%20%22zoe%22").expect(200);
    server.scim.get("/Users/0").expect(404);
    let count = |query: &str| logged(&server, query).len();
    for (query, found) in [
        ("", 5),
        ("?status=404", 1),
        ("?status=2xx", 4),
        ("?method=post", 3),
        ("?path=/Groups", 1),
        ("?path=/scim/v2/users", 4),
        ("?query=ZOE", 1),
        ("?query=nobody-at-all", 0),
        ("?since=2099-01-01T00:00:00Z", 0),
        ("?until=2099-01-01T00:00:00Z", 5),
        ("?token=nobody", 0),
        (&format!("?resource={group}"), 1),
        (&format!("?resource={ann}"), 1),
        (&format!("?user={ann}"), 2),
        (&format!("?user={bob}"), 1),
        (&format!("?user={ann}&method=POST&status=201&path=/Groups"), 1),
    ] {
        assert_eq!(count(query), found, "{query}");
    }
    let token = logged(&server, "")[0]["token"].clone();
    for value in [text(&token, "id"), text(&token, "name").replace(' ', "%20")] {
        assert_eq!(count(&format!("?token={value}")), 5, "{value}");
    }
    for wrong in
        ["status=9xx", "since=today", "until=1", "after=x", "newer=x", "limit=0", "newer=&wait=x&limit=-1"]
    {
        server.api.get(format!("/requests?{wrong}")).expect_problem(400);
    }
    let pages: Vec<usize> =
        (1..4).map(|limit| server.items(&format!("/requests?limit={limit}")).len()).collect();
    assert_eq!(pages, [5, 5, 5]);
}

#[test]
fn who_follows_the_log_is_woken_by_the_next_request_also_by_one_that_changes_nothing() {
    let server = Server::start();
    server.user("ann");
    let newest = text(&server.api.get("/requests").expect(200).json, "newest");
    let mut after = newest;
    for method in ["GET", "POST"] {
        let (poller, cursor) = (server.api.copy(), after.clone());
        after = std::thread::scope(|scope| {
            let waiting = scope.spawn(move || {
                let start = Instant::now();
                let page = poller.get(format!("/requests?newer={cursor}&wait=20")).expect(200).json;
                (page, start.elapsed())
            });
            std::thread::sleep(Duration::from_millis(100));
            match method {
                "GET" => drop(server.scim.get("/Users").expect(200)),
                _ => drop(server.user("bob")),
            }
            let (page, waited) = waiting.join().unwrap();
            assert_contains(&page, &json!({"items": [{"method": method}], "next": null}));
            assert!(waited < Duration::from_secs(6), "woken only after {waited:?}");
            text(&page, "newest")
        });
    }
    (0..5).for_each(|_| drop(server.scim.get("/Users").expect(200)));
    let first = server.api.get(format!("/requests?newer={after}&limit=2")).expect(200).json;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let rest = server.api.get(format!("/requests?newer={}", text(&first, "newest"))).expect(200).json;
    assert_eq!(rest["items"].as_array().unwrap().len(), 3, "nothing is skipped between pages");
    let end = server.api.get(format!("/requests?newer={}", text(&rest, "newest"))).expect(200).json;
    assert_eq!(end["items"], json!([]));
}

#[test]
fn a_change_and_its_row_in_the_log_survive_kill_9_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(folder.path());
    let answers: Vec<(String, String)> = (0..20)
        .map(|number| {
            let user = json!({"userName": format!("user{number}@example.com")});
            let answer = server.scim.post("/Users", user).expect(201);
            (answer.id(), answer.header("x-request-id").unwrap().to_owned())
        })
        .collect();
    server.restart();
    for (user, request) in answers {
        assert_contains(&whole(&server, &request), &json!({"resource": user, "status": 201, "changes": 1}));
    }
    assert_eq!(logged(&server, "?method=POST").len(), server.items("/users").len());
}

#[test]
fn an_orderly_end_loses_nothing_that_waits_to_be_logged() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(folder.path());
    (0..50).for_each(|_| drop(server.scim.get("/Users").expect(200)));
    assert_eq!(server.terminate(), Some(0));
    let server = DurableServer::start(folder.path());
    assert_eq!(logged(&server, "?path=/Users").len(), 50);
}

#[test]
fn the_commands_show_follow_and_search_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let user = server.scim.post("/Users", json!({"userName": "ann@example.com"})).expect(201);
    server.scim.get("/Users/0").expect(404);
    server.scim.authorized(None).get("/Users").expect(401);
    let found = wait_for("the refusal is logged", || {
        let found = server.rollcall(&["requests", "--status", "4xx", "--json"]).json();
        (!found.as_array().unwrap().is_empty()).then_some(found)
    });
    assert_contains(&found, &json!([{"status": 404, "path": "/scim/v2/Users/0"}]));
    let table = server.rollcall(&["requests"]).expect(0).stdout;
    assert!(table.contains("STATUS") && table.contains("/scim/v2/Users/0"), "{table}");
    let shown = server.rollcall(&["requests", "show", user.header("x-request-id").unwrap(), "--json"]).json();
    assert_contains(&shown, &json!({"status": 201, "events": [{"type": "user.created"}]}));
    server.rollcall(&["requests", "show", "nothing"]).expect(1);
    server.rollcall(&["requests", "--status", "9xx"]).expect(2);
    let strangers = wait_for("the stranger is logged", || {
        let found = server.rollcall(&["requests", "--unknown", "--json"]).json();
        (!found.as_array().unwrap().is_empty()).then_some(found)
    });
    assert_contains(&strangers, &json!([{"status": 401, "count": 1}]));
}

#[test]
fn a_log_that_is_switched_off_keeps_nothing() {
    let server = Server::start_with("[requests]\nenabled = false\n");
    server.user("ann");
    server.scim.authorized(None).get("/Users").expect(401);
    assert_eq!(logged(&server, ""), Vec::<Value>::new());
    assert_eq!(unknown(&server), Vec::<Value>::new());
}

#[test]
fn a_token_that_is_revoked_keeps_its_requests() {
    let server = Server::start();
    let made = server.api.post("/tokens", json!({"name": "old connection"})).expect(201).json;
    let old: Client = server.scim.authorized(Some(&format!("Bearer {}", text(&made, "token"))));
    old.get("/Users").expect(200);
    server.api.delete(format!("/tokens/{}", text(&made, "id"))).expect(204);
    old.get("/Users").expect(401);
    let requests = logged(&server, "?token=old%20connection");
    assert_contains(&json!(requests), &json!([{"status": 200, "token": {"id": made["id"]}}]));
    assert_contains(&unknown(&server)[0], &json!({"status": 401, "detail": "*revoked*"}));
}

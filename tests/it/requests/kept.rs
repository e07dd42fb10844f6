//! What is kept of each request, answered or refused.

use serde_json::{Value, json};

use super::{logged, unknown, whole};
use crate::common::{Server, assert_contains, text};

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
    server.scim.send_raw(b"\x01\x02nonsense\r\n\r\n").unwrap().expect(400);
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

//! The journal: what the client under test really sent.

use serde_json::{Value, json};

use crate::common::{Browser, Server, assert_contains};

fn items(server: &Server) -> Vec<Value> {
    server.test.get("/journal").expect(200).json["items"].as_array().unwrap().clone()
}

#[test]
fn a_request_is_kept_as_it_was_sent_with_what_it_was_answered() {
    let server = Server::start();
    let made = server.scim.post("/Users", json!({"userName": "ann@example.com"})).expect(201);
    server.scim.get("/Users?filter=userName eq \"ann@example.com\"&count=1").expect(200);
    server.scim.get("/Users/7").expect(404);
    let expected = json!([
        {
            "id": 1, "method": "POST", "path": "/scim/v2/Users", "query": {}, "token": "first",
            "headers": {"authorization": "first", "content-type": "application/scim+json"},
            "body": {"userName": "ann@example.com"},
            "status": 201, "answer": {"id": made.id()}, "request_id": made.header("x-request-id"),
            "at": "*Z*", "faulty": false,
        },
        {
            "id": 2, "method": "GET", "body": null, "status": 200, "answer": {"totalResults": 1},
            "query": {"filter": "userName eq \"ann@example.com\"", "count": "1"},
            "target": "/scim/v2/Users?filter=userName%20eq%20%22ann@example.com%22&count=1",
        },
        {"id": 3, "status": 404},
    ]);
    assert_contains(&json!(items(&server)), &expected);
}

#[test]
fn no_secret_is_in_it_and_no_request_to_the_test_routes() {
    let server = Server::start();
    let headers = [("Authorization", "Bearer s3cret"), ("Cookie", "session=s3cret")];
    server.scim.send("GET", "/Users", &headers, None).expect(401);
    server.scim.authorized(None).get("/Users").expect(401);
    let text = server.test.get("/journal").expect(200).text;
    for secret in ["s3cret", server.appliance.scim_token(), server.appliance.api_token(), "/test/"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_contains(
        &json!(items(&server)),
        &json!([{"token": null, "headers": {"authorization": "unknown"}}, {"token": null}]),
    );
}

#[test]
fn what_a_person_does_on_the_page_is_not_in_it() {
    let server = Server::start();
    let mut browser = Browser::of(server.scim.address());
    browser.open_link(server.appliance.admin_url());
    browser.post("/admin/sign-in", &[("name", "admin"), ("password", "s3cret")]);
    assert_eq!(items(&server), [] as [Value; 0]);
}

#[test]
fn what_a_large_body_was_refused_for_is_in_it_too() {
    let server = Server::start();
    let body = vec![b' '; 100_000];
    server.scim.authorized(None).send("POST", "/Users", &[], Some(&body)).expect(401);
    assert_contains(&json!(items(&server)), &json!([{"method": "POST", "status": 401, "body": null}]));
}

#[test]
fn what_the_front_refused_is_in_it_too() {
    let server = Server::start_with("[server.limits]\nbody_bytes = 65536\n");
    server.scim.send("POST", "/Users", &[], Some(&vec![b' '; 70_000])).expect(413);
    assert_contains(
        &json!(items(&server)),
        &json!([{"method": "POST", "path": "/scim/v2/Users", "status": 413}]),
    );
}

#[test]
fn it_is_cleared_by_itself_or_while_it_is_read() {
    let server = Server::start();
    server.user("ann");
    let taken = server.test.get("/journal?clear").expect(200).json;
    assert_eq!(taken["items"].as_array().unwrap().len(), 1);
    assert_eq!(items(&server), [] as [Value; 0]);
    server.user("bob");
    assert_eq!(items(&server)[0]["id"], 2, "numbers go on");
    server.test.delete("/journal").expect(204);
    assert_eq!(items(&server), [] as [Value; 0]);
    assert_eq!(server.test.get("/journal?clear=perhaps").expect_problem(400)["field"], "clear");
}

//! What the log outlives, and what it loses.

use serde_json::json;

use super::{logged, unknown, whole};
use crate::common::{Client, DurableServer, Server, assert_contains, text};

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

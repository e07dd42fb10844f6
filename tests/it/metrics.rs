//! `/metrics` (interface.md §4): for server scope, in Prometheus' text format.

use serde_json::json;

use crate::common::{Server, text};

#[test]
fn the_metrics_are_for_server_scope_and_count_by_route() {
    let server = Server::start();
    let user = server.user("ann");
    for id in [user.as_str(), "0"] {
        server.scim.get(format!("/Users/{id}"));
    }
    server.scim.get("/nowhere").expect(404);
    let root = server.root.at("");
    let answer = root.get("/metrics").expect(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "rollcall_requests_total{method=\"POST\",route=\"/scim/v2/Users\",status=\"2xx\"} 1",
        "rollcall_requests_total{method=\"GET\",route=\"/scim/v2/Users/{}\",status=\"2xx\"} 1",
        "rollcall_requests_total{method=\"GET\",route=\"/scim/v2/Users/{}\",status=\"4xx\"} 1",
        "rollcall_requests_total{method=\"\",route=\"\",status=\"4xx\"} 1",
        "rollcall_request_duration_seconds_count 4",
        "rollcall_tokens_expiring 0",
    ] {
        assert!(answer.text.lines().any(|found| found == line), "no {line} in {}", answer.text);
    }
    assert!(!answer.text.contains(&user) && !answer.text.contains("ann"), "{}", answer.text);
    let own =
        text(&server.api.post("/tokens", json!({"name": "x", "kind": "admin"})).expect(201).json, "token");
    root.authorized(Some(&format!("Bearer {own}"))).get("/metrics").expect(403);
    root.authorized(None).get("/metrics").expect(401);
}

#[test]
fn tokens_that_end_soon_and_events_are_counted() {
    let server = Server::start();
    server.user("ann");
    // The clock of this server is the system's, which stands in none of these tests past 2100.
    server.api.post("/tokens", json!({"name": "far", "expires_at": "2100-01-01T00:00:00Z"})).expect(201);
    let answer = server.root.at("").get("/metrics").expect(200);
    let events = server.last_event();
    assert!(
        answer.text.lines().any(|line| line == format!("rollcall_events_total {events}")),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("rollcall_tokens_expiring 0"));
}

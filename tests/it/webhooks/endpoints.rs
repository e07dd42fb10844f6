//! Endpoints of several organizations, and of different speed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{path_of, subscribe_to_users, user_names, wait_for_delivery};
use crate::common::{Behaviour, Receiver, Server};

#[test]
fn an_organizations_endpoints_are_its_own() {
    let (server, receiver, others) = (Server::start(), Receiver::start(), Receiver::start());
    let other = server.second_organization();
    subscribe_to_users(&server, &receiver);
    let path = path_of(&subscribe_to_users(&other, &others));
    other.user("bob");
    server.user("ann");
    assert_eq!(user_names(&receiver.wait_for(1)), ["ann@example.com"]);
    assert_eq!(user_names(&others.wait_for(1)), ["bob@example.com"]);
    let delivery = wait_for_delivery(&other, &path, "delivered")["id"].as_str().unwrap().to_owned();
    server.api.get(&path).expect_problem(404);
    server.api.patch(&path, json!({"enabled": false})).expect_problem(404);
    server.api.delete(&path).expect_problem(404);
    for below in ["rotate", "test", &format!("deliveries/{delivery}/redeliver")] {
        server.api.post(format!("{path}/{below}"), json!({})).expect_problem(404);
    }
    for below in ["deliveries", &format!("deliveries/{delivery}")] {
        server.api.get(format!("{path}/{below}")).expect_problem(404);
    }
    assert_eq!(server.items("/webhooks").len(), 1);
}

#[test]
fn a_read_only_token_sees_endpoints_and_changes_none() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let path = path_of(&subscribe_to_users(&server, &receiver));
    let made = json!({"name": "reader", "kind": "admin", "read_only": true});
    let token = server.api.post("/tokens", made).expect(201).json["token"].as_str().unwrap().to_owned();
    let reader = server.api.authorized(Some(&format!("Bearer {token}")));
    let shown = reader.get(&path).expect(200);
    assert!(!shown.text.contains("whsec_"));
    for below in ["", "/rotate", "/test"] {
        let body = json!({"enabled": false});
        let answer = if below.is_empty() {
            reader.patch(&path, body)
        } else {
            reader.post(path.clone() + below, json!({}))
        };
        answer.expect_problem(403);
    }
}

#[test]
fn a_slow_endpoint_delays_neither_the_others_nor_a_request() {
    let (server, slow, fast) = (Server::start(), Receiver::start(), Receiver::start());
    slow.behave(Behaviour { delay: Duration::from_secs(60), ..Behaviour::status("204 No Content") });
    subscribe_to_users(&server, &slow);
    subscribe_to_users(&server, &fast);
    let start = Instant::now();
    for number in 0..30 {
        server.user(&format!("user{number}"));
    }
    fast.wait_for(30);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(slow.count(), 1, "one message at a time");
}

#[test]
fn more_slow_endpoints_than_are_served_at_once_delay_no_fast_one() {
    let (server, slow, fast) = (Server::start(), Receiver::start(), Receiver::start());
    let delay = Duration::from_secs(3);
    slow.behave(Behaviour { delay, ..Behaviour::status("204 No Content") });
    subscribe_to_users(&server, &fast);
    server.user("first");
    fast.wait_for(1);
    for _ in 0..40 {
        subscribe_to_users(&server, &slow);
    }
    server.user("second");
    slow.wait_for(20);
    fast.wait_for(2);
    let before = fast.count();
    for number in 1..=4 {
        let start = Instant::now();
        server.user(&format!("late{number}"));
        fast.wait_for(before + number);
        assert!(start.elapsed() < delay / 2, "{:?}", start.elapsed());
    }
}

#[test]
fn what_an_admin_writes_of_an_endpoint_reads_back() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let made =
        json!({"url": "https://hooks.example.com:8443/a?b=c", "types": ["user.*"], "description": "one"});
    let refused = server.api.post("/webhooks", made.clone()).expect(201);
    let path = path_of(&refused.json);
    assert_eq!(refused.header("location").map(|to| to.ends_with(&path)), Some(true));
    server.api.get(&path).expect_body(200, made);
    let edit = json!({"url": receiver.url(), "types": [], "description": "", "enabled": false});
    server.api.patch(&path, edit.clone()).expect_body(200, edit.clone());
    let shown = server.api.get(&path).expect_body(200, edit).json;
    assert_eq!((&shown["disabled_reason"], &shown["secret"]), (&json!("admin"), &Value::Null));
    server.api.delete(&path).expect(204);
    server.api.get(&path).expect_problem(404);
}

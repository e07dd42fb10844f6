//! Faults: what is to go wrong with the next requests.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::{Server, wait_for};

#[test]
fn the_next_requests_get_the_status_and_have_no_effect() {
    let server = Server::start();
    let fault = json!({"status": 429, "count": 2, "retry_after": 7});
    server.test.post("/faults", fault).expect_body(201, json!({"id": 1, "status": 429, "count": 2}));
    for _ in 0..2 {
        let answer = server.scim.post("/Users", json!({"userName": "ann@example.com"})).expect(429);
        assert_eq!(answer.header("retry-after"), Some("7"));
        answer.expect_any_scim_error(429);
    }
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
    server.user("ann");
}

#[test]
fn a_fault_speaks_the_language_of_the_api_that_it_hits() {
    let server = Server::start();
    server.test.post("/faults", json!({"status": 503, "match": {"path": "/api/v1"}})).expect(201);
    server.scim.get("/Users").expect(200);
    server.api.get("/users").expect_problem(503);
    server.api.get("/users").expect(200);
}

#[test]
fn only_requests_that_match_are_hit_and_the_fault_waits_for_them() {
    let server = Server::start();
    let fault =
        json!({"status": 500, "match": {"method": "patch", "path": "/Groups/*", "body": "\"remove\""}});
    server.test.post("/faults", fault).expect(201);
    let ann = server.user("ann");
    let sales = server.group("Sales", &[]);
    server.add_member(&sales, &ann);
    server.test.get("/faults").expect_body(200, json!({"items": [{"id": 1, "count": 1, "status": 500}]}));
    let operations = json!([{"op": "remove", "path": "members"}]);
    server.patch_group(&sales, operations.clone()).expect_any_scim_error(500);
    assert_eq!(server.members_of_group(&sales), [ann]);
    server.patch_group(&sales, operations).expect(200);
    server.test.get("/faults").expect_body(200, json!({"items": []}));
}

#[test]
fn a_dropped_connection_has_no_answer_and_says_whether_it_had_an_effect() {
    let server = Server::start();
    let push = |name: &str| {
        // A connection of its own: on a used one the client would try again.
        server.scim.copy().try_post("/Users", &json!({"userName": format!("{name}@example.com")}))
    };
    for (drop, effect) in [(json!(true), 0), (json!("before"), 0), (json!("after"), 1)] {
        server.appliance.reset().unwrap();
        server.test.post("/faults", json!({"drop": drop})).expect(201);
        assert!(push("ann").is_err(), "{drop}");
        server.scim.get("/Users").expect_body(200, json!({"totalResults": effect}));
        assert_eq!(server.appliance.journal()[0].status, None, "{drop}");
        assert!(push("bob").is_ok());
    }
    // With a status too, it is still the connection that goes.
    server.test.post("/faults", json!({"status": 503, "count": 1, "drop": true})).expect(201);
    assert!(push("cem").is_err());
}

#[test]
fn a_delayed_request_holds_no_worker_and_is_then_carried_out() {
    let server = Server::start_with("[server]\nworkers = 1\n");
    server.test.post("/faults", json!({"delay_ms": 700, "match": {"method": "POST"}})).expect(201);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            server.scim.copy().post("/Users", json!({"userName": "ann@example.com"})).expect(201);
            start.elapsed()
        });
        wait_for("the fault is used", || server.appliance.faults().is_empty().then_some(()));
        server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
        assert!(start.elapsed() < Duration::from_millis(500), "the one worker was held");
        assert!(slow.join().unwrap() >= Duration::from_millis(700));
    });
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
}

#[test]
fn a_delay_comes_before_a_status_and_a_long_poll_is_still_one_after_it() {
    let server = Server::start();
    server.test.post("/faults", json!({"delay_ms": 50, "status": 503})).expect(201);
    let start = Instant::now();
    server.scim.get("/Users").expect(503);
    assert!(start.elapsed() >= Duration::from_millis(50));
    let last = server.last_event();
    server.test.post("/faults", json!({"delay_ms": 50})).expect(201);
    std::thread::scope(|scope| {
        let poll =
            scope.spawn(|| server.api.copy().get(format!("/events?after={last}&wait=9")).expect(200).json);
        std::thread::sleep(Duration::from_millis(150));
        server.user("ann");
        assert_eq!(poll.join().unwrap()["items"][0]["type"], "user.created");
    });
}

#[test]
fn faults_can_be_taken_back() {
    let server = Server::start();
    server.test.post("/faults", json!({"status": 500, "count": 100})).expect(201);
    server.test.delete("/faults").expect(204);
    server.user("ann");
}

#[test]
fn a_fault_that_makes_no_sense_is_refused_by_the_name_of_its_field() {
    let server = Server::start();
    for (body, field) in [
        (json!({}), "status"),
        (json!({"count": 1}), "status"),
        (json!({"status": 200}), "status"),
        (json!({"status": 600}), "status"),
        (json!({"status": "503"}), "status"),
        (json!({"status": 503, "count": 0}), "count"),
        (json!({"status": 503, "count": 1.5}), "count"),
        (json!({"status": 503, "retry_after": -1}), "retry_after"),
        (json!({"delay_ms": 5, "retry_after": 1}), "retry_after"),
        (json!({"delay_ms": 600_001}), "delay_ms"),
        (json!({"drop": "later"}), "drop"),
        (json!({"status": 503, "match": "POST"}), "match"),
        (json!({"status": 503, "match": {"path": 7}}), "match.path"),
        (json!({"status": 503, "match": {"verb": "GET"}}), "match.verb"),
        (json!({"status": 503, "times": 2}), "times"),
    ] {
        let problem = server.test.post("/faults", body.clone()).expect_problem(400);
        assert_eq!(problem["field"], field, "{body}");
    }
    server.test.send("POST", "/faults", &[], Some(b"status=503")).expect_problem(400);
    server.test.get("/faults").expect_body(200, json!({"items": []}));
}

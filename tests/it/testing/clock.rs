//! The clock: it stands where a test puts it, and everything that waits or expires sees that at once.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::{Server, text};

#[test]
fn a_clock_that_was_set_stands_and_dates_everything() {
    let server = Server::start();
    let now = json!({"now": "2030-01-02T03:04:05.000Z"});
    server.test.put("/clock", json!({"now": "2030-01-02T04:04:05+01:00"})).expect_body(200, now.clone());
    let ann = server.user("ann");
    let created = json!({"meta": {"created": "2030-01-02T03:04:05.000Z"}});
    server.scim.get(format!("/Users/{ann}")).expect_body(200, created);
    server.test.get("/clock").expect_body(200, now);
    assert!(server.appliance.journal().iter().all(|entry| entry.at == server.appliance.now()));
    server.test.put("/clock", json!({"now": null})).expect(200);
    assert!(!text(&server.test.get("/clock").expect(200).json, "now").starts_with("2030"));
}

#[test]
fn a_token_expires_as_soon_as_the_clock_says_so() {
    let server = Server::start();
    server.test.put("/clock", json!({"now": "2030-01-01T00:00:00Z"})).expect(200);
    let token = json!({"name": "short", "expires_at": "2030-01-01T01:00:00Z"});
    let token = text(&server.api.post("/tokens", token).expect(201).json, "token");
    let idp = server.scim.authorized(Some(&format!("Bearer {token}")));
    idp.get("/Users").expect(200);
    server.test.put("/clock", json!({"now": "2030-01-01T01:00:00Z"})).expect(200);
    idp.get("/Users").expect(401);
    server.test.put("/clock", json!({"now": "2030-01-01T00:59:59Z"})).expect(200);
    idp.get("/Users").expect(200);
}

#[test]
fn a_long_poll_ends_when_the_clock_passes_its_time_and_not_before() {
    let server = Server::start();
    server.test.put("/clock", json!({"now": "2030-01-01T00:00:00Z"})).expect(200);
    let last = server.last_event();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| {
            let answer = server.api.copy().get(format!("/events?after={last}&wait=9")).expect(200).json;
            (answer, start.elapsed())
        });
        std::thread::sleep(Duration::from_millis(200));
        server.test.put("/clock", json!({"now": "2030-01-01T00:00:05Z"})).expect(200);
        std::thread::sleep(Duration::from_millis(200));
        assert!(!poll.is_finished(), "five of nine seconds have passed");
        server.test.put("/clock", json!({"now": "2030-01-01T00:00:09Z"})).expect(200);
        let (answer, took) = poll.join().unwrap();
        assert_eq!(answer["items"], json!([]));
        assert!(took < Duration::from_secs(5), "{took:?}");
    });
}

#[test]
fn a_time_that_is_none_is_refused_by_name() {
    let server = Server::start();
    for (body, field) in [
        (json!({}), "now"),
        (json!({"now": "tomorrow"}), "now"),
        (json!({"now": 5}), "now"),
        (json!({"now": "2030-01-01T00:00:00"}), "now"),
        (json!({"at": "2030-01-01T00:00:00Z"}), "at"),
    ] {
        assert_eq!(server.test.put("/clock", body.clone()).expect_problem(400)["field"], field, "{body}");
    }
}

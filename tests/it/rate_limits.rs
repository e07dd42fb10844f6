//! How often a token may ask, and what failing to authenticate costs (issue 5; interface.md §2).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Answer, Client, Server, ServerProcess, Tenant, base64};

#[test]
fn a_token_has_a_burst_and_is_then_told_when_to_come_again() {
    let server = Server::start_with("[server.limits]\nrequests_per_second = 1\n");
    let other = json!({"name": "second"});
    let other = server.api.post("/tokens", other).expect(201).json["token"].as_str().unwrap().to_owned();
    let answers: Vec<Answer> = (0..15).map(|_| server.scim.get("/Users?count=1")).collect();
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!((1..=5).contains(&refused.len()), "10 at once and a few since: {} refused", refused.len());
    for answer in &refused {
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer:?}");
        assert_eq!(answer.json["status"], "429", "{answer:?}");
    }
    server.scim.authorized(Some(&format!("Bearer {other}"))).get("/Users").expect(200);
    std::thread::sleep(Duration::from_millis(1100));
    server.scim.get("/Users").expect(200);
}

#[test]
fn without_a_limit_a_token_asks_as_often_as_it_likes() {
    let server = Server::start();
    for _ in 0..300 {
        server.scim.get("/Users/0").expect(404);
    }
}

/// A client with a token that looks whole and is not valid.
fn stranger(server: &Tenant, ready: &Value) -> Client {
    let token = ready["scim_token"].as_str().unwrap();
    let (start, end) = token.split_at(token.len() - 8);
    let last = if end.ends_with('0') { "1" } else { "0" };
    server.scim.authorized(Some(&format!("Bearer {start}{}{last}", &end[..7])))
}

#[test]
fn failures_are_slowed_and_a_valid_token_of_the_same_address_never() {
    let server = Server::start_with("[server.limits]\nfailed_signins_per_minute = 5\n");
    let wrong = stranger(&server, &server.ready);
    for _ in 0..5 {
        let start = Instant::now();
        wrong.get("/Users").expect(401);
        assert!(start.elapsed() < Duration::from_secs(1));
    }
    std::thread::scope(|scope| {
        let slowed = scope.spawn(|| {
            let start = Instant::now();
            wrong.get("/Users").expect_any_scim_error(401);
            start.elapsed()
        });
        for _ in 0..100 {
            let start = Instant::now();
            server.scim.get("/Users/0").expect(404);
            assert!(start.elapsed() < Duration::from_secs(1), "a valid token waited");
        }
        let elapsed = slowed.join().unwrap();
        assert!(elapsed > Duration::from_secs(2) && elapsed < Duration::from_secs(8), "{elapsed:?}");
    });
}

#[test]
fn a_failure_whose_body_is_not_even_read_counts_and_is_slowed_too() {
    let server = Server::start_with("[server.limits]\nfailed_signins_per_minute = 1\n");
    let wrong = stranger(&server, &server.ready);
    let large = json!({"userName": "ann@example.com", "title": "x".repeat(100_000)});
    let waited = || {
        let start = Instant::now();
        wrong.post("/Users", large.clone()).expect(401);
        start.elapsed()
    };
    assert!(waited() < Duration::from_secs(1));
    let slowed = waited();
    assert!(slowed > Duration::from_secs(2) && slowed < Duration::from_secs(8), "{slowed:?}");
}

#[test]
fn users_0_is_no_failure() {
    // PingOne's kind of connection check: a user that cannot exist, before every operation.
    let server = Server::start_with("[server.limits]\nfailed_signins_per_minute = 1\n");
    let start = Instant::now();
    for _ in 0..50 {
        server.scim.get("/Users/0").expect_scim_error(404, None);
    }
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_slowed_answer_holds_no_worker_and_ends_with_the_server() {
    let mut server =
        ServerProcess::start_with("[server]\nworkers = 1\n[server.limits]\nfailed_signins_per_minute = 1\n");
    let wrong = stranger(&server, &server.ready);
    wrong.get("/Users").expect(401);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..5).map(|_| scope.spawn(|| wrong.copy().get("/Users").status)).collect();
        std::thread::sleep(Duration::from_millis(200));
        let start = Instant::now();
        server.scim.get("/Users").expect(200);
        assert!(start.elapsed() < Duration::from_secs(1), "the one worker was held");
        server.close_stdin();
        for answer in waiting {
            assert!([401, 503].contains(&answer.join().unwrap()));
        }
        assert!(start.elapsed() < Duration::from_secs(4), "they waited for their time at the end");
    });
    assert!(server.program.wait().success());
}

#[test]
fn basic_authentication_is_counted_by_its_token_too() {
    let server = Server::start_with("[server.limits]\nfailed_signins_per_minute = 1\n");
    let basic = |token: &str| format!("Basic {}", base64(&format!("anybody:{token}")));
    let right = server.ready["scim_token"].as_str().unwrap();
    server.scim.authorized(Some(&basic("wrong"))).get("/Users").expect(401);
    for _ in 0..20 {
        server.scim.authorized(Some(&basic(right))).get("/Users").expect(200);
    }
}

//! Bodies that are whole, and hostile.

use std::time::{Duration, Instant};

use serde_json::json;

use super::victim::{Victim, user};

/// POST of these bytes to /Users; the status, which must be a refusal with a useful answer in good time.
#[track_caller]
fn refused(victim: &Victim, what: &str, body: &[u8], expected: u16) {
    let began = Instant::now();
    let headers = [("Content-Type", "application/scim+json")];
    let answer = victim.server.scim.send("POST", "/Users", &headers, Some(body));
    assert_eq!(answer.status, expected, "{what}: {}", answer.text);
    assert!(answer.text.len() < 2_000, "{what}: an answer of {} bytes", answer.text.len());
    answer.expect_any_scim_error(expected);
    assert!(began.elapsed() < Duration::from_secs(8), "{what} took {:?}", began.elapsed());
}

/// A user with one more member.
fn with(member: &str) -> Vec<u8> {
    format!("{},{member}}}", user("bomb").trim_end_matches('}')).into_bytes()
}

#[test]
fn json_bombs_are_refused_in_good_time() {
    let victim = Victim::start();
    let many = 100_000;
    for (what, body) in [
        ("deep arrays", "[".repeat(1_000_000).into_bytes()),
        ("deep objects", "{\"a\":".repeat(500_000).into_bytes()),
        ("deep and whole", with(&format!("\"a\":{}1{}", "[".repeat(10_000), "]".repeat(10_000)))),
        ("a member twice", with("\"userName\":\"x@example.com\"")),
        ("a member many times", with(&vec!["\"a\":1"; many].join(","))),
        ("a member twice, in other words", with("\"\\u0061\":1,\"a\":1")),
        ("a long number", with(&format!("\"a\":{}", "1".repeat(1_000_000)))),
        ("an infinite number", with("\"a\":1e999999")),
        ("a long exponent", with(&format!("\"a\":1e{}", "9".repeat(100_000)))),
        ("half a surrogate pair", with("\"a\":\"\\ud800\"")),
        ("an open string", format!("{{\"a\":\"{}", "x".repeat(1_000_000)).into_bytes()),
        ("a byte order mark", [b"\xef\xbb\xbf", user("bom").as_bytes()].concat()),
        ("UTF-16", user("utf16").encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("no UTF-8", [b"{\"userName\":\"\xff\xfe", user("x").as_bytes()].concat()),
        ("an overlong form", [b"{\"userName\":\"\xc0\xaf", user("x").as_bytes()].concat()),
        ("NUL bytes", vec![0; 100_000]),
        ("spaces", vec![b' '; 10_000_000]),
        ("two documents", [user("one"), user("two")].concat().into_bytes()),
        ("nothing but a number", b"1".to_vec()),
    ] {
        refused(&victim, what, &body, 400);
        victim.serves_others();
    }
    victim.survives(160);
}

#[test]
fn wide_and_long_values_are_refused_or_not_kept() {
    let victim = Victim::start();
    let emails: Vec<_> =
        (0..30_000).map(|number| json!({"value": format!("{number}@example.com")})).collect();
    for (what, body, status) in [
        ("a wide array", with(&format!("\"emails\":{}", serde_json::Value::from(emails))), 400),
        ("a long string", with(&format!("\"title\":\"{}\"", "x".repeat(10_000_000))), 413),
        ("a long userName", user(&"x".repeat(1_000_000)).into_bytes(), 400),
    ] {
        refused(&victim, what, &body, status);
        victim.serves_others();
    }
    // What no schema declares is read over, however much of it there is.
    let server = victim.server;
    let members: Vec<String> = (0..100_000).map(|number| format!("\"a{number}\":1")).collect();
    let body = with(&members.join(","));
    let headers = [("Content-Type", "application/scim+json")];
    let answer = server.scim.send("POST", "/Users", &headers, Some(&body)).expect(201);
    assert!(answer.text.len() < 1_000, "{}", answer.text);
    server.delete_user(&answer.id());
    Victim::new(server).survives(256);
}

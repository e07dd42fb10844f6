//! What the client sees of an answer, and how much of a body is taken in before.

use std::time::{Duration, Instant};

use rollcall::http::front::Limits;

use super::support::{get, limits, post, post_chunked, serve};

#[test]
fn expect_100_continue_is_answered_before_the_body_is_sent() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(client.head().0, 100);
    client.send("body");
    let answer = client.answer();
    assert_eq!((answer.status, answer.body.as_str()), (200, "POST /e body"));
    client.send(get("/next"));
    assert_eq!(client.answer().status, 200);
}

#[test]
fn a_refused_head_gets_no_100_continue_and_the_connection_ends() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send(
        "POST /e HTTP/1.1\r\nHost: a\r\nAuthorization: wrong\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n",
    );
    let answer = client.answer();
    assert_eq!((answer.status, answer.closes()), (401, true));
    assert_eq!(served.probe.calls(), ["admit POST /e"]);
}

#[test]
fn a_refusal_of_a_head_may_wait_and_a_head_that_waited_may_be_admitted_after_all() {
    let served = serve(limits());
    for (token, status, calls) in [
        ("wrong again", 401, vec!["admit POST /e", "admit POST /e"]),
        ("new", 200, vec!["admit POST /e", "admit POST /e", "answer POST /e"]),
    ] {
        let mut client = served.connect();
        let headers = format!("Authorization: {token}\r\nContent-Length: 100000");
        client.send(format!("POST /e HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n"));
        client.send("x".repeat(100_000));
        let answer = client.answer();
        assert_eq!((answer.status, answer.closes()), (status, status == 401), "{}", answer.body);
        assert_eq!(served.probe.take_calls(), calls);
    }
}

#[test]
fn a_head_request_gets_the_length_and_no_body() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
    let (status, head) = client.head();
    assert_eq!(status, 200);
    assert!(head.contains("content-length: 8\r\n"), "{head}");
    client.send(get("/next"));
    assert_eq!(client.answer().body, "GET /next ");
    client.send("HEAD /h HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().0, 400);
    assert_eq!(client.rest(), b"");
}

#[test]
fn answers_204_and_304_have_no_body() {
    let served = serve(limits());
    let mut client = served.connect();
    for (target, expected) in [("/empty", 204), ("/unchanged", 304)] {
        client.send(get(target));
        let (status, head) = client.head();
        assert_eq!(status, expected);
        assert!(!head.contains("content-length"), "{head}");
    }
    client.send(get("/next"));
    assert_eq!(client.answer().body, "GET /next ");
}

#[test]
fn a_small_body_costs_one_hop_and_a_large_or_chunked_one_two() {
    let served = serve(limits());
    let small = "x".repeat(64 * 1024);
    assert_eq!(served.ask(post("/small", &small)).status, 200);
    assert_eq!(served.ask(post("/large", &format!("{small}x"))).status, 200);
    assert_eq!(served.ask(post_chunked("/chunked", "1\r\nx\r\n0\r\n\r\n")).status, 200);
    let calls = [
        "answer POST /small",
        "admit POST /large",
        "answer POST /large",
        "admit POST /chunked",
        "answer POST /chunked",
    ];
    assert_eq!(served.probe.calls(), calls);
}

#[test]
fn a_client_may_go_on_sending_the_large_body_that_was_refused_early() {
    let served = serve(limits());
    let mut client = served.connect();
    let headers = "Authorization: wrong\r\nContent-Length: 1000000";
    client.send(format!("POST /x HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n"));
    let answer = client.answer();
    assert_eq!((answer.status, answer.closes()), (401, true));
    // A connection closed with unread bytes is reset: sending on would fail, and a slower client lose its answer.
    for _ in 0..10 {
        client.send("x".repeat(90_000));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(served.probe.calls(), ["admit POST /x"]);
}

#[test]
fn a_chunked_body_that_grows_over_the_limit_is_413() {
    let served = serve(Limits { body_bytes: 100, ..limits() });
    let chunk = format!("40\r\n{}\r\n", "x".repeat(64));
    let answer = served.ask(post_chunked("/x", &chunk.repeat(2)));
    assert_eq!((answer.status, answer.closes()), (413, true));
    assert_eq!(served.ask(post_chunked("/x", &format!("{chunk}0\r\n\r\n"))).status, 200);
}

#[test]
fn a_client_that_closes_its_sending_half_still_gets_its_answer() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send(post("/half", "closed"));
    client.end();
    assert_eq!(client.answer().body, "POST /half closed");
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_handlers_malformed_header_is_dropped_and_cannot_smuggle_another() {
    let served = serve(limits());
    let answer = served.ask(get("/crooked"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "straight"));
    assert_eq!((answer.header("X-Bad"), answer.header("X-Injected")), (None, None));
}

#[test]
fn an_answer_does_not_wait_until_the_client_acknowledges_the_one_before() {
    let served = serve(limits());
    let mut client = served.connect();
    let began = Instant::now();
    for _ in 0..60 {
        client.send([get("/one"), get("/two")].concat());
        assert_eq!([client.answer().body, client.answer().body], ["GET /one ", "GET /two "]);
    }
    // Without TCP_NODELAY: about 60 times 40 ms.
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn an_offer_to_speak_another_protocol_is_ignored() {
    let served = serve(limits());
    let mut client = served.connect();
    for _ in 0..2 {
        client.send("GET /u HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
        let answer = client.answer();
        assert_eq!((answer.status, answer.body.as_str(), answer.closes()), (200, "GET /u ", false));
    }
}

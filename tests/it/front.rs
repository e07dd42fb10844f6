//! The HTTP front over raw sockets (spec/architecture.md, section 2).

use std::time::{Duration, Instant};

use rollcall::http::front::Limits;

use crate::front_support::{Client, PATIENCE, get, limits, post, post_chunked, serve};

/// Short enough to wait for, long enough for a busy machine to send a few bytes in.
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn a_target_arrives_percent_encoded_whatever_bytes_were_sent() {
    let served = serve(limits());
    let mut client = served.connect();
    for _ in 0..2 {
        client.send(get("/scim/v2/Users?filter=userName eq \"a<b>\u{e9}\"#[x]{y}|^`&done=%41%2F"));
        let answer = client.answer();
        let expected = "GET /scim/v2/Users?filter=userName%20eq%20%22a%3Cb%3E%C3%A9%22%23%5Bx%5D%7By%7D%7C%5E%60&done=%41%2F ";
        assert_eq!((answer.status, answer.body.as_str()), (200, expected));
        assert!(!answer.closes());
    }
    client.send(b"GET /\xff\xfe?\xe9 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.answer().body, "GET /%FF%FE?%E9 ");
}

#[test]
fn pipelined_requests_are_answered_in_order_each_with_its_target_encoded() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send(
        [
            get("/a\"1\""),
            post("/b\"2\"", "body"),
            post_chunked("/c\"3\"", "3\r\nabc\r\n0\r\n\r\n"),
            get("/d\"4\""),
        ]
        .concat(),
    );
    let bodies = [(); 4].map(|()| client.answer().body);
    assert_eq!(bodies, ["GET /a%221%22 ", "POST /b%222%22 body", "POST /c%223%22 abc", "GET /d%224%22 "]);
}

#[test]
fn requests_that_arrive_byte_by_byte_are_the_same_requests() {
    let served = serve(limits());
    let mut client = served.connect();
    for byte in [get("/a b"), post_chunked("/c", "2\r\nd\"\r\n0\r\n\r\n")].concat().as_bytes() {
        client.send([*byte]);
    }
    assert_eq!([client.answer().body, client.answer().body], ["GET /a%20b ", "POST /c d\""]);
}

#[test]
fn body_bytes_that_look_like_a_request_line_are_never_rewritten_or_run() {
    let served = serve(limits());
    let mut client = served.connect();
    let inner = "GET /\"x y\" HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(post("/outer", inner));
    assert_eq!(client.answer().body, format!("POST /outer {inner}"));
    client.send(post_chunked("/outer", &format!("{:x}\r\n{inner}\r\n0\r\n\r\n", inner.len())));
    assert_eq!(client.answer().body, format!("POST /outer {inner}"));
    assert_eq!(served.probe.calls(), ["answer POST /outer", "admit POST /outer", "answer POST /outer"]);
}

#[test]
fn an_absurd_content_length_is_413_and_does_the_process_no_harm() {
    let served = serve(limits());
    for length in ["99999999999999", "18446744073709551615", "99999999999999999999999999"] {
        let answer = served.ask(format!("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"));
        assert_eq!(answer.status, 413);
        assert!(answer.closes() && answer.header("X-Request-Id").is_some());
    }
    assert_eq!(served.ask(get("/alive")).status, 200);
    assert_eq!(served.probe.calls()[0], "refuse 413 POST /x");
}

#[test]
fn requests_whose_end_is_doubtful_are_400_and_what_follows_is_not_run() {
    let served = serve(limits());
    for headers in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 4",
        "Content-Length : 4",
        "Transfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        " Content-Length: 4",
    ] {
        let mut client = served.connect();
        client.send(format!("POST /x HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n0\r\n\r\n{}", get("/smuggled")));
        let answer = client.answer();
        assert_eq!((answer.status, answer.closes()), (400, true), "{headers}");
        assert_eq!(client.rest(), b"", "{headers}");
    }
    assert!(
        served.probe.calls().iter().all(|call| call == "refuse 400 POST /x"),
        "{:?}",
        served.probe.calls()
    );
}

#[test]
fn malformed_chunks_and_bodies_cut_short_are_400() {
    let served = serve(limits());
    for chunks in ["zz\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\n0\n\n"] {
        let answer = served.ask(post_chunked("/x", chunks));
        assert_eq!((answer.status, answer.closes()), (400, true), "{chunks:?}");
    }
    let mut client = served.connect();
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort");
    client.end();
    assert_eq!(client.answer().status, 400);
    assert!(!served.probe.calls().iter().any(|call| call.starts_with("answer")));
}

#[test]
fn what_hyper_would_refuse_by_itself_goes_through_the_service_with_a_request_id() {
    let served = serve(Limits { head_bytes: 80_000, ..limits() });
    let long = "x".repeat(70_000);
    let many = (0..101).map(|n| format!("X-{n}: 1\r\n")).collect::<String>();
    for (request, status, call) in [
        (get(&format!("/{long}")), 414, format!("refuse 414 GET /{long}")),
        (format!("GET /m HTTP/1.1\r\nHost: a\r\n{many}\r\n"), 431, "refuse 431 GET /m".to_owned()),
        ("GET /h HTTP/1.1\r\nHost: a\r\nB\u{7f}d: x\r\n\r\n".to_owned(), 400, "refuse 400 GET /h".to_owned()),
        ("GET /n HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n".to_owned(), 400, "refuse 400 GET /n".to_owned()),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), 400, "refuse 400 ".to_owned()),
        ("\u{16}\u{3}\u{1} nonsense\r\n\r\n".to_owned(), 400, "refuse 400 ".to_owned()),
    ] {
        let answer = served.ask(request);
        assert_eq!((answer.status, answer.closes()), (status, true));
        assert!(answer.header("X-Request-Id").is_some() && !answer.body.is_empty(), "{answer:?}");
        assert_eq!(served.probe.calls().pop(), Some(call));
    }
}

#[test]
fn a_head_over_the_limit_is_431_and_a_first_line_over_it_414() {
    let served = serve(Limits { head_bytes: 1000, ..limits() });
    let filler = "x".repeat(2000);
    assert_eq!(served.ask(get(&format!("/{filler}"))).status, 414);
    assert_eq!(served.ask(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {filler}")).status, 431);
    assert_eq!(served.ask(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {filler}\r\n\r\n")).status, 431);
}

#[test]
fn http_1_1_needs_one_host_and_no_request_may_have_two_authorizations() {
    let served = serve(limits());
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n",
    ] {
        assert_eq!(served.ask(request).status, 400, "{request}");
    }
    let answer = served.ask("GET /old HTTP/1.0\r\n\r\n");
    assert_eq!((answer.status, answer.body.as_str()), (200, "GET /old "));
}

#[test]
fn a_head_that_does_not_end_in_time_is_408() {
    let served = serve(Limits { head: SHORT, ..limits() });
    let mut client = served.connect();
    client.send("GET /slow HTTP/1.1\r\nHost:");
    let answer = client.answer();
    assert_eq!((answer.status, answer.closes()), (408, true));
    assert_eq!(served.probe.calls(), ["refuse 408 GET /slow"]);
}

#[test]
fn the_deadline_of_a_head_is_not_moved_by_more_bytes() {
    let served = serve(Limits { head: SHORT, ..limits() });
    trickle(served.connect(), "GET / HTTP/1.1\r\nX: ");
}

#[test]
fn the_deadline_of_a_body_is_not_moved_by_more_bytes() {
    let served = serve(Limits { body: SHORT, ..limits() });
    trickle(served.connect(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
}

/// Sends a byte now and then until the server has had enough, which must be a 408 in good time.
fn trickle(mut client: Client, start: &str) {
    let began = Instant::now();
    client.send(start);
    client.stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    while client.stream.peek(&mut [0]).is_err() {
        client.send("x");
        assert!(began.elapsed() < PATIENCE, "still listening");
    }
    let answer = client.answer();
    assert_eq!((answer.status, answer.closes()), (408, true));
}

#[test]
fn two_hundred_clients_that_stop_mid_body_block_nobody() {
    let served = serve(limits());
    let stalled: Vec<Client> = (0..200)
        .map(|_| {
            let mut client = served.connect();
            client.send("POST /stall HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf");
            client
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(served.ask(get("/through")).status, 200);
    }
    drop(stalled);
}

#[test]
fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let served = serve(Limits { write: SHORT, write_rate: u32::MAX, ..limits() });
    let mut client = served.connect();
    let bytes = 32 * 1024 * 1024;
    client.send(post("/big", &bytes.to_string()));
    let (status, _) = client.head();
    assert_eq!(status, 200);
    // Long enough for the deadline to pass; the system's buffers hold only a part of the answer.
    std::thread::sleep(3 * SHORT);
    assert!(client.rest().len() < bytes);
}

#[test]
fn an_idle_connection_is_closed_after_its_time_without_a_word() {
    let served = serve(Limits { idle: SHORT, ..limits() });
    let mut client = served.connect();
    client.send(get("/once"));
    assert_eq!(client.answer().status, 200);
    assert_eq!(client.rest(), b"");
    assert_eq!(served.connect().rest(), b"");
}

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
fn a_client_that_goes_on_sending_sees_the_early_refusal_of_its_large_body() {
    let served = serve(limits());
    let mut client = served.connect();
    let body = "x".repeat(900 * 1024);
    let headers = "Authorization: wrong\r\nContent-Length";
    client.send(format!("POST /x HTTP/1.1\r\nHost: a\r\n{headers}: {}\r\n\r\n{body}", body.len()));
    let answer = client.answer();
    assert_eq!((answer.status, answer.closes()), (401, true));
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
fn a_panic_is_a_500_and_the_worker_lives_on() {
    let served = serve(Limits { workers: 1, ..limits() });
    let mut client = served.connect();
    for _ in 0..3 {
        client.send(get("/panic"));
        let answer = client.answer();
        assert_eq!(answer.status, 500);
        assert!(answer.header("X-Request-Id").is_some());
    }
    client.send(get("/fine"));
    assert_eq!(client.answer().status, 200);
    assert_eq!(served.probe.calls()[..2], ["answer GET /panic", "refuse 500 GET /panic"]);
}

#[test]
fn a_full_queue_is_503_with_retry_after_at_once_while_all_workers_are_busy() {
    let served = serve(Limits { workers: 1, queue: 1, ..limits() });
    let mut busy = served.connect();
    busy.send(get("/block"));
    served.probe.wait_for_blocked(1);
    let mut waiting = served.connect();
    waiting.send(get("/waits"));
    // Whether the next one finds the queue full depends on the one before having got there.
    let mut refused = served.connect();
    let answer = loop {
        refused.send("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n");
        refused.stream.set_read_timeout(Some(SHORT)).unwrap();
        match refused.stream.peek(&mut [0]) {
            Ok(_) => break refused.answer(),
            Err(_) => refused = served.connect(),
        }
    };
    assert_eq!((answer.status, answer.header("Retry-After"), answer.closes()), (503, Some("1"), false));
    served.probe.open_gate();
    assert_eq!((busy.answer().status, waiting.answer().status), (200, 200));
}

#[test]
fn bodies_over_the_common_budget_are_503_until_others_are_done() {
    let served = serve(Limits { buffered_bytes: 10_000, ..limits() });
    let mut holder = served.connect();
    holder
        .send(format!("POST /holds HTTP/1.1\r\nHost: a\r\nContent-Length: 8001\r\n\r\n{}", "x".repeat(8000)));
    // The holder's bytes are on their way: ask until they have arrived.
    let body = "x".repeat(8000);
    let answer =
        std::iter::repeat_with(|| served.ask(post("/x", &body))).find(|answer| answer.status != 200).unwrap();
    assert_eq!((answer.status, answer.header("Retry-After")), (503, Some("1")));
    holder.send("x");
    assert_eq!(holder.answer().status, 200);
    let began = Instant::now();
    while served.ask(post("/x", "small enough")).status != 200 {
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn a_wake_between_a_handlers_look_and_its_park_is_not_lost() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send(post("/race", "kept"));
    assert_eq!(client.answer().body, "Woken kept");
}

#[test]
fn parked_requests_hold_no_thread_and_all_wake_with_their_feed() {
    let served = serve(Limits { workers: 1, queue: 1, ..limits() });
    let mut parked: Vec<Client> = (0..20)
        .map(|count| {
            let mut client = served.connect();
            client.send(get("/park"));
            let began = Instant::now();
            while served.probe.calls().len() <= count {
                assert!(began.elapsed() < PATIENCE);
                std::thread::yield_now();
            }
            client
        })
        .collect();
    assert_eq!(served.ask(post("/nap", "")).body, "TimeUp ");
    served.front.waker().wake(1);
    served.front.waker().wake(2);
    for client in &mut parked {
        assert_eq!(client.answer().body, "Woken ");
    }
}

#[test]
fn stopping_closes_idle_connections_ends_parked_requests_and_finishes_those_in_flight() {
    let served = serve(limits());
    let mut idle = served.connect();
    idle.send(get("/idle"));
    idle.answer();
    let [mut parked, mut stubborn, mut in_flight] = [(); 3].map(|()| served.connect());
    parked.send(get("/park"));
    stubborn.send(get("/again"));
    in_flight.send(get("/block"));
    served.probe.wait_for_blocked(1);
    let began = Instant::now();
    while served.probe.calls().len() < 4 {
        assert!(began.elapsed() < PATIENCE);
    }
    let stop = served.front.stop_handle();
    let stopping = std::thread::spawn(move || served.front.wait());
    stop.stop();
    assert_eq!(parked.answer().body, "Stopping ");
    assert_eq!(stubborn.answer().status, 503);
    assert_eq!(idle.rest(), b"");
    assert!(!stopping.is_finished());
    served.probe.open_gate();
    let answer = in_flight.answer();
    assert_eq!((answer.body.as_str(), answer.closes()), ("went through", true));
    stopping.join().unwrap();
    assert!(began.elapsed() < PATIENCE);
}

#[test]
fn a_handler_longer_than_the_grace_does_not_keep_the_server_from_stopping() {
    let served = serve(Limits { grace: SHORT, ..limits() });
    let mut client = served.connect();
    client.send(get("/block"));
    served.probe.wait_for_blocked(1);
    served.front.stop();
    assert_eq!(client.rest(), b"");
    served.probe.open_gate();
}

#[test]
fn connections_over_the_cap_wait_until_one_is_free() {
    let served = serve(Limits { connections: Some(2), ..limits() });
    let (mut one, two) = (served.connect(), served.connect());
    one.send(get("/one"));
    assert_eq!(one.answer().status, 200);
    let mut third = served.connect();
    third.send(get("/three"));
    third.stream.set_read_timeout(Some(SHORT)).unwrap();
    assert!(third.stream.peek(&mut [0]).is_err());
    drop((one, two));
    third.stream.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(third.answer().status, 200);
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
fn answers_of_a_few_kilobytes_do_not_wait_for_delayed_acknowledgements() {
    let served = serve(limits());
    let mut client = served.connect();
    let began = Instant::now();
    for _ in 0..50 {
        client.send(post("/big", "4000"));
        assert_eq!(client.answer().body.len(), 4000);
    }
    // Without TCP_NODELAY: 50 times 40 ms.
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

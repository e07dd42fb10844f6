//! What of a request reaches the service: targets, pipelining, framing, heads that are refused.

use rollcall::http::front::Limits;

use super::support::{get, limits, post, post_chunked, serve};

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
fn a_pipelined_request_that_is_refused_does_not_spoil_the_long_answer_before_it() {
    let served = serve(limits());
    let mut client = served.connect();
    let bytes = 8 * 1024 * 1024;
    client.send([post("/big", &bytes.to_string()), "GET /bad HTTP/1.1\r\n\r\n".to_owned()].concat());
    assert_eq!(client.answer().body.len(), bytes);
    assert_eq!(client.answer().status, 400);
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
        ("\u{1}\u{3}\u{1} nonsense\r\n\r\n".to_owned(), 400, "refuse 400 ".to_owned()),
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

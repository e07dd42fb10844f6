//! No client holds anything for longer than it may.

use std::time::{Duration, Instant};

use rollcall::http::front::Limits;

use super::support::{Client, PATIENCE, SHORT, get, limits, post, serve};

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
    while client.hears_nothing_for(Duration::from_millis(20)) {
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

//! Worker threads, their queue, the common budget of bytes, parked requests.

use std::time::{Duration, Instant};

use rollcall::http::front::Limits;

use super::support::{Client, PATIENCE, SHORT, get, limits, post, serve};

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
    // The second may take its time to get into the queue; then this one got in before it, and the next is refused.
    let mut third = served.connect();
    let mut others = vec![];
    while {
        third.send(get("/refused"));
        third.hears_nothing_for(SHORT)
    } {
        others.push(std::mem::replace(&mut third, served.connect()));
    }
    let answer = third.answer();
    assert_eq!((answer.status, answer.header("Retry-After"), answer.closes()), (503, Some("1"), false));
    served.probe.open_gate();
    assert_eq!((busy.answer().status, waiting.answer().status), (200, 200));
}

/// The start of a POST of `length` bytes, and `sent` of them.
fn begun(length: usize, sent: usize) -> String {
    format!("POST /holds HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(sent))
}

#[test]
fn bodies_over_the_common_budget_are_503_until_others_are_done() {
    let served = serve(Limits { buffered_bytes: 200_000, ..limits() });
    let hold = || {
        let mut holder = served.connect();
        holder.send(begun(100_001, 100_000));
        holder
    };
    let (mut holder, began) = (hold(), Instant::now());
    let body = "x".repeat(150_000);
    // The holder's bytes are on their way: ask until they have arrived.
    let answer = loop {
        let answer = served.ask(post("/x", &body));
        if answer.status != 200 {
            break answer;
        }
        assert!(began.elapsed() < PATIENCE);
        // Where the two bodies came in together it may be the holder that found no room, and holds nothing now.
        if !holder.hears_nothing_for(Duration::from_millis(1)) {
            holder = hold();
        }
    };
    assert_eq!((answer.status, answer.header("Retry-After")), (503, Some("1")));
    holder.send("x");
    assert_eq!(holder.answer().status, 200);
    let began = Instant::now();
    while served.ask(post("/x", &body)).status != 200 {
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn strangers_bytes_make_room_for_others_and_never_for_longer_than_their_deadline() {
    let served = serve(Limits { buffered_bytes: 200_000, ..limits() });
    let mut admitted = served.connect();
    admitted.send(begun(100_001, 100_000));
    // Long enough for its head to be looked at.
    assert!(admitted.hears_nothing_for(Duration::from_millis(500)));
    let held: Vec<Client> = (0..8)
        .map(|number| {
            let mut client = served.connect();
            let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "x".repeat(40_000));
            client.send(if number % 2 == 0 { head } else { begun(60_000, 40_000) });
            client
        })
        .collect();
    // Two of them fit beside the admitted one. What is still on its way could take the place of those who ask below.
    let ended = || held.iter().filter(|client| !client.hears_nothing_for(Duration::from_millis(1))).count();
    let began = Instant::now();
    while ended() < 6 {
        assert!(began.elapsed() < PATIENCE);
    }
    for _ in 0..10 {
        assert_eq!(served.ask(post("/x", &"x".repeat(60_000))).status, 200);
    }
    // Heads have ten seconds and bodies thirty.
    assert!(ended() >= 7, "{} of 8 made room", ended());
    admitted.send("x");
    assert_eq!(admitted.answer().status, 200);
}

#[test]
fn answers_that_nobody_takes_keep_further_requests_out_until_they_are_gone() {
    let served = serve(Limits { buffered_bytes: 8 * 1024 * 1024, ..limits() });
    let mut holder = served.connect();
    holder.send(post("/big", &(64 * 1024 * 1024).to_string()));
    assert_eq!(holder.head().0, 200);
    let answer = served.ask(get("/x"));
    assert_eq!((answer.status, answer.header("Retry-After")), (503, Some("1")));
    drop(holder);
    let began = Instant::now();
    while served.ask(get("/x")).status != 200 {
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

//! Heads that never end, are no heads, or come too many at once.

use std::io::{Read, Write};

use super::victim::{Victim, send_for_ever, statuses};
use crate::common::ServerProcess;

#[test]
fn endless_heads_are_cut_off_at_their_limit() {
    let victim = Victim::start();
    let filler = "x".repeat(1000);
    for (what, start, piece) in [
        ("a line", "GET /", filler.clone()),
        ("a header", "GET / HTTP/1.1\r\nHost: a\r\nX: ", filler.clone()),
        ("headers", "GET / HTTP/1.1\r\nHost: a\r\n", format!("X: {filler}\r\n")),
        ("tiny headers", "GET / HTTP/1.1\r\nHost: a\r\n", "X:\r\n".repeat(250)),
        ("header names", "GET / HTTP/1.1\r\nHost: a\r\n", filler.clone()),
        ("a method", "", filler.clone()),
        ("nothing", "", "\0".repeat(1000)),
    ] {
        let (sent, answer) = send_for_ever(&mut victim.connect(), start, piece.as_bytes(), 16 << 20);
        let found = statuses(&answer);
        assert!(matches!(found[..], [414 | 431 | 400] | []) && sent < 16 << 20, "{what}: {sent} {found:?}");
        victim.serves_others();
    }
    victim.survives(96);
}

#[test]
fn what_is_no_request_of_http_1_is_refused_and_what_follows_it_never_runs() {
    let victim = Victim::start();
    let smuggled = victim.creation().into_bytes();
    for start in [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0",
        b"GET / HTTP/3\r\nHost: a\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET  / HTTP/1.1\rHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX\0Y: z\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET example.com HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x80\x80 / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"<script>\r\n\r\n",
    ] {
        let found = statuses(&victim.send([start, &smuggled].concat()));
        assert_eq!(found, [400], "{}", start.escape_ascii());
    }
    victim.survives(96);
}

#[test]
fn invalid_utf8_is_refused_or_kept_out_wherever_it_stands() {
    let victim = Victim::start();
    let line = |target: &[u8], more: &[u8]| {
        [b"GET /scim/v2/", target, b" HTTP/1.1\r\n", more, victim.headers().as_bytes(), b"\r\n"].concat()
    };
    for (target, more, expected) in [
        (&b"Users/\xff"[..], &b""[..], 400),
        (b"Users/%FF", b"", 400),
        (b"Users?filter=userName%20eq%20%22\xc3\x28%22", b"", 400),
        (b"Users?filter=userName+eq+%22%ED%A0%80%22", b"", 400),
        (b"Users?attributes=%C0%AE", b"", 400),
        (b"Users?%FE=1", b"", 400),
        (b"Users/%", b"", 400),
        (b"Users/%zz", b"", 400),
        (b"Users/%00", b"", 404),
        (b"Users?count=1", b"X-Forwarded-For: \xff\xfe\r\nUser-Agent: \xf0\x28\r\n", 200),
        (b"Users?count=1", b"If-None-Match: \"\xff\"\r\n", 200),
        (b"Users?count=1", b"Cookie: \xed\xa0\x80\r\n", 200),
    ] {
        let mut request = line(target, more);
        request.truncate(request.len() - 2);
        request.extend_from_slice(b"Connection: close\r\n\r\n");
        let answer = victim.send(&request);
        assert_eq!(statuses(&answer), [expected], "{}: {answer}", target.escape_ascii());
    }
    let stranger = b"GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n";
    assert_eq!(statuses(&victim.send(stranger)), [401]);
    victim.survives(96);
}

#[test]
fn floods_of_pipelined_requests_are_answered_one_after_the_other() {
    const REQUESTS: usize = 2000;
    // A stranger's answers would wait, and the flood take hours.
    let victim = Victim::new(ServerProcess::start());
    let allowed = format!("GET /scim/v2/Users?count=0 HTTP/1.1\r\n{}\r\n", victim.headers());
    let stranger = "GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer no\r\n\r\n".to_owned();
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    std::thread::scope(|scope| {
        let floods: Vec<_> = [(allowed, 200), (stranger, 401)]
            .into_iter()
            .map(|(request, status)| {
                let mut reader = victim.connect();
                let mut writer = reader.try_clone().unwrap();
                scope.spawn(move || {
                    writer.write_all(request.repeat(REQUESTS).as_bytes()).unwrap();
                    writer.write_all(last.as_bytes()).unwrap();
                });
                scope.spawn(move || {
                    let mut answers = String::new();
                    reader.read_to_string(&mut answers).unwrap();
                    let found = statuses(&answers);
                    assert_eq!(found.len(), REQUESTS + 1);
                    assert!(found[..REQUESTS].iter().all(|found| *found == status), "{found:?}");
                })
            })
            .collect();
        while !floods.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            victim.serves_others();
        }
    });
    victim.survives(96);
}

//! Requests that say two things about where they end, or something that is not so.

use super::victim::{Victim, send_for_ever, statuses, user};
use crate::common::ServerProcess;

/// A request to create a user with these framing headers, and something after it.
fn request(victim: &Victim, framing: &str, body: &str) -> String {
    format!("POST /scim/v2/Users HTTP/1.1\r\n{}{framing}\r\n\r\n{body}", victim.headers())
}

#[test]
fn a_request_with_a_doubtful_end_is_refused_and_what_follows_it_never_runs() {
    let victim = Victim::start();
    let smuggled = victim.creation();
    let length = smuggled.len();
    for framing in [
        "Content-Length: 3\r\nContent-Length: 3".to_owned(),
        format!("Content-Length: 3\r\nContent-Length: {length}"),
        "Content-Length: 3, 3".to_owned(),
        "Content-Length: 3\r\nTransfer-Encoding: chunked".to_owned(),
        "Transfer-Encoding: chunked\r\nContent-Length: 3".to_owned(),
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked".to_owned(),
        "Transfer-Encoding: gzip, chunked".to_owned(),
        "Transfer-Encoding: identity".to_owned(),
        "Transfer-Encoding: xchunked".to_owned(),
        "Transfer-Encoding:\u{b}chunked".to_owned(),
        "Transfer-Encoding : chunked".to_owned(),
        "Transfer-Encoding\r\n : chunked".to_owned(),
        "X: y\r\n Content-Length: 3".to_owned(),
        "Content-Length: +3".to_owned(),
        "Content-Length: -3".to_owned(),
        "Content-Length: 0x3".to_owned(),
        "Content-Length: 3 3".to_owned(),
        "Content-Length:".to_owned(),
        "Content-Length: 99999999999999999999999".to_owned(),
        "Content-Length: 99999999999999".to_owned(),
    ] {
        let answers = victim.send(request(&victim, &framing, &format!("3\r\n{{}}\n\r\n0\r\n\r\n{smuggled}")));
        let found = statuses(&answers);
        assert!(matches!(found[..], [400 | 413]), "{framing:?}: {found:?} {answers}");
    }
    victim.survives(96);
}

#[test]
fn a_body_shorter_than_its_length_creates_nothing_although_what_came_is_whole() {
    let victim = Victim::start();
    let body = user("early");
    for framing in [format!("Content-Length: {}", body.len() + 1), "Content-Length: 60000".to_owned()] {
        assert_eq!(statuses(&victim.send(request(&victim, &framing, &body))), [400], "{framing}");
    }
    let cut = format!("{:x}\r\n{body}\r\n", body.len());
    assert_eq!(statuses(&victim.send(request(&victim, "Transfer-Encoding: chunked", &cut))), [400]);
    // Longer than its length: the rest is the next request, and none.
    let (half, rest) = body.split_at(20);
    let framing = format!("Content-Length: {}", half.len());
    assert_eq!(
        statuses(&victim.send(request(&victim, &framing, &format!("{half}{rest}\r\n\r\n")))),
        [400, 400]
    );
    victim.survives(96);
}

#[test]
fn malformed_and_endless_chunks_end_the_request() {
    let victim =
        Victim::new(ServerProcess::start_with("[server.limits]\nbody_bytes = 65536\nbulk_bytes = 65536\n"));
    let head = request(&victim, "Transfer-Encoding: chunked", "");
    let smuggled = victim.creation();
    for chunks in
        ["zz\r\n", "-1\r\n", "3\r\n{}\nXX0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n", "3;\u{1}\r\n{}\n", "\r\n"]
    {
        let found = statuses(&victim.send(format!("{head}{chunks}{smuggled}")));
        assert!(matches!(found[..], [400] | [400, 400]), "{chunks:?}: {found:?}");
    }
    // Each would go on for 8 MiB: over the limit of a body, and of what hyper takes of extensions and trailers.
    let filler = "x".repeat(1000);
    for (what, start, piece) in [
        ("data", String::new(), format!("3e8\r\n{filler}\r\n")),
        ("tiny chunks", String::new(), "1\r\nx\r\n".repeat(1000)),
        ("a size line", "1;".to_owned(), filler.clone()),
        ("extensions", String::new(), format!("1;{filler}\r\nx\r\n")),
        ("trailers", "0\r\n".to_owned(), format!("X: {filler}\r\n")),
    ] {
        let start = format!("{head}{start}");
        let (_, answer) = send_for_ever(&mut victim.connect(), &start, piece.as_bytes(), 8 << 20);
        // The answer may be lost: whoever goes on sending has the connection reset at last.
        let found = statuses(&answer);
        assert!(matches!(found[..], [400 | 413] | []), "{what}: {found:?}");
        victim.serves_others();
    }
    victim.survives(96);
}

#[test]
fn a_hundred_megabytes_are_refused_when_they_are_announced_and_dropped_when_they_are_not() {
    let victim = Victim::start();
    let announced = request(&victim, "Content-Length: 104857600", "");
    let piece = vec![b' '; 1 << 16];
    let (sent, answer) = send_for_ever(&mut victim.connect(), &announced, &piece, 100 << 20);
    assert!(matches!(statuses(&answer)[..], [413] | []) && sent < 20 << 20, "{sent} bytes taken: {answer}");
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend_from_slice(&piece);
    chunk.extend_from_slice(b"\r\n");
    let chunked = request(&victim, "Transfer-Encoding: chunked", "");
    let (sent, answer) = send_for_ever(&mut victim.connect(), &chunked, &chunk, 100 << 20);
    assert!(matches!(statuses(&answer)[..], [413] | []) && sent < 40 << 20, "{sent} bytes taken: {answer}");
    // A stranger's is not even read: 401 after the head.
    let stranger = "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nContent-Length: 16000000\r\n\r\n";
    let (sent, answer) = send_for_ever(&mut victim.connect(), stranger, &piece, 16 << 20);
    assert!(matches!(statuses(&answer)[..], [401] | []) && sent < 12 << 20, "{sent} bytes taken: {answer}");
    // 16 MiB are a body's limit, twice over while a vector grows, and the request.
    victim.survives(128);
}

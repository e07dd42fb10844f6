//! Tests of `head`.

use proptest::prelude::*;

use super::*;

fn rewritten(target: &str) -> String {
    let raw = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = check(raw.as_bytes(), 100).unwrap();
    let text = String::from_utf8(head.bytes.to_vec()).unwrap();
    text.strip_prefix("GET ").unwrap().strip_suffix(" HTTP/1.1\r\nHost: a\r\n\r\n").unwrap().to_owned()
}

fn refused(raw: &str) -> Reason {
    check(raw.as_bytes(), 100).unwrap_err()
}

fn with(lines: &str) -> String {
    format!("POST /x HTTP/1.1\r\nHost: a\r\n{lines}\r\n")
}

#[test]
fn what_rfc_3986_does_not_allow_in_a_target_is_percent_encoded() {
    assert_eq!(rewritten("/Users?filter=userName eq \"a\""), "/Users?filter=userName%20eq%20%22a%22");
    assert_eq!(rewritten("/a<b>#c[d]{e}|f^g`h\\i"), "/a%3Cb%3E%23c%5Bd%5D%7Be%7D%7Cf%5Eg%60h%5Ci");
    assert_eq!(rewritten("/?n=é\t\x7f"), "/?n=%C3%A9%09%7F");
}

#[test]
fn what_is_allowed_or_encoded_already_stays_as_it_is() {
    let target = "/AZaz09-._~!$&'()*+,;=:@/%2F%zz%?a=b/?c";
    assert_eq!(rewritten(target), target);
    assert_eq!(rewritten("*"), "*");
}

#[test]
fn spaces_inside_the_target_belong_to_it_even_doubled_or_at_its_end() {
    assert_eq!(rewritten("/a  b "), "/a%20%20b%20");
    assert_eq!(rewritten("/a HTTP/1.1"), "/a%20HTTP/1.1");
}

#[test]
fn an_absolute_target_loses_scheme_and_authority_rfc_9112_3_2_2() {
    assert_eq!(rewritten("http://[::1]:80/scim?q=[1]"), "/scim?q=%5B1%5D");
    assert_eq!(rewritten("HTTPS://a/"), "/");
}

#[test]
fn a_first_line_of_another_shape_is_refused_and_shown() {
    for line in ["GET /", "GET", "", "GET  /x HTTP/1.1", "GET /x HTTP/2.0", " /x HTTP/1.1", "G(T /x HTTP/1.1"]
    {
        let reason = refused(&format!("{line}\r\nHost: a\r\n\r\n"));
        assert_eq!(reason, Reason::RequestLine { found: line.to_owned() });
    }
    for target in ["example.org:443", "x", "ftp://a/", "http://a"] {
        assert!(matches!(refused(&format!("GET {target} HTTP/1.1\r\n\r\n")), Reason::RequestLine { .. }));
    }
    let found = shorten("\u{16}é".repeat(100).as_bytes());
    assert!(found.starts_with("\\x16\\xc3\\xa9") && found.ends_with("..."), "{found}");
}

#[test]
fn http_1_1_needs_exactly_one_host_and_http_1_0_at_most_one() {
    assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), Reason::Host { found: 0 });
    for host in ["", "a b", "user@a", "a\"><x", "a/b", "a,b", "\u{fc}"] {
        let reason = refused(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(reason, Reason::HostInvalid, "{host}");
    }
    assert_eq!(refused(&with("HOST: b\r\n")), Reason::Host { found: 2 });
    assert!(check(b"GET / HTTP/1.0\r\n\r\n", 100).is_ok());
    assert_eq!(refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), Reason::Host { found: 2 });
}

#[test]
fn a_second_authorization_is_refused() {
    assert!(check(with("Authorization: a\r\n").as_bytes(), 100).is_ok());
    assert_eq!(refused(&with("Authorization: a\r\nauthorization: a\r\n")), Reason::Authorization);
}

#[test]
fn a_body_whose_end_is_doubtful_is_refused_rfc_9112_6_3() {
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: \r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ] {
        assert!(matches!(refused(&with(lines)), Reason::Framing { .. }), "{lines}");
    }
}

#[test]
fn an_announced_body_over_the_limit_is_refused_however_many_digits_it_has() {
    for length in ["101", "99999999999999", "99999999999999999999999999"] {
        let reason = refused(&with(&format!("Content-Length: {length}\r\n")));
        assert_eq!(reason, Reason::BodyTooLarge { limit: 100 }, "{length}");
    }
    let head = check(with("Content-Length: 100\r\n").as_bytes(), 100).unwrap();
    assert_eq!(head.framing, Framing::Length(100));
}

#[test]
fn a_head_ends_at_the_first_empty_line_wherever_it_was_cut() {
    for (text, expected) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST", Some(27)),
        ("GET / HTTP/1.1\nHost: a\n\nPOST", Some(24)),
        ("GET / HTTP/1.1\r\nHost: a\n\r\nPOST", Some(26)),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r", None),
    ] {
        for scanned in 0..=expected.unwrap_or(text.len()).saturating_sub(1) {
            assert_eq!(length(text.as_bytes(), scanned), expected, "{text:?} after {scanned} bytes");
        }
    }
}

#[test]
fn a_refused_head_is_sketched_with_the_headers_that_tell_whose_it_is() {
    let peer = Peer { address: "192.0.2.1:1".parse().unwrap(), tls: false };
    let request = sketch(with("Authorization: Bearer x\r\n").as_bytes(), peer).unwrap();
    assert_eq!((request.method(), request.raw_url()), ("POST", "/x"));
    assert_eq!(request.header("authorization"), Some("Bearer x"));
    assert!(sketch(b"\x16\x03\x01", peer).is_none());
}

/// What a handler decodes from a target.
fn decoded(target: &[u8]) -> Vec<u8> {
    let mut bytes = vec![];
    let mut rest = target;
    while let [first, others @ ..] = rest {
        let escape =
            others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let byte =
            escape.filter(|digits| !digits.starts_with('+')).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &others[2..] } else { others };
    }
    bytes
}

proptest! {
    #[test]
    fn any_target_means_the_same_after_encoding_and_is_a_uri(bytes in "(/|%4[0-9]|[ -~]|é|\x01|\t)*") {
        let target = format!("/{bytes}");
        let raw = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        let head = check(raw.as_bytes(), 100).unwrap();
        let line = head.bytes.split(|byte| *byte == b'\r').next().unwrap();
        let encoded = line.strip_prefix(b"GET ").unwrap().strip_suffix(b" HTTP/1.1").unwrap();
        prop_assert!(hyper::Uri::try_from(encoded).is_ok());
        prop_assert_eq!(decoded(encoded), decoded(target.as_bytes()));
    }
}

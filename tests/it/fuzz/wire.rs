//! Bytes on a connection: the HTTP front as a whole.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rollcall::clock::Clock;
use rollcall::http::front::{Arrival, Front, Limits, Outcome, Refusal, Service};
use rollcall::ids::Ids;
use rouille::{Request, Response};

use super::run::run;
use super::seeds;

/// Answers everything, and insists on what the front promises of a request.
struct Echo;

impl Service for Echo {
    fn answer(&self, request: &Request, _: &Arrival) -> Outcome {
        let mut body = Vec::new();
        request.data().expect("a fresh request").read_to_end(&mut body).expect("bytes in memory");
        let raw = request.raw_url();
        assert!(raw.starts_with('/') || raw == "*", "no origin form: {raw:?}");
        assert!(
            raw.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>#[]^`{|}\\".contains(&byte)),
            "{raw:?}"
        );
        let count = |name: &str| request.headers().filter(|(key, _)| key.eq_ignore_ascii_case(name)).count();
        assert!(count("Host") <= 1 && count("Authorization") <= 1);
        assert!(count("Content-Length") + count("Transfer-Encoding") <= 1);
        Outcome::Answer(Response::text(format!("{} bytes", body.len())))
    }

    fn admit(&self, _: &Request, _: &Arrival) -> Option<Outcome> {
        None
    }

    fn refuse(&self, refusal: &Refusal, _: &Arrival) -> Response {
        Response::text(refusal.reason.to_string()).with_status_code(refusal.reason.status())
    }
}

#[test]
fn whatever_bytes_come_the_front_answers_or_closes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let limits = Limits { workers: 2, ..Limits::default() };
    let front =
        Front::start(listener, None, limits, Ids::deterministic(), Clock::System, Arc::new(Echo)).unwrap();
    run("wire", 1000, &seeds::messages(), |bytes| {
        let mut stream = TcpStream::connect(front.address()).expect("the front listens");
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answers = Vec::new();
        if let Err(error) = stream.read_to_end(&mut answers) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "it neither answers nor closes");
        }
        let answers = String::from_utf8_lossy(&answers);
        assert!(answers.is_empty() || answers.starts_with("HTTP/1."), "{answers}");
        // A handler that panicked: one of the promises above does not hold.
        assert!(!answers.contains(" 500 Internal"), "{answers}");
        answers.contains(" 200 OK\r\n")
    });
}

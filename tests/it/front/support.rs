//! A tiny service behind the front, and a client that speaks raw bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rollcall::clock::Clock;
use rollcall::http::front::{Arrival, Front, Limits, Outcome, Refusal, Resumed, Service, Tls, Waker};
use rollcall::ids::Ids;
use rouille::{Request, Response};

/// Longer than anything takes that works.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Short enough to wait for, long enough for a busy machine to send a few bytes in.
pub const SHORT: Duration = Duration::from_millis(300);

/// What the service was called with, in order: `answer GET /echo`, `admit POST /x`, `refuse 400 GET /x`.
#[derive(Default)]
pub struct Probe {
    calls: Mutex<Vec<String>>,
    waker: Mutex<Option<Waker>>,
    gate: Mutex<Gate>,
    turned: Condvar,
}

/// Where `/block` stands still.
#[derive(Default)]
struct Gate {
    inside: usize,
    open: bool,
}

impl Probe {
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// The calls so far, forgotten here.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    /// Waits until `count` handlers stand at the gate.
    pub fn wait_for_blocked(&self, count: usize) {
        let gate = self.gate.lock().unwrap();
        let (gate, _) = self.turned.wait_timeout_while(gate, PATIENCE, |gate| gate.inside < count).unwrap();
        assert_eq!(gate.inside, count);
    }

    pub fn open_gate(&self) {
        self.gate.lock().unwrap().open = true;
        self.turned.notify_all();
    }

    fn block(&self) {
        let mut gate = self.gate.lock().unwrap();
        gate.inside += 1;
        self.turned.notify_all();
        drop(self.turned.wait_timeout_while(gate, PATIENCE, |gate| !gate.open).unwrap());
    }
}

impl Service for Probe {
    fn answer(&self, request: &Request, arrival: &Arrival) -> Outcome {
        self.note(format!("answer {} {}", request.method(), request.raw_url()));
        let mut body = String::new();
        request
            .data()
            .expect("a fresh request each time")
            .read_to_string(&mut body)
            .expect("test bodies are text");
        let path = request.raw_url().split('?').next().unwrap_or_default();
        Outcome::Answer(match (path, arrival.resumed) {
            ("/panic", _) => panic!("as asked"),
            ("/block", _) => {
                self.block();
                Response::text("went through")
            }
            ("/empty", _) => Response::text("not sent").with_status_code(204),
            ("/unchanged", _) => Response::text("not sent").with_status_code(304),
            ("/big", _) => Response::from_data("text/plain", vec![b'x'; body.parse().expect("a length")]),
            ("/crooked", _) => {
                Response::text("straight").with_additional_header("X-Bad", "a\r\nX-Injected: b")
            }
            // Wakes its own feed after it has "looked": the wake must not get lost.
            ("/race", None) => {
                self.waker.lock().unwrap().as_ref().expect("set at start").wake(1);
                return Outcome::Park { key: 1, until: PATIENCE };
            }
            ("/park", None) => return Outcome::Park { key: 2, until: PATIENCE },
            ("/nap", None) => return Outcome::Park { key: 3, until: Duration::from_millis(30) },
            ("/again", None | Some(Resumed::Stopping)) => return Outcome::Park { key: 4, until: PATIENCE },
            (_, Some(resumed)) => Response::text(format!("{resumed:?} {body}")),
            _ => Response::text(format!("{} {} {body}", request.method(), request.raw_url())),
        })
    }

    fn admit(&self, request: &Request, arrival: &Arrival) -> Option<Outcome> {
        self.note(format!("admit {} {}", request.method(), request.raw_url()));
        let refused = || Outcome::Answer(Response::text("who are you?").with_status_code(401));
        match (request.header("Authorization"), arrival.resumed) {
            (Some("wrong"), _) => Some(refused()),
            (Some("wrong again" | "new"), None) => {
                Some(Outcome::Park { key: 5, until: Duration::from_millis(30) })
            }
            (Some("wrong again"), Some(_)) => Some(refused()),
            _ => None,
        }
    }

    fn refuse(&self, refusal: &Refusal, _: &Arrival) -> Response {
        let (status, request) = (refusal.reason.status(), refusal.request.as_ref());
        let line = request.map(|request| format!("{} {}", request.method(), request.raw_url()));
        self.note(format!("refuse {status} {}", line.unwrap_or_default()));
        let response = Response::text(refusal.reason.to_string()).with_status_code(status);
        match refusal.reason.retry_after() {
            Some(time) => response.with_additional_header("Retry-After", time.as_secs().to_string()),
            None => response,
        }
    }
}

/// A front with a probe behind it; stopped when dropped.
pub struct Served {
    pub front: Front,
    pub probe: Arc<Probe>,
}

/// Serves a probe on a free port.
pub fn serve(limits: Limits) -> Served {
    serve_with(None, limits)
}

/// The same, by https if there is `tls`.
pub fn serve_with(tls: Option<Tls>, limits: Limits) -> Served {
    let probe = Arc::new(Probe::default());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let front = Front::start(
        listener,
        tls,
        limits,
        Ids::deterministic(),
        Clock::System,
        Arc::clone(&probe) as Arc<dyn Service>,
    )
    .unwrap();
    *probe.waker.lock().unwrap() = Some(front.waker());
    Served { front, probe }
}

/// Few workers and otherwise the defaults.
pub fn limits() -> Limits {
    Limits { workers: 4, ..Limits::default() }
}

impl Served {
    pub fn connect(&self) -> Client {
        Client::connect(self.front.address())
    }

    /// The answer to `request` on a connection of its own.
    pub fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut client = self.connect();
        client.send(request);
        client.answer()
    }
}

/// One connection.
pub struct Client {
    pub stream: TcpStream,
    unread: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn closes(&self) -> bool {
        self.header("Connection") == Some("close")
    }
}

impl Client {
    pub fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, unread: Vec::new() }
    }

    /// Whether nothing comes for `time`.
    pub fn hears_nothing_for(&self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        // The end of the connection is something, however abrupt.
        let nothing =
            self.stream.peek(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        nothing
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// No more is to come from here.
    pub fn end(&mut self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// The next answer with its body.
    pub fn answer(&mut self) -> Answer {
        let (status, head) = self.head();
        let mut answer = Answer { status, head, body: String::new() };
        let length = answer.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        self.fill_until(|unread| unread.len() >= length);
        answer.body = String::from_utf8(self.unread.drain(..length).collect()).unwrap();
        answer
    }

    /// The next status line and headers.
    pub fn head(&mut self) -> (u16, String) {
        let end = |unread: &[u8]| unread.windows(4).position(|window| window == b"\r\n\r\n");
        self.fill_until(|unread| end(unread).is_some());
        let end = end(&self.unread).unwrap() + 4;
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        (head[9..12].parse().unwrap(), head)
    }

    fn fill_until(&mut self, enough: impl Fn(&[u8]) -> bool) {
        while !enough(&self.unread) {
            let mut buffer = [0; 4096];
            let read = self.stream.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&self.unread));
            self.unread.extend_from_slice(&buffer[..read]);
        }
    }

    /// Waits for the end of the connection; what still came before it.
    pub fn rest(mut self) -> Vec<u8> {
        let mut rest = std::mem::take(&mut self.unread);
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => rest,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => rest,
            Err(error) => panic!("not closed: {error}"),
        }
    }
}

/// A GET without further headers.
pub fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// A POST with a length.
pub fn post(target: &str, body: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// A POST in chunks.
pub fn post_chunked(target: &str, chunks: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

//! A receiver of webhooks on loopback: keeps what arrives and answers as it is told. Stands alone, since the unit tests of
//! src/webhooks use it too.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(15);

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The request line.
    pub request: String,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    /// A header field; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }
}

/// What a receiver answers: status line and further header lines, and after how long.
#[derive(Clone, Debug)]
pub struct Behaviour {
    pub status: &'static str,
    pub headers: String,
    pub delay: Duration,
}

impl Behaviour {
    pub fn status(status: &'static str) -> Behaviour {
        Behaviour { status, headers: String::new(), delay: Duration::ZERO }
    }
}

/// A listening receiver; its thread ends with the test's process.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    received: Vec<Received>,
    behaviour: Behaviour,
}

impl Receiver {
    /// Answers 204 to everything.
    pub fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let behaviour = Behaviour::status("204 No Content");
        let shared = Arc::new(Mutex::new(Shared { received: Vec::new(), behaviour }));
        let state = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = state.clone();
                // A connection that breaks is no concern of the receiver.
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Receiver { address, shared }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers like this from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.shared().behaviour = behaviour;
    }

    /// Answers with this status from now on.
    pub fn answer(&self, status: &'static str) {
        self.behave(Behaviour::status(status));
    }

    /// What has arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared().received.clone()
    }

    /// How much has arrived so far.
    pub fn count(&self) -> usize {
        self.shared().received.len()
    }

    /// Waits until at least `count` messages have arrived, and gives all.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        let start = Instant::now();
        while self.count() < count {
            assert!(start.elapsed() < PATIENCE, "{} of {count} messages arrived", self.count());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.received()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn serve(stream: TcpStream, state: &Mutex<Shared>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let received = read(&mut reader)?;
        let behaviour = {
            let mut shared = state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            shared.received.push(received);
            shared.behaviour.clone()
        };
        std::thread::sleep(behaviour.delay);
        let Behaviour { status, headers, .. } = behaviour;
        let answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n");
        reader.get_mut().write_all(answer.as_bytes()).ok()?;
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = || {
        let mut text = String::new();
        (reader.read_line(&mut text).ok()? > 0).then(|| text.trim_end().to_owned())
    };
    let request = line()?;
    let mut headers = Vec::new();
    loop {
        let text = line()?;
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':')?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { request, headers, body: String::from_utf8(body).ok()? })
}

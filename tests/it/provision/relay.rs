//! A server between the provisioner and the real one: keeps what was asked, and goes wrong where a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::common::{Client, Server};

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// What follows the SCIM base URL.
    pub target: String,
    pub headers: Vec<(String, String)>,
    /// Null when there is none.
    pub body: Value,
}

impl Asked {
    pub fn is(&self, method: &str, start: &str) -> bool {
        self.method == method && self.target.starts_with(start)
    }
}

/// What is done with a request.
#[derive(Clone, Debug)]
pub enum Fate {
    /// The real server answers.
    Pass,
    /// This is answered instead, with these headers.
    Answer(u16, Vec<(&'static str, String)>),
    /// The connection ends, and the real server never hears of it.
    Lose,
    /// The real server does it, and the connection ends before its answer.
    LoseAnswer,
    /// The real server does it, and this status is told instead of what came of it.
    Deceive(u16),
}

type Judge = dyn FnMut(&Asked) -> Fate + Send;

/// The relay; its threads end with the test program.
pub struct Relay {
    /// The SCIM base URL for the provisioner.
    pub base_url: String,
    pub token: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    judge: Arc<Mutex<Box<Judge>>>,
}

impl Relay {
    /// A relay that passes everything on to `server`.
    pub fn to(server: &Server) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/scim/v2", listener.local_addr().unwrap());
        let token = server.ready["scim_token"].as_str().unwrap().to_owned();
        let judge: Box<Judge> = Box::new(|_| Fate::Pass);
        let relay = Relay { base_url, token, asked: Arc::default(), judge: Arc::new(Mutex::new(judge)) };
        let (asked, judge) = (relay.asked.clone(), relay.judge.clone());
        let upstream = server.scim.authorized(None);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, judge, upstream) = (asked.clone(), judge.clone(), upstream.copy());
                std::thread::spawn(move || serve(stream, &upstream, &asked, &judge));
            }
        });
        relay
    }

    /// What is done with requests from now on.
    pub fn judge(&self, judge: impl FnMut(&Asked) -> Fate + Send + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
    }

    /// The same for the first `count` requests of that kind; the others pass.
    pub fn judge_first(&self, count: usize, method: &'static str, start: &'static str, fate: Fate) {
        let mut left = count;
        self.judge(move |asked| {
            if left == 0 || !asked.is(method, start) {
                return Fate::Pass;
            }
            left -= 1;
            fate.clone()
        });
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn serve(stream: TcpStream, upstream: &Client, asked: &Mutex<Vec<Asked>>, judge: &Mutex<Box<Judge>>) {
    let mut reader = BufReader::new(stream);
    while let Some((request, body)) = read(&mut reader) {
        let fate = judge.lock().unwrap()(&request);
        asked.lock().unwrap().push(request.clone());
        let pass = || {
            let headers: Vec<(&str, &str)> = request
                .headers
                .iter()
                .filter(|(name, _)| {
                    !["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str())
                })
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            upstream.send(&request.method, &request.target, &headers, body.as_deref())
        };
        let answer = match fate {
            Fate::Pass => {
                let answer = pass();
                text(answer.status, &[], &answer.text)
            }
            Fate::Answer(status, headers) => text(status, &headers, &error(status)),
            Fate::Deceive(status) => {
                pass();
                text(status, &[], &error(status))
            }
            Fate::Lose => return,
            Fate::LoseAnswer => {
                pass();
                return;
            }
        };
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn error(status: u16) -> String {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string(),
        "detail": "the relay says so"})
    .to_string()
}

fn text(status: u16, headers: &[(&str, String)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    // 204 has no body, and no length either (RFC 9110 section 8.6).
    let (length, body) = match status {
        204 => (String::new(), ""),
        _ => (format!("Content-Length: {}\r\n", body.len()), body),
    };
    format!("HTTP/1.1 {status} said\r\nContent-Type: application/scim+json\r\n{headers}{length}\r\n{body}")
}

/// The next request, and its body's bytes.
fn read(reader: &mut BufReader<TcpStream>) -> Option<(Asked, Option<Vec<u8>>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let mut first = lines.first()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let body = length.map(|(_, length)| {
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        body
    });
    let json = body.as_ref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
    let target = target.strip_prefix("/scim/v2").expect("below the base URL").to_owned();
    Some((Asked { method, target, headers, body: json }, body))
}

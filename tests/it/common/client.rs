//! A client of one base URL with one credential.

use std::borrow::Borrow;
use std::net::SocketAddr;
use std::sync::Mutex;

use serde_json::Value;

use super::answer::Answer;
use super::described::assert_described;
use super::wire::{self, Connection, RawAnswer};

/// Sends requests below a base path; keeps its connection. Targets are sent byte for byte as given.
pub struct Client {
    address: SocketAddr,
    base: String,
    authorization: Option<String>,
    content_type: &'static str,
    connection: Mutex<Option<Connection>>,
}

impl Client {
    /// A client of `url` (`http://127.0.0.1:PORT/path`) with a bearer token and a media type for bodies.
    pub fn new(url: &str, token: &str, content_type: &'static str) -> Client {
        let rest = url.strip_prefix("http://").unwrap_or_else(|| panic!("not a plain http URL: {url}"));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        Client {
            address: authority.parse().unwrap_or_else(|_| panic!("no literal address in {url}")),
            base: format!("/{path}").trim_end_matches('/').to_owned(),
            authorization: Some(format!("Bearer {token}")),
            content_type,
            connection: Mutex::new(None),
        }
    }

    /// The same server and credential below another path.
    pub fn at(&self, base: &str) -> Client {
        Client { base: base.to_owned(), ..self.copy() }
    }

    /// The same base with another Authorization header, or none.
    pub fn authorized(&self, authorization: Option<&str>) -> Client {
        Client { authorization: authorization.map(str::to_owned), ..self.copy() }
    }

    /// The same client with another media type for bodies.
    pub fn sending(&self, content_type: &'static str) -> Client {
        Client { content_type, ..self.copy() }
    }

    /// The same client with a connection of its own.
    pub fn copy(&self) -> Client {
        Client {
            address: self.address,
            base: self.base.clone(),
            authorization: self.authorization.clone(),
            content_type: self.content_type,
            connection: Mutex::new(None),
        }
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The path that precedes every target.
    pub fn base(&self) -> &str {
        &self.base
    }

    #[track_caller]
    pub fn get(&self, target: impl AsRef<[u8]>) -> Answer {
        self.send("GET", target, &[], None)
    }

    #[track_caller]
    pub fn delete(&self, target: impl AsRef<[u8]>) -> Answer {
        self.send("DELETE", target, &[], None)
    }

    #[track_caller]
    pub fn post(&self, target: impl AsRef<[u8]>, body: impl Borrow<Value>) -> Answer {
        self.send_json("POST", target, body)
    }

    #[track_caller]
    pub fn put(&self, target: impl AsRef<[u8]>, body: impl Borrow<Value>) -> Answer {
        self.send_json("PUT", target, body)
    }

    #[track_caller]
    pub fn patch(&self, target: impl AsRef<[u8]>, body: impl Borrow<Value>) -> Answer {
        self.send_json("PATCH", target, body)
    }

    #[track_caller]
    fn send_json(&self, method: &str, target: impl AsRef<[u8]>, body: impl Borrow<Value>) -> Answer {
        let body = body.borrow().to_string();
        self.send(method, target, &[("Content-Type", self.content_type)], Some(body.as_bytes()))
    }

    /// Sends exactly this; Host, Authorization and Content-Length are added where `headers` has none.
    #[track_caller]
    pub fn send(
        &self,
        method: &str,
        target: impl AsRef<[u8]>,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let target = target.as_ref();
        self.try_send(method, target, headers, body).unwrap_or_else(|error| {
            panic!("{method} {}{}: {error}", self.base, String::from_utf8_lossy(target));
        })
    }

    /// POST to a server that may end meanwhile.
    pub fn try_post(&self, target: &str, body: &Value) -> std::io::Result<Answer> {
        let headers = [("Content-Type", self.content_type)];
        self.try_send("POST", target.as_bytes(), &headers, Some(body.to_string().as_bytes()))
    }

    #[track_caller]
    fn try_send(
        &self,
        method: &str,
        target: &[u8],
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> std::io::Result<Answer> {
        let bytes = self.request_bytes(method, target, headers, body);
        let request = format!("{method} {}{}", self.base, String::from_utf8_lossy(target));
        let answer = Answer::new(request, self.exchange(&bytes, method == "HEAD")?);
        assert_described(method, &format!("{}{}", self.base, String::from_utf8_lossy(target)), &answer);
        Ok(answer)
    }

    /// Sends `bytes` as they are on a connection of its own, then nothing more, and reads one answer.
    pub fn send_raw(&self, bytes: &[u8]) -> std::io::Result<Answer> {
        let mut connection = Connection::open(self.address)?;
        let _ = connection.send(bytes);
        connection.finish_sending();
        let raw = connection.receive(false)?;
        Ok(Answer::new("raw bytes".to_owned(), raw))
    }

    fn request_bytes(
        &self,
        method: &str,
        target: &[u8],
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Vec<u8> {
        let has = |name: &str| headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut bytes = format!("{method} {}", self.base).into_bytes();
        bytes.extend_from_slice(target);
        bytes.extend_from_slice(b" HTTP/1.1\r\n");
        if !has("host") {
            bytes.extend_from_slice(format!("Host: {}\r\n", self.address).as_bytes());
        }
        if let Some(authorization) = self.authorization.as_ref().filter(|_| !has("authorization")) {
            bytes.extend_from_slice(format!("Authorization: {authorization}\r\n").as_bytes());
        }
        for (name, value) in headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        if let Some(body) = body.filter(|_| !has("content-length")) {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body.unwrap_or_default());
        bytes
    }

    /// One request on the kept connection, or on a new one when the server has closed that since.
    fn exchange(&self, bytes: &[u8], head: bool) -> std::io::Result<RawAnswer> {
        let mut kept = self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => Connection::open(self.address)?,
        };
        let _ = connection.send(bytes);
        let mut result = connection.receive(head);
        if result.is_err() && connection.was_used() {
            connection = Connection::open(self.address)?;
            let _ = connection.send(bytes);
            result = connection.receive(head);
        }
        let raw = result?;
        let closes = wire::find(&raw.headers, "connection").is_some_and(|value| value.contains("close"));
        if !closes {
            *kept = Some(connection);
        }
        Ok(raw)
    }
}

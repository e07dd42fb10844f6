//! What was received, and what was answered: so that a test can assert what its client really sent.
//!
//! Bounded, the oldest entries going first. Secrets in headers are not kept. Bodies become JSON only when somebody asks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::http::target::Target;
use crate::model::time::Timestamp;

/// The most entries that are kept.
const ENTRIES: usize = 10_000;
/// The most bytes of bodies that are kept.
const BYTES: usize = 64 << 20;

/// One request and what became of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number since the start or the last reset; in the order of the answers.
    pub id: u64,
    /// When it came, by the server's clock.
    pub at: Timestamp,
    /// The id that the answer carried as `X-Request-Id`.
    pub request_id: String,
    /// The name of the token that it came with; `None` without a known one.
    pub token: Option<String>,
    /// The method.
    pub method: String,
    /// Path and query as sent, save that bytes which RFC 3986 does not allow are percent-encoded.
    pub target: String,
    /// Header fields, names in lower case. `authorization` is the token's name, `cookie` is left out.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// The answer's status; `None` when the connection was closed without one.
    pub status: Option<u16>,
    /// The answer's body; where a fault closed the connection afterwards, the one that the client never saw.
    pub answer: Vec<u8>,
    /// From the head's arrival to the answer.
    pub duration: Duration,
    /// Whether a fault had its hand in it.
    pub is_faulty: bool,
}

impl Entry {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The first header field of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The entry as the test routes show it.
    pub fn to_json(&self) -> Value {
        let query = Target::parse(&self.target).map(|target| target.query.0).unwrap_or_default();
        json!({
            "id": self.id,
            "at": self.at,
            "request_id": self.request_id,
            "token": self.token,
            "method": self.method,
            "target": self.target,
            "path": self.path(),
            "query": object(&query),
            "headers": object(&self.headers),
            "body": document(&self.body),
            "status": self.status,
            "answer": document(&self.answer),
            "duration_ms": (self.duration.as_secs_f64() * 10_000.0).round() / 10.0,
            "faulty": self.is_faulty,
        })
    }
}

/// Names and values as an object; values of one name are joined (RFC 9110 §5.3).
fn object(pairs: &[(String, String)]) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        match object.get_mut(name) {
            Some(Value::String(before)) => *before = format!("{before}, {value}"),
            _ => drop(object.insert(name.clone(), json!(value))),
        }
    }
    Value::Object(object)
}

/// A body as JSON, else as text; null when it is empty.
fn document(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}

/// All entries.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    last_id: u64,
    bytes: usize,
    lost: u64,
    entries: VecDeque<Arc<Entry>>,
}

impl Journal {
    /// Adds an entry; its `id` is given here.
    pub(super) fn record(&self, entry: Entry) {
        let mut pages = self.lock();
        pages.last_id += 1;
        pages.bytes += size(&entry);
        let id = pages.last_id;
        pages.entries.push_back(Arc::new(Entry { id, ..entry }));
        while pages.entries.len() > ENTRIES || (pages.bytes > BYTES && pages.entries.len() > 1) {
            let Some(oldest) = pages.entries.pop_front() else { break };
            pages.bytes -= size(&oldest);
            pages.lost += 1;
        }
    }

    /// The entries, oldest first, and how many were lost before them.
    pub(super) fn all(&self) -> (Vec<Arc<Entry>>, u64) {
        let pages = self.lock();
        (pages.entries.iter().cloned().collect(), pages.lost)
    }

    /// The same, and takes them out.
    pub(super) fn take(&self) -> (Vec<Arc<Entry>>, u64) {
        let mut pages = self.lock();
        let last_id = pages.last_id;
        let before = std::mem::replace(&mut *pages, Pages { last_id, ..Pages::default() });
        (before.entries.into(), before.lost)
    }

    /// Throws all entries away, and numbers from 1 again.
    pub(super) fn start_again(&self) {
        *self.lock() = Pages::default();
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(entry: &Entry) -> usize {
    entry.body.len() + entry.answer.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(body: &[u8]) -> Entry {
        Entry {
            id: 0,
            at: Timestamp::from_millis(0),
            request_id: "r".to_owned(),
            token: None,
            method: "GET".to_owned(),
            target: "/Users?filter=userName%20eq%20%22a%22&x=1&x=2".to_owned(),
            headers: vec![("accept".to_owned(), "a".to_owned()), ("accept".to_owned(), "b".to_owned())],
            body: body.to_vec(),
            status: Some(200),
            answer: b"not json".to_vec(),
            duration: Duration::from_micros(1_260),
            is_faulty: false,
        }
    }

    #[test]
    fn an_entry_shows_the_query_decoded_and_bodies_as_json_where_they_are() {
        let shown = entry(b"{\"a\":1}").to_json();
        assert_eq!(shown["path"], "/Users");
        assert_eq!(shown["query"], json!({"filter": "userName eq \"a\"", "x": "1, 2"}));
        assert_eq!(shown["headers"], json!({"accept": "a, b"}));
        assert_eq!((&shown["body"], &shown["answer"]), (&json!({"a": 1}), &json!("not json")));
        assert_eq!(shown["duration_ms"], 1.3);
        assert_eq!(entry(b"").to_json()["body"], Value::Null);
    }

    #[test]
    fn the_oldest_entries_go_when_there_are_too_many_or_too_large_ones() {
        let journal = Journal::default();
        (0..=ENTRIES).for_each(|_| journal.record(entry(b"")));
        let (entries, lost) = journal.all();
        assert_eq!((entries.len(), lost, entries[0].id), (ENTRIES, 1, 2));
        journal.record(entry(&vec![b'x'; BYTES + 1]));
        assert_eq!(journal.take().0.len(), 1, "the newest is always there");
        journal.record(entry(b""));
        assert_eq!(journal.all().0[0].id, ENTRIES as u64 + 3, "numbers go on when entries are taken");
    }
}

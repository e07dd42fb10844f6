//! Requests and expected answers kept as JSON files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::Answer;
use super::client::Client;
use super::subset::missing;

/// A request as it goes over the wire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    method: String,
    /// What follows the base URL, byte for byte.
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

/// What must come back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    pub status: u16,
    /// A part of the body, by the rules of `assert_contains`.
    #[serde(default)]
    body: Value,
    /// JSON pointers of what must not be there.
    #[serde(default)]
    lacks: Vec<String>,
}

/// What stands for `{{name}}` in targets, header values and bodies.
#[derive(Default)]
pub struct Values(pub BTreeMap<String, String>);

impl Values {
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }
}

impl Request {
    #[track_caller]
    pub fn send(&self, client: &Client, values: &Values) -> Answer {
        let filled: Vec<(&str, String)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), values.fill(value))).collect();
        let headers: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = self.body.as_ref().map(|body| values.fill(&body.to_string()));
        client.send(&self.method, values.fill(&self.target), &headers, body.as_ref().map(String::as_bytes))
    }
}

impl Expectation {
    /// Everything in which the answer is another one.
    pub fn problems(&self, answer: &Answer, values: &Values) -> Vec<String> {
        if answer.status != self.status {
            return vec![format!("expected status {}, found {}", self.status, answer.status)];
        }
        let mut problems = Vec::new();
        if !self.body.is_null() {
            let body = serde_json::from_str(&values.fill(&self.body.to_string())).unwrap();
            problems = missing(&answer.json, &body);
        }
        let there = self.lacks.iter().filter(|pointer| answer.json.pointer(pointer).is_some());
        problems.extend(there.map(|pointer| format!("{pointer}: must not be there")));
        problems
    }
}

/// The JSON files of a folder below `tests/it`, by name.
pub fn files_in(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// A file as what it should be.
pub fn read<T: DeserializeOwned>(file: &Path) -> T {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

//! Requests as real IdPs send them (idp/README.md), replayed in the order of their file names.
//!
//! A folder of `idp/` is an IdP, a file in it one request with what must come back; a new quirk is a new file. Folders
//! hold the server's configuration in `_config.toml` where the defaults do not fit. In targets, header values and
//! bodies `{{name}}` stands for a value that an earlier file captured, or for `scim_token` and `basic` (the token as
//! the password of Basic authentication).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::common::{Answer, Client, Server, base64, missing};

/// One request and its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    /// What this shows, and where it was seen.
    about: String,
    /// Goes to the admin API, to set the stage.
    #[serde(default)]
    setup: bool,
    request: Request,
    expect: Expectation,
    /// Names for values of the answer, by JSON pointer.
    #[serde(default)]
    capture: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    /// What follows the base URL, byte for byte.
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    status: u16,
    /// A part of the body, by the rules of `assert_contains`.
    #[serde(default)]
    body: Value,
    /// JSON pointers of what must not be there.
    #[serde(default)]
    lacks: Vec<String>,
}

/// A server and what was captured so far.
struct Replay {
    server: Server,
    values: BTreeMap<String, String>,
}

impl Replay {
    fn start(folder: &Path) -> Replay {
        let server = Server::start_with(&fs::read_to_string(folder.join("_config.toml")).unwrap_or_default());
        let token = server.ready["scim_token"].as_str().unwrap().to_owned();
        let basic = base64(&format!("idp:{token}"));
        let values = [("scim_token".to_owned(), token), ("basic".to_owned(), basic)];
        Replay { server, values: BTreeMap::from(values) }
    }

    fn fill(&self, text: &str) -> String {
        self.values
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }

    fn send(&self, fixture: &Fixture) -> Answer {
        let client: &Client = if fixture.setup { &self.server.api } else { &self.server.scim };
        let request = &fixture.request;
        let filled: Vec<(&str, String)> =
            request.headers.iter().map(|(name, value)| (name.as_str(), self.fill(value))).collect();
        let headers: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = request.body.as_ref().map(|body| self.fill(&body.to_string()));
        client.send(
            &request.method,
            self.fill(&request.target),
            &headers,
            body.as_ref().map(String::as_bytes),
        )
    }

    /// Everything in which the answer is not what the fixture says.
    fn problems(&self, expected: &Expectation, answer: &Answer) -> Vec<String> {
        if answer.status != expected.status {
            return vec![format!("expected status {}, found {}", expected.status, answer.status)];
        }
        let mut problems = Vec::new();
        if !expected.body.is_null() {
            let body = serde_json::from_str(&self.fill(&expected.body.to_string())).unwrap();
            problems = missing(&answer.json, &body);
        }
        let there = expected.lacks.iter().filter(|pointer| answer.json.pointer(pointer).is_some());
        problems.extend(there.map(|pointer| format!("{pointer}: must not be there")));
        problems
    }

    fn capture(&mut self, fixture: &Fixture, answer: &Answer) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, pointer) in &fixture.capture {
            match answer.json.pointer(pointer).and_then(Value::as_str) {
                Some(value) => drop(self.values.insert(name.clone(), value.to_owned())),
                None => problems.push(format!("{pointer}: nothing to capture as {name}")),
            }
        }
        problems
    }
}

/// Replays a folder; fails at the first file whose answer is another one.
fn replay(provider: &str) {
    let folder = root().join(provider);
    let mut replay = Replay::start(&folder);
    let files = fixtures(&folder);
    assert!(!files.is_empty(), "no fixtures in {}", folder.display());
    for file in files {
        let fixture = read(&file);
        let answer = replay.send(&fixture);
        let mut problems = replay.problems(&fixture.expect, &answer);
        problems.extend(replay.capture(&fixture, &answer));
        assert!(problems.is_empty(), "{}\n{}\nin\n{}", file.display(), problems.join("\n"), answer.text);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/idp")
}

fn fixtures(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn read(file: &Path) -> Fixture {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// One test per IdP, so that they run side by side.
macro_rules! replayed {
    ($($test:ident $provider:literal)*) => {
        /// The folders.
        const PROVIDERS: &[&str] = &[$($provider,)*];

        $(
            #[test]
            fn $test() {
                replay($provider);
            }
        )*
    };
}

replayed! {
    authentik_is_served "authentik"
    entra_is_served "entra"
    entra_with_the_flag_is_served "entra-flag"
    jumpcloud_is_served "jumpcloud"
    keycloaks_plugins_are_served "keycloak"
    okta_of_the_integration_wizard_is_served "okta-aiw"
    okta_of_the_integration_network_is_served "okta-oin"
    onelogin_is_served "onelogin"
    others_are_served "others"
    pingfederate_is_served "pingfederate"
    pingone_is_served "pingone"
    rauthy_is_served "rauthy"
}

#[test]
fn every_folder_of_fixtures_is_replayed() {
    let mut folders: Vec<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, PROVIDERS);
}

#[test]
fn every_fixture_can_be_read_and_says_what_it_shows() {
    for provider in PROVIDERS {
        for file in fixtures(&root().join(provider)) {
            assert!(!read(&file).about.is_empty(), "{} shows nothing", file.display());
        }
    }
}

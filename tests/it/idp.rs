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

use crate::common::{Answer, Expectation, Request, Server, Values, base64, files_in, read};

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

/// A server and what was captured so far.
struct Replay {
    server: Server,
    values: Values,
}

impl Replay {
    fn start(provider: &str) -> Replay {
        let config = root().join(provider).join("_config.toml");
        let server = Server::start_with(&fs::read_to_string(config).unwrap_or_default());
        let token = server.ready["scim_token"].as_str().unwrap().to_owned();
        let mut values = Values::default();
        values.set("basic", base64(&format!("idp:{token}")));
        values.set("scim_token", token);
        Replay { server, values }
    }

    fn send(&self, fixture: &Fixture) -> Answer {
        let client = if fixture.setup { &self.server.api } else { &self.server.scim };
        fixture.request.send(client, &self.values)
    }

    fn capture(&mut self, fixture: &Fixture, answer: &Answer) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, pointer) in &fixture.capture {
            match answer.json.pointer(pointer).and_then(Value::as_str) {
                Some(value) => self.values.set(name, value),
                None => problems.push(format!("{pointer}: nothing to capture as {name}")),
            }
        }
        problems
    }
}

/// Replays a folder; fails at the first file whose answer is another one.
fn replay(provider: &str) {
    let mut replay = Replay::start(provider);
    let files = files_in(&format!("idp/{provider}"));
    assert!(!files.is_empty(), "no fixtures for {provider}");
    for file in files {
        let fixture: Fixture = read(&file);
        let answer = replay.send(&fixture);
        let mut problems = fixture.expect.problems(&answer, &replay.values);
        problems.extend(replay.capture(&fixture, &answer));
        assert!(problems.is_empty(), "{}\n{}\nin\n{}", file.display(), problems.join("\n"), answer.text);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/idp")
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
        for file in files_in(&format!("idp/{provider}")) {
            assert!(!read::<Fixture>(&file).about.is_empty(), "{} shows nothing", file.display());
        }
    }
}

//! The provisioner's side of a test: a folder with the three files, and the command that works on it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::relay::Relay;
use crate::common::{Output, Server, rollcall};

/// A folder of files; goes with the test.
pub struct Desk {
    folder: TempDir,
    base_url: String,
    token: String,
}

/// The rule of the guide, with all groups.
const RULE: &str = "user_filter = \"Enabled Equals true\"\ngroups = \"all\"\n";

impl Desk {
    /// Files that go to `relay` with the guide's preferences, and an empty directory.
    pub fn at(relay: &Relay) -> Desk {
        Desk::with(&relay.base_url, &relay.token)
    }

    /// The same for a server itself.
    pub fn before(server: &Server) -> Desk {
        let text = |key: &str| server.ready[key].as_str().unwrap().to_owned();
        Desk::with(&text("scim_base_url"), &text("scim_token"))
    }

    pub fn with(base_url: &str, token: &str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk { folder, base_url: base_url.to_owned(), token: token.to_owned() };
        desk.preferences("");
        desk.rule(RULE);
        desk.directory("");
        desk
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one of the files.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Sets the preferences of the connection.
    pub fn preferences(&self, keys: &str) {
        let text = format!(
            "[authentication]\nscim_base_url = \"{}\"\noauth_access_token = \"{}\"\n[preferences]\n{keys}",
            self.base_url, self.token
        );
        self.write("connection.toml", &text);
    }

    pub fn rule(&self, text: &str) {
        self.write("rule.toml", text);
    }

    pub fn directory(&self, text: &str) {
        self.write("directory.toml", text);
    }

    /// Writes a directory of users by name and groups with members.
    pub fn people(&self, users: &[&str], groups: &[(&str, &[&str])]) {
        self.directory(&directory(users, groups));
    }

    /// Runs `provision sync` with more arguments.
    pub fn sync(&self, more: &[&str]) -> Output {
        self.command("sync", more)
    }

    /// Runs `provision` with this command.
    pub fn command(&self, command: &str, more: &[&str]) -> Output {
        let folder = self.folder.path().to_str().unwrap();
        rollcall(&[&["provision", command, folder], more].concat())
    }

    /// Runs a sync that succeeds; gives its summary.
    #[track_caller]
    pub fn synced(&self) -> Value {
        self.sync(&["--json"]).json()
    }

    /// Runs a sync in which something fails; gives its summary.
    #[track_caller]
    pub fn failed(&self) -> Value {
        let output = self.sync(&["--json"]).expect(1);
        serde_json::from_str(&output.stdout).unwrap()
    }

    /// Runs a sync with files that are refused; gives what is said of them.
    #[track_caller]
    pub fn refused(&self) -> Vec<String> {
        let output = self.sync(&["--json"]).expect(2);
        let json: Value = serde_json::from_str(&output.stdout).unwrap();
        let lines = json["refused"].as_array().unwrap().iter();
        lines
            .map(|line| line.as_str().unwrap().replace(&format!("{}/", self.folder().display()), ""))
            .collect()
    }

    /// The state file.
    pub fn state(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.folder.path().join("state.json")).unwrap())
            .unwrap()
    }
}

/// A directory of users by name, who are called so, and groups with members.
pub fn directory(users: &[&str], groups: &[(&str, &[&str])]) -> String {
    let mut text = String::new();
    for user in users {
        write!(text, "[[users]]\nusername = \"{user}\"\nemail_address = \"{user}@example.com\"\ngiven_name = \"{user}\"\n")
            .unwrap();
    }
    for (name, members) in groups {
        write!(text, "[[groups]]\nname = \"{name}\"\nmembers = {members:?}\n").unwrap();
    }
    text
}

//! `rollcall serve --ephemeral`: a server of the test's own, in memory (interface.md §5).

use std::io::{BufRead, BufReader, Write};
use std::ops::Deref;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::client::Client;
use super::process::{self, Program};
use super::tenant::Tenant;
use super::words::text;

/// An ephemeral server; ends with the test. Dereferences to its organization `default`.
pub struct Server {
    tenant: Tenant,
    /// The ready line.
    pub ready: Value,
    /// The process itself.
    pub program: Program,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    /// A server with the built-in defaults of ephemeral mode: all features on.
    pub fn start() -> Server {
        Server::start_with("")
    }

    /// A server with `config` as its configuration file.
    pub fn start_with(config: &str) -> Server {
        Server::start_as(process::command(), config)
    }

    /// The same with at most `descriptors` open files.
    pub fn start_with_few_descriptors(config: &str, descriptors: u32) -> Server {
        Server::start_as(process::command_with_few_descriptors(descriptors), config)
    }

    fn start_as(mut command: Command, config: &str) -> Server {
        command.args(["serve", "--ephemeral", "--until-stdin-closes"]);
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        if !config.is_empty() {
            file.write_all(config.as_bytes()).expect("room for the configuration");
            command.arg("--config").arg(file.path());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Program::spawn(&mut command);
        let stdin = program.child.stdin.take();
        let mut stdout = BufReader::new(program.child.stdout.take().expect("a piped standard output"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the ready line");
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("no ready line but {line:?}: {error}\n{}", program.log()));
        let text = |key: &str| text(&ready, key);
        let scim = Client::new(&text("scim_base_url"), &text("scim_token"), "application/scim+json");
        let api = Client::new(&text("api_url"), &text("api_token"), "application/json");
        Server { tenant: Tenant::new(scim, api, &text("organization")), ready, program, stdin, stdout }
    }

    /// A second organization, `other`, made through the admin API.
    #[track_caller]
    pub fn second_organization(&self) -> Tenant {
        let made = json!({"slug": "other", "name": "The other one"});
        self.root.post("/organizations", made.clone()).expect_body(201, made);
        let other = self.root.at(&format!("{}/organizations/other", self.root.base()));
        let token = text(&other.post("/tokens", json!({"name": "idp"})).expect(201).json, "token");
        Tenant::new(self.scim.authorized(Some(&format!("Bearer {token}"))), self.root.copy(), "other")
    }

    /// Closes the program's standard input.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// What else the program writes to standard output until it ends.
    pub fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        let _ = std::io::Read::read_to_string(&mut self.stdout, &mut rest);
        rest
    }
}

impl Deref for Server {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.tenant
    }
}

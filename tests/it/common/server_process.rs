//! `rollcall serve --ephemeral` as a process of its own, where the executable is what matters (interface.md §5).

use std::io::{BufRead, BufReader, Write};
use std::ops::Deref;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::channel;

use serde_json::Value;

use super::client::Client;
use super::ephemeral::{tenant, test_client};
use super::process::{self, PATIENCE, Program};
use super::tenant::Tenant;

/// An ephemeral server in a process of its own; ends with the test. Dereferences to its organization `default`.
pub struct ServerProcess {
    tenant: Tenant,
    /// The test routes: below `{test_url}/test`.
    pub test: Client,
    /// The ready line.
    pub ready: Value,
    /// The process itself.
    pub program: Program,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl ServerProcess {
    /// A server with the built-in defaults of ephemeral mode: all features on.
    pub fn start() -> ServerProcess {
        ServerProcess::start_with("")
    }

    /// A server with `config` as its configuration file.
    pub fn start_with(config: &str) -> ServerProcess {
        ServerProcess::start_as(process::command(), config)
    }

    /// The same with at most `descriptors` open files.
    pub fn start_with_few_descriptors(config: &str, descriptors: u32) -> ServerProcess {
        ServerProcess::start_as(process::command_with_few_descriptors(descriptors), config)
    }

    fn start_as(mut command: Command, config: &str) -> ServerProcess {
        command.args(["serve", "--ephemeral", "--until-stdin-closes"]);
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        if !config.is_empty() {
            file.write_all(config.as_bytes()).expect("room for the configuration");
            command.arg("--config").arg(file.path());
        }
        ServerProcess::run(command)
    }

    /// A server started by this command, which must end when its standard input closes.
    pub fn run(mut command: Command) -> ServerProcess {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Program::spawn(&mut command);
        let stdin = program.child.stdin.take();
        let stdout = program.child.stdout.take().expect("a piped standard output");
        let (stdout, line) = first_line(stdout)
            .unwrap_or_else(|| panic!("no ready line within {PATIENCE:?}\n{}", program.log()));
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("no ready line but {line:?}: {error}\n{}", program.log()));
        ServerProcess { tenant: tenant(&ready), test: test_client(&ready), ready, program, stdin, stdout }
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

/// The first line, which is empty where there is none, and what follows; `None` if neither comes.
fn first_line(stdout: ChildStdout) -> Option<(BufReader<ChildStdout>, String)> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let (mut stdout, mut line) = (BufReader::new(stdout), String::new());
        stdout.read_line(&mut line).expect("the ready line");
        // Nobody waits any more when it came too late.
        let _ = sender.send((stdout, line));
    });
    receiver.recv_timeout(PATIENCE).ok()
}

impl Deref for ServerProcess {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.tenant
    }
}

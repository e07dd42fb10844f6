//! `rollcall serve` on a database file, with restarts and `kill -9`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use super::cli::Output;
use super::client::Client;
use super::process::{self, Program, wait_for};
use super::tenant::Tenant;

/// A server whose database is in a directory of the test. Dereferences to its organization `default`.
pub struct DurableServer {
    tenant: Tenant,
    program: Program,
    directory: PathBuf,
    port: u16,
    api_token: String,
    /// The lines of `first-run.txt`.
    pub first_run: BTreeMap<String, String>,
}

impl DurableServer {
    /// Starts on `directory`, as the very first time or again, with its `config.toml` if it has one. An admin token for the API is made with the CLI.
    pub fn start(directory: &Path) -> DurableServer {
        DurableServer::start_as(directory, process::command())
    }

    /// The same, until it is restarted unable to make any file larger than `kib` KiB.
    pub fn start_with_small_files(directory: &Path, kib: u32) -> DurableServer {
        DurableServer::start_as(directory, process::command_with_small_files(kib))
    }

    /// The same with this configuration file.
    pub fn start_with_config(directory: &Path, config: &Path) -> DurableServer {
        let mut command = process::command();
        command.env("ROLLCALL_CONFIG", config);
        DurableServer::start_as(directory, command)
    }

    /// The same with these variables in the program's environment.
    pub fn start_with_variables(directory: &Path, variables: &[(&str, &str)]) -> DurableServer {
        let mut command = process::command();
        command.envs(variables.iter().copied());
        DurableServer::start_as(directory, command)
    }

    /// What the program has written to standard error so far.
    pub fn log(&mut self) -> String {
        self.program.log()
    }

    fn start_as(directory: &Path, command: Command) -> DurableServer {
        let port = free_port();
        let program = run(command, directory, port);
        let first_run = read_first_run(directory);
        let value = |key: &str| {
            first_run.get(key).unwrap_or_else(|| panic!("first-run.txt has no {key}: {first_run:?}")).as_str()
        };
        let made =
            rollcall_in(directory, &["token", "create", "tests", "--admin", "--server", "--json"]).json();
        let token = made["token"].as_str().unwrap_or_else(|| panic!("no token in {made}"));
        let root = format!("http://127.0.0.1:{port}");
        let scim = Client::new(&format!("{root}/scim/v2"), value("scim_token"), "application/scim+json");
        let api = Client::new(&format!("{root}/api/v1"), token, "application/json");
        let directory = directory.to_owned();
        DurableServer {
            tenant: Tenant::new(scim, api, "default"),
            program,
            directory,
            port,
            api_token: token.to_owned(),
            first_run,
        }
    }

    /// The URL of the admin API.
    pub fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}/api/v1", self.port)
    }

    /// A token of server scope for it.
    pub fn api_token(&self) -> &str {
        &self.api_token
    }

    /// The file of the database.
    pub fn database(&self) -> PathBuf {
        self.directory.join("rollcall.db")
    }

    /// Ends the process without any warning.
    pub fn kill9(&mut self) {
        self.program.kill();
    }

    /// `kill -9`, then starts again on the same file and port.
    pub fn restart(&mut self) {
        self.kill9();
        self.program = run(process::command(), &self.directory, self.port);
    }

    /// Asks the process to end (SIGTERM) and gives its exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        let pid = self.program.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        self.program.wait().code()
    }

    /// Runs a command on the same database, beside the running server.
    pub fn rollcall(&self, arguments: &[&str]) -> Output {
        rollcall_in(&self.directory, arguments)
    }

    /// Starts a command on the same database that goes on until it is dropped.
    pub fn rollcall_running(&self, arguments: &[&str]) -> Program {
        let mut command = on_database(process::command(), &self.directory);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        Program::spawn(&mut command)
    }
}

impl Deref for DurableServer {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.tenant
    }
}

/// Starts the program and waits until it answers.
fn run(command: Command, directory: &Path, port: u16) -> Program {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut command = on_database(command, directory);
    command.arg("serve").env("ROLLCALL_SERVER__LISTEN", address.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut program = Program::spawn(&mut command);
    wait_for("the server answers", || {
        if let Some(status) = program.child.try_wait().expect("a child") {
            panic!("the server ended at once, {status}: {}", program.log());
        }
        is_healthy(address)
    });
    program
}

/// A connection alone says little: the socket listens before the database is open.
fn is_healthy(address: SocketAddr) -> Option<()> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(process::PATIENCE)).ok()?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(())
}

fn rollcall_in(directory: &Path, arguments: &[&str]) -> Output {
    Output::of(on_database(process::command(), directory).args(arguments))
}

fn on_database(mut command: Command, directory: &Path) -> Command {
    command.env("ROLLCALL_DATABASE__PATH", directory.join("rollcall.db"));
    let configuration = directory.join("config.toml");
    if configuration.exists() {
        command.env("ROLLCALL_CONFIG", configuration);
    }
    command
}

/// Reads `key: value` lines; other lines are for people.
fn read_first_run(directory: &Path) -> BTreeMap<String, String> {
    let text = wait_for("first-run.txt is written", || {
        std::fs::read_to_string(directory.join("first-run.txt")).ok()
    });
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

/// A port below the range from which the system gives ports by itself, so that no other test is given it meanwhile.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 10_000 + u16::try_from(std::process::id() % 1_000).unwrap_or(0) * 20;
    loop {
        let port = start + NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

//! The program as a command that ends by itself.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::process::{self, Program};

/// How long a command may take: a whole sync on a busy machine, at most.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Output {
    /// 0 on success, 1 when refused, 2 on wrong usage (interface.md §1).
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Runs `command` to its end. What it prints goes to files, so that nothing that it leaves behind is waited for.
    #[track_caller]
    pub fn of(command: &mut Command) -> Output {
        let mut stdout = tempfile::tempfile().expect("a temporary file");
        command.stdin(Stdio::null()).stdout(stdout.try_clone().expect("a second handle"));
        let mut program = Program::spawn(command);
        let code = program.wait_within(PATIENCE).code();
        Output { code, stdout: process::text(&mut stdout), stderr: program.log() }
    }

    /// Fails unless the command ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Output {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The one JSON value that a successful command with `--json` printed.
    #[track_caller]
    pub fn json(self) -> Value {
        let output = self.expect(0);
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error} in {:?}", output.stdout))
    }
}

/// Runs `rollcall` with these arguments and nothing else set.
pub fn rollcall(arguments: &[&str]) -> Output {
    Output::of(process::command().args(arguments))
}

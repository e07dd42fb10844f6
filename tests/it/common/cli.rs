//! The program as a command that ends by itself.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::process;

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Output {
    /// 0 on success, 1 when refused, 2 on wrong usage (interface.md §1).
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Runs `command` to its end.
    pub fn of(command: &mut Command) -> Output {
        let output =
            command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
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

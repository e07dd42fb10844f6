//! The program as a child process that ends with its test.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The executable, in a directory without a `config.toml` and without settings from the surrounding environment.
pub fn command() -> Command {
    cleaned(Command::new(env!("CARGO_BIN_EXE_rollcall")))
}

/// The same, unable to make any file larger than `kib` KiB: what a full disk does, without filling one.
pub fn command_with_small_files(kib: u32) -> Command {
    // Without the trap the signal would end the program before it sees an error.
    command_after(&format!("trap '' XFSZ; ulimit -f {kib}"))
}

/// The same, with at most `descriptors` open files.
pub fn command_with_few_descriptors(descriptors: u32) -> Command {
    command_after(&format!("ulimit -n {descriptors}"))
}

/// The executable, after a shell has run `script` in its process.
fn command_after(script: &str) -> Command {
    let mut shell = Command::new("bash");
    let script = format!("{script}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_rollcall")]);
    cleaned(shell)
}

fn cleaned(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        // The level of the log is no part of what is tested, and a bench wants less of it.
        if name_text.starts_with("ROLLCALL_") && name_text != "ROLLCALL_LOG__LEVEL" {
            command.env_remove(name);
        }
    }
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

/// A running child; killed when dropped. What it logged is shown when the test fails.
pub struct Program {
    pub child: Child,
    log: File,
}

impl Program {
    /// Starts `command`, with its standard error kept aside.
    pub fn spawn(command: &mut Command) -> Program {
        let log = tempfile::tempfile().expect("a temporary file");
        let child = command
            .stderr(Stdio::from(log.try_clone().expect("a second handle")))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        Program { child, log }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for the program to end by itself.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_within(PATIENCE)
    }

    /// The same for one that has more to do.
    #[track_caller]
    pub fn wait_within(&mut self, patience: Duration) -> ExitStatus {
        wait_within(patience, "the program ends", || self.child.try_wait().expect("a child to wait for"))
    }

    /// Everything it wrote to standard error so far.
    pub fn log(&mut self) -> String {
        text(&mut self.log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- log of the program ---\n{}", self.log());
        }
    }
}

/// All that was written to a file.
pub(super) fn text(file: &mut File) -> String {
    let mut text = Vec::new();
    let _ = file.seek(SeekFrom::Start(0));
    let _ = file.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Asks again and again until `answer` gives something; fails when that takes too long.
#[track_caller]
pub fn wait_for<T>(what: &str, answer: impl FnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, answer)
}

#[track_caller]
fn wait_within<T>(patience: Duration, what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = answer() {
            return value;
        }
        assert!(start.elapsed() < patience, "waited {patience:?} in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

//! `rollcall serve --ephemeral`: an appliance as a program of its own.

use std::io::{Read, Write, stdin, stdout};
use std::path::PathBuf;

use crate::app;
use crate::config::Config;
use crate::http::front::StopHandle;
use crate::model::error::{Error, Result};
use crate::testing::appliance::Builder;

/// What the command line says of an ephemeral server.
#[derive(Clone, Debug, Default)]
pub struct EphemeralOptions {
    /// The configuration file, where one is named.
    pub config: Option<PathBuf>,
    /// The seed, where there is one.
    pub seed: Option<PathBuf>,
    /// Whether the end of standard input ends the server.
    pub until_stdin_closes: bool,
    /// Whether ids follow a counter.
    pub deterministic: bool,
}

/// Runs an ephemeral server until SIGTERM or SIGINT, or the end of standard input. Its first line on standard output,
/// once requests are accepted, is one JSON object (interface.md §5).
///
/// # Errors
/// A sentence for the operator: what of the configuration or the seed cannot be used.
pub fn serve(options: &EphemeralOptions) -> Result<()> {
    let config = Config::load_ephemeral(options.config.as_deref())?;
    app::start_logging(&config.log);
    let builder = Builder::new(options.deterministic);
    let builder = match &options.seed {
        Some(path) => builder.seed_file(path)?,
        None => builder,
    };
    let appliance = builder.start_with(&config)?;
    if let Some(running) = appliance.running() {
        running.watch_signals(app::Reloads::of_config(options.config.clone()))?;
        if options.until_stdin_closes {
            stop_when_stdin_closes(running.front().stop_handle())?;
        }
    }
    announce(&appliance.ready().to_string())?;
    appliance.into_running().map_or(Ok(()), app::Running::run)
}

/// The ready line, and nothing else, on standard output.
fn announce(line: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| Error::internal(format!("The ready line cannot be written: {error}")))
}

/// A test run that crashed leaves no server behind.
fn stop_when_stdin_closes(stop: StopHandle) -> Result<()> {
    let work = move || {
        let mut buffer = [0; 256];
        while matches!(stdin().read(&mut buffer), Ok(read) if read > 0) {}
        stop.stop();
    };
    let thread = std::thread::Builder::new().name("stdin".into()).spawn(work);
    thread.map(|_| ()).map_err(|error| Error::internal(format!("A thread cannot start: {error}")))
}

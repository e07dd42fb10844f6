//! A whole sync, from the state file to the summary.

use std::path::PathBuf;
use std::sync::Mutex;

use super::ledger::Ledger;
use super::work::Work;
use crate::provision::client::{Client, DryRun, Exchange, Printer, Web};
use crate::provision::files::Inputs;
use crate::provision::lock::Lock;
use crate::provision::observer::Observer;
use crate::provision::state::State;
use crate::provision::summary::Summary;

/// How a sync is run.
pub struct Options {
    /// The state file.
    pub state: PathBuf,
    /// How many requests are under way at a time.
    pub workers: usize,
    /// Prints each request instead of sending it.
    pub dry_run: Option<Printer>,
}

/// Makes the target what the inputs say.
///
/// # Errors
/// A sentence for the person who runs it: the state file cannot be used, or another
/// run uses it. Requests that fail are in the summary.
pub fn sync(inputs: &Inputs, options: Options, observer: &dyn Observer) -> Result<Summary, String> {
    let dry_run = options.dry_run.is_some();
    // A dry run changes nothing, and may look while another run is at work.
    let _lock = if dry_run { None } else { Some(Lock::of(&options.state)?) };
    let state = State::read(&options.state, &inputs.connection.base_url)?;
    let workers = if dry_run { 1 } else { options.workers.max(1) };
    let way: Box<dyn Exchange> = match options.dry_run {
        Some(print) => Box::new(DryRun::new(&inputs.connection, print)),
        None => Box::new(Web::new(&inputs.connection, workers)),
    };
    let client = Client::new(way);
    let ledger = Ledger::new(state, Some(options.state).filter(|_| !dry_run));
    let summary = Mutex::new(Summary { dry_run, ..Summary::default() });
    let work = Work { inputs, client: &client, ledger: &ledger, observer, workers, summary };
    if inputs.is_enabled {
        work.users_leave()?;
        work.users_arrive()?;
        work.groups_leave()?;
        work.groups_arrive()?;
        ledger.save()?;
    }
    let mut summary = work.summary.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    summary.stopped = client.stopped().map(|failure| failure.reason);
    summary.requests = client.traffic();
    Ok(summary)
}

//! The state while a sync runs: changed by all workers, written now and then.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::provision::state::State;

/// How long what was done may be missing in the file. It costs the next run a look at the target, and nothing else.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) struct Ledger {
    state: Mutex<State>,
    /// Where it is written; nowhere in a dry run.
    path: Option<PathBuf>,
    due: Mutex<Instant>,
    /// Held while the file is written: one at a time, and never an older state after a newer one.
    writing: Mutex<()>,
}

impl Ledger {
    pub(super) fn new(state: State, path: Option<PathBuf>) -> Ledger {
        Ledger {
            state: Mutex::new(state),
            path,
            due: Mutex::new(Instant::now() + PERIOD),
            writing: Mutex::default(),
        }
    }

    /// Reads or changes the state.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Writes the file now.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub(super) fn save(&self) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        let _writing = self.writing.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let start = Instant::now();
        let state = self.with(|state| state.clone());
        state.write(path)?;
        // A large file on a slow disk must not become the main work.
        let next = Instant::now() + PERIOD.max(start.elapsed() * 10);
        *self.due.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = next;
        Ok(())
    }

    /// Writes the file if it is time; one worker does it, the others go on.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub(super) fn save_if_due(&self) -> Result<(), String> {
        {
            let Ok(mut due) = self.due.try_lock() else { return Ok(()) };
            if Instant::now() < *due {
                return Ok(());
            }
            *due = Instant::now() + PERIOD * 60;
        }
        self.save()
    }
}

//! Work that no request waits for: a table of tasks, run by one thread while the server runs, and once when it ends.
//!
//! A task is short: what could be long (retention, purging) does a bounded step each time, so that writers never wait
//! for it.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::directory::end_sessions;
use crate::http::service::Rollcall;
use crate::model::error::{Error, Result};

/// How often the tasks run.
const EVERY: Duration = Duration::from_secs(15);

/// One task.
struct Task {
    /// What could not be done, where it fails: the beginning of a sentence for the log.
    failure: &'static str,
    run: fn(&Rollcall) -> Result<()>,
}

/// All tasks, in the order in which they run.
const TASKS: &[Task] = &[
    Task {
        failure: "when tokens were used could not be written",
        run: |program| program.last_used.write(program.scim.directory.store()),
    },
    Task {
        failure: "old events could not be forgotten",
        run: |program| match program.keep_events_days {
            Some(days) => program.scim.directory.shorten_feeds(days),
            None => Ok(()),
        },
    },
    Task {
        failure: "tokens that end soon could not be announced",
        run: |program| program.scim.directory.warn_of_expiring_tokens(),
    },
    Task {
        failure: "ended sessions could not be deleted",
        run: |program| {
            let directory = &program.scim.directory;
            end_sessions(directory.store(), directory.clock().now())
        },
    },
    Task {
        failure: "users who were deleted long ago could not be erased",
        run: |program| program.scim.directory.purge_deleted().map(drop),
    },
    Task {
        failure: "old requests could not be taken out of the request log",
        run: |program| program.scim.directory.prune_requests(),
    },
];

/// The thread that does the tasks.
pub(super) struct Housekeeping {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Housekeeping {
    /// Starts the thread.
    ///
    /// # Errors
    /// `Internal` if the system gives no thread.
    pub(super) fn start(program: Arc<Rollcall>) -> Result<Housekeeping> {
        let (stop, stopped) = channel::<()>();
        let work = move || {
            loop {
                let ends = stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout);
                run_all(&program);
                if ends {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("housekeeping".into())
            .spawn(work)
            .map_err(|error| Error::internal(format!("A thread cannot start: {error}")))?;
        Ok(Housekeeping { stop, thread })
    }

    /// Runs the tasks a last time and ends the thread.
    pub(super) fn finish(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            log::error!("housekeeping ended by a panic");
        }
    }
}

fn run_all(program: &Rollcall) {
    for task in TASKS {
        if let Err(error) = (task.run)(program) {
            log::warn!("{}: {error}", task.failure);
        }
    }
}

//! How far long work is: a bar on a terminal, a plain line now and then elsewhere; always on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::provision::Observer;

/// How often a plain line is written at most.
const PERIOD: Duration = Duration::from_secs(5);

/// Shows how far a sync is.
pub(super) struct Progress {
    is_terminal: bool,
    phase: Mutex<Option<Phase>>,
}

enum Phase {
    Bar(ProgressBar),
    Lines { what: String, done: usize, total: usize, last: Instant },
}

impl Progress {
    /// A bar if standard error is a terminal.
    pub(super) fn new() -> Progress {
        Progress { is_terminal: stderr().is_terminal(), phase: Mutex::default() }
    }

    fn with(&self, work: impl FnOnce(&mut Option<Phase>)) {
        work(&mut self.phase.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    }
}

impl Observer for Progress {
    fn phase(&self, what: &str, total: usize) {
        let phase = if self.is_terminal {
            let bar =
                ProgressBar::new(u64::try_from(total).unwrap_or(u64::MAX)).with_message(what.to_owned());
            if let Ok(style) = ProgressStyle::with_template("{msg:16} [{bar:40}] {pos}/{len} {eta}") {
                bar.set_style(style.progress_chars("=> "));
            }
            Phase::Bar(bar)
        } else {
            Phase::Lines { what: what.to_owned(), done: 0, total, last: Instant::now() }
        };
        self.with(|current| *current = Some(phase));
    }

    fn step(&self) {
        self.with(|phase| match phase {
            Some(Phase::Bar(bar)) => bar.inc(1),
            Some(Phase::Lines { what, done, total, last }) => {
                *done += 1;
                if last.elapsed() >= PERIOD {
                    *last = Instant::now();
                    line(&format!("{what}: {done} of {total}"));
                }
            }
            None => {}
        });
    }

    fn end(&self) {
        self.with(|phase| match phase.take() {
            Some(Phase::Bar(bar)) => bar.finish(),
            Some(Phase::Lines { what, done, total, .. }) => line(&format!("{what}: {done} of {total}")),
            None => {}
        });
    }
}

/// Where standard error is closed nobody reads it.
fn line(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

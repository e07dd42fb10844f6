//! Jobs done by several workers, with what fails collected.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ledger::Ledger;
use crate::provision::client::{Client, Failure};
use crate::provision::files::Inputs;
use crate::provision::observer::Observer;
use crate::provision::summary::{Counts, Failed, Memberships, Outcome, Summary};

/// How often what was refused with 409 is tried: a name may be taken by one whose own turn comes later.
const ROUNDS: usize = 3;

/// Users or groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Group => "group",
        }
    }

    fn counts(self, summary: &mut Summary) -> &mut Counts {
        match self {
            Kind::User => &mut summary.users,
            Kind::Group => &mut summary.groups,
        }
    }
}

/// What all workers share.
pub(super) struct Work<'w> {
    pub inputs: &'w Inputs,
    pub client: &'w Client,
    pub ledger: &'w Ledger,
    pub observer: &'w dyn Observer,
    pub workers: usize,
    pub summary: Mutex<Summary>,
}

impl Work<'_> {
    /// Changes the summary.
    pub(super) fn tell<T>(&self, tell: impl FnOnce(&mut Summary) -> T) -> T {
        tell(&mut self.summary.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    pub(super) fn count(&self, kind: Kind, outcome: Outcome) {
        self.tell(|summary| kind.counts(summary).count(outcome));
    }

    pub(super) fn count_members(&self, added: usize, removed: usize) {
        self.tell(|summary| {
            let Memberships { added: sum_added, removed: sum_removed } = &mut summary.memberships;
            *sum_added += added;
            *sum_removed += removed;
        });
    }

    /// Does all jobs; `name` says whom one is about. What is refused with 409 is tried again after the others.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn run<J: Sync>(
        &self,
        kind: Kind,
        phase: &str,
        jobs: &[J],
        name: impl Fn(&J) -> String,
        work: impl Fn(&J) -> Result<Outcome, Failure> + Sync,
    ) -> Result<(), String> {
        if jobs.is_empty() {
            return Ok(());
        }
        self.observer.phase(phase, jobs.len());
        let mut waiting: Vec<&J> = jobs.iter().collect();
        for round in 1..=ROUNDS {
            let failed = self.round(kind, &waiting, &work)?;
            let (refused, failed): (Vec<_>, Vec<_>) =
                failed.into_iter().partition(|(_, failure)| failure.status == Some(409));
            self.report(kind, failed.into_iter().map(|(job, failure)| (name(job), failure)));
            if refused.is_empty() || refused.len() == waiting.len() || round == ROUNDS {
                self.report(kind, refused.into_iter().map(|(job, failure)| (name(job), failure)));
                break;
            }
            waiting = refused.into_iter().map(|(job, _)| job).collect();
        }
        self.observer.end();
        self.ledger.save()
    }

    /// Does each job once; gives those that failed.
    fn round<'j, J: Sync>(
        &self,
        kind: Kind,
        jobs: &[&'j J],
        work: &(impl Fn(&J) -> Result<Outcome, Failure> + Sync),
    ) -> Result<Vec<(&'j J, Failure)>, String> {
        let next = AtomicUsize::new(0);
        let (failed, broken) = (Mutex::new(Vec::new()), Mutex::new(None));
        let worker = || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.client.stopped().is_some() {
                    self.tell(|summary| summary.not_tried += 1);
                    continue;
                }
                match work(job) {
                    Ok(outcome) => {
                        self.count(kind, outcome);
                        self.observer.step();
                    }
                    Err(failure) => lock(&failed).push((*job, failure)),
                }
                if let Err(reason) = self.ledger.save_if_due() {
                    lock(&broken).get_or_insert(reason);
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(jobs.len()) {
                scope.spawn(worker);
            }
        });
        match broken.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            Some(reason) => Err(reason),
            None => Ok(failed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())),
        }
    }

    fn report(&self, kind: Kind, failed: impl Iterator<Item = (String, Failure)>) {
        let stopped = self.client.stopped().map(|failure| failure.reason);
        for (name, failure) in failed {
            self.observer.step();
            self.tell(|summary| {
                if stopped.as_ref() == Some(&failure.reason) {
                    summary.not_tried += 1;
                    return;
                }
                kind.counts(summary).failed += 1;
                summary
                    .failures
                    .push(Failed { what: format!("{} {name}", kind.word()), reason: failure.reason });
            });
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

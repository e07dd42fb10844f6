//! The one writer: a thread that commits what waits for it as one transaction.
//!
//! Each job runs in its own SAVEPOINT, so that it lands or fails alone; one COMMIT makes a whole batch durable, and only
//! then is anybody answered. SQLITE_FULL, an I/O error or an interrupt make SQLite roll the *whole* transaction back,
//! after which further savepoints would commit on their own: so `is_autocommit` is asked after every job, and where it
//! says yes the batch is over, its jobs are told so, and those that wait run one by one.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::model::error::{Error, Result};
use crate::model::id::OrganizationId;
use crate::store::errors::{from_sqlite, transaction_lost};
use crate::store::moves::{Move, Moves};
use crate::store::outside::Outside;
use crate::store::query::{Db, Tx};

/// How long, at most, what another program wrote goes unnoticed.
const LOOK: Duration = Duration::from_millis(200);

/// The most jobs in one transaction.
const BATCH: usize = 128;

/// Told, after a commit, whose feed moved.
pub(super) type Listener = Box<dyn Fn(&BTreeSet<OrganizationId>) + Send + Sync>;

/// Tells the caller how its job ended, once that is certain: the transaction's outcome goes in.
pub(super) type Answer = Box<dyn FnOnce(Result<()>) + Send>;

/// A job with its typed result erased: runs, and gives back whether it succeeded and how to answer.
pub(super) type Run = Box<dyn FnOnce(&Tx<'_>) -> (bool, Answer) + Send>;

/// What the writer is sent.
pub(super) struct Job {
    pub(super) run: Run,
    /// Called instead of running, when the writer cannot or when the job panics.
    pub(super) refuse: Box<dyn Fn(Error) + Send>,
    /// Above 1,000 rows: runs in a transaction of its own, so that others do not wait for it after their work is done.
    pub(super) large: bool,
}

/// The writer's side of the channel.
pub(super) struct Writer {
    connection: Arc<Mutex<Connection>>,
    jobs: Receiver<Job>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    moves: Moves,
    /// A job that was taken from the channel but belongs to the next batch.
    held_back: Option<Job>,
    /// How many of the next jobs run one by one, after a transaction was lost.
    alone: usize,
    outside: Outside,
}

impl Writer {
    pub(super) fn new(
        connection: Arc<Mutex<Connection>>,
        jobs: Receiver<Job>,
        listeners: Arc<Mutex<Vec<Listener>>>,
        moves: Moves,
    ) -> Writer {
        let outside = Outside::default();
        Writer { connection, jobs, listeners, moves, held_back: None, alone: 0, outside }
    }

    /// Runs until every sender is gone.
    pub(super) fn run(mut self) {
        loop {
            let next = match self.held_back.take() {
                Some(job) => Ok(job),
                None => self.jobs.recv_timeout(LOOK),
            };
            let connection = Arc::clone(&self.connection);
            // A database in memory is read through this same connection: the lock is held for a batch.
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            match next {
                Ok(first) => self.batch(&connection, first),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look_outside(&connection);
        }
    }

    /// Tells whose feed another program moved: commands work on the file beside a server.
    fn look_outside(&mut self, connection: &Connection) {
        if self.listeners.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return;
        }
        match self.outside.moved(Db::new(connection)) {
            Ok(moved) => self.tell(&moved),
            Err(error) => log::warn!("what other programs wrote could not be looked at: {error}"),
        }
    }

    fn tell(&self, moved: &BTreeSet<OrganizationId>) {
        if !moved.is_empty() {
            let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.iter().for_each(|listener| listener(moved));
        }
    }

    fn batch(&mut self, connection: &Connection, first: Job) {
        if let Err(error) = Db::new(connection).control("BEGIN IMMEDIATE").map_err(from_sqlite) {
            (first.refuse)(error);
            return;
        }
        let mut answers: Vec<Answer> = Vec::new();
        let (mut moved, mut moves) = (BTreeSet::new(), Vec::new());
        let mut next = Some(first);
        while let Some(job) = next.take() {
            let large = job.large;
            match run_job(connection, job) {
                Ran::Kept(answer, (touched, kept)) => {
                    answers.push(answer);
                    moved.extend(touched);
                    moves.extend(kept);
                }
                Ran::Undone(answer) => answers.extend(answer),
                Ran::TransactionLost(answer) => {
                    answers.extend(answer);
                    self.alone = BATCH;
                    return answer_all(answers, Err(transaction_lost()));
                }
            }
            next = if large { None } else { self.next_job(answers.len()) };
        }
        let committed = Db::new(connection).control("COMMIT").map_err(from_sqlite);
        if committed.is_err() {
            self.alone = BATCH;
            if !connection.is_autocommit()
                && let Err(error) = connection.execute_batch("ROLLBACK")
            {
                log::error!("a failed transaction could not be rolled back: {error}");
            }
        }
        let landed = committed.is_ok();
        if landed {
            self.moves.publish(moves);
        }
        answer_all(answers, committed);
        if landed {
            self.tell(&moved);
        }
    }

    /// A further job for a batch that has `size` already.
    fn next_job(&mut self, size: usize) -> Option<Job> {
        if self.alone > 0 {
            self.alone -= 1;
            return None;
        }
        if size >= BATCH {
            return None;
        }
        let job = self.jobs.try_recv().ok()?;
        if job.large {
            self.held_back = Some(job);
            return None;
        }
        Some(job)
    }
}

/// How a job ended.
enum Ran {
    /// Its changes are part of the transaction.
    Kept(Answer, (BTreeSet<OrganizationId>, Vec<Move>)),
    /// It failed and changed nothing; nothing is left to say when it panicked.
    Undone(Option<Answer>),
    /// SQLite rolled the whole transaction back.
    TransactionLost(Option<Answer>),
}

fn run_job(connection: &Connection, job: Job) -> Ran {
    // A large job has the transaction to itself: a savepoint would keep every page that it changes a second time.
    let [begin, keep] = if job.large { [None, None] } else { [Some("SAVEPOINT job"), Some("RELEASE job")] };
    if let Err(error) = control(connection, begin) {
        (job.refuse)(error);
        return if connection.is_autocommit() { Ran::TransactionLost(None) } else { Ran::Undone(None) };
    }
    let tx = Tx::new(connection);
    let (run, large) = (job.run, job.large);
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&tx)));
    if connection.is_autocommit() {
        return Ran::TransactionLost(match outcome {
            Ok((_, answer)) => Some(answer),
            Err(_) => {
                (job.refuse)(transaction_lost());
                None
            }
        });
    }
    match outcome {
        Ok((true, answer)) => match control(connection, keep) {
            Ok(()) => Ran::Kept(answer, tx.into_moved()),
            Err(error) => {
                answer(Err(error));
                Ran::TransactionLost(None)
            }
        },
        Ok((false, answer)) => {
            undo(connection, large);
            Ran::Undone(Some(answer))
        }
        Err(_) => {
            undo(connection, large);
            (job.refuse)(Error::internal("a write panicked; nothing of it was kept"));
            Ran::Undone(None)
        }
    }
}

fn control(connection: &Connection, sql: Option<&str>) -> Result<()> {
    sql.map_or(Ok(()), |sql| Db::new(connection).control(sql).map_err(from_sqlite))
}

fn undo(connection: &Connection, large: bool) {
    let undo = if large { "ROLLBACK; BEGIN IMMEDIATE" } else { "ROLLBACK TO job; RELEASE job" };
    if let Err(error) = connection.execute_batch(undo) {
        log::error!("a failed write could not be undone: {error}");
    }
}

fn answer_all(answers: Vec<Answer>, outcome: Result<()>) {
    for answer in answers {
        answer(outcome.clone());
    }
}

/// The sending side, bounded: who cannot be queued waits.
pub(super) type Jobs = SyncSender<Job>;

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;

//! The store as the rest of the program sees it: read, write, be told.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::model::error::{Error, Kind, Result};
use crate::model::id::OrganizationId;
use crate::store::connection::{self, Synchronous};
use crate::store::migrations;
use crate::store::query::{Db, Tx};
use crate::store::readers::Readers;
use crate::store::writer::{Answer, Job, Jobs, Listener, Writer};

/// How many writes may wait for the writer before their senders wait too.
const QUEUE: usize = 256;

/// Where the database is, and as what it is opened.
#[derive(Clone, Debug)]
pub enum Target {
    /// In memory, gone with the process.
    Memory,
    /// A file, for the server: creates and upgrades it, and locks out a second server.
    Serve(PathBuf, Synchronous),
    /// A file that exists and is of the present version, for a command beside a running server.
    Command(PathBuf, Synchronous),
}

/// The database: one writer, several readers.
pub struct Store {
    reads: Reads,
    jobs: Option<Jobs>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    writer: Option<JoinHandle<()>>,
    /// Held as long as this server lives.
    _lock: Option<File>,
}

enum Reads {
    /// Through the writer's connection.
    Shared(Arc<Mutex<Connection>>),
    Pool(Readers),
}

impl Store {
    /// Opens a database.
    ///
    /// # Errors
    /// A sentence for the operator: the file cannot be opened, is another program's, of another version, or in use by
    /// another server.
    pub fn open(target: &Target) -> Result<Store> {
        match target {
            Target::Memory => {
                let connection = connection::memory()?;
                migrations::migrate(&connection)?;
                let connection = Arc::new(Mutex::new(connection));
                Store::start(connection.clone(), Reads::Shared(connection), None)
            }
            Target::Serve(path, synchronous) => {
                let lock = lock(path)?;
                let connection = connection::writer(path, *synchronous)?;
                migrations::migrate(&connection)?;
                Store::start(Arc::new(Mutex::new(connection)), Reads::Pool(Readers::new(path)), Some(lock))
            }
            Target::Command(path, synchronous) => {
                if !path.exists() {
                    return Err(Error::internal(format!(
                        "There is no database at {}. Start \"rollcall serve\" once, which creates it, or set [database] \
                         path.",
                        path.display()
                    )));
                }
                let connection = connection::writer(path, *synchronous)?;
                migrations::require_current(&connection)?;
                Store::start(Arc::new(Mutex::new(connection)), Reads::Pool(Readers::new(path)), None)
            }
        }
    }

    /// A store over a connection that a test prepared.
    #[cfg(test)]
    pub(super) fn over(connection: Arc<Mutex<Connection>>) -> Result<Store> {
        Store::start(connection.clone(), Reads::Shared(connection), None)
    }

    fn start(connection: Arc<Mutex<Connection>>, reads: Reads, lock: Option<File>) -> Result<Store> {
        let (jobs, queue) = sync_channel(QUEUE);
        let listeners = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer::new(connection, queue, listeners.clone());
        let writer = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || writer.run())
            .map_err(|error| Error::internal(format!("the writer thread cannot start: {error}")))?;
        Ok(Store { reads, jobs: Some(jobs), listeners, writer: Some(writer), _lock: lock })
    }

    /// Reads from one consistent snapshot, which has every write acknowledged before.
    ///
    /// # Errors
    /// What `read` answers, or that the database cannot be read.
    pub fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        match &self.reads {
            Reads::Shared(connection) => {
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                read(&Db::new(&connection))
            }
            Reads::Pool(readers) => readers.read(read),
        }
    }

    /// Writes in one transaction: all of what `job` does or nothing, durable when this returns. Must not be called from
    /// within [`Store::read`] or another job.
    ///
    /// # Errors
    /// What `job` answers, or that it could not be made durable.
    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(false, job)
    }

    /// The same for a job of more than 1,000 rows: it shares its transaction with no other.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_large<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(true, job)
    }

    fn submit<T: Send + 'static>(
        &self,
        large: bool,
        job: impl FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = sync_channel::<Result<T>>(1);
        let refusals = sender.clone();
        let run = Box::new(move |tx: &Tx<'_>| {
            let outcome = job(tx);
            let succeeded = outcome.is_ok();
            let answer: Answer = Box::new(move |committed| {
                // The caller is gone only when its thread panicked.
                let _ = sender.send(outcome.and_then(|value| committed.map(|()| value)));
            });
            (succeeded, answer)
        });
        let refuse = Box::new(move |error| {
            let _ = refusals.send(Err(error));
        });
        let gone = || Error::new(Kind::Unavailable, "The server is stopping; send it again in a moment.");
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(Job { run, refuse, large }).map_err(|_| gone())?;
        receiver.recv().map_err(|_| gone())?
    }

    /// Has `listener` called after each commit that recorded events, with their organizations.
    pub fn on_events(&self, listener: impl Fn(&BTreeSet<OrganizationId>) + Send + Sync + 'static) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }
}

impl Drop for Store {
    /// Waits for the writer, so that what was queued lands and the last connection closes with a checkpoint.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            log::error!("the writer thread ended by a panic");
        }
    }
}

/// One server per file: the lock ends with the process, however it ends.
pub(super) fn lock(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = File::options().create(true).truncate(false).write(true).open(&name).map_err(|error| {
        Error::internal(format!(
            "The lock file {} cannot be made: {error}. Set [database] path to a place that can be written.",
            name.display()
        ))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::internal(format!(
            "Another \"rollcall serve\" uses {}. Stop it first, or set [database] path to another file.",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => {
            Err(Error::internal(format!("The lock file {} cannot be locked: {error}", name.display())))
        }
    }
}

//! Connections that only read, lent one at a time.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::model::error::Result;
use crate::store::connection;
use crate::store::errors::from_sqlite;
use crate::store::query::Db;

/// How many reads run at once; more wait for a connection.
const CONNECTIONS: usize = 8;

/// How long a read may take: a hostile filter over many users must not hold a connection for minutes.
const LONGEST: Duration = Duration::from_secs(10);
/// After how many steps of SQLite's machine the time is looked at: a few milliseconds.
const STEPS: i32 = 100_000;

/// The pool. A connection is opened when it is first needed, so that a start costs none.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
    returned: Condvar,
}

struct Idle {
    connections: Vec<Connection>,
    opened: usize,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Readers {
        let idle = Mutex::new(Idle { connections: Vec::new(), opened: 0 });
        Readers { path: path.to_owned(), idle, returned: Condvar::new() }
    }

    /// Runs `read` on one snapshot of the file, which has every write that was acknowledged before.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        let mut lent = self.lend()?;
        let connection = lent.connection();
        let deadline = Instant::now() + LONGEST;
        connection.progress_handler(STEPS, Some(move || Instant::now() > deadline)).map_err(from_sqlite)?;
        let db = Db::new(connection);
        db.control("BEGIN").map_err(from_sqlite)?;
        let outcome = read(&db);
        // What was read was read, also where a damaged file lets nothing end well; the connection is looked at below.
        if let Err(error) = db.control("COMMIT") {
            log::debug!("a read did not end: {error}");
        }
        outcome
    }

    fn lend(&self) -> Result<Lent<'_>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = idle.connections.pop() {
                return Ok(Lent { readers: self, connection: Some(connection) });
            }
            if idle.opened < CONNECTIONS {
                let connection = connection::reader(&self.path)?;
                idle.opened += 1;
                return Ok(Lent { readers: self, connection: Some(connection) });
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A connection that goes back to the pool when dropped, also when its reader panicked.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Lent<'_> {
    #[allow(clippy::expect_used, reason = "only drop takes the connection out")]
    fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lent connection is there until it is returned")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let mut idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that ended in the middle of its transaction would pin an old snapshot for ever.
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok() {
            idle.connections.push(connection);
        } else {
            idle.opened -= 1;
        }
        self.readers.returned.notify_one();
    }
}

//! How a connection is opened: settings that keep the file safe, and the functions that SQL may call.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::model::error::{Error, Result};
use crate::store::errors::from_sqlite;
use crate::store::filter;

/// How hard a commit is pressed to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// An acknowledged write survives power loss.
    Full,
    /// It survives the end of the process, but perhaps not power loss.
    Normal,
}

/// How long to wait for another program (the CLI beside a server) to let the file go.
const BUSY: Duration = Duration::from_secs(10);
/// More than the number of different statements that this program has.
const STATEMENTS: usize = 400;

/// The connection that writes to a file; creates the file for its owner's eyes only.
pub(super) fn writer(path: &Path, synchronous: Synchronous) -> Result<Connection> {
    create_private(path).map_err(|error| {
        Error::internal(format!(
            "The database file {} cannot be created: {error}. Set [database] path to a place that can be written.",
            path.display()
        ))
    })?;
    let connection = Connection::open(path).map_err(from_sqlite)?;
    common(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(from_sqlite)?;
    let level = match synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", level).map_err(from_sqlite)?;
    // 16 MB between checkpoints, each of which presses the file itself to the disk; and more pages at hand to write.
    connection.pragma_update(None, "wal_autocheckpoint", 4_000).map_err(from_sqlite)?;
    // Each job's savepoint keeps the pages that it changes as they were; in a file, that would be a write for each.
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(from_sqlite)?;
    connection.pragma_update(None, "cache_size", -64_000).map_err(from_sqlite)?;
    Ok(connection)
}

/// A connection that can only read a file.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(from_sqlite)?;
    common(&connection)?;
    Ok(connection)
}

/// The one connection of a database in memory.
pub(super) fn memory() -> Result<Connection> {
    let connection = Connection::open_in_memory().map_err(from_sqlite)?;
    common(&connection)?;
    // Nothing of it may reach a disk: neither what a large sort spills nor the state to return to (`rewind`).
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(from_sqlite)?;
    Ok(connection)
}

fn common(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY).map_err(from_sqlite)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(from_sqlite)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(from_sqlite)?;
    // Plans do not depend on bound values; without this SQLite compiles a kept statement anew for each of them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(from_sqlite)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(from_sqlite)?;
    connection.pragma_update(None, "cache_size", -16_000).map_err(from_sqlite)?;
    filter::register(connection).map_err(from_sqlite)
}

/// SQLite would create the file readable by everyone whom the umask lets; it holds people's data.
pub(super) fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

//! The schema's versions: a fresh file gets `schema.sql`, an older one the numbered steps that it lacks.

use rusqlite::Connection;

use crate::model::error::{Error, Result};
use crate::store::errors::from_sqlite;
use crate::store::filter::assume_statistics;

/// What a fresh file is made of.
const SCHEMA: &str = include_str!("../../schema.sql");

/// The step from version `index + 1` to `index + 2`, as SQL. A step that has shipped is never edited.
const STEPS: &[&str] = &[include_str!("upgrades/2.sql")];

/// The version of `schema.sql`.
pub(super) const VERSION: i64 = STEPS.len() as i64 + 1;

/// Marks the file as Rollcall's ("Roll" in ASCII).
const APPLICATION_ID: i64 = 0x526f_6c6c;

/// Brings a file to the present version, in one transaction.
///
/// # Errors
/// `Internal` with a sentence for the operator: not a Rollcall file, a newer one, or a schema that was tampered with.
pub(super) fn migrate(connection: &Connection) -> Result<()> {
    match check(connection)? {
        Found::Current => Ok(()),
        // There is nothing to compare: the schema would be made a second time, which a test server's start would wait for.
        Found::Empty => return in_transaction(connection, || connection.execute_batch(SCHEMA)),
        Found::Older(version) => {
            log::info!("upgrading the database from schema version {version} to {VERSION}");
            let done = usize::try_from(version).unwrap_or(0);
            in_transaction(connection, || {
                STEPS.iter().skip(done.saturating_sub(1)).try_for_each(|step| connection.execute_batch(step))
            })
        }
    }?;
    compare_schema(connection)
}

/// Refuses a file that is not of the present version: only `serve` and `restore` upgrade.
///
/// # Errors
/// `Internal` with a sentence for the operator.
pub(super) fn require_current(connection: &Connection) -> Result<()> {
    match check(connection)? {
        Found::Current => compare_schema(connection),
        Found::Empty => Err(Error::internal(
            "The database is empty: start \"rollcall serve\" once, which creates it, and try again.",
        )),
        Found::Older(version) => Err(Error::internal(format!(
            "The database has schema version {version}, this program works on {VERSION}. Start \"rollcall serve\" once, \
             which upgrades it, and try again."
        ))),
    }
}

/// Refuses a file that is not ours, is empty, or is newer than this program.
///
/// # Errors
/// `Internal` with a sentence for the operator.
pub(super) fn require_known(connection: &Connection) -> Result<()> {
    match check(connection)? {
        Found::Current => compare_schema(connection),
        Found::Older(_) => Ok(()),
        Found::Empty => Err(Error::internal("There is nothing in it.")),
    }
}

/// The version of an older file of ours; nothing for every other file.
pub(super) fn older_version(connection: &Connection) -> Result<Option<i64>> {
    Ok(match check(connection)? {
        Found::Older(version) => Some(version),
        Found::Current | Found::Empty => None,
    })
}

enum Found {
    Empty,
    Older(i64),
    Current,
}

fn check(connection: &Connection) -> Result<Found> {
    let pragma = |name: &str| {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).map_err(from_sqlite)
    };
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(from_sqlite)?;
    if tables == 0 {
        return Ok(Found::Empty);
    }
    if application != APPLICATION_ID {
        return Err(Error::internal(
            "The database file belongs to another program. Set [database] path to a file of Rollcall's, or to one that \
             does not exist yet.",
        ));
    }
    match version {
        VERSION => Ok(Found::Current),
        older if (1..VERSION).contains(&older) => Ok(Found::Older(older)),
        _ => Err(Error::internal(format!(
            "The database has schema version {version}, newer than the {VERSION} that this program knows. Use the newer \
             program, or restore a backup made by this one."
        ))),
    }
}

fn in_transaction(connection: &Connection, change: impl FnOnce() -> rusqlite::Result<()>) -> Result<()> {
    let run = || {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        change()?;
        assume_statistics(connection)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.execute_batch("COMMIT")
    };
    run().map_err(|error| {
        if !connection.is_autocommit() {
            // The first error is the one to report.
            let _ = connection.execute_batch("ROLLBACK");
        }
        from_sqlite(error)
    })
}

/// Compares the file's tables and indexes with those of `schema.sql`.
fn compare_schema(connection: &Connection) -> Result<()> {
    let fresh = Connection::open_in_memory().map_err(from_sqlite)?;
    fresh.execute_batch(SCHEMA).map_err(from_sqlite)?;
    let (expected, found) = (describe(&fresh)?, describe(connection)?);
    let difference = expected
        .iter()
        .find(|line| !found.contains(line))
        .map(|(name, _)| format!("\"{name}\" is missing or different"))
        .or_else(|| {
            let extra = found.iter().find(|line| !expected.contains(line));
            extra.map(|(name, _)| format!("\"{name}\" is not Rollcall's"))
        });
    match difference {
        None => Ok(()),
        Some(difference) => Err(Error::internal(format!(
            "The database's tables are not those of schema version {VERSION}: {difference}. Restore a backup."
        ))),
    }
}

/// Name and definition of each table and index; comments and spacing do not count.
fn describe(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY name")
        .map_err(from_sqlite)?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .map_err(from_sqlite)?;
    let mut described = Vec::new();
    for row in rows {
        let (name, sql) = row.map_err(from_sqlite)?;
        let code: Vec<&str> = sql
            .lines()
            .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
            .flat_map(str::split_whitespace)
            .collect();
        // ALTER TABLE writes its columns without the line ends around them that schema.sql has.
        described.push((name, code.join(" ").replace("( ", "(").replace(" )", ")").replace(" ,", ",")));
    }
    Ok(described)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_database_is_current_and_stays_so() {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection).unwrap();
        migrate(&connection).unwrap();
        require_current(&connection).unwrap();
    }

    /// The schema of each version that has shipped, before the present one.
    const SHIPPED: &[&str] = &[include_str!("../../tests/it/upgrade/1.sql")];

    #[test]
    fn a_file_of_each_shipped_version_upgrades_to_what_a_fresh_one_is() {
        assert_eq!(
            SHIPPED.len(),
            STEPS.len(),
            "a new version needs the schema that it replaces in tests/it/upgrade"
        );
        for (index, shipped) in SHIPPED.iter().enumerate() {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(shipped).unwrap();
            connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
            connection.pragma_update(None, "user_version", index as i64 + 1).unwrap();
            let refused = require_current(&connection).unwrap_err().detail;
            assert!(refused.contains("Start \"rollcall serve\" once"), "{refused}");
            migrate(&connection).unwrap();
            require_current(&connection).unwrap();
        }
    }

    #[test]
    fn a_newer_file_is_refused_with_both_versions() {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection).unwrap();
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        let detail = migrate(&connection).unwrap_err().detail;
        assert!(detail.contains(&format!("version {}, newer than the {VERSION}", VERSION + 1)), "{detail}");
    }

    #[test]
    fn another_programs_file_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(migrate(&connection).unwrap_err().detail.contains("another program"));
    }

    #[test]
    fn a_file_whose_index_is_gone_is_refused_by_name() {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection).unwrap();
        connection.execute_batch("DROP INDEX assignments_one_slot").unwrap();
        let detail = require_current(&connection).unwrap_err().detail;
        assert!(detail.contains("\"assignments_one_slot\" is missing"), "{detail}");
    }
}

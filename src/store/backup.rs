//! Copies of the database file: made while everything runs, put back while no server does.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::model::error::{Error, Kind, Result};
use crate::store::connection::{self, Synchronous};
use crate::store::errors::from_sqlite;
use crate::store::handle::lock;
use crate::store::migrations;

/// Copies a database to a file that does not exist yet, as it is at one instant, and checks the copy. The database may be
/// in use.
///
/// # Errors
/// A sentence for the operator: the copy exists already, cannot be written, or is damaged.
pub fn backup(database: &Path, copy: &Path) -> Result<()> {
    if copy.exists() {
        return Err(Error::new(
            Kind::Conflict,
            format!("{} exists already. Name a file that does not.", copy.display()),
        ));
    }
    // Whoever may read the copy may read everybody's data: it is made for its owner before anything is in it.
    connection::create_private(copy).map_err(|error| failed(copy, &error))?;
    let made = copy_into(database, copy).and_then(|()| inspect(copy));
    if made.is_err() {
        // What is not a whole copy must not look like one.
        let _ = fs::remove_file(copy);
    }
    made
}

/// Puts a copy in the place of a database and brings it to the present version; what was there is kept beside it, and
/// where it is kept is answered. Refuses while a server has the database, whatever `replace` says.
///
/// # Errors
/// A sentence for the operator: the copy is damaged, another program's or of a newer version; a server runs; a database
/// is there and `replace` is false.
pub fn restore(copy: &Path, database: &Path, replace: bool) -> Result<Option<PathBuf>> {
    if !copy.exists() {
        return Err(Error::new(Kind::NotFound, format!("There is no backup at {}.", copy.display())));
    }
    let _lock = lock(database)?;
    if database.exists() && !replace {
        return Err(Error::new(
            Kind::Conflict,
            format!(
                "There is a database at {} already. Restore with --force to put the backup in its place; it is kept \
                 beside it.",
                database.display()
            ),
        ));
    }
    inspect(copy)?;
    let ready = beside(database, ".restoring");
    remove(&ready)?;
    let prepared = prepare(copy, &ready);
    if prepared.is_err() {
        remove(&ready)?;
    }
    prepared?;
    let kept = database.exists().then(|| set_aside(database)).transpose()?;
    rename(&ready, database)?;
    sync_folder(database)?;
    Ok(kept)
}

/// What stands before the upgrade of an older file: the test whether it is whole, and a copy of it if one is wanted, which
/// is answered. A file that needs no upgrade is left alone.
///
/// # Errors
/// A sentence for the operator: the file is damaged, or the copy cannot be made.
pub fn before_upgrade(database: &Path, keep_copy: bool) -> Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    // One that can write: after an unclean stop, a reader alone could not see what is in the log.
    let connection = connection::writer(database, Synchronous::Full)?;
    let Some(version) = migrations::older_version(&connection)? else { return Ok(None) };
    healthy(&connection, database)?;
    if !keep_copy {
        return Ok(None);
    }
    let copy = beside(database, &format!(".version-{version}"));
    // One from an upgrade that did not come to its end.
    remove(&copy)?;
    backup(database, &copy)?;
    Ok(Some(copy))
}

/// Whether whoever used the file last did not close it: its log is still there.
pub fn left_open(database: &Path) -> bool {
    fs::metadata(beside(database, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// SQLite's own test of a file's pages and indexes.
///
/// # Errors
/// A sentence with what is wrong.
pub fn quick_check(database: &Path) -> Result<()> {
    let connection = connection::reader(database)?;
    healthy(&connection, database)
}

/// A transaction's view of the database as a new file: whole, and smaller than the original.
fn copy_into(database: &Path, copy: &Path) -> Result<()> {
    let connection = connection::reader(database)?;
    let to = copy.to_str().ok_or_else(|| {
        Error::invalid_value(format!("{}: the name of a backup must be UTF-8.", copy.display()))
    })?;
    connection.execute("VACUUM INTO ?1", [to]).map_err(from_sqlite)?;
    File::open(copy).and_then(|file| file.sync_all()).map_err(|error| failed(copy, &error))
}

/// Whether a file is a whole database of ours.
fn inspect(copy: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(copy, flags).map_err(from_sqlite)?;
    migrations::require_known(&connection).map_err(|error| {
        Error::new(error.kind, format!("{} cannot be used: {}", copy.display(), error.detail))
    })?;
    healthy(&connection, copy)
}

fn healthy(connection: &Connection, path: &Path) -> Result<()> {
    let answer: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(from_sqlite)?;
    if answer == "ok" {
        return Ok(());
    }
    Err(Error::internal(format!(
        "{} is damaged: {answer}. Restore an older backup, made before the damage.",
        path.display()
    )))
}

/// The copy as a database of the present version, with nothing left in a log beside it.
fn prepare(copy: &Path, ready: &Path) -> Result<()> {
    connection::create_private(ready).map_err(|error| failed(ready, &error))?;
    fs::copy(copy, ready).map_err(|error| failed(ready, &error))?;
    // The copy's permissions came along.
    fs::set_permissions(ready, fs::Permissions::from_mode(0o600)).map_err(|error| failed(ready, &error))?;
    let connection = connection::writer(ready, Synchronous::Full)?;
    migrations::migrate(&connection)?;
    connection.close().map_err(|(_, error)| from_sqlite(error))?;
    File::open(ready).and_then(|file| file.sync_all()).map_err(|error| failed(ready, &error))
}

/// Moves a database and what belongs to it out of the way.
fn set_aside(database: &Path) -> Result<PathBuf> {
    // What an earlier restoration kept stays: it may be the one that is missed.
    let names = (2..=u32::MAX).map(|number| format!(".before-restore-{number}"));
    let mut names =
        std::iter::once(".before-restore".to_owned()).chain(names).map(|end| beside(database, &end));
    let kept = names.find(|name| !name.exists()).unwrap_or_else(|| beside(database, ".before-restore"));
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (beside(database, end), beside(&kept, end));
        remove(&to)?;
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&to, &error)),
            _ => {}
        }
    }
    Ok(kept)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| failed(to, &error))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    }
}

/// Without this a power cut could bring the old name back.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("{} cannot be written: {error}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn database(folder: &Path) -> PathBuf {
        let path = folder.join("rollcall.db");
        let connection = connection::writer(&path, Synchronous::Normal).unwrap();
        migrations::migrate(&connection).unwrap();
        path
    }

    #[test]
    fn a_restored_backup_is_the_database_and_the_old_one_is_kept() {
        let folder = folder();
        let path = database(folder.path());
        let copy = folder.path().join("copy.db");
        backup(&path, &copy).unwrap();
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(backup(&path, &copy).unwrap_err().detail.contains("exists already"));
        assert!(restore(&copy, &path, false).unwrap_err().detail.contains("--force"));
        let kept = restore(&copy, &path, true).unwrap().unwrap();
        assert!(kept.exists());
        quick_check(&path).unwrap();
    }

    #[test]
    fn what_is_no_whole_backup_is_refused_and_the_database_stays() {
        let folder = folder();
        let path = database(folder.path());
        let before = fs::read(&path).unwrap();
        let text = folder.path().join("text.db");
        fs::write(&text, "this is not a database, however long it is; it says so itself, repeatedly")
            .unwrap();
        restore(&text, &path, true).unwrap_err();
        let copy = folder.path().join("copy.db");
        backup(&path, &copy).unwrap();
        let mut bytes = fs::read(&copy).unwrap();
        for byte in bytes.iter_mut().skip(4096).take(8192) {
            *byte = 0x5a;
        }
        fs::write(&copy, bytes).unwrap();
        restore(&copy, &path, true).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), before);
        assert!(!beside(&path, ".restoring").exists());
    }

    #[test]
    fn an_older_backup_is_brought_to_the_present_version() {
        let folder = folder();
        let old = folder.path().join("old.db");
        let connection = Connection::open(&old).unwrap();
        connection.execute_batch(include_str!("../../tests/it/upgrade/1.sql")).unwrap();
        connection.execute_batch("PRAGMA application_id = 0x526f6c6c; PRAGMA user_version = 1").unwrap();
        connection.close().unwrap();
        let path = folder.path().join("rollcall.db");
        assert_eq!(restore(&old, &path, false).unwrap(), None);
        migrations::require_current(&connection::reader(&path).unwrap()).unwrap();
    }

    #[test]
    fn before_an_upgrade_a_copy_of_the_old_version_is_made_once() {
        let folder = folder();
        let path = folder.path().join("rollcall.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(include_str!("../../tests/it/upgrade/1.sql")).unwrap();
        connection.execute_batch("PRAGMA application_id = 0x526f6c6c; PRAGMA user_version = 1").unwrap();
        connection.close().unwrap();
        assert_eq!(before_upgrade(&path, false).unwrap(), None);
        let copy = before_upgrade(&path, true).unwrap().unwrap();
        assert_eq!(copy, folder.path().join("rollcall.db.version-1"));
        assert_eq!(migrations::older_version(&connection::reader(&copy).unwrap()).unwrap(), Some(1));
        migrations::migrate(&connection::writer(&path, Synchronous::Normal).unwrap()).unwrap();
        assert_eq!(before_upgrade(&path, true).unwrap(), None);
    }

    #[test]
    fn a_database_that_a_server_has_is_not_restored_over_whatever_the_flags() {
        let folder = folder();
        let path = database(folder.path());
        let copy = folder.path().join("copy.db");
        backup(&path, &copy).unwrap();
        let _server = lock(&path).unwrap();
        assert!(restore(&copy, &path, true).unwrap_err().detail.contains("Another \"rollcall serve\""));
    }
}

//! The two handles to the database and how statements are run with them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Deref;

use rusqlite::{Connection, Params, Row};

use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::store::errors::{from_sqlite, transaction_lost};
use crate::store::moves::Move;

/// A consistent view to read with: a snapshot, or a transaction's own writes.
#[derive(Clone, Copy)]
pub struct Db<'c> {
    connection: &'c Connection,
}

/// A transaction of the writer. What it does is undone as a whole when its job fails.
pub struct Tx<'c> {
    db: Db<'c>,
    /// The organizations whose feed this job moved, for those who wait for it.
    moved: RefCell<BTreeSet<OrganizationId>>,
    /// What its changes moved, for those who prepare a large change meanwhile.
    moves: RefCell<Vec<Move>>,
    /// How many rows this connection had changed when the job began.
    changes_before: u64,
}

/// A slice of a list: what comes after a row, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The number of the last row already seen; 0 for the beginning.
    pub after: i64,
    /// How many rows at most.
    pub limit: i64,
}

impl<'c> Db<'c> {
    pub(super) fn new(connection: &'c Connection) -> Db<'c> {
        Db { connection }
    }

    /// Runs a statement that begins or ends something; kept prepared, since every transaction has some.
    pub(super) fn control(self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// All rows of a query.
    pub(super) fn all<T>(
        self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(from_sqlite)?;
        let rows = statement.query_map(parameters, read).map_err(from_sqlite)?;
        let rows = rows.collect::<rusqlite::Result<Vec<T>>>().map_err(from_sqlite);
        work::count(&statement);
        rows
    }

    /// The first row of a query, if it has one.
    pub(super) fn one<T>(
        self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(from_sqlite)?;
        let mut rows = statement.query(parameters).map_err(from_sqlite)?;
        let first = rows.next().map_err(from_sqlite)?;
        let first = first.map(read).transpose().map_err(from_sqlite);
        drop(rows);
        work::count(&statement);
        first
    }

    /// The number in the first column of the first row; 0 without a row.
    pub(super) fn number(self, sql: &str, parameters: impl Params) -> Result<i64> {
        Ok(self.one(sql, parameters, |row| row.get(0))?.unwrap_or(0))
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Tx<'c> {
        let changes_before = connection.total_changes();
        Tx { db: Db::new(connection), moved: RefCell::default(), moves: RefCell::default(), changes_before }
    }

    /// Runs a change and says how many rows it touched.
    pub(super) fn run(&self, sql: &str, parameters: impl Params) -> Result<usize> {
        let mut statement = self.db.connection.prepare_cached(sql).map_err(from_sqlite)?;
        let rows = statement.execute(parameters).map_err(from_sqlite);
        work::count(&statement);
        rows
    }

    /// Runs an insert and gives the new row's number.
    pub(super) fn insert(&self, sql: &str, parameters: impl Params) -> Result<i64> {
        self.run(sql, parameters)?;
        Ok(self.db.connection.last_insert_rowid())
    }

    /// Runs a part of the transaction that lands or fails alone: what it answers, after its changes were kept or undone.
    ///
    /// # Errors
    /// That the transaction as a whole can no longer be kept, since SQLite rolled it back: its job must end with this error
    /// and write nothing more, which would be committed on its own.
    pub fn attempt<T>(&self, part: impl FnOnce(&Tx<'c>) -> Result<T>) -> Result<Result<T>> {
        let connection = self.db.connection;
        let (moved_before, moves_before) = (self.moved.borrow().clone(), self.moves.borrow().len());
        connection.execute_batch("SAVEPOINT part").map_err(from_sqlite)?;
        let outcome = part(self);
        if connection.is_autocommit() {
            return Err(transaction_lost());
        }
        if outcome.is_ok() {
            connection.execute_batch("RELEASE part").map_err(from_sqlite)?;
        } else {
            connection.execute_batch("ROLLBACK TO part; RELEASE part").map_err(from_sqlite)?;
            self.moved.replace(moved_before);
            self.moves.borrow_mut().truncate(moves_before);
        }
        Ok(outcome)
    }

    /// Whether this job has changed any row so far.
    pub fn has_written(&self) -> bool {
        self.db.connection.total_changes() != self.changes_before
    }

    pub(super) fn feed_moved(&self, organization: OrganizationId) {
        self.moved.borrow_mut().insert(organization);
    }

    pub(super) fn note_move(&self, step: Move) {
        self.moves.borrow_mut().push(step);
    }

    /// How many rows were written since the connection was opened.
    pub fn rows_written(&self) -> u64 {
        self.db.connection.total_changes()
    }

    pub(super) fn into_moved(self) -> (BTreeSet<OrganizationId>, Vec<Move>) {
        (self.moved.into_inner(), self.moves.into_inner())
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Db<'c>;

    fn deref(&self) -> &Db<'c> {
        &self.db
    }
}

/// How much the statements of a thread did, for the test that cost follows the change (mapping.md §10.2).
pub(crate) mod work {
    #[cfg(test)]
    use std::cell::Cell;

    use rusqlite::Statement;

    /// Statements that were run, and the steps that SQLite's machine took for them.
    #[cfg(test)]
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Work {
        pub(crate) statements: u32,
        pub(crate) steps: i64,
    }

    #[cfg(test)]
    thread_local! {
        static DONE: Cell<Work> = const { Cell::new(Work { statements: 0, steps: 0 }) };
    }

    /// What this thread did since it was asked last.
    #[cfg(test)]
    pub(crate) fn done() -> Work {
        DONE.take()
    }

    #[cfg(not(test))]
    pub(super) fn count(_: &Statement<'_>) {}

    #[cfg(test)]
    pub(super) fn count(statement: &Statement<'_>) {
        let steps = i64::from(statement.reset_status(rusqlite::StatementStatus::VmStep));
        let Work { statements, steps: before } = DONE.get();
        DONE.set(Work { statements: statements + 1, steps: before + steps });
    }
}

/// Ids as one bound parameter, for `IN (SELECT value FROM json_each(?))`: one statement whatever their number.
pub(super) fn id_list(ids: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for (index, id) in ids.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}

//! A state to return to, for the test mode: a copy of every table, in the connection's own temporary database.
//!
//! It knows no table but `tokens`, so that a new one needs no line here. It works on the writer's connection alone and
//! keeps everything in memory; on a file it would write much and serve nobody.

use crate::model::error::Result;
use crate::store::query::Tx;

impl Tx<'_> {
    /// Remembers the present state, once. Runs alone ([`write_large`](super::Store::write_large)).
    ///
    /// # Errors
    /// Only those of the database.
    pub fn remember_state(&self) -> Result<()> {
        for table in self.tables()? {
            self.run(&format!("CREATE TEMP TABLE seed_{table} AS SELECT * FROM main.{table}"), [])?;
        }
        self.run("CREATE TEMP TABLE seed_sequence AS SELECT * FROM main.sqlite_sequence", [])?;
        self.run("CREATE TEMP TABLE kept_tokens AS SELECT * FROM main.tokens WHERE false", [])?;
        Ok(())
    }

    /// Returns to the remembered state, except that tokens made since stay, as far as their organization does. Runs alone.
    ///
    /// # Errors
    /// Only those of the database.
    pub fn return_to_state(&self) -> Result<()> {
        // Until the COMMIT: in between, rows refer to others that are not there yet.
        self.run("PRAGMA defer_foreign_keys = ON", [])?;
        self.run("DELETE FROM temp.kept_tokens", [])?;
        self.run("INSERT INTO temp.kept_tokens SELECT * FROM main.tokens", [])?;
        let tables = self.tables()?;
        for table in &tables {
            self.run(&format!("DELETE FROM main.{table}"), [])?;
        }
        for table in &tables {
            self.run(&format!("INSERT INTO main.{table} SELECT * FROM temp.seed_{table}"), [])?;
        }
        // Row numbers count from the remembered ones on; the inserts above have moved the counters.
        self.run("DELETE FROM main.sqlite_sequence", [])?;
        self.run("INSERT INTO main.sqlite_sequence SELECT * FROM temp.seed_sequence", [])?;
        self.run(
            "INSERT INTO main.tokens SELECT * FROM temp.kept_tokens WHERE id NOT IN (SELECT id FROM main.tokens)
                AND organization_id IN (SELECT id FROM main.organizations)",
            [],
        )?;
        Ok(())
    }

    fn tables(&self) -> Result<Vec<String>> {
        self.all(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
            [],
            |row| row.get(0),
        )
    }
}

//! A state to return to, for the test mode: a copy of every table, in the connection's own temporary database.
//!
//! It knows no table but those whose new rows stay, so that a new table needs no line here. It works on the writer's connection alone and
//! keeps everything in memory; on a file it would write much and serve nobody.

use crate::model::error::Result;
use crate::store::query::Tx;

/// Tables whose rows stay when they were made since, and where they still belong to something: a test that has a
/// credential keeps it.
const KEPT: [(&str, &str); 2] = [
    ("tokens", "organization_id IN (SELECT id FROM main.organizations)"),
    ("sessions", "admin_id IN (SELECT id FROM main.admins)"),
];

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
        for (table, _) in KEPT {
            self.run(
                &format!("CREATE TEMP TABLE kept_{table} AS SELECT * FROM main.{table} WHERE false"),
                [],
            )?;
        }
        Ok(())
    }

    /// Returns to the remembered state, except that credentials made since stay, as far as their owner does. Runs alone.
    ///
    /// # Errors
    /// Only those of the database.
    pub fn return_to_state(&self) -> Result<()> {
        // Until the COMMIT: in between, rows refer to others that are not there yet.
        self.run("PRAGMA defer_foreign_keys = ON", [])?;
        for (table, _) in KEPT {
            self.run(&format!("DELETE FROM temp.kept_{table}"), [])?;
            self.run(&format!("INSERT INTO temp.kept_{table} SELECT * FROM main.{table}"), [])?;
        }
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
        for (table, belongs) in KEPT {
            let since = format!("id NOT IN (SELECT id FROM main.{table}) AND {belongs}");
            self.run(&format!("INSERT INTO main.{table} SELECT * FROM temp.kept_{table} WHERE {since}"), [])?;
        }
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

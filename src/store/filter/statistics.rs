//! How large tables are and how many rows an index key selects, as SQLite's planner shall assume.
//!
//! Without statistics the planner takes an organization to have about ten users: it then reads all of them in the order
//! of the list rather than look one up and sort. Measured statistics would change plans with the data; these are the
//! same everywhere, and the tests of the promised look-ups hold for them.

use rusqlite::{Connection, Result};

/// Table, index, and the rows of the index followed by the rows that share its first column, its first two, and so on.
const STATISTICS: &[(&str, &str, &str)] = &[
    ("users", "users_in_order", "100000 50000 2 1"),
    ("users", "users_living_name", "100000 50000 1"),
    ("users", "users_name_anywhere", "100000 3 2"),
    ("users", "users_external_id", "100000 50000 1"),
    ("users", "users_display_name", "100000 50000 2"),
    ("users", "sqlite_autoindex_users_1", "100000 1"),
    ("user_emails", "user_emails", "120000 2 1"),
    ("user_emails", "user_emails_by_value", "120000 60000 2 1"),
    ("groups", "groups_in_order", "5000 2500 2 1"),
    ("groups", "groups_living_name", "5000 2500 1"),
    ("groups", "groups_deleted_name", "1000 500 2 2"),
    ("groups", "groups_external_id", "5000 2500 1"),
    ("groups", "sqlite_autoindex_groups_1", "5000 1"),
    ("memberships", "memberships", "500000 100 1"),
    ("memberships", "memberships_by_user", "500000 5 1"),
];

/// Writes the statistics into the database of `connection`, which uses them from now on, as do connections opened later.
pub fn assume_statistics(connection: &Connection) -> Result<()> {
    // The table of statistics comes into being by an ANALYZE; of a small table, for it is not kept.
    connection.execute_batch("ANALYZE organizations; DELETE FROM sqlite_stat1;")?;
    let mut insert = connection.prepare("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)")?;
    STATISTICS.iter().try_for_each(|row| insert.execute(*row).map(|_| ()))?;
    connection.execute_batch("ANALYZE sqlite_schema;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statistic_is_of_an_index_that_exists_and_has_a_number_for_each_of_its_columns() {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(include_str!("../../../schema.sql")).expect("the schema");
        for (table, index, numbers) in STATISTICS {
            // The primary key of a table without row numbers goes by the name of the table.
            let sql = "SELECT count(*) FROM pragma_index_list(?1) l JOIN pragma_index_info(l.name) i
                WHERE l.name = ?2 OR (?1 = ?2 AND l.origin = 'pk')";
            let columns: i64 = connection.query_row(sql, [table, index], |row| row.get(0)).expect("a count");
            assert_eq!(numbers.split(' ').count() as i64, columns + 1, "{index}");
        }
    }
}

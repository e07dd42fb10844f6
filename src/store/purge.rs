//! Erasing deleted users: the one place where rows about a person leave the database.

use rusqlite::params;

use crate::model::error::Result;
use crate::model::id::UserId;
use crate::model::time::Timestamp;
use crate::store::query::{Db, Tx};

/// Everything that names a user, what others point at last.
const TABLES: [&str; 9] = [
    "user_emails",
    "memberships",
    "assignments",
    "assignment_history",
    "role_history",
    "manual_places",
    "withheld",
    "conflicts",
    "decisions",
];

impl Db<'_> {
    /// Users who were deleted before `before`, the longest ago first.
    pub fn users_deleted_before(&self, before: Timestamp, limit: i64) -> Result<Vec<UserId>> {
        self.all(
            "SELECT id FROM users WHERE deleted < ?1 ORDER BY deleted LIMIT ?2",
            params![before.as_millis(), limit],
            |row| Ok(UserId(row.get(0)?)),
        )
    }
}

impl Tx<'_> {
    /// Erases a user and all that is kept about them here. Events and the request log keep their own texts, and age out.
    pub fn purge_user(&self, user: UserId) -> Result<()> {
        for table in TABLES {
            self.run(&format!("DELETE FROM {table} WHERE user_id = ?1"), [user.0])?;
        }
        self.run("DELETE FROM users WHERE id = ?1", [user.0]).map(drop)
    }
}

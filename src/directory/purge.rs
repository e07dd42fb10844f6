//! Erasing users whom the IdP deleted, by hand or by age.

use crate::directory::change::Change;
use crate::directory::handle::Directory;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::ResourceId;

/// In milliseconds.
const DAY: i64 = 86_400_000;

/// How many users one step erases, so that other writes need not wait.
const STEP: i64 = 100;

impl Change<'_> {
    /// Erases a deleted user for good: pushed again, the name makes a new user.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for a user who lives.
    pub fn purge_user(&mut self, id: &ResourceId) -> Result<()> {
        let user =
            self.tx.user_ever(self.organization.id, id)?.ok_or_else(|| Error::not_found("user", id))?;
        if self.tx.user(self.organization.id, id)?.is_some() {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "\"{}\" is not deleted. Delete the user in the identity provider, or with DELETE over SCIM, and then \
                     purge.",
                    user.user_name
                ),
            ));
        }
        self.tx.purge_user(user.id)
    }
}

impl Directory {
    /// Erases users who were deleted longer ago than the policy keeps them, at most a hundred at a time; says how many.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn purge_deleted(&self) -> Result<usize> {
        let Some(days) = self.policy().purge_deleted_days else { return Ok(0) };
        let before = self.clock().now().plus_millis(-i64::from(days) * DAY);
        let due = self.store().read(|db| db.users_deleted_before(before, STEP))?;
        if due.is_empty() {
            return Ok(0);
        }
        self.store().write(move |tx| {
            // Read again: one of them may have been restored since.
            let due = tx.users_deleted_before(before, STEP)?;
            due.iter().try_for_each(|user| tx.purge_user(*user))?;
            Ok(due.len())
        })
    }
}

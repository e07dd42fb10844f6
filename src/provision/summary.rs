//! What a sync came to.

use serde::Serialize;

use super::client::Traffic;

/// What a sync came to; `--json` prints it as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Whether nothing was really sent.
    pub dry_run: bool,
    /// What became of the users.
    pub users: Counts,
    /// What became of the groups.
    pub groups: Counts,
    /// What became of the memberships.
    pub memberships: Memberships,
    /// What failed, and why.
    pub failures: Vec<Failed>,
    /// Why the sync ended before its end.
    pub stopped: Option<String>,
    /// What was not tried after that.
    pub not_tried: usize,
    /// What the requests came to.
    pub requests: Traffic,
}

/// Each user or group of a sync is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Were not there.
    pub created: usize,
    /// Were there before this provisioner knew of them, and are its own from now on.
    pub adopted: usize,
    /// Were sent with other values.
    pub updated: usize,
    /// Were set to `active` false.
    pub disabled: usize,
    /// Were deleted.
    pub removed: usize,
    /// Needed nothing.
    pub unchanged: usize,
    /// Were left alone because the preferences say so.
    pub skipped: usize,
    /// Came to nothing.
    pub failed: usize,
}

/// Members that groups were given, and that were taken from them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Memberships {
    /// Put into a group.
    pub added: usize,
    /// Taken out of a group.
    pub removed: usize,
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// `user jane@example.com`, `group Sales`
    pub what: String,
    /// The request, and what came of it.
    pub reason: String,
}

/// What became of a user or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Created,
    Adopted,
    Updated,
    Disabled,
    Removed,
    Unchanged,
    Skipped,
}

impl Counts {
    pub(super) fn count(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Adopted => &mut self.adopted,
            Outcome::Updated => &mut self.updated,
            Outcome::Disabled => &mut self.disabled,
            Outcome::Removed => &mut self.removed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Skipped => &mut self.skipped,
        };
        *counter += 1;
    }
}

impl Summary {
    /// Whether everything was done.
    pub fn is_success(&self) -> bool {
        self.failures.is_empty() && self.stopped.is_none()
    }
}

//! What other programs write to the file beside this one: seen by `PRAGMA data_version`, which moves with the commits of
//! every other connection and costs no read of the file.

use std::collections::{BTreeSet, HashMap};

use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::store::query::Db;

/// What was seen last.
#[derive(Debug, Default)]
pub(super) struct Outside {
    version: Option<i64>,
    newest: HashMap<OrganizationId, i64>,
}

impl Outside {
    /// The organizations whose feed moved since the last look, as far as another connection may have moved it. The first
    /// look sees all that have one, since what happened before it is not known.
    pub(super) fn moved(&mut self, db: Db<'_>) -> Result<BTreeSet<OrganizationId>> {
        let version = Some(db.number("PRAGMA data_version", [])?);
        if version == self.version {
            return Ok(BTreeSet::new());
        }
        let newest = db.last_event_ids()?;
        let has_moved =
            |organization: &OrganizationId| self.newest.get(organization) != newest.get(organization);
        let moved = newest.keys().copied().filter(has_moved).collect();
        (self.version, self.newest) = (version, newest);
        Ok(moved)
    }
}

//! The directory as the layers above see it: a store with the policies that changes follow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::directory::change::Change;
use crate::directory::gather::LARGE;
use crate::directory::requests::{RequestLog, RequestLogSettings};
use crate::ids::Ids;
use crate::mapping::rules::RuleSet;
use crate::model::cause::Cause;
use crate::model::error::{Error, Result};
use crate::model::id::{OrganizationId, UserId};
use crate::store::{Db, Store, StoredFacts, Tx};

/// What `DELETE` of a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteUser {
    /// Gone from SCIM, out of all groups; pushed again it is restored (mapping.md §8.3).
    SoftDelete,
    /// Stays readable and in its groups, inactive.
    Deactivate,
}

/// What the configuration decides about changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What `DELETE` of a user does.
    pub delete_user: DeleteUser,
    /// Whether `userName` may change after creation.
    pub user_name_mutable: bool,
    /// Whether `userName` is unique over all organizations.
    pub user_names_global: bool,
    /// Whether the id of a deleted user among members is skipped; else it is refused.
    pub skip_deleted_members: bool,
    /// Days after which a deleted user is erased; `None` for never.
    pub purge_deleted_days: Option<u32>,
}

impl Default for Policy {
    /// The policies of the default profile.
    fn default() -> Policy {
        Policy {
            delete_user: DeleteUser::SoftDelete,
            user_name_mutable: true,
            user_names_global: false,
            skip_deleted_members: true,
            purge_deleted_days: None,
        }
    }
}

/// The directory: shared by all handlers, cheap to clone.
#[derive(Clone)]
pub struct Directory {
    store: Arc<Store>,
    clock: Clock,
    ids: Ids,
    policy: Policy,
    rules: RuleCache,
    /// From how many members on facts are read before a change.
    large: i64,
    requests: RequestLog,
}

/// Compiled rules by organization, remembered by the stamp that each change of the rules renews.
#[derive(Clone, Default)]
pub(super) struct RuleCache(Arc<Mutex<HashMap<OrganizationId, Stamped>>>);

type Stamped = (Vec<u8>, Arc<RuleSet>);

impl Directory {
    /// A directory over a store.
    pub fn new(store: Arc<Store>, clock: Clock, ids: Ids, policy: Policy) -> Directory {
        Directory {
            store,
            clock,
            ids,
            policy,
            rules: RuleCache::default(),
            large: LARGE,
            requests: RequestLog::default(),
        }
    }

    /// The same directory with a request log.
    pub fn with_requests(self, settings: RequestLogSettings) -> Directory {
        Directory { requests: RequestLog::new(settings), ..self }
    }

    /// The same with another number of members from which on a change is large: the tests make every change large.
    #[must_use]
    pub fn large_from(self, members: i64) -> Directory {
        Directory { large: members, ..self }
    }

    /// From how many members on the facts about them are read before a change takes the writer.
    pub(super) fn large(&self) -> i64 {
        self.large
    }

    /// The store, to read from.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock that changes are dated by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The source of ids.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The policies that changes follow.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The log of the IdPs' requests.
    pub fn requests(&self) -> &RequestLog {
        &self.requests
    }

    /// An organization's rules, compiled.
    ///
    /// # Errors
    /// Only those of the store.
    pub(super) fn rules(&self, db: &Db<'_>, organization: OrganizationId) -> Result<Arc<RuleSet>> {
        self.rules.get(db, organization)
    }

    /// Runs an operation on one organization as one transaction, with everything that follows from it.
    ///
    /// # Errors
    /// What the operation answers; then nothing of it was kept.
    pub fn change<T: Send + 'static>(
        &self,
        organization: OrganizationId,
        cause: Cause,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let directory = self.clone();
        self.store.write(move |tx| directory.run(tx, organization, cause, operation))
    }

    /// The same within a transaction that is open already.
    ///
    /// # Errors
    /// What the operation answers; the caller must then give the transaction up.
    pub fn run<T>(
        &self,
        tx: &Tx<'_>,
        organization: OrganizationId,
        cause: Cause,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T>,
    ) -> Result<T> {
        self.run_with(HashMap::new(), tx, organization, cause, operation)
    }

    /// The same with facts that were gathered before and hold still.
    pub(super) fn run_with<T>(
        &self,
        gathered: HashMap<UserId, StoredFacts>,
        tx: &Tx<'_>,
        organization: OrganizationId,
        cause: Cause,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T>,
    ) -> Result<T> {
        let organization = tx
            .organization_by_id(organization)?
            .ok_or_else(|| Error::not_found("organization", organization))?;
        let mut change =
            Change::new(tx, organization, cause, self.ids.clone(), self.policy, self.rules.clone());
        change.gathered = gathered;
        let outcome = operation(&mut change)?;
        change.finish()?;
        Ok(outcome)
    }
}

impl RuleCache {
    /// The organization's rules, compiled again only when they changed.
    pub(super) fn get(&self, db: &Db<'_>, organization: OrganizationId) -> Result<Arc<RuleSet>> {
        let stamp = db.rules_stamp(organization)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&organization).cloned();
        if let Some((_, rules)) = known.filter(|(known, _)| *known == stamp) {
            return Ok(rules);
        }
        let rules = Arc::new(RuleSet::compile(&db.rules(organization)?)?);
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(organization, (stamp, rules.clone()));
        Ok(rules)
    }
}

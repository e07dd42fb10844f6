//! The operations of a bulk request, one by one, within its transaction.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::operation::{Action, Operation, Target};
use super::order::{Order, order};
use super::references::resolve;
use super::request::BulkRequest;
use super::result::{Done, Outcome};
use crate::directory::{Cause, Change};
use crate::model::draft::Draft;
use crate::model::error::{Error, Kind, Result};
use crate::model::group::Group;
use crate::model::id::{OrganizationId, ResourceId};
use crate::model::user::User;
use crate::scim::conditions::Conditions;
use crate::scim::schema::{ResourceKind, Short};
use crate::scim::service::Scim;
use crate::scim::{groups, users};
use crate::store::Tx;

/// Why a reference is not resolved.
const FAILED: &str = "the operation with that bulkId failed";
const CIRCLE: &str =
    "operations refer to each other in a circle. Create the resources first and connect them with a PATCH";

/// What the operations of one request share.
pub(super) struct Run<'r> {
    pub scim: &'r Scim,
    pub organization: OrganizationId,
    pub cause: Cause,
    /// The request in the log, where it is logged.
    pub log: Option<Arc<Draft>>,
    /// The SCIM base URL, without a slash at its end.
    pub base: &'r str,
    /// The ids of what was created, by `bulkId`.
    pub created: HashMap<String, ResourceId>,
}

impl Run<'_> {
    /// Runs a request's operations in an order in which each finds what it refers to, until `failOnErrors` of them have
    /// failed. What was not tried has no outcome.
    ///
    /// # Errors
    /// Only that the transaction is lost, and with it everything.
    pub(super) fn all(&mut self, tx: &Tx<'_>, request: BulkRequest) -> Result<Vec<Outcome>> {
        let Order { sequence, circular } = order(&request.references);
        let mut operations: Vec<Option<Operation>> = request.operations.into_iter().map(Some).collect();
        let mut outcomes = Vec::with_capacity(operations.len());
        let mut failures = 0;
        let circular_from = sequence.len();
        for (step, index) in sequence.into_iter().chain(circular).enumerate() {
            let Some(operation) = operations.get_mut(index).and_then(Option::take) else { continue };
            let if_unresolved = if step < circular_from { FAILED } else { CIRCLE };
            let outcome = self.one(tx, index, operation, if_unresolved)?;
            failures += u64::from(outcome.result.is_err());
            outcomes.push(outcome);
            if request.fail_on_errors.is_some_and(|most| failures >= most) {
                break;
            }
        }
        Ok(outcomes)
    }

    /// Says in the request log that operations failed, which the status of the whole does not tell, and why the first.
    pub(super) fn remark_on(&self, outcomes: &[Outcome]) {
        let mut errors = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().err());
        if let (Some(log), Some(first)) = (&self.log, errors.next()) {
            let (failed, all) = (errors.count() + 1, outcomes.len());
            log.remark(&format!("{failed} of {all} operations failed, the first because: {}", first.detail));
        }
    }

    /// Runs one operation; when it fails, nothing of it stays.
    fn one(
        &mut self,
        tx: &Tx<'_>,
        index: usize,
        operation: Operation,
        if_unresolved: &str,
    ) -> Result<Outcome> {
        let Operation { method, bulk_id, version, place, action } = operation;
        let mut resource = place.and_then(|place| Some((place.kind, self.id_of(&place.target?)?)));
        let conditions = Conditions::of_operation(self.scim, self.log.as_deref(), version.as_deref());
        let action = action.and_then(|action| self.resolved(action, if_unresolved));
        let result = match conditions.and_then(|conditions| Ok((action?, conditions))) {
            Err(error) => Err(error),
            Ok((action, conditions)) => {
                let kind = action.kind();
                let done = tx.attempt(|tx| {
                    let directory = &self.scim.directory;
                    directory.run(tx, self.organization, self.cause.clone(), |change| {
                        change.log_to(self.log.clone());
                        action.perform(self, change, &conditions)
                    })
                })?;
                if let Ok(done) = &done {
                    resource = Some((kind, done.id.clone()));
                }
                done
            }
        };
        if let (Ok(done), Some(bulk_id)) = (&result, &bulk_id)
            && method.eq_ignore_ascii_case("POST")
        {
            self.created.insert(bulk_id.clone(), done.id.clone());
        }
        Ok(Outcome { index, method, bulk_id, resource, result })
    }

    /// Puts ids in the place of references; `if_unresolved` says why one may have none.
    fn resolved(&self, action: Action<Target>, if_unresolved: &str) -> Result<Action<ResourceId>> {
        let references = action.references();
        if let Some(missing) = references.iter().find(|bulk_id| !self.created.contains_key(*bulk_id)) {
            return Err(unresolved(missing, if_unresolved));
        }
        let filled = |mut data: Value| {
            resolve(&mut data, &self.created);
            data
        };
        let id = |target: Target| {
            self.id_of(&target).ok_or_else(|| Error::internal("a resolved reference has no id"))
        };
        Ok(match action {
            Action::Create { kind, data } => Action::Create { kind, data: filled(data) },
            Action::Replace { kind, target, data } => {
                Action::Replace { kind, target: id(target)?, data: filled(data) }
            }
            Action::Patch { kind, target, data } => {
                Action::Patch { kind, target: id(target)?, data: filled(data) }
            }
            Action::Delete { kind, target } => Action::Delete { kind, target: id(target)? },
        })
    }

    fn id_of(&self, target: &Target) -> Option<ResourceId> {
        match target {
            Target::Id(id) => Some(id.clone()),
            Target::Created(bulk_id) => self.created.get(bulk_id).cloned(),
        }
    }
}

impl Action<ResourceId> {
    fn kind(&self) -> ResourceKind {
        match self {
            Action::Create { kind, .. }
            | Action::Replace { kind, .. }
            | Action::Patch { kind, .. }
            | Action::Delete { kind, .. } => *kind,
        }
    }

    /// Does what the single request would do.
    fn perform(self, run: &Run<'_>, change: &mut Change<'_>, conditions: &Conditions) -> Result<Done> {
        use ResourceKind::{Group, User};
        let Run { scim, base, .. } = *run;
        match self {
            Action::Create { kind: User, data } => users::create_in(scim, change, data).map(of_user(201)),
            Action::Create { kind: Group, data } => groups::create_in(scim, change, data).map(of_group(201)),
            Action::Replace { kind: User, target, data } => {
                users::replace_in(scim, change, &target, conditions, data).map(of_user(200))
            }
            Action::Replace { kind: Group, target, data } => {
                groups::replace_in(scim, change, &target, conditions, data).map(of_group(200))
            }
            Action::Patch { kind: User, target, data } => {
                users::patch_in(scim, change, base, &target, conditions, data).map(of_user(200))
            }
            Action::Patch { kind: Group, target, data } => {
                groups::patch_in(scim, change, base, &target, conditions, data).map(of_group(200))
            }
            Action::Delete { kind, target } => {
                match kind {
                    User => users::delete_in(scim, change, &target, conditions)?,
                    Group => groups::delete_in(change, &target, conditions)?,
                }
                Ok(Done { status: 204, id: target, version: None })
            }
        }
    }
}

fn of_user(status: u16) -> impl FnOnce(User) -> Done {
    move |user| Done { status, id: user.resource_id, version: Some(user.version) }
}

fn of_group(status: u16) -> impl FnOnce(Group) -> Done {
    move |group| Done { status, id: group.resource_id, version: Some(group.version) }
}

/// RFC 7644 §3.7.1 has 409 for what cannot be resolved.
fn unresolved(bulk_id: &str, reason: &str) -> Error {
    Error::new(
        Kind::Conflict,
        format!(
            "\"bulkId:{}\" cannot be resolved: {reason}. Nothing of this operation was done.",
            Short(bulk_id)
        ),
    )
}

//! The operations of a bulk request, one by one, within its transaction.

use std::collections::HashMap;

use serde_json::Value;

use super::operation::{Action, Operation, Target};
use super::order::{Order, order};
use super::references::resolve;
use super::request::BulkRequest;
use super::result::{Done, Outcome};
use crate::directory::{Cause, Change};
use crate::model::error::{Error, Kind, Result};
use crate::model::group::Group;
use crate::model::id::{OrganizationId, ResourceId};
use crate::model::user::User;
use crate::scim::conditions::Conditions;
use crate::scim::schema::{ResourceKind, Short};
use crate::scim::service::Scim;
use crate::scim::{groups, users};
use crate::store::Tx;

/// What the operations of one request share.
pub(super) struct Run<'r> {
    pub scim: &'r Scim,
    pub organization: OrganizationId,
    pub cause: Cause,
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
            let operation = if step < circular_from { operation } else { in_circle(operation) };
            let outcome = self.one(tx, index, operation)?;
            failures += u64::from(outcome.result.is_err());
            outcomes.push(outcome);
            if request.fail_on_errors.is_some_and(|most| failures >= most) {
                break;
            }
        }
        Ok(outcomes)
    }

    /// Runs one operation; when it fails, nothing of it stays.
    fn one(&mut self, tx: &Tx<'_>, index: usize, operation: Operation) -> Result<Outcome> {
        let Operation { method, bulk_id, version, place, action } = operation;
        let mut resource = place.and_then(|place| Some((place.kind, self.id_of(&place.target?).ok()?)));
        let conditions =
            Conditions { if_match: version, if_none_match: None, tolerance: self.scim.schemas.tolerance() };
        let result = match action.and_then(|action| self.resolved(action)) {
            Err(error) => Err(error),
            Ok(action) => {
                let kind = action.kind();
                let done = tx.attempt(|tx| {
                    let directory = &self.scim.directory;
                    directory.run(tx, self.organization, self.cause.clone(), |change| {
                        action.perform(self.scim, change, self.base, &conditions)
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

    /// Puts ids in the place of references.
    fn resolved(&self, action: Action) -> Result<Resolved> {
        if let Some(failed) = action.references().iter().find(|bulk_id| !self.created.contains_key(*bulk_id))
        {
            return Err(unresolved(failed, "the operation with that bulkId failed"));
        }
        let fill = |mut data: Value| {
            resolve(&mut data, &self.created);
            data
        };
        Ok(match action {
            Action::Create { kind, data } => Resolved::Create(kind, fill(data)),
            Action::Replace { kind, target, data } => {
                Resolved::Replace(kind, self.id_of(&target)?, fill(data))
            }
            Action::Patch { kind, target, data } => Resolved::Patch(kind, self.id_of(&target)?, fill(data)),
            Action::Delete { kind, target } => Resolved::Delete(kind, self.id_of(&target)?),
        })
    }

    fn id_of(&self, target: &Target) -> Result<ResourceId> {
        match target {
            Target::Id(id) => Ok(id.clone()),
            Target::Created(bulk_id) => self
                .created
                .get(bulk_id)
                .cloned()
                .ok_or_else(|| unresolved(bulk_id, "the operation with that bulkId failed")),
        }
    }
}

/// An action without references.
enum Resolved {
    Create(ResourceKind, Value),
    Replace(ResourceKind, ResourceId, Value),
    Patch(ResourceKind, ResourceId, Value),
    Delete(ResourceKind, ResourceId),
}

impl Resolved {
    fn kind(&self) -> ResourceKind {
        match self {
            Resolved::Create(kind, _)
            | Resolved::Replace(kind, ..)
            | Resolved::Patch(kind, ..)
            | Resolved::Delete(kind, _) => *kind,
        }
    }

    /// Does what the single request would do.
    fn perform(
        self,
        scim: &Scim,
        change: &mut Change<'_>,
        base: &str,
        conditions: &Conditions,
    ) -> Result<Done> {
        use ResourceKind::{Group, User};
        match self {
            Resolved::Create(User, data) => {
                users::create_in(scim, change, data).map(|user| of_user(201, user))
            }
            Resolved::Create(Group, data) => {
                groups::create_in(scim, change, data).map(|group| of_group(201, group))
            }
            Resolved::Replace(User, id, data) => {
                users::replace_in(scim, change, &id, conditions, data).map(|user| of_user(200, user))
            }
            Resolved::Replace(Group, id, data) => {
                groups::replace_in(scim, change, &id, conditions, data).map(|group| of_group(200, group))
            }
            Resolved::Patch(User, id, data) => {
                users::patch_in(scim, change, base, &id, conditions, data).map(|user| of_user(200, user))
            }
            Resolved::Patch(Group, id, data) => {
                groups::patch_in(scim, change, base, &id, conditions, data).map(|group| of_group(200, group))
            }
            Resolved::Delete(kind, id) => {
                match kind {
                    User => users::delete_in(scim, change, &id, conditions)?,
                    Group => groups::delete_in(change, &id, conditions)?,
                }
                Ok(Done { status: 204, id, version: None })
            }
        }
    }
}

fn of_user(status: u16, user: User) -> Done {
    Done { status, id: user.resource_id, version: Some(user.version) }
}

fn of_group(status: u16, group: Group) -> Done {
    Done { status, id: group.resource_id, version: Some(group.version) }
}

/// An operation that cannot come after everything that it refers to.
fn in_circle(operation: Operation) -> Operation {
    let action = operation.action.and_then(|action| {
        Err(match action.references().first() {
            Some(bulk_id) => unresolved(
                bulk_id,
                "these operations refer to each other in a circle. Create the resources first and connect them with a PATCH \
                 afterwards",
            ),
            None => Error::internal("an operation without references is in no order"),
        })
    });
    Operation { action, ..operation }
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

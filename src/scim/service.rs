//! What the handlers of the protocol work with.

use std::sync::Arc;

use crate::config::Prerequisites;
use crate::directory::{About, Cause, Change, Directory};
use crate::model::call::Call;
use crate::model::draft::{Draft, Ending};
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Organization;
use crate::scim::deviations::Notes;
use crate::scim::filter::Limits;
use crate::scim::schema::Schemas;
use crate::store::Tx;

/// What a PATCH of a group answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupPatchAnswer {
    /// The group up to 200 members, nothing above.
    Auto,
    /// The group.
    Resource,
    /// Nothing.
    NoContent,
}

/// The settings of the protocol.
#[derive(Clone, Debug)]
pub struct ScimSettings {
    /// What a PATCH of a group answers.
    pub group_patch_answer: GroupPatchAnswer,
    /// The most resources on a page.
    pub page_size: i64,
    /// How large filters may be.
    pub filter: Limits,
    /// How deep JSON may nest.
    pub json_depth: usize,
    /// The most operations in one `/Bulk`.
    pub bulk_operations: usize,
    /// The most bytes in one `/Bulk`.
    pub bulk_bytes: usize,
    /// What an organization must have before the protocol answers it.
    pub prerequisites: Prerequisites,
}

/// The protocol over a directory.
#[derive(Clone)]
pub struct Scim {
    /// Where changes happen.
    pub directory: Directory,
    /// What resources look like.
    pub schemas: Arc<Schemas>,
    /// The settings.
    pub settings: ScimSettings,
}

impl Scim {
    /// The organization that a call is about.
    ///
    /// # Errors
    /// `Unauthorized` without one, which the table of routes rules out.
    pub fn organization<'c>(&self, call: &'c Call) -> Result<&'c Organization> {
        call.organization
            .as_ref()
            .ok_or_else(|| Error::new(Kind::Unauthorized, "The request carries no valid bearer token."))
    }

    /// Refuses an organization that lacks something required (scim.md, "Prerequisites").
    ///
    /// # Errors
    /// `Forbidden` saying what is missing and what sets it.
    pub fn check_prerequisites(&self, organization: &Organization) -> Result<()> {
        let required = &self.settings.prerequisites;
        let (missing, option) = if !required.plan.is_met_by(&organization.plan) {
            ("the plan that SCIM provisioning requires", "--plan NAME")
        } else if required.sso && !organization.sso {
            ("a single sign-on connection, which SCIM provisioning requires", "--sso on")
        } else {
            return Ok(());
        };
        Err(Error::new(
            Kind::Forbidden,
            format!(
                "This organization does not have {missing}. The operator sets it with \"rollcall organization set {} \
                 {option}\".",
                organization.slug
            ),
        ))
    }

    /// Why a call changes something.
    pub fn cause(&self, call: &Call) -> Cause {
        let token = call.actor.as_ref().map_or_else(String::new, |actor| actor.name.clone());
        Cause { request_id: call.request_id.clone(), token, at: call.at }
    }

    /// Runs a change for a call, as one transaction. `operation` says with which status it will be answered.
    ///
    /// # Errors
    /// What `operation` answers.
    pub fn change<T: Send + 'static>(
        &self,
        call: &Call,
        operation: impl FnOnce(&Scim, &mut Change<'_>) -> Result<(u16, T)> + Send + 'static,
    ) -> Result<T> {
        self.change_about(call, &About::Nobody, operation)
    }

    /// The same for a change that may move the members of a whole group.
    ///
    /// # Errors
    /// What `operation` answers.
    pub fn change_about<T: Send + 'static>(
        &self,
        call: &Call,
        about: &About,
        operation: impl FnOnce(&Scim, &mut Change<'_>) -> Result<(u16, T)> + Send + 'static,
    ) -> Result<T> {
        let (scim, cause, log) = (self.clone(), self.cause(call), call.log.clone());
        let organization = self.organization(call)?.id;
        let gathered = self.directory.gather(organization, about);
        let size = if gathered.is_some() { Job::Large } else { Job::Small };
        let job = move |tx: &Tx<'_>| {
            let directory = scim.directory.clone();
            directory.run_gathered(gathered, tx, organization, cause, |change| {
                change.log_to(log);
                operation(&scim, change)
            })
        };
        self.write(call, size, job)
    }

    /// Runs a job for a call in one transaction, and logs the call in the same one, if the job writes something. `job`
    /// says with which status the call will be answered.
    ///
    /// # Errors
    /// What `job` answers.
    pub fn write<T: Send + 'static>(
        &self,
        call: &Call,
        size: Job,
        job: impl FnOnce(&Tx<'_>) -> Result<(u16, T)> + Send + 'static,
    ) -> Result<T> {
        let (organization, log) = (self.organization(call)?.id, call.log.clone());
        let logged = move |tx: &Tx<'_>| {
            let before = tx.last_event_id(organization)?;
            let (status, value) = job(tx)?;
            if let Some(draft) = log.as_deref()
                && let Some(sender) = draft.sender()
                && tx.has_written()
            {
                let last = tx.last_event_id(organization)?;
                let events = (last > before).then_some((before + 1, last));
                let ending = Ending { status, scim_type: None, detail: None };
                draft.set_row(Some(tx.log_request(draft, sender, &ending, draft.micros(), events)?));
            }
            Ok(value)
        };
        let store = self.directory.store();
        let outcome = match size {
            Job::Small => store.write(logged),
            Job::Large => store.write_large(logged),
        };
        match (&outcome, call.log.as_deref()) {
            (Ok(_), Some(_)) => self.directory.requests().grew(organization),
            // The row went with the transaction.
            (Err(_), Some(draft)) => draft.set_row(None),
            (_, None) => {}
        }
        outcome
    }

    /// The SCIM base URL of a call, without a slash at its end.
    pub fn base(&self, call: &Call) -> String {
        format!("{}/scim/v2", call.base_url)
    }
}

/// How much a job writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// It may share its transaction.
    Small,
    /// Above 1,000 rows: nobody else's should wait for them to be made durable.
    Large,
}

/// Passes on what a body relied on, for the request log.
pub fn take_notes(change: &Change<'_>, notes: &Notes) {
    log_notes(change.log(), notes);
}

/// Keeps what a request relied on with the request, whatever becomes of its changes.
pub fn log_notes(log: Option<&Draft>, notes: &Notes) {
    let Some(draft) = log else { return };
    notes.deviations().iter().for_each(|deviation| draft.rely_on(deviation.as_str()));
    notes.remarks().iter().for_each(|remark| draft.remark(remark));
}

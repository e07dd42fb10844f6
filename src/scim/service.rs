//! What the handlers of the protocol work with.

use std::sync::Arc;

use crate::config::Prerequisites;
use crate::directory::{About, Cause, Change, Directory};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Organization;
use crate::scim::deviations::{Deviation, Notes};
use crate::scim::filter::Limits;
use crate::scim::schema::Schemas;

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

    /// Runs a change for a call, as one transaction.
    ///
    /// # Errors
    /// What `operation` answers.
    pub fn change<T: Send + 'static>(
        &self,
        call: &Call,
        operation: impl FnOnce(&Scim, &mut Change<'_>) -> Result<T> + Send + 'static,
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
        operation: impl FnOnce(&Scim, &mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let scim = self.clone();
        let organization = self.organization(call)?.id;
        let operation = move |change: &mut Change<'_>| operation(&scim, change);
        self.directory.change_about(organization, self.cause(call), about, operation)
    }

    /// The SCIM base URL of a call, without a slash at its end.
    pub fn base(&self, call: &Call) -> String {
        format!("{}/scim/v2", call.base_url)
    }
}

/// Passes on what a body relied on, for the request log.
pub fn take_notes(change: &mut Change<'_>, notes: &Notes) {
    sentences(notes).for_each(|sentence| change.note(sentence));
}

/// Logs what a request as a whole relied on, whatever becomes of its changes.
pub fn log_notes(request_id: &str, notes: &Notes) {
    sentences(notes).for_each(|sentence| log::debug!("request {request_id}: {sentence}"));
}

fn sentences(notes: &Notes) -> impl Iterator<Item = String> {
    let relied = |deviation: &Deviation| format!("relied on the tolerance {}", deviation.as_str());
    notes.deviations().iter().map(relied).chain(notes.remarks().iter().cloned())
}

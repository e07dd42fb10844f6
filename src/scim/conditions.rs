//! The conditions of a request, by header (RFC 7644 §3.14) or by an operation's `version` in `/Bulk` (§3.7).

use crate::model::call::Call;
use crate::model::draft::Draft;
use crate::model::error::Result;
use crate::scim::deviations::Notes;
use crate::scim::etags::{Versions, check_if_match, check_if_none_match};
use crate::scim::service::{Scim, log_notes};

/// Which versions of the resource a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Only these.
    if_match: Option<Versions>,
    /// None of these.
    if_none_match: Option<Versions>,
}

impl Conditions {
    /// The conditions of a request's headers.
    ///
    /// # Errors
    /// `InvalidValue` for versions without quotes, under strict.
    pub fn of(scim: &Scim, call: &Call) -> Result<Conditions> {
        let (mut notes, tolerance) = (Notes::default(), scim.schemas.tolerance());
        let mut read = |place: &str, name| {
            call.header(name).map(|tags| Versions::parse(place, &tags, tolerance, &mut notes)).transpose()
        };
        let conditions = Conditions {
            if_match: read("If-Match", "if-match")?,
            if_none_match: read("If-None-Match", "if-none-match")?,
        };
        log_notes(call.log.as_deref(), &notes);
        Ok(conditions)
    }

    /// The condition of an operation in `/Bulk`.
    ///
    /// # Errors
    /// As for [`Conditions::of`].
    pub fn of_operation(scim: &Scim, log: Option<&Draft>, version: Option<&str>) -> Result<Conditions> {
        let mut notes = Notes::default();
        let read = |tags| Versions::parse("version", tags, scim.schemas.tolerance(), &mut notes);
        let if_match = version.map(read).transpose()?;
        log_notes(log, &notes);
        Ok(Conditions { if_match, if_none_match: None })
    }

    /// Refuses to show a resource of another version than asked for.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn check_read(&self, version: i64) -> Result<()> {
        check_if_match(self.if_match.as_ref(), version)
    }

    /// Refuses a change of a resource of another version.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn check(&self, version: i64) -> Result<()> {
        check_if_match(self.if_match.as_ref(), version)?;
        check_if_none_match(self.if_none_match.as_ref(), version)
    }

    /// Whether a reader has this version already.
    pub fn is_not_modified(&self, version: i64) -> bool {
        self.if_none_match.as_ref().is_some_and(|versions| versions.hold(version))
    }
}

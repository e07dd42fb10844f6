//! The conditions of a request, by header (RFC 7644 §3.14) or by an operation's `version` in `/Bulk` (§3.7).

use crate::model::call::Call;
use crate::model::error::Result;
use crate::scim::deviations::Tolerance;
use crate::scim::etags::{check_if_match, check_if_none_match, matches};
use crate::scim::service::Scim;

/// Which versions of the resource a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Only these.
    pub if_match: Option<String>,
    /// None of these.
    pub if_none_match: Option<String>,
    /// Whether versions may come without quotes.
    pub tolerance: Tolerance,
}

impl Conditions {
    /// The conditions of a request's headers.
    pub fn of(scim: &Scim, call: &Call) -> Conditions {
        Conditions {
            if_match: call.header("if-match"),
            if_none_match: call.header("if-none-match"),
            tolerance: scim.schemas.tolerance(),
        }
    }

    /// Refuses to show a resource of another version than asked for.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn check_read(&self, version: i64) -> Result<()> {
        check_if_match(self.if_match.as_deref(), version, self.tolerance)
    }

    /// Refuses a change of a resource of another version.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn check(&self, version: i64) -> Result<()> {
        check_if_match(self.if_match.as_deref(), version, self.tolerance)?;
        check_if_none_match(self.if_none_match.as_deref(), version, self.tolerance)
    }

    /// Whether a reader has this version already.
    pub fn is_not_modified(&self, version: i64) -> bool {
        self.if_none_match.as_deref().is_some_and(|condition| matches(condition, version, self.tolerance))
    }
}

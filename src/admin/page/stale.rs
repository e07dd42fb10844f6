//! Forms that show what somebody else has changed since.

use crate::admin::version::Versioned;
use crate::model::error::{Error, Kind, Result};

/// Refuses a form that shows another version than the present one of `what`, so that nobody undoes what they have not
/// seen. To be asked in the transaction of the change.
///
/// # Errors
/// `PreconditionFailed`.
pub(super) fn check_version(present: &impl Versioned, shown: &str, what: &str) -> Result<()> {
    if present.etag() == shown {
        return Ok(());
    }
    Err(Error::new(
        Kind::PreconditionFailed,
        format!(
            "Somebody changed this {what} since your form was opened, and nothing was saved. The page shows it as it is now; make \
             your change again if it is still needed."
        ),
    ))
}

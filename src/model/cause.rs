//! Who and what stands behind a change.

use crate::model::time::Timestamp;

/// Why something happened: which request, with which credential, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The id that the answer carries and the request log keeps.
    pub request_id: String,
    /// The name of the token, or who else acts.
    pub token: String,
    /// The one instant of the whole change.
    pub at: Timestamp,
}

//! What the messages of RFC 7644 have in common: a URN names them, and their members' names compare without case.

use serde_json::{Map, Value};

use crate::model::error::{Error, Result};
use crate::scim::deviations::{Deviation, Notes, Tolerance};

/// Takes a member out by its name without case (RFC 7643 §2.1).
pub(super) fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.swap_remove(&key)
}

/// Checks that `schemas` is the one URN of a message.
///
/// # Errors
/// `refusal`, where the tolerance is off.
pub(super) fn check_urn(
    schemas: Option<Value>,
    urn: &str,
    tolerance: Tolerance,
    notes: &mut Notes,
    refusal: impl FnOnce() -> Error,
) -> Result<()> {
    let sent: Vec<Value> = match schemas {
        Some(Value::Array(urns)) => urns,
        Some(single @ Value::String(_)) => vec![single],
        _ => Vec::new(),
    };
    let is_the_one = |sent: &Value| sent.as_str().is_some_and(|sent| sent.eq_ignore_ascii_case(urn));
    let deviation = match (sent.iter().any(is_the_one), sent.iter().all(is_the_one)) {
        (true, true) => return Ok(()),
        (true, false) => Deviation::ForeignSchemaUrn,
        (false, _) => Deviation::MissingSchemas,
    };
    tolerance.grant(deviation, notes, refusal)
}

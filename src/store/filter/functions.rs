//! The SQL functions that filters and sort orders use. Every connection that runs their SQL must have them.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use crate::model::fold::fold;
use crate::model::time::Timestamp;
use crate::model::user::name_in;

/// Registers `scim_fold(text)`, `scim_instant(text)` and `person_name_key(resource)` on a connection.
///
/// `scim_fold` is the text folded without case, `scim_instant` the milliseconds since the Unix epoch of an RFC 3339
/// date-time, `person_name_key` the folded name that a user's resource gives besides `displayName`; all are NULL for
/// anything else.
pub fn register(connection: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("scim_fold", 1, flags, |context| Ok(text(context).map(fold)))?;
    connection.create_scalar_function("scim_instant", 1, flags, |context| {
        Ok(text(context).and_then(Timestamp::parse).map(Timestamp::as_millis))
    })?;
    connection.create_scalar_function("person_name_key", 1, flags, |context| {
        Ok(text(context).and_then(name_in).map(|name| fold(&name)))
    })
}

fn text<'a>(context: &'a Context<'_>) -> Option<&'a str> {
    match context.get_raw(0) {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

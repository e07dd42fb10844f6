//! SQL errors → domain errors, in this one place.

use rusqlite::ErrorCode;

use crate::model::error::{Error, Kind};

/// What a broken constraint means to a person; the first part is how SQLite names it.
const CONSTRAINTS: &[(&str, Kind, &str, &str)] = &[
    (
        "users.organization_id, users.user_name_key",
        Kind::Uniqueness,
        "userName",
        "Another user has this userName.",
    ),
    (
        "groups.organization_id, groups.display_name_key",
        Kind::Uniqueness,
        "displayName",
        "Another group has this displayName.",
    ),
    (
        "entities.organization_id, entities.type, entities.name_key",
        Kind::Conflict,
        "name",
        "The name is taken.",
    ),
    ("organizations.slug", Kind::Conflict, "slug", "Another organization has this slug."),
    ("mappings.entity_id", Kind::Conflict, "entity_id", "Another group's mapping holds this entity."),
    (
        "mappings.group_id, mappings.target_type",
        Kind::Conflict,
        "target_type",
        "The group has such a mapping already.",
    ),
];

/// What is said when SQLite rolled a whole transaction back.
pub(super) fn transaction_lost() -> Error {
    Error::new(
        Kind::StorageFull,
        "The database could not be written, and nothing of this request was kept. Send it again when there is room on \
         the disk.",
    )
}

/// Turns an error of SQLite into one of the domain.
pub(super) fn from_sqlite(error: rusqlite::Error) -> Error {
    let (code, message) = match &error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            (failure.code, message.as_deref().unwrap_or_default().to_owned())
        }
        _ => return Error::internal(format!("database: {error}")),
    };
    match code {
        ErrorCode::ConstraintViolation => CONSTRAINTS
            .iter()
            .find(|(columns, ..)| message.ends_with(columns))
            .map(|(_, kind, field, detail)| Error::new(*kind, format!("{field}: {detail}")).at(*field))
            .unwrap_or_else(|| Error::internal(format!("database: {message}"))),
        ErrorCode::DiskFull => Error::new(
            Kind::StorageFull,
            "There is no room left to store this. Nothing was changed; free some disk space and send it again.",
        ),
        ErrorCode::OperationInterrupted => Error::new(
            Kind::TooMany,
            "The search takes too long and was given up after 10 seconds. Use a narrower filter, best an eq on userName, \
             externalId, emails.value or displayName.",
        ),
        ErrorCode::NotADatabase => Error::internal(
            "The file that [database] path names is not an SQLite database, or it is damaged. Name another file, or put \
             a backup in its place.",
        ),
        ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            Error::internal(format!(
                "The database cannot be opened: {message}. It must be a file that this user may read and write, and so must \
             the files beside it whose names end in -wal and -shm; [database] path names it."
            ))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::new(
            Kind::Unavailable,
            "The database is in use by another program. Nothing was changed; send it again in a moment.",
        ),
        ErrorCode::SystemIoFailure => {
            log::error!("the database file cannot be read or written: {message}");
            Error::new(
                Kind::StorageFull,
                "The database file could not be written. Nothing was changed; send it again when the disk works.",
            )
        }
        _ => Error::internal(format!("database: {message} ({code:?})")),
    }
}

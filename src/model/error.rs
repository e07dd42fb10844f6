//! The one error type of the domain: few kinds, and a sentence for the person who reads it.
//!
//! `scim::errors` turns it into a SCIM error, `admin::problems` into problem details; nothing else does.

use std::fmt;

/// What went wrong, as far as a caller can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The body is not JSON or not the expected message (RFC 7644 Table 9, 400).
    InvalidSyntax,
    /// A filter is malformed or compares what cannot be compared (400).
    InvalidFilter,
    /// A path or attribute name is malformed or unknown (400).
    InvalidPath,
    /// A value is missing, of the wrong type or not allowed (400).
    InvalidValue,
    /// A PATCH path with a filter selected nothing (400).
    NoTarget,
    /// A change to a read-only or immutable attribute (400).
    Mutability,
    /// The answer or the request holds too many things (400).
    TooMany,
    /// A cursor that this server did not give (RFC 9865, 400).
    InvalidCursor,
    /// A cursor that is no longer valid (RFC 9865, 400).
    ExpiredCursor,
    /// A page size that a cursor request may not have (RFC 9865, 400).
    InvalidCount,
    /// No credential, or one that is not valid (401).
    Unauthorized,
    /// A valid credential that may not do this, or a feature that is off (403).
    Forbidden,
    /// No such thing for this organization (404).
    NotFound,
    /// What was there is kept no longer (410).
    Gone,
    /// The path exists, the method does not (405).
    MethodNotAllowed,
    /// A value that must be unique is taken (409).
    Uniqueness,
    /// The state of things does not allow this (409).
    Conflict,
    /// `If-Match` names another version (412).
    PreconditionFailed,
    /// The body is over the limit (413).
    TooLarge,
    /// The body's media type is not JSON (415).
    UnsupportedMediaType,
    /// Too many requests (429).
    TooManyRequests,
    /// Not offered by this server (501).
    NotImplemented,
    /// The server cannot take the request now; the same one may succeed later (503).
    Unavailable,
    /// No room to store it (507).
    StorageFull,
    /// A fault of ours (500). The detail is for the log; the answer says only the request id.
    Internal,
}

/// A refused or failed operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What a program acts on.
    pub kind: Kind,
    /// What a person reads: what was wrong, where, what was expected, what to do.
    pub detail: String,
    /// The attribute or JSON field that the error is about, where there is one.
    pub field: Option<String>,
    /// In how many seconds the same request may succeed, where that is known.
    pub retry_after: Option<u64>,
    /// Something larger that explains the refusal (a fresh preview with a 409), for the admin API.
    pub attachment: Option<Box<serde_json::Value>>,
}

/// The result of anything that can be refused.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind` explained by `detail`.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Error {
        Error { kind, detail: detail.into(), field: None, retry_after: None, attachment: None }
    }

    /// The same error, about `field`.
    pub fn at(mut self, field: impl Into<String>) -> Error {
        self.field = Some(field.into());
        self
    }

    /// [`Kind::InvalidValue`], the most frequent one.
    pub fn invalid_value(detail: impl Into<String>) -> Error {
        Error::new(Kind::InvalidValue, detail)
    }

    /// [`Kind::NotFound`] for a resource of `what` kind.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Error {
        Error::new(Kind::NotFound, format!("There is no {what} with the id \"{id}\" here."))
    }

    /// [`Kind::Internal`]: something that should not be able to happen.
    pub fn internal(detail: impl Into<String>) -> Error {
        Error::new(Kind::Internal, detail)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Error {}

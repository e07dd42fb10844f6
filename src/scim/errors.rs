//! Domain errors → SCIM errors (RFC 7644 §3.12), in this one place.

use rouille::Response;
use serde_json::{Map, Value, json};

use crate::model::error::{Error, Kind};

/// The URN of the error message.
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// HTTP status and `scimType` (RFC 7644 Table 9, RFC 9865 §2.3) of each kind of error.
pub fn status_of(kind: Kind) -> (u16, Option<&'static str>) {
    match kind {
        Kind::InvalidSyntax => (400, Some("invalidSyntax")),
        Kind::InvalidFilter => (400, Some("invalidFilter")),
        Kind::InvalidPath => (400, Some("invalidPath")),
        Kind::InvalidValue => (400, Some("invalidValue")),
        Kind::NoTarget => (400, Some("noTarget")),
        Kind::Mutability => (400, Some("mutability")),
        Kind::TooMany => (400, Some("tooMany")),
        Kind::InvalidCursor => (400, Some("invalidCursor")),
        Kind::ExpiredCursor => (400, Some("expiredCursor")),
        Kind::InvalidCount => (400, Some("invalidCount")),
        Kind::Unauthorized => (401, None),
        Kind::Forbidden => (403, None),
        Kind::NotFound => (404, None),
        Kind::MethodNotAllowed => (405, None),
        Kind::Uniqueness => (409, Some("uniqueness")),
        Kind::Conflict => (409, None),
        Kind::Gone => (410, None),
        Kind::PreconditionFailed => (412, None),
        Kind::TooLarge => (413, None),
        Kind::UnsupportedMediaType => (415, None),
        Kind::TooManyRequests => (429, None),
        Kind::Internal => (500, None),
        Kind::NotImplemented => (501, None),
        Kind::Unavailable => (503, None),
        Kind::StorageFull => (507, None),
    }
}

/// The body of an error. What went wrong inside is for the log; the client gets the id to ask for.
pub fn error_body(error: &Error, request_id: &str) -> Value {
    let (status, scim_type) = status_of(error.kind);
    message(status, scim_type, &told(error, request_id))
}

/// The detail that a client may read.
fn told(error: &Error, request_id: &str) -> String {
    if error.kind != Kind::Internal {
        return error.detail.clone();
    }
    log::error!("request {request_id}: {}", error.detail);
    format!("Something went wrong in the server. Its log tells more under the request id {request_id}.")
}

/// An error of any HTTP status.
pub fn message(status: u16, scim_type: Option<&str>, detail: &str) -> Value {
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([ERROR_URN]));
    body.insert("status".to_owned(), json!(status.to_string()));
    if let Some(scim_type) = scim_type {
        body.insert("scimType".to_owned(), json!(scim_type));
    }
    body.insert("detail".to_owned(), json!(detail));
    Value::Object(body)
}

/// The whole answer to a refused request.
pub fn error_response(error: &Error, request_id: &str) -> Response {
    let (status, _) = status_of(error.kind);
    let response = respond(status, &error_body(error, request_id));
    let usual = matches!(error.kind, Kind::Unavailable | Kind::StorageFull).then_some(5);
    let response = match error.retry_after.or(usual) {
        Some(seconds) => response.with_additional_header("Retry-After", seconds.to_string()),
        None => response,
    };
    match error.kind {
        // Both schemes that IdPs offer, so that a person sees what is expected.
        Kind::Unauthorized => response
            .with_additional_header("WWW-Authenticate", "Bearer realm=\"SCIM\"")
            .with_additional_header("WWW-Authenticate", "Basic realm=\"SCIM\", charset=\"UTF-8\""),
        _ => response,
    }
}

/// A JSON answer of SCIM's media type, not to be kept by anything in between.
pub fn respond(status: u16, body: &Value) -> Response {
    respond_text(status, body.to_string())
}

/// The same of JSON text.
pub fn respond_text(status: u16, body: String) -> Response {
    Response::from_data("application/scim+json; charset=utf-8", body)
        .with_status_code(status)
        .with_additional_header("Cache-Control", "no-store")
}

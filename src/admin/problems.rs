//! Domain errors → `application/problem+json` (RFC 9457), in this one place.

use rouille::Response;
use serde_json::{Map, Value, json};

use crate::admin::reply::uncached;
use crate::model::error::{Error, Kind};

/// Status, the last part of `type`, and `title` of a kind of error.
pub(super) fn row(kind: Kind) -> (u16, &'static str, &'static str) {
    match kind {
        Kind::InvalidSyntax => (400, "invalid-syntax", "The body is not what is expected"),
        Kind::InvalidFilter => (400, "invalid-filter", "The filter is not valid"),
        Kind::InvalidPath => (400, "invalid-path", "The path is not valid"),
        Kind::InvalidValue => (400, "invalid-value", "A value is not valid"),
        Kind::NoTarget => (400, "no-target", "Nothing was selected"),
        Kind::Mutability => (400, "mutability", "This cannot be changed"),
        Kind::TooMany => (400, "too-many", "There is too much of something"),
        Kind::InvalidCursor => (400, "invalid-cursor", "The cursor is not one of this list"),
        Kind::ExpiredCursor => (400, "expired-cursor", "The cursor is no longer valid"),
        Kind::InvalidCount => (400, "invalid-count", "The page size is not valid"),
        Kind::Unauthorized => (401, "unauthorized", "A valid credential is required"),
        Kind::Forbidden => (403, "forbidden", "This is not allowed"),
        Kind::NotFound => (404, "not-found", "There is no such thing"),
        Kind::MethodNotAllowed => (405, "method-not-allowed", "The method is not offered here"),
        Kind::Uniqueness => (409, "uniqueness", "The value is taken"),
        Kind::Conflict => (409, "conflict", "The state of things does not allow this"),
        Kind::Gone => (410, "gone", "It is kept no longer"),
        Kind::PreconditionFailed => (412, "precondition-failed", "Another version is stored"),
        Kind::TooLarge => (413, "too-large", "The body is too large"),
        Kind::UnsupportedMediaType => (415, "unsupported-media-type", "The body's media type is not JSON"),
        Kind::TooManyRequests => (429, "too-many-requests", "There were too many requests"),
        Kind::NotImplemented => (501, "not-implemented", "This server does not offer it"),
        Kind::Unavailable => (503, "unavailable", "The server cannot take the request now"),
        Kind::StorageFull => (507, "storage-full", "There is no room to store it"),
        Kind::Internal => (500, "internal", "The server failed"),
    }
}

/// What a refusal of this status says, in a few words.
pub fn title(status: u16) -> &'static str {
    match status {
        400 => "Something in the request is not valid",
        401 => "A valid credential is required",
        403 => "This is not allowed",
        404 => "There is no such thing",
        408 => "The request took too long to arrive",
        409 => "The state of things does not allow this",
        410 => "It is kept no longer",
        412 => "Another version is stored",
        413 => "The body is too large",
        414 => "The target is too long",
        415 => "The body's media type is not JSON",
        429 => "There were too many requests",
        431 => "The head is too large",
        503 => "The server cannot take the request now",
        507 => "There is no room to store it",
        _ => "The server failed",
    }
}

/// The answer to a request that was refused or failed. The members of an attachment stand beside the others.
///
/// The detail of an internal error goes to the log; the answer names only the request, by which it is found there.
pub fn answer(error: &Error, request_id: &str) -> Response {
    let (status, word, title) = row(error.kind);
    let detail = match error.kind {
        Kind::Internal => {
            log::error!("request {request_id}: {}", error.detail);
            format!(
                "Something failed that should not. The server's log has the reason, under request {request_id}."
            )
        }
        _ => error.detail.clone(),
    };
    let mut problem = members(status, word, title, &detail);
    if let Some(field) = &error.field {
        problem.insert("field".to_owned(), json!(field));
    }
    problem.insert("request_id".to_owned(), json!(request_id));
    if let Some(Value::Object(members)) = error.attachment.as_deref() {
        for (name, value) in members {
            problem.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    let answer = Response::from_data("application/problem+json", Value::Object(problem).to_string());
    with_advice(uncached(answer.with_status_code(status)), error)
}

/// The answer to a request that was refused before it reached a route, with a status that no domain error has.
pub fn of_status(status: u16, detail: &str, request_id: &str) -> Response {
    let mut problem = members(status, "refused", "The request was refused", detail);
    problem.insert("request_id".to_owned(), json!(request_id));
    let answer = Response::from_data("application/problem+json", Value::Object(problem).to_string());
    uncached(answer.with_status_code(status))
}

fn members(status: u16, word: &str, title: &str, detail: &str) -> Map<String, Value> {
    let mut problem = Map::new();
    problem.insert("type".to_owned(), json!(format!("urn:rollcall:problem:{word}")));
    problem.insert("title".to_owned(), json!(title));
    problem.insert("status".to_owned(), json!(status));
    problem.insert("detail".to_owned(), json!(detail));
    problem
}

/// The header fields by which HTTP asks for a credential or for patience.
fn with_advice(answer: Response, error: &Error) -> Response {
    let seconds = error.retry_after.or((error.kind == Kind::Unavailable).then_some(1));
    let answer = match seconds {
        Some(seconds) => answer.with_additional_header("Retry-After", seconds.to_string()),
        None => answer,
    };
    match error.kind {
        Kind::Unauthorized => answer.with_additional_header("WWW-Authenticate", "Bearer realm=\"rollcall\""),
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::{body, header};

    #[test]
    fn a_problem_has_the_members_of_rfc_9457_and_names_field_and_request() {
        let error = Error::invalid_value("limit: it is \"0\"; a number is expected.").at("limit");
        let answer = answer(&error, "req-1");
        assert_eq!(answer.status_code, 400);
        assert_eq!(header(&answer, "Content-Type"), Some("application/problem+json"));
        assert_eq!(header(&answer, "Cache-Control"), Some("no-store"));
        assert_eq!(
            body(answer),
            json!({
                "type": "urn:rollcall:problem:invalid-value",
                "title": "A value is not valid",
                "status": 400,
                "detail": "limit: it is \"0\"; a number is expected.",
                "field": "limit",
                "request_id": "req-1",
            })
        );
    }

    #[test]
    fn an_internal_error_says_the_request_and_nothing_of_the_inside() {
        let problem = body(answer(&Error::internal("table users is malformed"), "req-2"));
        assert_eq!(problem["status"], 500);
        assert!(!problem.to_string().contains("users"));
        assert!(problem["detail"].as_str().unwrap().contains("req-2"));
        assert!(problem.get("field").is_none());
    }

    #[test]
    fn an_attachment_stands_beside_and_cannot_replace_what_is_there() {
        let mut error = Error::new(Kind::Conflict, "Something moved.");
        error.attachment = Some(Box::new(json!({"preview": {"basis": "7"}, "status": 200})));
        let problem = body(answer(&error, "req-3"));
        assert_eq!(problem["preview"]["basis"], "7");
        assert_eq!(problem["status"], 409);
    }

    #[test]
    fn a_missing_credential_is_asked_for_as_rfc_9110_section_11_6_1_demands() {
        let answer = answer(&Error::new(Kind::Unauthorized, "No token."), "req-4");
        assert_eq!(answer.status_code, 401);
        assert_eq!(header(&answer, "WWW-Authenticate"), Some("Bearer realm=\"rollcall\""));
    }
}

//! Requests as API, page and commands show them.

use serde_json::{Value, json};

use crate::model::request::{LoggedRequest, UnknownRequests};

/// A request with a valid token.
pub fn request_json(request: &LoggedRequest) -> Value {
    let changes = request.events.map_or(0, |(first, last)| last - first + 1);
    json!({
        "id": request.id,
        "at": request.at,
        "token": {"id": request.token, "name": request.token_name},
        "address": request.address,
        "user_agent": request.user_agent,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "scim_type": request.scim_type,
        "detail": request.detail,
        "duration_ms": millis(request.micros),
        "resource": request.resource,
        "changes": changes,
        "deviations": list(&request.deviations),
        "remarks": list(&request.remarks),
    })
}

/// Requests without a valid token: the newest of them, and how many.
pub fn unknown_requests_json(seen: &UnknownRequests) -> Value {
    json!({
        "id": seen.number.to_string(),
        "first_at": seen.first_at,
        "at": seen.at,
        "count": seen.count,
        "request_id": seen.request_id,
        "token": {"prefix": seen.token_prefix},
        "address": seen.address,
        "user_agent": seen.user_agent,
        "method": seen.method,
        "path": seen.path,
        "query": seen.query,
        "status": seen.status,
        "scim_type": seen.scim_type,
        "detail": seen.detail,
    })
}

/// Milliseconds with three digits after the point.
fn millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

fn list(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!([]))
}

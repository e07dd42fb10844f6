//! What became of operations → the BulkResponse (RFC 7644 §3.7.3).

use serde_json::{Map, Value, json};

use crate::model::error::{Error, Result};
use crate::model::id::ResourceId;
use crate::scim::errors::{error_body, status_of};
use crate::scim::etags::etag;
use crate::scim::schema::ResourceKind;

/// URN of the message.
const BULK_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What an operation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Done {
    /// The HTTP status.
    pub status: u16,
    pub id: ResourceId,
    /// The resource's version now; `None` when it is gone.
    pub version: Option<i64>,
}

/// What became of an operation.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// Its place in the request.
    pub index: usize,
    /// Its method, as it was sent.
    pub method: String,
    pub bulk_id: Option<String>,
    /// What it was about, as far as that is known.
    pub resource: Option<(ResourceKind, ResourceId)>,
    pub result: Result<Done>,
}

/// The whole answer: the operations that were tried, in the order of the request.
pub(super) fn bulk_response(mut outcomes: Vec<Outcome>, base: &str, request_id: &str) -> Value {
    outcomes.sort_by_key(|outcome| outcome.index);
    let operations: Vec<Value> =
        outcomes.iter().map(|outcome| operation(outcome, base, request_id)).collect();
    json!({"schemas": [BULK_URN], "Operations": operations})
}

fn operation(outcome: &Outcome, base: &str, request_id: &str) -> Value {
    let mut shown = Map::new();
    shown.insert("method".to_owned(), json!(outcome.method));
    if let Some(bulk_id) = &outcome.bulk_id {
        shown.insert("bulkId".to_owned(), json!(bulk_id));
    }
    if let Some((kind, id)) = &outcome.resource {
        shown.insert("location".to_owned(), json!(format!("{base}{}/{id}", kind.endpoint())));
    }
    match &outcome.result {
        Ok(done) => {
            if let Some(version) = done.version {
                shown.insert("version".to_owned(), json!(etag(version)));
            }
            shown.insert("status".to_owned(), json!(done.status.to_string()));
        }
        Err(error) => {
            shown.insert("status".to_owned(), json!(status(error)));
            shown.insert("response".to_owned(), error_body(error, request_id));
        }
    }
    Value::Object(shown)
}

fn status(error: &Error) -> String {
    status_of(error.kind).0.to_string()
}

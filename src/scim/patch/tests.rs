//! PATCH, sentence by sentence of spec/scim.md and paragraph by paragraph of RFC 7644 §3.5.2.

mod groups;
mod hostile;
mod model;
mod requests;
mod users;

use serde_json::{Map, Value, json};

use super::*;
use crate::model::error::{Error, Result};
use crate::model::user::UserDocument;
use crate::scim::deviations::{Deviation, Notes, Tolerance};
use crate::scim::filter::Limits;
use crate::scim::schema::{SchemaSettings, Schemas};

const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User";
const GROUP_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group";

fn lenient() -> Schemas {
    Schemas::new(SchemaSettings::default())
}

fn strict() -> Schemas {
    Schemas::new(SchemaSettings { tolerance: Tolerance::Strict, ..SchemaSettings::default() })
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

/// The PATCH body of `operations`.
fn body(operations: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

fn parse(schemas: &Schemas, operations: Value) -> Result<PatchRequest> {
    PatchRequest::parse(body(operations), schemas, &Limits::default())
}

/// The user that tests change.
fn jane() -> Map<String, Value> {
    let body = json!({
        "userName": "jane@example.com", "title": "Dr.", "name": {"givenName": "Jane", "familyName": "Doe"},
        "emails": [
            {"value": "jane@example.com", "type": "work", "primary": true},
            {"value": "j@home.example", "type": "home"},
        ],
    });
    lenient().read_new_user(body).expect("valid").0.resource
}

fn patch_with(schemas: &Schemas, operations: Value) -> Result<(UserDocument, Notes)> {
    let read_only = object(json!({"id": "u1", "meta": {"resourceType": "User", "version": "W/\"1\""}}));
    apply_user(schemas, parse(schemas, operations)?, &jane(), &read_only)
}

/// Jane after `operations`, none of which needs a tolerance.
fn patched(operations: Value) -> Map<String, Value> {
    patch_with(&strict(), operations).expect("valid under strict").0.resource
}

/// Jane after `operations` that need `deviation`.
fn tolerated(operations: Value, deviation: Deviation) -> Map<String, Value> {
    let refusal = patch_with(&strict(), operations.clone()).expect_err("strict");
    assert!(refusal.detail.contains(deviation.as_str()), "{}", refusal.detail);
    let (document, notes) = patch_with(&lenient(), operations).expect("tolerated");
    assert_eq!(notes.deviations(), [deviation]);
    document.resource
}

fn refused(operations: Value) -> Error {
    patch_with(&lenient(), operations).expect_err("refused")
}

//! The body of a `/Bulk` → operations (RFC 7644 §3.7).

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::operation::{Action, Operation, Place};
use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Notes, Tolerance};
use crate::scim::messages::{check_urn, take};
use crate::scim::schema::{Found, Short};

/// URN of the message.
const BULK_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// A parsed BulkRequest.
#[derive(Clone, Debug)]
pub(super) struct BulkRequest {
    /// The number of failures at which the rest is left undone.
    pub fail_on_errors: Option<u64>,
    /// In the order of the request.
    pub operations: Vec<Operation>,
    /// For each operation, the places of those whose resources it needs.
    pub references: Vec<BTreeSet<usize>>,
    pub notes: Notes,
}

impl BulkRequest {
    /// Parses a body with at most `most` operations. What is wrong with one operation alone is part of that operation.
    ///
    /// # Errors
    /// `InvalidSyntax` when it is no BulkRequest; `InvalidValue` for a wrong `failOnErrors`, or when two operations that
    /// create have the same `bulkId`; `TooLarge` above `most`.
    pub(super) fn parse(body: Value, most: usize, tolerance: Tolerance) -> Result<BulkRequest> {
        let mut notes = Notes::default();
        let Value::Object(mut body) = body else { return Err(malformed("the body is not an object")) };
        let refusal = || malformed(format!("\"schemas\" is not [\"{BULK_URN}\"]"));
        check_urn(take(&mut body, "schemas"), BULK_URN, tolerance, &mut notes, refusal)?;
        let fail_on_errors = fail_on_errors(take(&mut body, "failOnErrors"))?;
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(malformed("there is no array \"Operations\""));
        };
        if operations.len() > most {
            return Err(Error::new(
                Kind::TooLarge,
                format!(
                    "Operations: found {}, more than maxOperations ({most}) allows. Nothing was changed; send them in \
                     several requests.",
                    operations.len()
                ),
            ));
        }
        let mut operations: Vec<Operation> = operations
            .into_iter()
            .enumerate()
            .map(|(index, operation)| read(operation).map_err(|problem| in_operation(index, &problem)))
            .collect::<Result<_>>()?;
        let references = link(&mut operations)?;
        Ok(BulkRequest { fail_on_errors, operations, references, notes })
    }
}

/// Reads `failOnErrors`.
fn fail_on_errors(sent: Option<Value>) -> Result<Option<u64>> {
    match sent {
        None | Some(Value::Null) => Ok(None),
        Some(sent) => match sent.as_u64() {
            Some(count) if count > 0 => Ok(Some(count)),
            _ => Err(Error::invalid_value(format!(
                "failOnErrors: found {}, expected a whole number from 1 on. Leave it out to have all operations tried.",
                Found(&sent)
            ))
            .at("failOnErrors")),
        },
    }
}

/// Reads one operation, or says why it is none.
fn read(operation: Value) -> std::result::Result<Operation, String> {
    let Value::Object(mut operation) = operation else { return Err("it is not an object".to_owned()) };
    let method = text(&mut operation, "method")?.ok_or("it has no \"method\"")?;
    let path = text(&mut operation, "path")?.ok_or("it has no \"path\"")?;
    let bulk_id = text(&mut operation, "bulkId")?;
    let version = text(&mut operation, "version")?;
    let data = take(&mut operation, "data").filter(|data| !data.is_null());
    let place = Place::parse(&path);
    let action = Action::parse(&method, &path, place.clone(), data);
    let action = match action {
        Ok(Action::Create { .. }) if bulk_id.is_none() => Err(Error::invalid_value(
            "bulkId: it is required for POST and missing (RFC 7644 §3.7). Name the operation, in your own words.",
        )
        .at("bulkId")),
        action => action,
    };
    Ok(Operation { method, bulk_id, version, place, action })
}

fn text(operation: &mut Map<String, Value>, name: &str) -> std::result::Result<Option<String>, String> {
    match take(operation, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("\"{name}\" is {}, expected a string", Found(&other))),
    }
}

/// Finds for each operation those that it refers to. One that refers to a `bulkId` which no operation creates fails.
fn link(operations: &mut [Operation]) -> Result<Vec<BTreeSet<usize>>> {
    let creators = creators(operations)?;
    let mut linked = Vec::with_capacity(operations.len());
    for operation in operations {
        let references = operation.action.as_ref().map(Action::references).unwrap_or_default();
        let unknown = references.iter().find(|bulk_id| !creators.contains_key(*bulk_id));
        if let Some(unknown) = unknown {
            operation.action = Err(Error::invalid_value(format!(
                "\"bulkId:{0}\": no operation of this request creates a resource with the bulkId \"{0}\".",
                Short(unknown)
            )));
            linked.push(BTreeSet::new());
            continue;
        }
        linked.push(references.iter().filter_map(|bulk_id| creators.get(bulk_id).copied()).collect());
    }
    Ok(linked)
}

/// The operations that create something, by `bulkId`.
fn creators(operations: &[Operation]) -> Result<HashMap<String, usize>> {
    let mut creators = HashMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let is_post = operation.method.eq_ignore_ascii_case("POST");
        let Some(bulk_id) = operation.bulk_id.as_ref().filter(|_| is_post) else { continue };
        if let Some(first) = creators.insert(bulk_id.clone(), index) {
            return Err(Error::invalid_value(format!(
                "bulkId: operations {} and {} both have \"{}\", so that a reference to it could mean either. Give each \
                 POST its own (RFC 7644 §3.7).",
                first + 1,
                index + 1,
                Short(bulk_id)
            ))
            .at("bulkId"));
        }
    }
    Ok(creators)
}

fn in_operation(index: usize, problem: &str) -> Error {
    malformed(format!("operation {}: {problem}", index + 1))
}

fn malformed(problem: impl std::fmt::Display) -> Error {
    let detail = format!(
        "This is not a bulk request that RFC 7644 \u{a7}3.7 describes: {problem}. Expected {{\"schemas\": [\u{2026}], \
         \"Operations\": [{{\"method\": \u{2026}, \"path\": \u{2026}, \"bulkId\": \u{2026}, \"data\": \u{2026}}}]}}. \
         Nothing was changed."
    );
    Error::new(Kind::InvalidSyntax, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(body: Value) -> Result<BulkRequest> {
        BulkRequest::parse(body, 3, Tolerance::Lenient)
    }

    fn operations(operations: Value) -> Result<BulkRequest> {
        parse(json!({"schemas": [BULK_URN], "Operations": operations}))
    }

    #[test]
    fn operations_refer_to_those_that_create_wherever_they_stand() {
        let request = operations(json!([
            {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"members": [{"value": "bulkId:u"}]}},
            {"method": "POST", "path": "/Users", "bulkId": "u", "data": {}},
            {"METHOD": "PATCH", "Path": "/Groups/bulkId:g", "bulkId": "u", "data": {}},
        ]))
        .expect("a bulk request");
        assert_eq!(request.references, [BTreeSet::from([1]), BTreeSet::new(), BTreeSet::from([0])]);
    }

    #[test]
    fn what_is_wrong_with_one_operation_is_its_own_failure() {
        let request = operations(json!([
            {"method": "POST", "path": "/Users", "data": {}},
            {"method": "DELETE", "path": "/Users/bulkId:nobody"},
            {"method": "PUT", "path": "/Users/1", "data": null},
        ]))
        .expect("a bulk request");
        for (operation, field) in request.operations.iter().zip(["bulkId", "bulkId:nobody", "data"]) {
            let refused = operation.action.as_ref().expect_err(field);
            assert!(refused.kind == Kind::InvalidValue && refused.detail.contains(field), "{refused}");
        }
    }

    #[test]
    fn what_is_no_bulk_request_is_refused_as_a_whole() {
        for (body, kind) in [
            (json!([]), Kind::InvalidSyntax),
            (json!({"Operations": {}}), Kind::InvalidSyntax),
            (json!({"Operations": [1]}), Kind::InvalidSyntax),
            (json!({"Operations": [{"path": "/Users"}]}), Kind::InvalidSyntax),
            (json!({"Operations": [{"method": "POST", "path": 1}]}), Kind::InvalidSyntax),
            (json!({"Operations": [], "failOnErrors": 0}), Kind::InvalidValue),
            (json!({"Operations": [], "failOnErrors": "1"}), Kind::InvalidValue),
            (json!({"Operations": [1, 2, 3, 4]}), Kind::TooLarge),
        ] {
            assert_eq!(parse(body.clone()).expect_err("refused").kind, kind, "{body}");
        }
        let twice = json!({"method": "POST", "path": "/Users", "bulkId": "a", "data": {}});
        assert_eq!(operations(json!([twice, twice])).expect_err("refused").kind, Kind::InvalidValue);
        let strict = BulkRequest::parse(json!({"Operations": []}), 3, Tolerance::Strict);
        assert_eq!(strict.expect_err("refused").kind, Kind::InvalidSyntax);
    }
}

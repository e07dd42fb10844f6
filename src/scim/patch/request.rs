//! The body of a PATCH → operations (RFC 7644 §3.5.2).

use serde_json::{Map, Value};

use super::paths::{Paths, WrittenPath};
use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Deviation, Notes};
use crate::scim::filter::Limits;
use crate::scim::messages::{check_urn, take};
use crate::scim::schema::{Found, Schemas, Short};

/// URN of the PATCH message.
const PATCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// How many operations one request may hold.
pub const OPERATIONS: usize = 1000;

/// A parsed PATCH body.
#[derive(Clone, Debug)]
pub struct PatchRequest {
    pub(super) operations: Vec<Operation>,
    /// What is left for paths, which keys of values may be too.
    pub(super) paths: Paths,
    pub(super) notes: Notes,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// Where; a removal always has one.
    pub path: Option<WrittenPath>,
    pub action: Action,
}

/// What an operation does at its place.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Add(Value),
    Replace(Value),
    /// With the values that alone are to go, where the client sends such.
    Remove(Option<Value>),
}

impl PatchRequest {
    /// Parses a body.
    ///
    /// # Errors
    /// `InvalidSyntax` when it is no PatchOp, `InvalidPath` and `InvalidFilter` for a malformed path, `NoTarget` for a
    /// removal without a path, `TooMany` above [`OPERATIONS`] and for more path than a request may hold.
    pub fn parse(body: Value, schemas: &Schemas, limits: &Limits) -> Result<PatchRequest> {
        let mut notes = Notes::default();
        let Value::Object(mut body) = body else { return Err(malformed("the body is not an object")) };
        let refusal = || malformed(format!("\"schemas\" is not [\"{PATCH_URN}\"]"));
        check_urn(take(&mut body, "schemas"), PATCH_URN, schemas.tolerance(), &mut notes, refusal)?;
        let operations = match take(&mut body, "Operations") {
            Some(Value::Array(operations)) => operations,
            Some(single @ Value::Object(_)) => {
                let refusal = || malformed("\"Operations\" is an object, expected an array");
                schemas.tolerance().grant(Deviation::ValueForArray, &mut notes, refusal)?;
                vec![single]
            }
            _ => return Err(malformed("there is no array \"Operations\"")),
        };
        if operations.is_empty() {
            return Err(malformed("\"Operations\" is empty"));
        }
        if operations.len() > OPERATIONS {
            let detail = format!(
                "The request has {} operations; this server takes {OPERATIONS} at once. Split it.",
                operations.len()
            );
            return Err(Error::new(Kind::TooMany, detail));
        }
        let mut paths = Paths::new(*limits);
        let operations = operations
            .into_iter()
            .enumerate()
            .map(|(i, operation)| {
                Operation::parse(operation, schemas, &mut paths, &mut notes).map_err(in_operation(i))
            })
            .collect::<Result<_>>()?;
        Ok(PatchRequest { operations, paths, notes })
    }
}

impl Operation {
    fn parse(operation: Value, schemas: &Schemas, paths: &mut Paths, notes: &mut Notes) -> Result<Operation> {
        let Value::Object(mut operation) = operation else { return Err(malformed("it is not an object")) };
        let word = op_word(take(&mut operation, "op"), schemas, notes)?;
        let value = take(&mut operation, "value");
        let path = match take(&mut operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(paths.parse(text, schemas.tolerance(), notes)?),
            Some(other) => {
                let detail =
                    format!("\"path\" is {}, expected a string such as \"name.familyName\".", Found(&other));
                return Err(Error::new(Kind::InvalidPath, detail));
            }
        };
        let action = match (word, value) {
            (Word::Remove, _) if path.is_none() => {
                let detail = "A remove operation needs a \"path\" that says what to remove.";
                return Err(Error::new(Kind::NoTarget, detail));
            }
            (Word::Remove, value) => Action::Remove(value.filter(|value| !value.is_null())),
            (Word::Add, Some(value)) => Action::Add(value),
            (Word::Replace, Some(value)) => Action::Replace(value),
            (Word::Add | Word::Replace, None) => {
                return Err(Error::invalid_value(
                    "The operation has no \"value\". Send one, or remove the attribute.",
                ));
            }
        };
        Ok(Operation { path, action })
    }
}

impl Operation {
    /// The same as several, where it has no path: one for each member of its value.
    pub(super) fn in_parts(self) -> Vec<Operation> {
        let (members, again): (_, fn(Value) -> Action) = match self {
            Operation { path: None, action: Action::Add(Value::Object(members)) } => (members, Action::Add),
            Operation { path: None, action: Action::Replace(Value::Object(members)) } => {
                (members, Action::Replace)
            }
            whole => return vec![whole],
        };
        let one = |(name, value)| Value::Object(Map::from_iter([(name, value)]));
        members.into_iter().map(|member| Operation { path: None, action: again(one(member)) }).collect()
    }
}

/// The word in `op`.
#[derive(Clone, Copy)]
enum Word {
    Add,
    Replace,
    Remove,
}

fn op_word(op: Option<Value>, schemas: &Schemas, notes: &mut Notes) -> Result<Word> {
    let Some(Value::String(op)) = op else { return Err(malformed("\"op\" is missing or not a string")) };
    let refusal = || malformed(format!("\"op\" is \"{}\", expected add, replace or remove", Short(&op)));
    let word = match op.to_ascii_lowercase().as_str() {
        "add" => Word::Add,
        "replace" => Word::Replace,
        "remove" => Word::Remove,
        _ => return Err(refusal()),
    };
    if op.bytes().any(|b| b.is_ascii_uppercase()) {
        schemas.tolerance().grant(Deviation::OperationCase, notes, refusal)?;
    }
    Ok(word)
}

fn malformed(problem: impl std::fmt::Display) -> Error {
    let detail = format!(
        "This is not a PATCH request that RFC 7644 \u{a7}3.5.2 describes: {problem}. Expected \
         {{\"schemas\": [\u{2026}], \"Operations\": [{{\"op\": \u{2026}, \"path\": \u{2026}, \"value\": \u{2026}}}]}}."
    );
    Error::new(Kind::InvalidSyntax, detail)
}

/// Says in which operation, counted from 1, an error is.
pub(super) fn in_operation(index: usize) -> impl FnOnce(Error) -> Error {
    move |error| Error { detail: format!("Operation {}: {}", index + 1, error.detail), ..error }
}

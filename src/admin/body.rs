//! Typed reading of JSON bodies: every field is known, of its type and there where it must be, or the refusal names it.

use serde_json::{Map, Value};

use crate::directory::Answer;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::RuleId;
use crate::model::rule::RuleKind;
use crate::model::time::Timestamp;
use crate::model::token::TokenKind;
use crate::model::unique::Unique;

/// The most characters of a value that a refusal repeats.
const SHOWN: usize = 60;

/// What a field may be.
pub(crate) trait Field: Sized {
    /// For the sentence that refuses another value.
    const EXPECTED: &'static str;

    /// The value, if it is one.
    fn read(value: &Value) -> Option<Self>;
}

/// What a PATCH does to a field that may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit<T> {
    /// The field is not there: it stays.
    Keep,
    /// `null`: it is emptied.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Edit<T> {
    /// The field's new value, which may be none; `None` when it stays.
    pub(crate) fn change(self) -> Option<Option<T>> {
        match self {
            Edit::Keep => None,
            Edit::Clear => Some(None),
            Edit::Set(value) => Some(Some(value)),
        }
    }
}

/// The fields of an object that were not read yet.
#[derive(Debug)]
pub(crate) struct Fields {
    /// What stands before a field's name in refusals: `features.` within `features`.
    prefix: String,
    values: Map<String, Value>,
}

impl Fields {
    /// The body, which must be an object of these fields.
    ///
    /// # Errors
    /// `InvalidSyntax` with line and column where it is not JSON, or not an object; `InvalidValue` naming a field that
    /// is not one of `known`.
    pub(crate) fn of_body(call: &Call, known: &[&str]) -> Result<Fields> {
        if is_empty(&call.body) {
            return Err(Error::new(
                Kind::InvalidSyntax,
                format!("The body is empty. Send a JSON object with the fields {}.", known.join(", ")),
            ));
        }
        let Unique(value) = serde_json::from_slice(&call.body).map_err(|error| {
            Error::new(
                Kind::InvalidSyntax,
                format!("The body is not JSON that can be taken: {error}. Send a JSON object."),
            )
        })?;
        match value {
            Value::Object(values) => Fields::new(String::new(), values, known),
            other => Err(Error::new(
                Kind::InvalidSyntax,
                format!("The body is {}. Send a JSON object.", describe(&other)),
            )),
        }
    }

    /// The same where nothing needs to be sent: an empty body has no fields.
    ///
    /// # Errors
    /// As [`Fields::of_body`] for a body that is not empty.
    pub(crate) fn of_optional_body(call: &Call, known: &[&str]) -> Result<Fields> {
        if is_empty(&call.body) {
            return Fields::new(String::new(), Map::new(), known);
        }
        Fields::of_body(call, known)
    }

    fn new(prefix: String, values: Map<String, Value>, known: &[&str]) -> Result<Fields> {
        let Some(stranger) = values.keys().find(|name| !known.contains(&name.as_str())) else {
            return Ok(Fields { prefix, values });
        };
        let field = format!("{prefix}{stranger}");
        let known = match known {
            [] => "No field is known here.".to_owned(),
            known => format!("Known fields are {}.", known.join(", ")),
        };
        Err(Error::invalid_value(format!("{field}: there is no such field. {known}")).at(field))
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// `InvalidValue` naming it, when it is missing or of another type.
    pub(crate) fn required<T: Field>(&mut self, name: &str) -> Result<T> {
        match self.values.shift_remove(name) {
            Some(value) => self.typed(name, &value),
            None => {
                let field = format!("{}{name}", self.prefix);
                let expected = T::EXPECTED;
                Err(Error::invalid_value(format!("{field}: it is missing; {expected} is required."))
                    .at(field))
            }
        }
    }

    /// A field of something new that may be left out, which `null` does too.
    ///
    /// # Errors
    /// `InvalidValue` naming it, when it is of another type.
    pub(crate) fn optional<T: Field>(&mut self, name: &str) -> Result<Option<T>> {
        match self.values.shift_remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => self.typed(name, &value).map(Some),
        }
    }

    /// A field of something that exists, which stays as it is when the field is left out, and cannot be empty.
    ///
    /// # Errors
    /// `InvalidValue` naming it, when it is of another type.
    pub(crate) fn changed<T: Field>(&mut self, name: &str) -> Result<Option<T>> {
        self.values.shift_remove(name).map(|value| self.typed(name, &value)).transpose()
    }

    /// The same for one that can be empty.
    ///
    /// # Errors
    /// `InvalidValue` naming it, when it is of another type.
    pub(crate) fn edit<T: Field>(&mut self, name: &str) -> Result<Edit<T>> {
        match self.values.shift_remove(name) {
            None => Ok(Edit::Keep),
            Some(Value::Null) => Ok(Edit::Clear),
            Some(value) => self.typed(name, &value).map(Edit::Set),
        }
    }

    /// A field that is an object of these fields.
    ///
    /// # Errors
    /// `InvalidValue` naming it, or the field in it that is not one of `known`.
    pub(crate) fn object(&mut self, name: &str, known: &[&str]) -> Result<Option<Fields>> {
        let Some(values) = self.changed::<Map<String, Value>>(name)? else { return Ok(None) };
        Fields::new(format!("{}{name}.", self.prefix), values, known).map(Some)
    }

    /// A field that is an array of objects of these fields; none when it is left out.
    ///
    /// # Errors
    /// `InvalidValue` naming it, or the field in one of them that is not one of `known`.
    pub(crate) fn objects(&mut self, name: &str, known: &[&str]) -> Result<Vec<Fields>> {
        let objects = self.changed::<Vec<Map<String, Value>>>(name)?.unwrap_or_default();
        let within = |(index, values)| Fields::new(format!("{}{name}[{index}].", self.prefix), values, known);
        objects.into_iter().enumerate().map(within).collect()
    }

    fn typed<T: Field>(&self, name: &str, value: &Value) -> Result<T> {
        T::read(value).ok_or_else(|| {
            let field = format!("{}{name}", self.prefix);
            let (found, expected) = (describe(value), T::EXPECTED);
            Error::invalid_value(format!("{field}: it is {found}; {expected} is expected.")).at(field)
        })
    }
}

fn is_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}

/// A value in the words of a refusal.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.chars().count() > SHOWN => {
            let start: String = text.chars().take(SHOWN).collect();
            format!("the string \"{start}...\"")
        }
        Value::String(text) => format!("the string \"{text}\""),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

impl Field for String {
    const EXPECTED: &'static str = "a string";

    fn read(value: &Value) -> Option<String> {
        value.as_str().map(str::to_owned)
    }
}

impl Field for bool {
    const EXPECTED: &'static str = "true or false";

    fn read(value: &Value) -> Option<bool> {
        value.as_bool()
    }
}

impl Field for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn read(value: &Value) -> Option<i64> {
        value.as_i64()
    }
}

impl Field for Map<String, Value> {
    const EXPECTED: &'static str = "an object";

    fn read(value: &Value) -> Option<Map<String, Value>> {
        value.as_object().cloned()
    }
}

impl Field for Vec<Map<String, Value>> {
    const EXPECTED: &'static str = "an array of objects";

    fn read(value: &Value) -> Option<Vec<Map<String, Value>>> {
        value.as_array()?.iter().map(|value| value.as_object().cloned()).collect()
    }
}

impl Field for Vec<RuleId> {
    const EXPECTED: &'static str = "an array of ids of mapping rules";

    fn read(value: &Value) -> Option<Vec<RuleId>> {
        value.as_array()?.iter().map(RuleId::read).collect()
    }
}

impl Field for Vec<String> {
    const EXPECTED: &'static str = "an array of strings";

    fn read(value: &Value) -> Option<Vec<String>> {
        value.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
    }
}

impl Field for RuleId {
    const EXPECTED: &'static str = "the id of a mapping rule, a string";

    fn read(value: &Value) -> Option<RuleId> {
        RuleId::parse(value.as_str()?)
    }
}

impl Field for TargetType {
    const EXPECTED: &'static str = "one of team, concurrency_group, sub_organization";

    fn read(value: &Value) -> Option<TargetType> {
        TargetType::parse(value.as_str()?).ok()
    }
}

impl Field for RuleKind {
    const EXPECTED: &'static str = "one of prefix, regex, all";

    fn read(value: &Value) -> Option<RuleKind> {
        RuleKind::parse(value.as_str()?)
    }
}

impl Field for Answer {
    const EXPECTED: &'static str = "one of keep_current, use_incoming";

    fn read(value: &Value) -> Option<Answer> {
        Answer::parse(value.as_str()?).ok()
    }
}

impl Field for TokenKind {
    const EXPECTED: &'static str = "one of scim, admin";

    fn read(value: &Value) -> Option<TokenKind> {
        TokenKind::parse(value.as_str()?).ok()
    }
}

impl Field for Timestamp {
    const EXPECTED: &'static str = "an RFC 3339 date and time such as 2027-01-31T00:00:00Z";

    fn read(value: &Value) -> Option<Timestamp> {
        Timestamp::parse(value.as_str()?)
    }
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;

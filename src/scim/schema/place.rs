//! Words for errors: where in a body something is, and what was found there.

use std::fmt;

use serde_json::Value;

use crate::model::error::{Error, Kind};

/// How many characters of a name or value an error shows.
const SHOWN: usize = 120;

/// A place in a resource, put into words only when an error needs them.
#[derive(Clone, Copy, Debug)]
pub(in crate::scim) enum Place<'a> {
    /// A member of the resource, or a whole PATCH path.
    Root(&'a str),
    /// A member of the object at a place.
    Member(&'a Place<'a>, &'a str),
    /// An element of the array at a place, counted from 0.
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// `InvalidValue`: what was found here and what was expected.
    pub(in crate::scim) fn expected(&self, expected: &str, found: &Value) -> Error {
        self.invalid(format!("found {}, expected {expected}.", Found(found)))
    }

    /// `InvalidValue` about this place; `problem` goes on after the name and a colon.
    pub(in crate::scim) fn invalid(&self, problem: impl fmt::Display) -> Error {
        self.error(Kind::InvalidValue, problem)
    }

    /// An error about this place.
    pub(in crate::scim) fn error(&self, kind: Kind, problem: impl fmt::Display) -> Error {
        Error::new(kind, format!("{self}: {problem}")).at(self.to_string())
    }
}

impl fmt::Display for Place<'_> {
    /// `emails[1].value`, and a colon after a URN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root(name) => write!(f, "{}", Short(name)),
            Place::Member(parent @ Place::Root(urn), name) if urn.contains(':') => {
                write!(f, "{parent}:{name}")
            }
            Place::Member(parent, name) => write!(f, "{parent}.{}", Short(name)),
            Place::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A JSON value in words, shortened.
pub(in crate::scim) struct Found<'a>(pub(in crate::scim) &'a Value);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(number) => write!(f, "the number {number}"),
            Value::String(text) => write!(f, "the string \"{}\"", Short(text)),
            Value::Array(items) => write!(f, "an array of {}", items.len()),
            Value::Object(_) => f.write_str("an object"),
        }
    }
}

/// Text from a client, cut to a length that fits a sentence.
pub(in crate::scim) struct Short<'a>(pub(in crate::scim) &'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN).and_then(|(at, _)| self.0.get(..at)) {
            Some(start) => write!(f, "{start}\u{2026}"),
            None => f.write_str(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_reads_like_a_path_and_a_long_value_is_cut() {
        let emails = Place::Root("emails");
        let second = Place::Element(&emails, 1);
        let error = Place::Member(&second, "value").expected("a string", &json!(["x"]));
        assert_eq!(error.detail, "emails[1].value: found an array of 1, expected a string.");
        let urn = Place::Root("urn:example:User");
        assert_eq!(Place::Member(&urn, "role").to_string(), "urn:example:User:role");
        assert!(Found(&json!("\u{e9}".repeat(1000))).to_string().len() < 300);
    }
}

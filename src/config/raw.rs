//! A value before it has a type: from the file, or the text of an environment variable.
//!
//! The text of a variable is whatever the key wants it to be; in the file, `"8"` is not a number.

use toml::de::DeValue;

use crate::model::toml_file;

/// What was written for a key.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    /// In the file.
    File(&'a DeValue<'a>),
    /// In an environment variable; lists are separated by commas.
    Variable(&'a str),
}

impl<'a> Raw<'a> {
    /// `true` or `false`.
    pub(super) fn boolean(self) -> Option<bool> {
        match self {
            Raw::File(value) => value.as_bool(),
            Raw::Variable(text) => text.trim().parse().ok(),
        }
    }

    /// A whole number.
    pub(super) fn integer(self) -> Option<i64> {
        match self {
            Raw::File(value) => {
                value.as_integer().and_then(|found| i64::from_str_radix(found.as_str(), found.radix()).ok())
            }
            Raw::Variable(text) => text.trim().parse().ok(),
        }
    }

    /// A text.
    pub(super) fn text(self) -> Option<&'a str> {
        match self {
            Raw::File(value) => value.as_str(),
            Raw::Variable(text) => Some(text.trim()),
        }
    }

    /// A list of texts.
    pub(super) fn texts(self) -> Option<Vec<&'a str>> {
        match self {
            Raw::File(value) => value.as_array()?.iter().map(|item| item.get_ref().as_str()).collect(),
            Raw::Variable(text) => {
                Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect())
            }
        }
    }

    /// How an error names it.
    pub(super) fn found(self) -> String {
        match self {
            Raw::File(value) => toml_file::found(value),
            Raw::Variable(text) => toml_file::quoted(text),
        }
    }
}

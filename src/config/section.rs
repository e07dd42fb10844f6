//! The table behind a section: its path and, by name, a place for each of its values.

use super::value::Value;

/// A key of a section and where its value goes.
pub(super) struct Key<'c> {
    /// The name as written in the file.
    pub name: &'static str,
    /// How it is read and shown.
    pub value: Box<dyn Value + 'c>,
}

/// A section of the file: `[server.limits]`.
pub(super) struct Section<'c> {
    /// Its full name, dotted.
    pub path: &'static str,
    /// Its keys in the order in which they are shown.
    pub keys: Vec<Key<'c>>,
}

/// An entry of a section's table.
pub(super) fn key<'c>(name: &'static str, value: impl Value + 'c) -> Key<'c> {
    Key { name, value: Box::new(value) }
}

impl Section<'_> {
    /// The names of the keys, as a sentence lists them.
    pub(super) fn list(&self) -> String {
        self.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
    }
}

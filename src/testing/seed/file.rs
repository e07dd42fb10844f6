//! TOML to entries that know their lines.

use std::path::Path;

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::error::{Error, Result};
use crate::model::toml_file::TomlFile;
use crate::testing::seed::parts::{PARTS, Part, SETTINGS};

/// A seed, read and not yet planted.
#[derive(Debug)]
pub(in crate::testing) struct Seed {
    /// What the organization `default` begins with.
    pub(super) default: Plot,
    /// The other organizations.
    pub(super) others: Vec<Plot>,
}

/// What one organization begins with.
#[derive(Debug)]
pub(super) struct Plot {
    /// Its settings, and for another organization than `default` its slug.
    pub(super) settings: Entry,
    /// The entries, in the order in which they are planted.
    pub(super) entries: Vec<(&'static Part, Entry)>,
}

/// A table of the file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// `users 3`, for errors.
    name: String,
    /// Where it begins: `seed.toml, line 3`.
    place: String,
    /// Where each of its keys is.
    places: Vec<(String, String)>,
    /// What it says.
    pub(super) fields: Map<String, Value>,
}

/// A file, for the places in it.
struct Source<'f>(TomlFile<'f>);

impl Seed {
    /// Reads a seed from the text of the file `path`.
    ///
    /// # Errors
    /// `InvalidValue` with file, line, key and what was expected.
    pub(in crate::testing) fn parse(path: &Path, text: &str) -> Result<Seed> {
        let source = Source(TomlFile::new(path, text));
        let table = source.0.parse().map_err(Error::invalid_value)?;
        let default = source.plot("", 0, &table, &["organizations"])?;
        let organizations = table.iter().find(|(name, _)| name.get_ref() == "organizations");
        let others = organizations.map_or(Ok(Vec::new()), |(_, tables)| {
            let tables = source.tables("organizations", tables)?;
            (1..)
                .zip(tables)
                .map(|(number, table)| {
                    source.plot(
                        &format!("organizations {number}"),
                        table.span().start,
                        table.get_ref(),
                        &["slug"],
                    )
                })
                .collect()
        })?;
        Ok(Seed { default, others })
    }
}

impl Source<'_> {
    /// Reads what one organization begins with; `more` are the keys that it may have beside.
    fn plot(&self, name: &str, at: usize, table: &DeTable<'_>, more: &[&str]) -> Result<Plot> {
        let known = |key: &str| SETTINGS.contains(&key) || more.contains(&key);
        let settings = self.entry(name, at, table, |key| known(key) && key != "organizations");
        let is_part = |key: &str| PARTS.iter().any(|part| part.name == key);
        if let Some((key, place)) = settings.places.iter().find(|(key, _)| !known(key) && !is_part(key)) {
            let all = PARTS.iter().map(|part| part.name).chain(SETTINGS).chain(more.iter().copied());
            let all = all.collect::<Vec<_>>().join(", ");
            return Err(refuse_at(place, key, &format!("there is no such key; expected one of {all}")));
        }
        let within = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}, {part}") };
        let mut entries = Vec::new();
        for part in PARTS {
            let Some((_, tables)) = table.iter().find(|(key, _)| key.get_ref() == part.name) else {
                continue;
            };
            for (number, table) in (1..).zip(self.tables(part.name, tables)?) {
                let name = within(&format!("{} {number}", part.name));
                let entry = self.entry(&name, table.span().start, table.get_ref(), |_| true);
                entries.push((part, entry));
            }
        }
        Ok(Plot { settings, entries })
    }

    /// `[[key]]`
    fn tables<'t, 'v>(
        &self,
        key: &str,
        value: &'t Spanned<DeValue<'v>>,
    ) -> Result<Vec<Spanned<&'t DeTable<'v>>>> {
        let refused = |at: usize| {
            Err(refuse_at(&self.0.place(at), key, &format!("expected tables, each under its own [[{key}]]")))
        };
        let DeValue::Array(items) = value.get_ref() else { return refused(value.span().start) };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Spanned::new(item.span(), table)),
                _ => return refused(item.span().start),
            }
        }
        Ok(tables)
    }

    /// A table, and of what it says as much as is wanted.
    fn entry(&self, name: &str, at: usize, table: &DeTable<'_>, wanted: impl Fn(&str) -> bool) -> Entry {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        Entry {
            name: name.to_owned(),
            place: self.0.place(at),
            places: keys
                .iter()
                .map(|(key, _)| (key.get_ref().to_string(), self.0.place(key.span().start)))
                .collect(),
            fields: keys
                .iter()
                .filter(|(key, _)| wanted(key.get_ref()))
                .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
                .collect(),
        }
    }
}

fn refuse_at(place: &str, key: &str, what: &str) -> Error {
    Error::invalid_value(format!("{place}: {key}: {what}.")).at(key)
}

impl Entry {
    /// Takes a field that is not part of the request out of the entry.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.fields.shift_remove(key)
    }

    /// A list of texts that is not part of the request; empty when it is not there.
    ///
    /// # Errors
    /// `InvalidValue` with its place, when it is something else.
    pub(super) fn take_texts(&mut self, key: &str) -> Result<Vec<String>> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let texts = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        });
        texts.ok_or_else(|| self.refuse(key, &format!("{key}: found {value}, expected a list of userNames.")))
    }

    /// A refusal about one of its keys.
    pub(super) fn refuse(&self, key: &str, detail: &str) -> Error {
        self.locate(Error::invalid_value(detail).at(key))
    }

    /// The same error with the place of what it is about: the key that its field begins with, else the whole entry.
    pub(super) fn locate(&self, error: Error) -> Error {
        let about = |key: &str| {
            let field = error.field.as_deref().unwrap_or_default();
            field.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key))
        };
        // The longest, since one key may be the beginning of another.
        let key = self.places.iter().filter(|(key, _)| about(key)).max_by_key(|(key, _)| key.len());
        let place = key.map_or(&self.place, |(_, place)| place);
        let name = if self.name.is_empty() { String::new() } else { format!(" ({})", self.name) };
        Error { detail: format!("{place}{name}: {}", error.detail), ..error }
    }
}

fn to_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| json!(number.as_str()), Value::from),
        DeValue::Float(number) => {
            number.as_str().parse::<f64>().map_or_else(|_| json!(number.as_str()), Value::from)
        }
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(at) => json!(at.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let mut keys: Vec<_> = table.iter().collect();
            keys.sort_by_key(|(key, _)| key.span().start);
            let fields =
                keys.iter().map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())));
            Value::Object(fields.collect())
        }
    }
}

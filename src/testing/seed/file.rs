//! TOML to entries that know their lines.

use std::path::Path;

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::error::{Error, Result};
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
    /// `seed.toml`
    file: String,
    /// `users 3`, for errors.
    name: String,
    /// Where it begins.
    line: usize,
    /// Where each of its keys is.
    lines: Vec<(String, usize)>,
    /// What it says.
    pub(super) fields: Map<String, Value>,
}

/// A file, for the places in it.
struct Source<'f> {
    name: String,
    text: &'f str,
}

impl Seed {
    /// Reads a seed from the text of the file `path`.
    ///
    /// # Errors
    /// `InvalidValue` with file, line, key and what was expected.
    pub(in crate::testing) fn parse(path: &Path, text: &str) -> Result<Seed> {
        let source = Source { name: path.display().to_string(), text };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            source.refuse(at, &format!("this is not TOML: {}", error.message()))
        })?;
        let default = source.plot("", 0, table.get_ref(), &["organizations"])?;
        let organizations = table.get_ref().iter().find(|(name, _)| name.get_ref() == "organizations");
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
        if let Some((key, line)) = settings.lines.iter().find(|(key, _)| !known(key) && !is_part(key)) {
            let all = PARTS.iter().map(|part| part.name).chain(SETTINGS).chain(more.iter().copied());
            let all = all.collect::<Vec<_>>().join(", ");
            return Err(self.at_line(*line, key, &format!("there is no such key; expected one of {all}")));
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
            Err(self.at_line(self.line(at), key, &format!("expected tables, each under its own [[{key}]]")))
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
            file: self.name.clone(),
            name: name.to_owned(),
            line: self.line(at),
            lines: keys
                .iter()
                .map(|(key, _)| (key.get_ref().to_string(), self.line(key.span().start)))
                .collect(),
            fields: keys
                .iter()
                .filter(|(key, _)| wanted(key.get_ref()))
                .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
                .collect(),
        }
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
    }

    fn refuse(&self, at: usize, what: &str) -> Error {
        Error::invalid_value(format!("{}, line {}: {what}.", self.name, self.line(at)))
    }

    fn at_line(&self, line: usize, key: &str, what: &str) -> Error {
        Error::invalid_value(format!("{}, line {line}: {key}: {what}.", self.name)).at(key)
    }
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
        let key = self.lines.iter().filter(|(key, _)| about(key)).max_by_key(|(key, _)| key.len());
        let line = key.map_or(self.line, |(_, line)| *line);
        let name = if self.name.is_empty() { String::new() } else { format!(" ({})", self.name) };
        Error { detail: format!("{}, line {line}{name}: {}", self.file, error.detail), ..error }
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

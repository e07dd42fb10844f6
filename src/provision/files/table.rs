//! A table of a TOML file, read key by key; everything that is wrong is collected, with its place.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::nearest::nearest;
use crate::model::toml_file::{TomlFile, found};

/// What was found wrong so far, a sentence with its place each.
#[derive(Debug, Default)]
pub(in crate::provision) struct Problems(pub Vec<String>);

impl Problems {
    /// Adds what is wrong at byte `at` of `file`.
    pub(in crate::provision) fn add(&mut self, file: &TomlFile<'_>, at: usize, text: impl AsRef<str>) {
        self.0.push(format!("{}: {}", file.place(at), text.as_ref()));
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::provision) struct At<T> {
    pub value: T,
    /// The byte in the file.
    pub at: usize,
}

/// A table of a file.
pub(super) struct Table<'f, 't> {
    pub file: &'f TomlFile<'t>,
    /// How an error names it: `[authentication]`, `a user`; empty for the whole file.
    pub name: Cow<'static, str>,
    /// Where it begins.
    pub at: usize,
    pub entries: &'f DeTable<'t>,
}

impl<'f, 't> Table<'f, 't> {
    /// The whole file.
    pub(super) fn whole(file: &'f TomlFile<'t>, entries: &'f DeTable<'t>) -> Table<'f, 't> {
        Table { file, name: Cow::Borrowed(""), at: 0, entries }
    }

    fn entry(&self, key: &str) -> Option<&'f Spanned<DeValue<'t>>> {
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Refuses the keys that are none of `known`.
    pub(super) fn only(&self, known: &[&str], problems: &mut Problems) {
        for name in self.entries.keys().filter(|name| !known.contains(&name.get_ref().as_ref())) {
            let hint = match nearest(name.get_ref(), known.iter().copied()) {
                Some(similar) => format!("; did you mean \"{similar}\"?"),
                None => ".".to_owned(),
            };
            let inside = if self.name.is_empty() { "the file".to_owned() } else { self.name.to_string() };
            let text = format!(
                "{}: there is no such key{hint} The keys of {inside} are {}.",
                name.get_ref(),
                known.join(", ")
            );
            problems.add(self.file, name.span().start, text);
        }
    }

    /// A value that `read` takes, if the key is there.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        expected: &str,
        problems: &mut Problems,
        read: impl FnOnce(&'f DeValue<'t>) -> Option<T>,
    ) -> Option<At<T>> {
        let entry = self.entry(key)?;
        let at = entry.span().start;
        let value = read(entry.get_ref());
        if value.is_none() {
            problems.add(
                self.file,
                at,
                format!("{key}: found {}, expected {expected}.", found(entry.get_ref())),
            );
        }
        value.map(|value| At { value, at })
    }

    /// A text that is not empty, if the key is there.
    pub(super) fn text(&self, key: &str, problems: &mut Problems) -> Option<At<String>> {
        self.optional(key, "a text that is not empty", problems, |value| {
            value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
        })
    }

    /// A text that must be there; says what it is for when it is not.
    pub(super) fn required(&self, key: &str, what: &str, problems: &mut Problems) -> Option<At<String>> {
        if self.entry(key).is_none() {
            let of = if self.name.is_empty() { String::new() } else { format!(" of {}", self.name) };
            problems.add(self.file, self.at, format!("the key {key}{of} is missing: {what}."));
        }
        self.text(key, problems)
    }

    /// `true` or `false`, or `otherwise` when the key is not there.
    pub(super) fn flag(&self, key: &str, otherwise: bool, problems: &mut Problems) -> bool {
        self.optional(key, "true or false", problems, |value| value.as_bool())
            .map_or(otherwise, |flag| flag.value)
    }

    /// A list of texts; none when the key is not there.
    pub(super) fn texts(&self, key: &str, problems: &mut Problems) -> Vec<At<String>> {
        let read = |value: &'f DeValue<'t>| {
            let item = |item: &Spanned<DeValue<'t>>| {
                let value = item.get_ref().as_str()?.to_owned();
                Some(At { value, at: item.span().start })
            };
            value.as_array()?.iter().map(item).collect::<Option<Vec<_>>>()
        };
        self.optional(key, "a list of texts", problems, read).map_or_else(Vec::new, |list| list.value)
    }

    /// What the word of `words` that stands there means, without case; `otherwise` when the key is not there.
    pub(super) fn word<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
        otherwise: T,
        problems: &mut Problems,
    ) -> T {
        let quoted: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let read = |value: &'f DeValue<'t>| {
            let text = value.as_str()?;
            words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value)
        };
        let expected = format!("one of {}", quoted.join(", "));
        self.optional(key, &expected, problems, read).map_or(otherwise, |word| word.value)
    }

    /// A table inside, if the key is there.
    pub(super) fn table(&self, key: &'static str, problems: &mut Problems) -> Option<Table<'f, 't>> {
        let inner = self.optional(key, "a table", problems, DeValue::as_table)?;
        Some(Table {
            file: self.file,
            name: Cow::Owned(format!("[{key}]")),
            at: inner.at,
            entries: inner.value,
        })
    }

    /// The tables of `[[key]]`.
    pub(super) fn tables(
        &self,
        key: &'static str,
        what: &'static str,
        problems: &mut Problems,
    ) -> Vec<Table<'f, 't>> {
        let inner = |item: &'f Spanned<DeValue<'t>>| {
            let entries = item.get_ref().as_table()?;
            Some(Table { file: self.file, name: Cow::Borrowed(what), at: item.span().start, entries })
        };
        let read = |value: &'f DeValue<'t>| value.as_array()?.iter().map(inner).collect::<Option<Vec<_>>>();
        let expected = format!("[[{key}]] tables");
        self.optional(key, &expected, problems, read).map_or_else(Vec::new, |list| list.value)
    }
}

//! Fills the tables of the sections from a file and from environment variables, and says what is wrong with them.
//!
//! Every finding is collected, so that an administrator mends a file in one go.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::raw::Raw;
use super::section::Section;
use crate::model::nearest::nearest;
use crate::model::toml_file::TomlFile;

/// What the names of the environment variables begin with.
pub(super) const PREFIX: &str = "ROLLCALL_";

/// Something that is wrong, and about which key.
pub(super) struct Problem {
    /// The key's dotted path, or empty where it is about the file.
    pub key: String,
    /// The sentence for the administrator, place included.
    pub text: String,
}

/// Reads into the sections and remembers where each value came from.
pub(super) struct Reader<'c> {
    sections: Vec<Section<'c>>,
    /// Dotted key to where it was set: `config.toml, line 3` or the name of a variable.
    pub places: BTreeMap<String, String>,
    /// What was found wrong so far.
    pub problems: Vec<Problem>,
}

impl<'c> Reader<'c> {
    /// A reader that fills `sections`.
    pub(super) fn new(sections: Vec<Section<'c>>) -> Reader<'c> {
        Reader { sections, places: BTreeMap::new(), problems: Vec::new() }
    }

    /// Reads a TOML file's `text`.
    pub(super) fn file(&mut self, path: &Path, text: &str) {
        let file = TomlFile::new(path, text);
        match file.parse() {
            Ok(table) => self.table(&file, "", &table),
            Err(text) => self.problems.push(Problem { key: String::new(), text }),
        }
    }

    /// Reads `ROLLCALL_<SECTION>__<KEY>` variables; others are not ours. They win over the file.
    pub(super) fn environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        for (variable, text) in variables.collect::<BTreeMap<_, _>>() {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            let name = name.to_ascii_lowercase();
            match name.rsplit_once("__") {
                Some((section, key)) => {
                    self.set(&variable, &section.replace("__", "."), key, Raw::Variable(&text));
                }
                None => self.single_underscores(&variable, &name),
            }
        }
    }

    /// Kubernetes puts variables like `ROLLCALL_PORT` into containers, so a name without `__` is ignored, unless it is
    /// a key with its separators mistyped.
    fn single_underscores(&mut self, variable: &str, name: &str) {
        let meant = self.paths().into_iter().find(|path| path.replace('.', "_") == name);
        if let Some(path) = meant {
            let right = format!("{PREFIX}{}", path.replace('.', "__").to_ascii_uppercase());
            self.problem(
                &path,
                format!("{variable}: a section and its key are joined by two underscores: {right}."),
            );
        }
    }

    fn table(&mut self, file: &TomlFile<'_>, path: &str, table: &DeTable<'_>) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let place = file.place(name.span().start);
            let full = join(path, name.get_ref());
            match (self.section(&full).is_some(), value.get_ref()) {
                (true, DeValue::Table(inner)) => self.table(file, &full, inner),
                (true, other) => {
                    let found = Raw::File(other).found();
                    self.problem(
                        &full,
                        format!("{place}: {full} is a section: found {found}, expected [{full}]."),
                    );
                }
                (false, value) => self.set(&place, path, name.get_ref(), Raw::File(value)),
            }
        }
    }

    fn set(&mut self, place: &str, path: &str, name: &str, raw: Raw<'_>) {
        let full = join(path, name);
        let keys =
            self.sections.iter_mut().find(|section| section.path == path).map(|section| &mut section.keys);
        let Some(key) = keys.and_then(|keys| keys.iter_mut().find(|key| key.name == name)) else {
            let text = self.unknown(path, name, matches!(raw, Raw::File(DeValue::Table(_))));
            return self.problem(&full, format!("{place}: {text}"));
        };
        match key.value.set(raw) {
            Some(()) => {
                self.places.insert(full, place.to_owned());
            }
            None => {
                let (found, expected) = (raw.found(), key.value.expected());
                self.problem(&full, format!("{place}: {full}: found {found}, expected {expected}."));
            }
        }
    }

    /// What to say of a name that no table has.
    fn unknown(&self, path: &str, name: &str, is_table: bool) -> String {
        let full = join(path, name);
        let Some(section) = self.section(path).filter(|_| !is_table) else {
            let wanted = if is_table { full.as_str() } else { path };
            return match wanted {
                "" => format!("{name}: a key outside of any section{}.", self.home(name)),
                wanted => format!("there is no section [{wanted}]{}.", self.similar_section(wanted)),
            };
        };
        let hint = match nearest(name, section.keys.iter().map(|key| key.name)) {
            Some(similar) => format!("; did you mean \"{similar}\"?"),
            None => format!("{}.", self.home(name)),
        };
        format!("{full}: there is no such key{hint} The keys of [{path}] are {}.", section.list())
    }

    /// The section that has a key of this name.
    fn home(&self, name: &str) -> String {
        let has = |section: &&Section<'_>| section.keys.iter().any(|key| key.name == name);
        self.sections
            .iter()
            .find(has)
            .map_or_else(String::new, |home| format!("; it belongs to [{}]", home.path))
    }

    fn similar_section(&self, name: &str) -> String {
        let known = || self.sections.iter().map(|section| section.path);
        match nearest(name, known()) {
            Some(similar) => format!("; did you mean [{similar}]"),
            None => format!("; the sections are {}", known().collect::<Vec<_>>().join(", ")),
        }
    }

    fn section(&self, path: &str) -> Option<&Section<'c>> {
        self.sections.iter().find(|section| section.path == path)
    }

    fn paths(&self) -> Vec<String> {
        let keys = |section: &Section<'c>| {
            section.keys.iter().map(|key| join(section.path, key.name)).collect::<Vec<_>>()
        };
        self.sections.iter().flat_map(keys).collect()
    }

    fn problem(&mut self, key: &str, text: String) {
        self.problems.push(Problem { key: key.to_owned(), text });
    }
}

/// The dotted path of `name` under `path`.
fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

//! A TOML file as a person wrote it: the places in it, and how an error names a value of it.

use std::path::Path;

use toml::de::{DeTable, DeValue};

/// A file's name and text, for the places in it.
#[derive(Clone, Debug)]
pub struct TomlFile<'t> {
    name: String,
    text: &'t str,
}

impl<'t> TomlFile<'t> {
    /// The file at `path` that holds `text`.
    pub fn new(path: &Path, text: &'t str) -> TomlFile<'t> {
        TomlFile { name: path.display().to_string(), text }
    }

    /// The file's table; values keep their places.
    ///
    /// # Errors
    /// A sentence with the place, when the text is not TOML.
    pub fn parse(&self) -> Result<DeTable<'t>, String> {
        DeTable::parse(self.text).map(toml::Spanned::into_inner).map_err(|error| {
            let place = self.place(error.span().map_or(0, |span| span.start));
            format!("{place}: this is not TOML: {}.", error.message())
        })
    }

    /// Where byte `offset` is: `config.toml, line 3`.
    pub fn place(&self, offset: usize) -> String {
        let before = self.text.as_bytes().iter().take(offset);
        format!("{}, line {}", self.name, 1 + before.filter(|byte| **byte == b'\n').count())
    }
}

/// How an error names a value.
pub fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| found(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// `text` in quotes on one line, cut where a person stops reading.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_line_that_an_editor_shows() {
        let file = TomlFile::new(Path::new("a.toml"), "a = 1\nb = 2\n");
        assert_eq!(file.place(0), "a.toml, line 1");
        assert_eq!(file.place(6), "a.toml, line 2");
        assert_eq!(
            TomlFile::new(Path::new("b.toml"), "a = 1\nb 2")
                .parse()
                .err()
                .map(|text| text.contains("line 2")),
            Some(true)
        );
    }

    #[test]
    fn a_long_text_is_cut_on_one_line() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert!(quoted(&"x".repeat(500)).len() < 100);
    }
}

//! Answers: aligned tables for people, JSON for programs, nothing that a terminal would obey.
//!
//! Names come from IdPs. A control character in one could move the cursor or reorder a line, so none is ever printed as
//! it is.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

use crate::model::error::{Error, Result};

/// How a command ended (interface.md, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Success,
    /// Refused or failed.
    Failure,
    /// Typed wrongly.
    WrongUsage,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Success => 0,
            Outcome::Failure => 1,
            Outcome::WrongUsage => 2,
        })
    }
}

/// For whom a command answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// People: a table.
    Table,
    /// Programs: one JSON value.
    Json,
}

impl Format {
    /// [`Format::Json`] if `--json` was typed.
    pub fn from_flag(json: bool) -> Format {
        if json { Format::Json } else { Format::Table }
    }

    /// Writes `value`, for people as the `table` made of it. A reader that has gone away (`| head`) is no error.
    ///
    /// # Errors
    /// Those of writing, and `InvalidData` for a `value` that JSON cannot hold.
    pub fn write<T: Serialize + ?Sized>(
        self,
        out: &mut dyn Write,
        value: &T,
        table: impl FnOnce(&T) -> Table,
    ) -> io::Result<()> {
        let text = match self {
            Format::Table => table(value).to_string(),
            Format::Json => json(value)?,
        };
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}

/// Prints an answer: `value` for programs, the `table` for people.
///
/// # Errors
/// `Internal` when standard output cannot be written.
pub fn print(format: Format, value: &Value, table: impl FnOnce() -> Table) -> Result<()> {
    written(format.write(&mut io::stdout().lock(), value, |_| table()))
}

/// Prints an answer: `value` for programs, the `tables` with an empty line between them for people.
///
/// # Errors
/// As [`print()`].
pub fn print_tables(format: Format, value: &Value, tables: impl FnOnce() -> Vec<Table>) -> Result<()> {
    match format {
        Format::Json => print(format, value, || Table::new(&[])),
        Format::Table => {
            let texts: Vec<String> = tables().iter().map(Table::to_string).collect();
            print_text(&texts.join("\n"))
        }
    }
}

/// Prints an answer: `value` for programs, a `sentence` for people.
///
/// # Errors
/// As [`print()`].
pub fn say(format: Format, value: &Value, sentence: &str) -> Result<()> {
    print(format, value, || {
        let mut line = Table::new(&[]);
        line.row([sentence.to_owned()]);
        line
    })
}

/// Prints one line of an answer that goes on: `value` as JSON for programs, `line` for people. False when nobody reads
/// any more.
///
/// # Errors
/// `Internal` when standard output cannot be written for another reason.
pub fn print_line(format: Format, value: &Value, line: impl FnOnce() -> String) -> Result<bool> {
    let text = match format {
        Format::Table => escape(&line()),
        Format::Json => escape_json(&value.to_string()),
    };
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        result => written(result).map(|()| true),
    }
}

/// Prints text as it is: a script, a file.
///
/// # Errors
/// As [`print()`].
pub fn print_text(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    written(match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    })
}

/// Writes an error for the person who typed the command. Where standard error is closed nobody reads it.
pub fn complain(error: &Error) {
    let lines: Vec<String> = error.detail.lines().map(escape).collect();
    let _ = writeln!(io::stderr(), "error: {}", lines.join("\n"));
}

fn written(result: io::Result<()>) -> Result<()> {
    result.map_err(|error| Error::internal(format!("The answer cannot be written: {error}.")))
}

/// `value` as indented JSON with a line end, what `is_unsafe` in it written as `\u....`.
fn json<T: Serialize + ?Sized>(value: &T) -> io::Result<String> {
    Ok(escape_json(&serde_json::to_string_pretty(value)?) + "\n")
}

/// JSON text with what `is_unsafe` in it written as `\u....`.
fn escape_json(text: &str) -> String {
    // Outside of strings JSON has no such characters but line ends, which are ours; inside, serde_json escaped those.
    let mut safe = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c != '\n' && is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// What a document has at a place, as a cell; empty where nothing is.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Rows of cells under headings.
#[derive(Clone, Debug)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(headings: &[&str]) -> Table {
        Table { headings: headings.iter().map(|heading| escape(heading)).collect(), rows: Vec::new() }
    }

    /// A table of names and values, one a line, without headings.
    pub fn of_fields<'f>(fields: impl IntoIterator<Item = (&'f str, String)>) -> Table {
        let rows = fields.into_iter().map(|(name, value)| vec![escape(name), escape(&value)]);
        Table { headings: Vec::new(), rows: rows.collect() }
    }

    /// Adds a row; an empty cell shows as `-`.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| escape(&cell)).collect());
    }

    /// Headings and rows, as they are printed.
    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        Some(&self.headings).filter(|headings| !headings.is_empty()).into_iter().chain(&self.rows)
    }

    /// The width of each column, in characters.
    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for line in self.lines() {
            widths.resize(widths.len().max(line.len()), 0);
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        widths
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for line in self.lines() {
            let cells = line.iter().zip(&widths).map(|(cell, width)| {
                let shown = if cell.is_empty() { "-" } else { cell };
                format!("{shown:width$}")
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// `text` on one line, with what `is_unsafe` in it written as Rust writes it: `\n`, `\u{1b}`.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a terminal might act on `c`: control characters, line separators, and the marks that reorder a line
/// (Unicode's bidirectional controls).
fn is_unsafe(c: char) -> bool {
    let reorders =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || reorders || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_has_no_spaces_at_line_ends() {
        let mut table = Table::new(&["ID", "NAME", "ROLE"]);
        table.row(["1".to_owned(), "Zoë".to_owned(), "Admin".to_owned()]);
        table.row(["20".to_owned(), String::new(), "User".to_owned()]);
        assert_eq!(table.to_string(), "ID  NAME  ROLE\n1   Zoë   Admin\n20  -     User\n");
    }

    #[test]
    fn fields_are_a_table_without_headings() {
        let table = Table::of_fields([("slug", "default".to_owned()), ("plan", String::new())]);
        assert_eq!(table.to_string(), "slug  default\nplan  -\n");
    }

    #[test]
    fn a_hostile_name_cannot_command_the_terminal() {
        let name = "a\u{1b}[2J\nb\tc\u{9b}d\u{202e}e\u{7f}";
        let mut table = Table::new(&["NAME"]);
        table.row([name.to_owned()]);
        assert_eq!(table.to_string(), "NAME\na\\u{1b}[2J\\nb\\tc\\u{9b}d\\u{202e}e\\u{7f}\n");
    }

    #[test]
    fn json_is_safe_to_print_and_means_the_same() {
        let value = serde_json::json!({"name": "a\u{1b}\n\u{9b}\u{202e}\u{7f} ü \u{1f600}"});
        let mut out = Vec::new();
        Format::Json.write(&mut out, &value, |_| Table::new(&[])).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.chars().all(|c| c == '\n' || !is_unsafe(c)), "{text:?}");
        assert!(text.contains("ü \u{1f600}"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn people_get_the_table() {
        let mut out = Vec::new();
        let table = |slug: &str| Table::of_fields([("slug", slug.to_owned())]);
        Format::from_flag(false).write(&mut out, "default", table).unwrap();
        assert_eq!(out, b"slug  default\n");
    }
}

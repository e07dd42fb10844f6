//! `[log]`: what the program says about itself, on standard error.

use log::LevelFilter;

use super::section::{Section, key};
use super::value::{Choice, Word};

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Word for LogFormat {
    const WORDS: &'static [(&'static str, LogFormat)] =
        &[("text", LogFormat::Text), ("json", LogFormat::Json)];
}

impl Word for LevelFilter {
    const WORDS: &'static [(&'static str, LevelFilter)] = &[
        ("off", LevelFilter::Off),
        ("error", LevelFilter::Error),
        ("warn", LevelFilter::Warn),
        ("info", LevelFilter::Info),
        ("debug", LevelFilter::Debug),
        ("trace", LevelFilter::Trace),
    ];
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The least severe line that is written.
    pub level: LevelFilter,
    /// How a line is written.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Log {
        Log { level: LevelFilter::Info, format: LogFormat::Text }
    }
}

impl Log {
    pub(super) fn section(&mut self) -> Section<'_> {
        let keys = vec![key("level", Choice(&mut self.level)), key("format", Choice(&mut self.format))];
        Section { path: "log", keys }
    }
}

//! `[database]`: the one file and how safely it is written.

use std::path::PathBuf;

use super::section::{Section, key};
use super::value::{Choice, Flag, Line, Word};

/// When a commit counts as done (SQLite's `synchronous`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// Once the disk has it: survives a loss of power.
    Full,
    /// Once the operating system has it: survives a crash of the process only.
    Normal,
}

impl Word for Synchronous {
    const WORDS: &'static [(&'static str, Synchronous)] =
        &[("full", Synchronous::Full), ("normal", Synchronous::Normal)];
}

/// `[database]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// The file; a relative path starts at the working directory.
    pub path: PathBuf,
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// Whether a copy is made before an older file is upgraded.
    pub backup_before_upgrade: bool,
}

impl Default for Database {
    fn default() -> Database {
        Database {
            path: PathBuf::from("rollcall.db"),
            synchronous: Synchronous::Full,
            backup_before_upgrade: true,
        }
    }
}

impl Database {
    pub(super) fn section(&mut self) -> Section<'_> {
        let keys = vec![
            key("path", Line(&mut self.path)),
            key("synchronous", Choice(&mut self.synchronous)),
            key("backup_before_upgrade", Flag(&mut self.backup_before_upgrade)),
        ];
        Section { path: "database", keys }
    }
}

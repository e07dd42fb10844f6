//! From the paths of the files to what is to be true at the target.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::table::Problems;
use super::{Connection, check, connection, directory, rule};
use crate::model::toml_file::TomlFile;

/// Where the files are.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The people and groups.
    pub directory: PathBuf,
    /// Where to send.
    pub connection: PathBuf,
    /// Whom and what to send.
    pub rule: PathBuf,
    /// What the target is known to have.
    pub state: PathBuf,
}

impl Paths {
    /// The files `directory.toml`, `connection.toml`, `rule.toml` and `state.json` of a folder.
    pub fn in_folder(folder: &Path) -> Paths {
        Paths {
            directory: folder.join("directory.toml"),
            connection: folder.join("connection.toml"),
            rule: folder.join("rule.toml"),
            state: folder.join("state.json"),
        }
    }
}

/// Why nothing was sent: a sentence with file and line each.
#[derive(Clone, Debug)]
pub struct Refused(pub Vec<String>);

/// A user who shall be at the target.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Person {
    pub key: String,
    /// The value that `%s` stands for.
    pub identifier: String,
    pub body: Map<String, Value>,
}

/// A group that shall be at the target.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Group {
    pub key: String,
    pub name: String,
    /// Keys of people.
    pub members: BTreeSet<String>,
}

/// What the files say, checked.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Where to send.
    pub connection: Connection,
    /// The rule's name.
    pub rule: String,
    /// Whether the rule is switched on.
    pub is_enabled: bool,
    pub(in crate::provision) people: Vec<Person>,
    pub(in crate::provision) groups: Vec<Group>,
}

impl Inputs {
    /// Reads and checks the three files.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(paths: &Paths) -> Result<Inputs, Refused> {
        let mut problems = Problems::default();
        let [of_connection, of_directory, of_rule] =
            [&paths.connection, &paths.directory, &paths.rule].map(|path| {
                std::fs::read_to_string(path).map_err(|error| {
                    let advice = "\"rollcall provision init\" writes examples.";
                    problems.0.push(format!("{}: it cannot be read: {error}. {advice}", path.display()));
                })
            });
        let (Ok(of_connection), Ok(of_directory), Ok(of_rule)) = (of_connection, of_directory, of_rule)
        else {
            return Err(Refused(problems.0));
        };
        let file = TomlFile::new(&paths.connection, &of_connection);
        let (preferences, connection) = connection::read(&paths.connection, &file, &mut problems);
        let directory_file = TomlFile::new(&paths.directory, &of_directory);
        let source = directory::read(&directory_file, &mut problems);
        let rule_file = TomlFile::new(&paths.rule, &of_rule);
        let preferences = preferences.as_ref();
        let rule = rule::read(&rule_file, &source.vocabulary, preferences, &mut problems);
        let checked = preferences.map(|preferences| {
            check::check(&source, &rule, preferences, (&directory_file, &rule_file), &mut problems)
        });
        match (connection, checked) {
            (Some(connection), Some((people, groups))) if problems.0.is_empty() => {
                Ok(Inputs { connection, rule: rule.name, is_enabled: rule.enabled, people, groups })
            }
            _ => Err(Refused(problems.0)),
        }
    }

    /// How many users and groups the rule sends.
    pub fn size(&self) -> (usize, usize) {
        (self.people.len(), self.groups.len())
    }
}

//! What the target is known to have, kept between runs in one file.
//!
//! The file is written before requests that it must know of, and from time to time between: what a run was about to
//! create or change is marked as not settled, and the next run looks at the target again. So a run may be killed at any
//! moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The only version of the file that there is.
const VERSION: u32 = 1;

/// The content of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    /// The target that this is about.
    scim_base_url: String,
    /// By key of the directory.
    pub users: BTreeMap<String, UserState>,
    /// By key of the directory.
    pub groups: BTreeMap<String, GroupState>,
}

/// A user at the target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct UserState {
    /// The id there; none while it was only about to be created.
    pub id: Option<String>,
    /// What the user is looked up by.
    pub identifier: String,
    /// What was sent last.
    pub body: Map<String, Value>,
    /// Whether the target took it.
    pub settled: bool,
    /// Whether the user has left the rule and was disabled.
    pub removed: bool,
}

/// A group at the target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct GroupState {
    /// The id there; none while it was only about to be created.
    pub id: Option<String>,
    pub name: String,
    /// Ids at the target of the members that this provisioner has put there, or was about to.
    pub members: BTreeSet<String>,
    /// Whether the target took it.
    pub settled: bool,
}

impl State {
    /// Nothing is known of the target `scim_base_url`.
    pub(super) fn empty(scim_base_url: &str) -> State {
        State { version: VERSION, scim_base_url: scim_base_url.to_owned(), ..State::default() }
    }

    /// Reads the file; where there is none, nothing is known.
    ///
    /// # Errors
    /// A sentence for the person who runs the sync: the file is unreadable, or is about another target.
    pub(super) fn read(path: &Path, scim_base_url: &str) -> Result<State, String> {
        let place = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(State::empty(scim_base_url));
            }
            Err(error) => return Err(format!("{place}: the state file cannot be read: {error}.")),
        };
        const ADVICE: &str = "Remove it to look at the target afresh, or name another one with --state.";
        let state: State = serde_json::from_str(&text)
            .map_err(|error| format!("{place}: this is no state file of this version: {error}. {ADVICE}"))?;
        if state.version != VERSION {
            return Err(format!(
                "{place}: the state file is of version {}, expected {VERSION}. {ADVICE}",
                state.version
            ));
        }
        if state.scim_base_url != scim_base_url {
            return Err(format!(
                "{place}: the state file is about {}, and the connection goes to {scim_base_url}. {ADVICE}",
                state.scim_base_url
            ));
        }
        Ok(state)
    }

    /// Writes the file whole: for its owner only, under another name first.
    ///
    /// # Errors
    /// A sentence for the person who runs the sync.
    pub(super) fn write(&self, path: &Path) -> Result<(), String> {
        let unfinished = unfinished(path);
        let write = || -> std::io::Result<()> {
            let mut file: File =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            std::fs::rename(&unfinished, path)
        };
        write().map_err(|error| {
            format!(
                "{}: the state file cannot be written: {error}. Nothing is sent that it could not remember.",
                path.display()
            )
        })
    }
}

/// The name of a state file until it is complete.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_state_reads_back_and_only_its_owner_may() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = State::empty("https://scim.example.com");
        assert_eq!(State::read(&path, "https://scim.example.com").unwrap(), state, "no file, nothing known");
        state.groups.insert("g".to_owned(), GroupState { name: "G".to_owned(), ..GroupState::default() });
        state.write(&path).unwrap();
        state.write(&path).unwrap();
        assert_eq!(State::read(&path, "https://scim.example.com").unwrap(), state);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
    }

    #[test]
    fn the_state_of_another_target_or_of_another_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        State::empty("https://a.example").write(&path).unwrap();
        let error = State::read(&path, "https://b.example").unwrap_err();
        assert!(error.contains("a.example") && error.contains("--state"), "{error}");
        std::fs::write(&path, "{\"version\": 7}").unwrap();
        assert!(State::read(&path, "https://a.example").unwrap_err().contains("no state file"));
    }
}

//! The directory file: the people and groups of the source.

use std::collections::BTreeMap;

use crate::model::toml_file::{TomlFile, found};
use crate::provision::attributes::{ENABLED, FORMATTED, Name, USER_ID, USERNAME, Value, Vocabulary};
use crate::provision::files::table::{At, Problems, Table};

/// A user as the file has it.
#[derive(Clone, Debug)]
pub(in crate::provision) struct SourceUser {
    /// Where it begins.
    pub at: usize,
    /// By what the state file knows it: its User ID, else its Username.
    pub key: String,
    pub username: String,
    values: BTreeMap<Name, Value>,
}

impl SourceUser {
    /// The value of an attribute; `None` for an empty one too.
    pub(in crate::provision) fn get(&self, name: &Name) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.as_text().is_empty())
    }
}

/// A group as the file has it.
#[derive(Clone, Debug)]
pub(in crate::provision) struct SourceGroup {
    /// Where it begins.
    pub at: usize,
    /// By what the state file knows it: its id, else its name.
    pub key: String,
    pub name: String,
    /// Usernames or User IDs.
    pub members: Vec<At<String>>,
    /// Names of groups whose members are members here too.
    pub groups: Vec<At<String>>,
}

/// The file, read but not yet checked as a whole.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Source {
    pub vocabulary: Vocabulary,
    pub users: Vec<SourceUser>,
    pub groups: Vec<SourceGroup>,
}

/// Reads the file; what is wrong goes to `problems`.
pub(super) fn read(file: &TomlFile<'_>, problems: &mut Problems) -> Source {
    let entries = file.parse().unwrap_or_else(|text| {
        problems.0.push(text);
        Default::default()
    });
    let whole = Table::whole(file, &entries);
    whole.only(&["custom_attributes", "users", "groups"], problems);
    let custom = whole.texts("custom_attributes", problems).into_iter().map(|name| name.value);
    let vocabulary = Vocabulary::new(custom);
    let users = whole.tables("users", "a user", problems);
    let users = users.iter().filter_map(|table| user(table, &vocabulary, problems)).collect();
    let groups = whole.tables("groups", "a group", problems);
    let groups = groups.iter().filter_map(|table| group(table, problems)).collect();
    Source { vocabulary, users, groups }
}

fn user(table: &Table<'_, '_>, vocabulary: &Vocabulary, problems: &mut Problems) -> Option<SourceUser> {
    let mut values = BTreeMap::new();
    for (key, value) in table.entries {
        let at = value.span().start;
        let name = match vocabulary.name(key.get_ref()) {
            Ok(name) => name,
            Err(text) => {
                problems.add(table.file, key.span().start, text);
                continue;
            }
        };
        let is_flag = name == Name::new(ENABLED);
        let read = match (value.get_ref().as_str(), value.get_ref().as_bool()) {
            (Some(text), _) if !is_flag => Some(Value::Text(text.trim().to_owned())),
            (_, Some(flag)) => Some(Value::Flag(flag)),
            _ => None,
        };
        let expected = if is_flag { "true or false" } else { "a text, or true or false" };
        match read.map(|read| values.insert(name, read)) {
            None => problems.add(
                table.file,
                at,
                format!("{}: found {}, expected {expected}.", key.get_ref(), found(value.get_ref())),
            ),
            Some(Some(_)) => {
                problems.add(
                    table.file,
                    at,
                    format!("{}: this user has it already, written another way.", key.get_ref()),
                );
            }
            Some(None) => {}
        }
    }
    let text = |name: &str| values.get(&Name::new(name)).map(|value| value.as_text().to_owned());
    let username = text(USERNAME).filter(|name| !name.is_empty());
    let Some(username) = username else {
        problems.add(
            table.file,
            table.at,
            "this user has no Username. Give it one: groups name their members by it.",
        );
        return None;
    };
    let key = text(USER_ID).filter(|id| !id.is_empty()).unwrap_or_else(|| username.clone());
    complete(&mut values);
    Some(SourceUser { at: table.at, key, username, values })
}

/// Sets what PingOne sets by itself: who is not disabled is enabled, and a name can be formatted.
fn complete(values: &mut BTreeMap<Name, Value>) {
    values.entry(Name::new(ENABLED)).or_insert(Value::Flag(true));
    let parts = ["Given Name", "Family Name"].map(|name| values.get(&Name::new(name)));
    let parts: Vec<&str> =
        parts.into_iter().flatten().map(Value::as_text).filter(|part| !part.is_empty()).collect();
    if !parts.is_empty() {
        let formatted = Value::Text(parts.join(" "));
        values.entry(Name::new(FORMATTED)).or_insert(formatted);
    }
}

fn group(table: &Table<'_, '_>, problems: &mut Problems) -> Option<SourceGroup> {
    table.only(&["id", "name", "members", "groups"], problems);
    let id = table.text("id", problems);
    let name = table.required("name", "groups are found at the target by their name", problems);
    let members = table.texts("members", problems);
    let groups = table.texts("groups", problems);
    let name = name?.value;
    Some(SourceGroup {
        at: table.at,
        key: id.map_or_else(|| name.clone(), |id| id.value),
        name,
        members,
        groups,
    })
}

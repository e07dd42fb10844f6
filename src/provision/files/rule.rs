//! The rule file: who is sent, how their attributes are called at the target, and which groups.

use crate::model::toml_file::{TomlFile, found};
use crate::provision::attributes::{Name, Vocabulary};
use crate::provision::files::preferences::Preferences;
use crate::provision::files::table::{At, Problems, Table};
use crate::provision::mapping::{Mapping, Target};
use crate::provision::user_filter::UserFilter;

/// The rule.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Rule {
    pub name: String,
    /// Whether it is switched on.
    pub enabled: bool,
    pub filter: UserFilter,
    pub mapping: Mapping,
    pub groups: Groups,
}

/// The groups of a rule.
#[derive(Clone, Debug)]
pub(in crate::provision) enum Groups {
    All,
    Named(Vec<At<String>>),
}

/// The default attribute mapping of PingOne's connection.
const DEFAULT_MAPPING: [(&str, &str); 6] = [
    ("active", "Enabled"),
    ("familyName", "Family Name"),
    ("givenName", "Given Name"),
    ("userName", "Email Address"),
    ("workEmail", "Email Address"),
    ("formattedName", "Formatted"),
];

/// Reads the file; what is wrong goes to `problems`.
pub(super) fn read(
    file: &TomlFile<'_>,
    vocabulary: &Vocabulary,
    preferences: Option<&Preferences>,
    problems: &mut Problems,
) -> Rule {
    let entries = file.parse().unwrap_or_else(|text| {
        problems.0.push(text);
        Default::default()
    });
    let whole = Table::whole(file, &entries);
    whole.only(&["name", "enabled", "user_filter", "groups", "attribute_mapping"], problems);
    let name = whole.text("name", problems).map_or_else(|| "rule".to_owned(), |name| name.value);
    let enabled = whole.flag("enabled", true, problems);
    Rule {
        name,
        enabled,
        filter: filter(&whole, vocabulary, problems),
        mapping: mapping(&whole, vocabulary, preferences, problems),
        groups: groups(&whole, problems),
    }
}

fn filter(whole: &Table<'_, '_>, vocabulary: &Vocabulary, problems: &mut Problems) -> UserFilter {
    let Some(text) = whole.text("user_filter", problems) else { return UserFilter::default() };
    UserFilter::parse(&text.value, vocabulary).unwrap_or_else(|reason| {
        problems.add(whole.file, text.at, format!("user_filter: {reason}"));
        UserFilter::default()
    })
}

fn groups(whole: &Table<'_, '_>, problems: &mut Problems) -> Groups {
    let all = whole
        .entries
        .iter()
        .any(|(key, value)| key.get_ref() == "groups" && value.get_ref().as_str() == Some("all"));
    if all { Groups::All } else { Groups::Named(whole.texts("groups", problems)) }
}

fn mapping(
    whole: &Table<'_, '_>,
    vocabulary: &Vocabulary,
    preferences: Option<&Preferences>,
    problems: &mut Problems,
) -> Mapping {
    // Where the connection cannot be read, no URN is known to be wrong.
    let urns = preferences.map(|preferences| preferences.urns.as_slice());
    let mut mapping = Mapping::default();
    let Some(table) = whole.table("attribute_mapping", problems) else {
        let rows =
            DEFAULT_MAPPING.iter().map(|(target, source)| (Target::parse(target, urns), Name::new(source)));
        rows.for_each(|(target, source)| {
            target.into_iter().for_each(|target| mapping.add(target, source.clone()))
        });
        return mapping;
    };
    for (key, value) in table.entries {
        let at = key.span().start;
        let target = Target::parse(key.get_ref(), urns);
        let source = match value.get_ref().as_str() {
            Some(name) => vocabulary.name(name),
            None => Err(format!(
                "found {}, expected the name of an attribute of the directory.",
                found(value.get_ref())
            )),
        };
        match (target, source) {
            (Ok(target), Ok(source)) => mapping.add(target, source),
            (target, source) => {
                for reason in [target.err(), source.err()].into_iter().flatten() {
                    problems.add(table.file, at, format!("{}: {reason}", key.get_ref()));
                }
            }
        }
    }
    let mut needed = vec![("userName", "it is how the target knows a user")];
    let identifier = preferences.map(|preferences| preferences.identifier.attribute());
    if let Some(name) = identifier.filter(|name| *name != "userName") {
        needed.push((name, "it is the user_identifier of the connection"));
    }
    for (name, why) in needed {
        let has = table.entries.keys().any(|key| key.get_ref() == name);
        if !has {
            problems.add(
                table.file,
                table.at,
                format!("[attribute_mapping] has no {name}: {why}. Add {name} = \"Email Address\"."),
            );
        }
    }
    mapping
}

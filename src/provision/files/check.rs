//! What only the files together can tell: duplicates, unknown members, circles, users without an identifier.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::directory::{Source, SourceGroup, SourceUser};
use super::preferences::Preferences;
use super::read::{Group, Person};
use super::rule::{Groups, Rule};
use super::table::Problems;
use crate::model::fold::fold;
use crate::model::nearest::nearest;
use crate::model::toml_file::TomlFile;

/// Resolves people and groups; what is wrong goes to `problems`. The files are those of the directory and of the rule.
pub(super) fn check(
    source: &Source,
    rule: &Rule,
    preferences: &Preferences,
    (directory, rule_file): (&TomlFile<'_>, &TomlFile<'_>),
    problems: &mut Problems,
) -> (Vec<Person>, Vec<Group>) {
    let sent: Vec<&SourceUser> = source.users.iter().filter(|user| rule.filter.matches(user)).collect();
    let mut check = Check { directory, problems };
    let users = check.unique("Username", &source.users, |user| Some((user.at, &user.username)));
    check
        .unique("User ID", &source.users, |user| (user.key != user.username).then_some((user.at, &user.key)));
    let people = check.people(&sent, rule, preferences);
    let groups = check.unique("group name", &source.groups, |group| Some((group.at, &group.name)));
    check.unique("group id", &source.groups, |group| {
        (group.key != group.name).then_some((group.at, &group.key))
    });
    let keys: BTreeMap<String, &SourceUser> =
        users.into_iter().chain(source.users.iter().map(|user| (fold(&user.key), user))).collect();
    let members = Members { users: &keys, groups: &groups };
    for group in &source.groups {
        check.known(group, &members);
        check.circle(group, &members);
    }
    let sent: BTreeSet<&str> = sent.iter().map(|user| user.key.as_str()).collect();
    let resolved = source.groups.iter().map(|group| {
        let mut found = members.of(group);
        found.retain(|key| sent.contains(key.as_str()));
        (fold(&group.name), Group { key: group.key.clone(), name: group.name.clone(), members: found })
    });
    let groups = chosen(resolved.collect(), &rule.groups, rule_file, check.problems);
    (people, groups)
}

/// The groups that the rule sends.
fn chosen(
    mut all: BTreeMap<String, Group>,
    groups: &Groups,
    rule_file: &TomlFile<'_>,
    problems: &mut Problems,
) -> Vec<Group> {
    let Groups::Named(names) = groups else { return all.into_values().collect() };
    let known: Vec<String> = all.values().map(|group| group.name.clone()).collect();
    let mut taken = BTreeSet::new();
    let mut chosen = Vec::new();
    for name in names.iter().filter(|name| taken.insert(fold(&name.value))) {
        match all.remove(&fold(&name.value)) {
            Some(group) => chosen.push(group),
            None => {
                let text = unknown("group", &name.value, known.iter().map(String::as_str));
                problems.add(rule_file, name.at, format!("groups: {text}"));
            }
        }
    }
    chosen
}

/// Says of what kind there is none of that name, and names a similar one.
fn unknown<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    match nearest(name, known) {
        Some(similar) => format!("the directory has no {kind} \"{name}\"; did you mean \"{similar}\"?"),
        None => format!("the directory has no {kind} \"{name}\"."),
    }
}

struct Check<'c, 't> {
    directory: &'c TomlFile<'t>,
    problems: &'c mut Problems,
}

impl Check<'_, '_> {
    /// The items by their name without case; a name that two have is a problem of the second.
    fn unique<'i, T>(
        &mut self,
        what: &str,
        items: impl IntoIterator<Item = &'i T>,
        name: impl Fn(&'i T) -> Option<(usize, &'i String)>,
    ) -> BTreeMap<String, &'i T> {
        let mut first: BTreeMap<String, (usize, &'i T)> = BTreeMap::new();
        for item in items {
            let Some((at, text)) = name(item) else { continue };
            let key = fold(text);
            match first.get(&key) {
                Some((other, _)) => {
                    let place = self.directory.place(*other);
                    let text = format!(
                        "the {what} \"{text}\" is there already, at {place}. Names are compared without case."
                    );
                    self.problems.add(self.directory, at, text);
                }
                None => drop(first.insert(key, (at, item))),
            }
        }
        first.into_iter().map(|(key, (_, item))| (key, item)).collect()
    }

    fn people(&mut self, sent: &[&SourceUser], rule: &Rule, preferences: &Preferences) -> Vec<Person> {
        let mut people = Vec::new();
        let mut identifiers: BTreeMap<(&str, String), &SourceUser> = BTreeMap::new();
        let mut needed = vec!["userName", preferences.identifier.attribute()];
        needed.dedup();
        // A row that is missing in the mapping is told once, and not of everybody.
        needed.retain(|attribute| rule.mapping.has(attribute));
        for user in sent {
            for attribute in &needed {
                let Some(value) = rule.mapping.value(attribute, user) else {
                    let text = format!(
                        "the user \"{}\" has no value for {attribute}, which the rule maps and the target needs. Give them \
                         one, or leave them out with user_filter.",
                        user.username
                    );
                    self.problems.add(self.directory, user.at, text);
                    continue;
                };
                if let Some(other) = identifiers.insert((attribute, fold(value)), user) {
                    let place = self.directory.place(other.at);
                    let text = format!(
                        "{attribute} \"{value}\" is that of another user, at {place}; the target takes it once."
                    );
                    self.problems.add(self.directory, user.at, text);
                }
            }
            if let Some(identifier) = rule.mapping.value(preferences.identifier.attribute(), user) {
                let identifier = identifier.to_owned();
                people.push(Person { key: user.key.clone(), identifier, body: rule.mapping.body(user) });
            }
        }
        people
    }

    fn known(&mut self, group: &SourceGroup, members: &Members<'_>) {
        for member in &group.members {
            if !members.users.contains_key(&fold(&member.value)) {
                let known = members.users.values().map(|user| user.username.as_str());
                let text =
                    format!("members of \"{}\": {}", group.name, unknown("user", &member.value, known));
                self.problems.add(self.directory, member.at, text);
            }
        }
        for nested in &group.groups {
            if !members.groups.contains_key(&fold(&nested.value)) {
                let known = members.groups.values().map(|group| group.name.as_str());
                let text =
                    format!("groups of \"{}\": {}", group.name, unknown("group", &nested.value, known));
                self.problems.add(self.directory, nested.at, text);
            }
        }
    }

    /// A circle is told once, at the group of it that stands first in the file.
    fn circle(&mut self, group: &SourceGroup, members: &Members<'_>) {
        let Some(way) = members.way_back(group) else { return };
        if way.iter().any(|other| other.at < group.at) {
            return;
        }
        let mut names: Vec<&str> = way.iter().map(|group| group.name.as_str()).collect();
        names.push(&group.name);
        let text = format!("groups that contain each other: {}. Take one of them out.", names.join(" > "));
        self.problems.add(self.directory, group.at, text);
    }
}

/// Who is in what, by folded names.
struct Members<'s> {
    users: &'s BTreeMap<String, &'s SourceUser>,
    groups: &'s BTreeMap<String, &'s SourceGroup>,
}

impl<'s> Members<'s> {
    fn nested(&self, group: &'s SourceGroup) -> impl Iterator<Item = &'s SourceGroup> {
        group.groups.iter().filter_map(|nested| self.groups.get(&fold(&nested.value)).copied())
    }

    /// The keys of a group's members, those of the groups inside it included; each group is entered once.
    fn of(&self, group: &'s SourceGroup) -> BTreeSet<String> {
        let (mut entered, mut found) = (BTreeSet::new(), BTreeSet::new());
        let mut waiting = vec![group];
        while let Some(group) = waiting.pop() {
            if entered.insert(group.at) {
                let users = group.members.iter().filter_map(|member| self.users.get(&fold(&member.value)));
                found.extend(users.map(|user| user.key.clone()));
                waiting.extend(self.nested(group));
            }
        }
        found
    }

    /// The shortest way from a group through its groups back to itself, beginning with it.
    fn way_back(&self, group: &'s SourceGroup) -> Option<Vec<&'s SourceGroup>> {
        let mut entered = BTreeSet::new();
        let mut ways = VecDeque::from([vec![group]]);
        while let Some(way) = ways.pop_front() {
            for next in way.last().into_iter().flat_map(|last| self.nested(last)) {
                if next.at == group.at {
                    return Some(way);
                }
                if entered.insert(next.at) {
                    ways.push_back(way.iter().copied().chain([next]).collect());
                }
            }
        }
        None
    }
}

//! Random histories of a directory, pushed in different ways, end in the same users, teams, places and roles, and these
//! are the ones that mapping.md says.
//!
//! The ways: with Merge and with Overwrite, version by version and only the last one, with Disable and with Delete, and
//! cut at random requests with the state file that a killed run leaves. `ROLLCALL_HISTORIES=1000` runs more of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use rollcall::provision::{Inputs, Options, Paths, Silent, Summary, sync};
use serde_json::{Value, json};

use super::desk::Desk;
use super::relay::{Fate, Relay};
use crate::common::{Server, USER_EXTENSION, text};

const USERS: [&str; 4] = ["ann", "bob", "cleo", "dan"];
/// The beginnings of the names of groups, and what rules make of them.
const GROUPS: [&str; 5] = ["T-a", "T-b", "C-a", "C-b", "S-a"];
const SUB_ORGANIZATION: usize = 4;

/// A user of one version of the directory.
#[derive(Clone, Debug)]
struct Person {
    enabled: bool,
    role: Option<&'static str>,
}

/// One version of the directory.
#[derive(Clone, Debug)]
struct Version {
    people: Vec<Option<Person>>,
    /// Whose address, and so userName, is a new one.
    moved: Vec<bool>,
    /// The members, where there is such a group.
    groups: Vec<Option<BTreeSet<usize>>>,
    /// Which groups have a new name.
    renamed: Vec<bool>,
}

fn version() -> impl Strategy<Value = Version> {
    let role = prop::option::of(prop::sample::select(vec!["Admin", "User", "Guest"]));
    let person = (prop::bool::weighted(0.85), role).prop_map(|(enabled, role)| Person { enabled, role });
    let people = prop::collection::vec(prop::option::weighted(0.9, person), USERS.len());
    let moved = prop::collection::vec(prop::bool::weighted(0.15), USERS.len());
    let members = prop::collection::btree_set(0..USERS.len(), 0..=USERS.len());
    let groups = prop::collection::vec(prop::option::weighted(0.85, members), GROUPS.len());
    let renamed = prop::collection::vec(prop::bool::weighted(0.15), GROUPS.len());
    (people, moved, groups, renamed).prop_map(|(people, moved, groups, renamed)| Version {
        people,
        moved,
        groups,
        renamed,
    })
}

/// The last version has no conflicts: which side of one is first depends on the way.
fn without_conflicts(mut version: Version) -> Version {
    let members = |version: &Version, group: usize| version.groups[group].clone().unwrap_or_default();
    let elsewhere = members(&version, SUB_ORGANIZATION);
    let first = members(&version, 2);
    for (group, kept) in version.groups.iter_mut().enumerate() {
        let excluded = if group == 3 { &first | &elsewhere } else { elsewhere.clone() };
        if group != SUB_ORGANIZATION {
            *kept = kept.as_ref().map(|kept| kept - &excluded);
        }
    }
    version
}

/// What each group and each user is called in one version.
struct Names {
    groups: Vec<String>,
    addresses: Vec<String>,
}

/// The names in each version: a new one whenever somebody is renamed, and never an old one again.
fn names(history: &[Version]) -> Vec<Names> {
    let (mut numbers, mut moves) = ([0; GROUPS.len()], [0; USERS.len()]);
    let name = |group: usize, number: usize| match number {
        0 => GROUPS[group].to_owned(),
        number => format!("{}{number}", GROUPS[group]),
    };
    history
        .iter()
        .map(|version| {
            // Sub-organizations are not renamed with their groups.
            (0..SUB_ORGANIZATION)
                .filter(|group| version.renamed[*group])
                .for_each(|group| numbers[group] += 1);
            (0..USERS.len()).filter(|user| version.moved[*user]).for_each(|user| moves[user] += 1);
            let addresses =
                moves.iter().zip(USERS).map(|(number, user)| format!("{user}@{number}.example.com"));
            let groups = numbers.iter().enumerate().map(|(group, number)| name(group, *number));
            Names { groups: groups.collect(), addresses: addresses.collect() }
        })
        .collect()
}

fn file(version: &Version, names: &Names) -> String {
    let mut text = "custom_attributes = [\"Organization Role\"]\n".to_owned();
    for ((name, address), person) in USERS.iter().zip(&names.addresses).zip(&version.people) {
        let Some(person) = person else { continue };
        write!(
            text,
            "[[users]]\nusername = \"{name}\"\nemail_address = \"{address}\"\nenabled = {}\n",
            person.enabled
        )
        .unwrap();
        if let Some(role) = person.role {
            writeln!(text, "organization_role = \"{role}\"").unwrap();
        }
    }
    for (group, members) in version.groups.iter().enumerate() {
        let Some(members) = members else { continue };
        let members: Vec<&str> =
            members.iter().filter(|user| version.people[**user].is_some()).map(|user| USERS[*user]).collect();
        write!(
            text,
            "[[groups]]\nid = \"{group}\"\nname = \"{}\"\nmembers = {members:?}\n",
            names.groups[group]
        )
        .unwrap();
    }
    text
}

/// Who is there: address to role, teams, concurrency group and sub-organization.
type Outcome = BTreeMap<String, (String, Vec<String>, Option<String>, Option<String>)>;

/// What mapping.md says of a version without conflicts.
fn expected(version: &Version, names: &Names) -> Outcome {
    let sent = |user: usize| version.people[user].as_ref().filter(|person| person.enabled);
    let places = |user: usize, prefix: &str| {
        let of_kind = (0..GROUPS.len()).filter(|group| GROUPS[*group].starts_with(prefix));
        let inside = of_kind
            .filter(|group| version.groups[*group].as_ref().is_some_and(|members| members.contains(&user)));
        inside.map(|group| names.groups[group].clone()).collect::<Vec<_>>()
    };
    (0..USERS.len())
        .filter_map(|user| {
            let role = sent(user)?.role.unwrap_or("User").to_owned();
            let one = |prefix: &str| places(user, prefix).first().cloned();
            Some((names.addresses[user].clone(), (role, places(user, "T-"), one("C-"), one("S-"))))
        })
        .collect()
}

/// What the server says; of who is not active, that they have nothing.
fn observed(server: &Server) -> Outcome {
    let people = server.items("/users");
    let people = people.iter().map(|user| server.person(&text(user, "id")));
    people
        .filter_map(|person| {
            let name = text(&person, "user_name");
            let mut teams: Vec<String> =
                person["teams"].as_array().unwrap().iter().map(|team| text(team, "name")).collect();
            teams.sort();
            let group = &person["concurrency_group"];
            let group = (group["is_default"] == false).then(|| text(group, "name"));
            let place =
                (!person["sub_organization"].is_null()).then(|| text(&person["sub_organization"], "name"));
            if person["active"] == false {
                assert_eq!((&teams, &group, &place), (&Vec::new(), &None, &None), "{person}");
                return None;
            }
            Some((name, (text(&person["role"], "effective"), teams, group, place)))
        })
        .collect()
}

/// A server with rules for all three kinds, a relay before it and files for that.
struct Way {
    server: Server,
    relay: Relay,
    desk: Desk,
}

impl Way {
    fn new(preferences: &str) -> Way {
        let server = Server::start();
        for (prefix, target) in [("T-", "team"), ("C-", "concurrency_group"), ("S-", "sub_organization")] {
            server.rule(json!({"kind": "prefix", "pattern": prefix, "target_type": target}));
        }
        server.entity("sub-organizations", GROUPS[SUB_ORGANIZATION]);
        let relay = Relay::to(&server);
        let desk = Desk::at(&relay);
        desk.preferences(&format!("custom_attribute_schema_urns = [\"{USER_EXTENSION}\"]\n{preferences}"));
        desk.rule(&format!(
            "user_filter = \"Enabled Equals true\"\ngroups = \"all\"\n[attribute_mapping]\nuserName = \"Email Address\"\n\
             workEmail = \"Email Address\"\nactive = \"Enabled\"\n\"{USER_EXTENSION}:OrganizationRole\" = \"Organization Role\"\n"
        ));
        Way { server, relay, desk }
    }

    fn sync(&self, version: &Version, names: &Names) -> Summary {
        self.desk.directory(&file(version, names));
        let paths = Paths::in_folder(self.desk.folder());
        let inputs = Inputs::read(&paths).unwrap();
        sync(&inputs, Options { state: paths.state, workers: 2, dry_run: None }, &Silent).unwrap()
    }

    /// A sync whose process is killed at a request: the target does it, and the state file stays as it was then.
    fn killed(&self, version: &Version, names: &Names, at: usize) {
        let state = self.desk.folder().join("state.json");
        let (file, kept) = (state.clone(), self.desk.folder().join("kept.json"));
        let (mut count, copy) = (0, kept.clone());
        self.relay.judge(move |_| {
            count += 1;
            if count == at {
                let _ = std::fs::copy(&file, &copy);
            }
            match count.cmp(&at) {
                std::cmp::Ordering::Less => Fate::Pass,
                std::cmp::Ordering::Equal => Fate::Deceive(401),
                std::cmp::Ordering::Greater => Fate::Answer(401, vec![]),
            }
        });
        self.sync(version, names);
        self.relay.judge(|_| Fate::Pass);
        if kept.exists() {
            std::fs::rename(kept, state).unwrap();
        }
    }

    fn synced(&self, version: &Version, names: &Names) {
        let summary = self.sync(version, names);
        assert!(summary.is_success(), "{summary:#?}");
    }
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("ROLLCALL_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    ProptestConfig { failure_persistence: None, cases, max_shrink_iters: 60, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_way_to_push_a_history_ends_where_mapping_md_says(
        history in prop::collection::vec(version(), 1..5),
        cuts in prop::collection::vec(1..14_usize, 5),
    ) {
        let mut history = history;
        let last = without_conflicts(history.pop().unwrap());
        history.push(last.clone());
        let names = names(&history);
        let last_names = names.last().unwrap();
        let expected = expected(&last, last_names);
        for preferences in ["", "group_membership_handling = \"Overwrite\"", "remove_action = \"Delete\""] {
            for (all, cut) in [(true, false), (false, false), (true, true)] {
                let way = Way::new(preferences);
                for (number, (version, names)) in history.iter().zip(&names).enumerate() {
                    if cut {
                        way.killed(version, names, cuts[number]);
                    } else if all {
                        way.synced(version, names);
                    }
                }
                way.synced(&last, last_names);
                prop_assert_eq!(&observed(&way.server), &expected, "{} all {} cut {}", preferences, all, cut);
                way.relay.asked();
                way.synced(&last, last_names);
                let again: Vec<Value> = way.relay.asked().iter().map(|asked| json!([asked.method, asked.target])).collect();
                prop_assert_eq!(again, Vec::<Value>::new(), "the next run has nothing to do");
            }
        }
    }
}

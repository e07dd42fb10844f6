//! A sample directory: three hundred invented people in twenty-five groups, the same ones each time.

mod names;

use std::fmt::Write;

use names::CULTURES;

/// How many people there are.
pub const PEOPLE: usize = 300;

/// Groups that become teams.
const TEAMS: [&str; 14] = [
    "Team Atlas",
    "Team Beacon",
    "Team Cedar",
    "Team Delta",
    "Team Ember",
    "Team Fjord",
    "Team Garnet",
    "Team Harbor",
    "Team Indigo",
    "Team Juniper",
    "Team Kite",
    "Team Lagoon",
    "Team Meridian",
    "Team Nimbus",
];
/// Groups that become concurrency groups: a person has one.
const PARALLEL: [&str; 3] = ["Parallel 25", "Parallel 50", "Parallel 100"];
/// Groups that become sub-organizations: who is in one has no team.
const OFFICES: [&str; 3] = ["Office Berlin", "Office Nairobi", "Office Osaka"];
/// Every which person works in an office of their own.
const OFFICE_SHARE: usize = 10;
/// A person in two concurrency groups.
const TORN: usize = 42;
/// A person of an office who is in a team as well.
const LENT: usize = 49;

/// The directory as the file that `provision` reads.
pub fn directory() -> String {
    let mut text =
        "# Invented people. Change something and run \"rollcall provision sync\" on this folder again.\n\n\
        custom_attributes = [\"Organization Role\"]\n"
            .to_owned();
    for number in 0..PEOPLE {
        let (given, family) = name(number);
        let username = username(number);
        let role = match number {
            _ if number % 75 == 0 => "Admin",
            _ if number % 17 == 3 => "Guest",
            _ => "User",
        };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[users]]\nusername = \"{username}\"\nuser_id = \"p-{number:03}\"\ngiven_name = \"{given}\"\n\
             family_name = \"{family}\"\nemail_address = \"{username}@example.com\"\norganization_role = \"{role}\"\n"
        );
    }
    for (name, members) in groups() {
        let members: Vec<String> = members.into_iter().map(username).collect();
        let _ = write!(text, "\n[[groups]]\nname = \"{name}\"\nmembers = {members:?}\n");
    }
    text.push_str(
        "\n[[groups]]\nname = \"Engineering\"\ngroups = [\"Team Atlas\", \"Team Cedar\", \"Team Kite\"]\n",
    );
    text
}

/// The groups with members of their own.
fn groups() -> Vec<(&'static str, Vec<usize>)> {
    let is_office = |number: &usize| number % OFFICE_SHARE == OFFICE_SHARE - 1;
    let in_turn = |number: usize, of: usize, turn: usize| number / OFFICE_SHARE % of == turn;
    let mut groups = Vec::new();
    for (turn, name) in TEAMS.into_iter().enumerate() {
        let member = |number: &usize| {
            !is_office(number) && (number % TEAMS.len() == turn || number % 29 == turn)
                || (turn == 0 && *number == LENT)
        };
        groups.push((name, (0..PEOPLE).filter(member).collect()));
    }
    for (turn, name) in PARALLEL.into_iter().enumerate() {
        let member =
            |number: &usize| !is_office(number) && (number % 4 == turn || (turn == 0 && *number == TORN));
        groups.push((name, (0..PEOPLE).filter(member).collect()));
    }
    for (turn, name) in OFFICES.into_iter().enumerate() {
        let member = |number: &usize| is_office(number) && in_turn(*number, OFFICES.len(), turn);
        groups.push((name, (0..PEOPLE).filter(member).collect()));
    }
    groups.push(("All Staff", (0..PEOPLE).collect()));
    groups.push(("Contractors", (0..PEOPLE).filter(|number| number % 17 == 3).collect()));
    groups.push(("On Call", (0..PEOPLE).filter(|number| number % 23 == 5).collect()));
    groups.push(("Release Managers", (0..PEOPLE).filter(|number| number % 50 == 12).collect()));
    groups
}

/// Given and family name of a person; no two people have both in common.
fn name(number: usize) -> (&'static str, &'static str) {
    let turn = number / CULTURES.len();
    let culture = CULTURES.get(number % CULTURES.len());
    let pick = |names: &'static str, at: usize| {
        let names: Vec<&str> = names.split(' ').collect();
        names.get(at % names.len().max(1)).copied().unwrap_or_default()
    };
    culture.map_or(("", ""), |(given, family)| (pick(given, turn), pick(family, turn * 3 + turn / 10)))
}

/// `zoe.lindqvist` for Zoë Lindqvist.
fn username(number: usize) -> String {
    let (given, family) = name(number);
    format!("{given}.{family}").chars().map(names::plain).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_three_hundred_people_in_twenty_five_groups_and_no_two_are_called_alike() {
        let names: BTreeSet<String> = (0..PEOPLE).map(username).collect();
        assert_eq!(names.len(), PEOPLE);
        assert!(names.iter().all(|name| name.is_ascii()), "{names:?}");
        let text = directory();
        assert_eq!(text.matches("[[groups]]").count(), 25);
        assert!(groups().iter().all(|(_, members)| members.len() > 5));
        assert_eq!(text, directory());
    }

    #[test]
    fn two_people_are_wanted_by_two_places() {
        let of = |number: usize, prefix: &str| {
            groups()
                .iter()
                .filter(|(name, members)| name.starts_with(prefix) && members.contains(&number))
                .count()
        };
        let torn: Vec<usize> = (0..PEOPLE).filter(|number| of(*number, "Parallel ") > 1).collect();
        assert_eq!(torn, [TORN]);
        let lent: Vec<usize> =
            (0..PEOPLE).filter(|number| of(*number, "Office ") > 0 && of(*number, "Team ") > 0).collect();
        assert_eq!(lent, [LENT]);
    }
}

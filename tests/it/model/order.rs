//! Without conflicts the outcome follows from the facts, however and in whatever order they were reached (mapping.md
//! §5.8): by POST with members, PUT, many PATCHes, a restoration, and with rules that are older or younger than groups.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rollcall::model::entity::TargetType;

use super::history::{Act, MemberStep, NOBODY, USERS, beginning};
use super::reference::Reference;
use super::run::Run;
use super::words;

const TEAMS: [&str; 3] = ["T-a", "T-b", "T-c"];
const CONCURRENCY_GROUPS: [&str; 2] = ["C-a", "C-b"];
const SUB_ORGANIZATIONS: [&str; 2] = ["S-a", "S-b"];

/// The groups that one user is in, none of which clash.
fn any_groups() -> impl Strategy<Value = BTreeSet<&'static str>> {
    let teams = prop::sample::subsequence(TEAMS.to_vec(), 0..=TEAMS.len());
    let group = prop::option::of(prop::sample::select(CONCURRENCY_GROUPS.to_vec()));
    prop_oneof![
        3 => (teams, group).prop_map(|(teams, group)| teams.into_iter().chain(group).collect()),
        1 => prop::sample::select(SUB_ORGANIZATIONS.to_vec()).prop_map(|group| BTreeSet::from([group])),
    ]
}

/// How a group and its members are pushed.
#[derive(Clone, Copy, Debug)]
enum Way {
    Posted,
    Put,
    Patched,
    Restored,
    RenamedTo,
}

fn any_way() -> impl Strategy<Value = Way> {
    prop::sample::select(vec![Way::Posted, Way::Put, Way::Patched, Way::Restored, Way::RenamedTo])
}

/// The requests that push the group of that number.
fn requests(way: Way, group: usize, name: &'static str, members: Vec<usize>) -> Vec<Act> {
    let post = |name, members| Act::PushGroup { name, members, roles: vec![] };
    let put = |members| Act::PutGroup { group, name, members, roles: vec![] };
    match way {
        Way::Posted => vec![post(name, members)],
        Way::Put => vec![post(name, vec![]), put(members)],
        Way::Patched => {
            let patch = |user| Act::PatchMembers { group, steps: vec![MemberStep::Add(vec![user])] };
            std::iter::once(post(name, vec![])).chain(members.into_iter().map(patch)).collect()
        }
        Way::Restored => {
            let others = (0..NOBODY).filter(|user| !members.contains(user)).collect();
            vec![post(name, others), Act::DeleteGroup { group }, post(name, members)]
        }
        Way::RenamedTo => vec![post("no rule asks for this", members), Act::Rename { group, name }],
    }
}

fn expected(of: &[BTreeSet<&'static str>]) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for (user, groups) in of.iter().enumerate() {
        for group in groups {
            let target = match &group[..1] {
                "T" => TargetType::Team,
                "C" => TargetType::ConcurrencyGroup,
                _ => TargetType::SubOrganization,
            };
            places.insert(words::place(USERS[user], &words::entity(target, &group[2..]), "mapping"));
        }
    }
    places
}

/// The places that people have, whatever the number of the mapping that gave them.
fn places(run: &Run) -> BTreeSet<String> {
    let places = run.facts().into_iter().filter(|fact| fact.contains(" has a place in "));
    places
        .map(|fact| match fact.split_once(" by mapping ") {
            Some((place, _)) => format!("{place} by mapping"),
            None => fact,
        })
        .collect()
}

/// Reaches the facts in one order and by some ways.
fn reach(
    of: &[BTreeSet<&'static str>],
    order: &[(&'static str, Way)],
    rules_last: bool,
) -> Result<(), TestCaseError> {
    let mut acts = beginning();
    let (rules, rest): (Vec<Act>, Vec<Act>) =
        acts.drain(..).partition(|act| matches!(act, Act::WriteRule { .. }));
    let groups = order.iter().enumerate().flat_map(|(number, (name, way))| {
        let members = (0..NOBODY).filter(|user| of[*user].contains(name)).collect();
        requests(*way, number, name, members)
    });
    let acts: Vec<Act> = if rules_last {
        rest.into_iter().chain(groups).chain(rules).chain([Act::ApplyRules]).collect()
    } else {
        rest.into_iter().chain(rules).chain(groups).collect()
    };
    let (mut run, mut now) = (Run::new(), Reference::new());
    for act in &acts {
        prop_assert_eq!(run.apply(act, &now), Ok(()), "{:?}", act);
        prop_assert_eq!(now.apply(act), Ok(()));
    }
    prop_assert_eq!(places(&run), expected(of));
    Ok(())
}

proptest! {
    #![proptest_config(super::cases(40))]

    #[test]
    fn without_conflicts_the_same_facts_give_the_same_places_in_any_order_5_8(
        of in prop::collection::vec(any_groups(), NOBODY),
        names in Just([TEAMS.as_slice(), &CONCURRENCY_GROUPS, &SUB_ORGANIZATIONS].concat()).prop_shuffle(),
        ways in prop::collection::vec(any_way(), 7),
        rules_last in any::<bool>(),
    ) {
        let order: Vec<(&str, Way)> = names.into_iter().zip(ways).collect();
        reach(&of, &order, rules_last)?;
    }
}

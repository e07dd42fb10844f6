//! The engine at size (mapping.md §10.2): a group of 100,000 members approved, its roles changed, deleted; one member in
//! and out of groups of 10, 1,000 and 100,000; 1,000 rules against one name.
//!
//! `cargo bench engine`. The directory is driven without HTTP, on a file with `synchronous = FULL`. While a large
//! change runs, one thread makes small writes and one reads a user; the longest that each had to wait is told. Beside it
//! stands what SQLite alone takes to write the same rows into a copy of the same file.

mod bare;
mod world;

use std::time::{Duration, Instant};

use rollcall::mapping::rules::RuleSet;
use rollcall::model::entity::TargetType;
use rollcall::model::id::{ResourceId, RuleId};
use rollcall::model::role::Role;
use rollcall::model::rule::{Rule, RuleKind, RuleSpec};
use rollcall::model::time::Timestamp;

use bare::Bare;
use world::{Beside, World};

/// Members of the large group.
const MEMBERS: usize = 100_000;
/// Sizes of the groups that one member is put into and taken out of.
const SIZES: [usize; 3] = [10, 1_000, MEMBERS];
const ROUNDS: usize = 5;

pub fn run() {
    let world = World::new();
    let users = world.users(MEMBERS + 1);
    large_changes(&world, &users);
    one_member(&world, &users);
    a_thousand_rules();
}

fn large_changes(world: &World, users: &[ResourceId]) {
    println!("{MEMBERS} members             whole   longest write   longest read   bare SQL");
    for round in 0..2 {
        let group = world.group(&format!("Everyone {round}"), &users[..MEMBERS]);
        let bare = Bare::beside(world);
        report("approve", world, users, bare.grants(group.1), || world.approve(&group.0, TargetType::Team));
        let bare = Bare::beside(world);
        report("change roles", world, users, bare.roles(), || world.give_role(&group.0, Role::Admin));
        let bare = Bare::beside(world);
        report("delete", world, users, bare.deletion(group.1), || world.delete(&group.0));
    }
}

fn report(what: &str, world: &World, users: &[ResourceId], bare: Duration, large: impl FnOnce()) {
    let (whole, beside): (Duration, Beside) = world.beside(users, large);
    println!(
        "  {what:<20} {:>10.0} ms {:>10.0} ms {:>11.1} ms {:>7.0} ms   {:.1} times bare SQL",
        millis(whole),
        millis(beside.write),
        millis(beside.read),
        millis(bare),
        whole.as_secs_f64() / bare.as_secs_f64()
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// One member in and out of a mapped group, in turns over the sizes.
fn one_member(world: &World, users: &[ResourceId]) {
    let groups = SIZES.map(|size| world.group(&format!("Group of {size}"), &users[..size]).0);
    groups.iter().for_each(|group| world.approve(group, TargetType::Team));
    let newcomer = &users[MEMBERS];
    let once = |group: &ResourceId| {
        let start = Instant::now();
        for _ in 0..100 {
            world.member(group, newcomer, true);
            world.member(group, newcomer, false);
        }
        start.elapsed().as_secs_f64() / 200.0
    };
    for group in &groups {
        once(group);
    }
    let mut ratios: Vec<[f64; 3]> = Vec::new();
    for _ in 0..ROUNDS {
        let times = groups.each_ref().map(once);
        println!("  one member of {SIZES:?}: {:.0?} us", times.map(|time| time * 1e6));
        ratios.push(times.map(|time| time / times[0]));
    }
    for (index, size) in SIZES.iter().enumerate() {
        let mut of_size: Vec<f64> = ratios.iter().map(|ratios| ratios[index]).collect();
        of_size.sort_by(f64::total_cmp);
        println!(
            "one member of {size} / of 10: {:.2} (median of {ROUNDS}; aim: at most 1.2)",
            of_size[ROUNDS / 2]
        );
    }
}

/// The pattern of the rule of a number.
type Pattern = fn(i64) -> String;

/// A name that only the last of 1,000 rules matches, by each kind of pattern.
fn a_thousand_rules() {
    let kinds: [(RuleKind, Pattern); 2] = [
        (RuleKind::Prefix, |number| format!("team-{number:04}-")),
        (RuleKind::Regex, |number| format!("^(t|T)eam-{number:04}-(.+)$")),
    ];
    for (kind, pattern) in kinds {
        let rules: Vec<Rule> = (0..1_000).map(|number| rule(number, kind, pattern(number))).collect();
        let rules = RuleSet::compile(&rules).unwrap();
        let start = Instant::now();
        for _ in 0..100 {
            assert!(rules.first_match("team-0999-Berlin").is_some());
        }
        println!(
            "1,000 {} rules against one name: {:.0} us",
            kind.as_str(),
            start.elapsed().as_secs_f64() * 1e4
        );
    }
}

fn rule(number: i64, kind: RuleKind, pattern: String) -> Rule {
    let never = Timestamp::from_millis(0);
    let spec = RuleSpec {
        kind,
        pattern,
        exclude: None,
        entity_name: None,
        target_type: TargetType::Team,
        priority: 1,
        auto_approve: true,
        enabled: true,
    };
    Rule { id: RuleId(number + 1), spec, created: never, changed: never }
}

//! Preview over 1,000 groups and 100,000 memberships (mapping.md §9.1): aim, under one second.
//!
//! `cargo bench preview`

use std::sync::Arc;
use std::time::{Duration, Instant};

use rollcall::clock::Clock;
use rollcall::directory::{Cause, Directory, Policy, Pushed, create_organization};
use rollcall::ids::Ids;
use rollcall::model::entity::TargetType;
use rollcall::model::group::{GroupDocument, MemberChange};
use rollcall::model::id::OrganizationId;
use rollcall::model::organization::Features;
use rollcall::model::rule::{RuleChanges, RuleKind, RuleSpec};
use rollcall::model::time::Timestamp;
use rollcall::model::user::UserDocument;
use rollcall::store::{NewOrganization, Store, Synchronous, Target};
use serde_json::json;

const GROUPS: usize = 1_000;

const ROUNDS: usize = 7;

pub fn run() {
    for users in [10_000, 100_000] {
        rules_make_every_group_a_team(users);
    }
}

/// Every group becomes a team: `users` people in 100,000 memberships gain places.
fn rules_make_every_group_a_team(users: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::Serve(folder.path().join("rollcall.db"), Synchronous::Normal);
    let store = Arc::new(Store::open(&target).expect("a database"));
    let now = Timestamp::from_millis(1_800_000_000_000);
    let directory = Directory::new(store, Clock::manual(now), Ids::deterministic(), Policy::default());
    let organization = fill(&directory, now, users);
    let rule = RuleSpec {
        kind: RuleKind::All,
        pattern: String::new(),
        exclude: None,
        entity_name: None,
        target_type: TargetType::Team,
        priority: 1,
        auto_approve: true,
        enabled: true,
    };
    let changes = RuleChanges { add: vec![rule], ..RuleChanges::default() };
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let preview = directory.store().read(|db| directory.preview_rules(db, organization, &changes));
        let preview = preview.expect("a preview");
        let length = preview.to_json().to_string().len();
        times.push(start.elapsed());
        assert!(preview.tally.users == users && length > 0, "everybody gains something");
    }
    times.sort_unstable();
    let (fastest, median) = (times.first().copied(), times.get(ROUNDS / 2).copied());
    println!(
        "preview of {GROUPS} groups, 100000 memberships, {users} users: fastest {:?}, median {:?}",
        fastest.unwrap_or_default(),
        median.unwrap_or_default()
    );
}

/// 100,000 memberships of `users` people, spread evenly over the groups.
fn fill(directory: &Directory, now: Timestamp, users: usize) -> OrganizationId {
    let ids = directory.ids().clone();
    let new = NewOrganization {
        slug: "bench".to_owned(),
        name: "Bench".to_owned(),
        plan: String::new(),
        features: Features { group_provisioning: true, ..Features::default() },
        created: now,
    };
    let cause = Cause { request_id: "bench".to_owned(), token: "bench".to_owned(), at: now };
    let organization =
        directory.store().write(move |tx| create_organization(tx, &ids, &new)).expect("an organization");
    let people = directory.change(organization, cause.clone(), move |change| {
        (0..users).map(|number| Ok(change.create_user(person(number))?.resource_id.0)).collect()
    });
    let people: Vec<String> = people.expect("users");
    let memberships = 100_000 / GROUPS;
    let filled = directory.change(organization, cause, move |change| {
        for number in 0..GROUPS {
            let members =
                (0..memberships).filter_map(|at| people.get((number * memberships + at) % users).cloned());
            change.create_group(&group(number, members.collect()))?;
        }
        Ok(())
    });
    filled.expect("groups");
    organization
}

fn person(number: usize) -> UserDocument {
    let user_name = format!("user-{number}@example.com");
    UserDocument {
        resource: object(json!({"userName": user_name})),
        user_name,
        external_id: None,
        display_name: None,
        active: Some(true),
        own_role: None,
        concurrency_group: None,
        emails: Vec::new(),
    }
}

fn group(number: usize, members: Vec<String>) -> Pushed {
    let display_name = format!("Group {number}");
    let document = GroupDocument {
        resource: object(json!({"displayName": display_name})),
        display_name,
        external_id: None,
        roles: Vec::new(),
    };
    Pushed { document, members: vec![MemberChange::Add(members)] }
}

fn object(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    match value {
        serde_json::Value::Object(members) => members,
        _ => serde_json::Map::new(),
    }
}

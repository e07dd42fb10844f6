//! Preview over 1,000 groups and 100,000 memberships (mapping.md §9.1): aim, under one second.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up must end")]
use std::sync::Arc;

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

fn main() {
    divan::main();
}

/// Every group becomes a team: `users` people in 100,000 memberships gain places.
#[divan::bench(args = [10_000, 100_000], sample_count = 5)]
fn rules_over_1000_groups_and_100000_memberships(bencher: divan::Bencher<'_, '_>, users: usize) {
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
    bencher.bench_local(|| {
        let preview = directory.store().read(|db| directory.preview_rules(db, organization, &changes));
        let preview = preview.expect("a preview");
        assert_eq!(preview.tally.users, users);
        preview.to_json().to_string()
    });
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
        active: true,
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

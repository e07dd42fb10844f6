use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::clock::Clock;
use crate::directory::{Cause, Directory, Policy, Pushed, create_organization};
use crate::ids::Ids;
use crate::model::group::GroupDocument;
use crate::model::organization::Features;
use crate::model::rule::{RuleKind, RuleSpec};
use crate::model::time::Timestamp;
use crate::store::{NewOrganization, Store, Target};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// An organization with the group Sales, and rules that wait for an admin.
struct World {
    directory: Directory,
    organization: OrganizationId,
}

impl World {
    fn with_rules_for(target_types: &[TargetType]) -> World {
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let directory = Directory::new(store, Clock::manual(NOW), Ids::deterministic(), Policy::default());
        let ids = directory.ids().clone();
        let new = NewOrganization {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            plan: String::new(),
            features: Features { group_provisioning: true, ..Features::default() },
            created: NOW,
        };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        let world = World { directory, organization };
        world.push("Sales");
        for target_type in target_types {
            world.propose(*target_type);
        }
        world
    }

    fn change<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let cause = Cause { request_id: "r".to_owned(), token: "t".to_owned(), at: NOW };
        self.directory.change(self.organization, cause, operation)
    }

    fn push(&self, name: &str) {
        let document = GroupDocument {
            resource: serde_json::Map::new(),
            display_name: name.to_owned(),
            external_id: None,
            roles: Vec::new(),
        };
        self.change(move |change| change.create_group(&Pushed { document, members: Vec::new() })).unwrap();
    }

    /// Has a rule make a mapping that waits. Rules make one mapping a time, so the rule goes again.
    fn propose(&self, target_type: TargetType) {
        let spec = RuleSpec {
            kind: RuleKind::All,
            pattern: String::new(),
            exclude: None,
            entity_name: None,
            target_type,
            priority: 0,
            auto_approve: false,
            enabled: true,
        };
        self.change(move |change| {
            let rule = change.create_rule(&spec)?;
            let name = format!("Sales {}", rule.id);
            let group = find(change.tx(), change.organization().id, "sales")?;
            for display_name in [name, "Sales".to_owned()] {
                let document = GroupDocument {
                    resource: serde_json::from_value(json!({"displayName": display_name})).unwrap(),
                    display_name,
                    external_id: None,
                    roles: Vec::new(),
                };
                let pushed = Pushed { document, members: Vec::new() };
                change.update_group(&group.resource_id, move |_, _| Ok(pushed))?;
            }
            change.delete_rule(rule.id)
        })
        .unwrap();
    }

    fn approve(&self, asked: Approve) -> Result<()> {
        self.change(move |change| approve_in(change, &asked))
    }

    /// The mappings of Sales in words.
    fn words(&self) -> Vec<String> {
        self.directory
            .store()
            .read(|db| {
                let group = find(db, self.organization, "SALES")?;
                let shown = groups_json(db, &[(group, String::new())])?;
                Ok(shown.iter().flat_map(|group| items(group, "mappings")).map(words).collect())
            })
            .unwrap()
    }
}

fn asked() -> Approve {
    Approve {
        group: "Sales".to_owned(),
        mapping: None,
        target_type: None,
        entity_id: None,
        entity_name: None,
        create: false,
    }
}

#[test]
fn without_options_all_that_waits_is_approved_as_it_asks() {
    let world = World::with_rules_for(&[TargetType::Team, TargetType::ConcurrencyGroup]);
    assert_eq!(
        world.words(),
        ["team, pending (awaiting_approval)", "concurrency group, pending (awaiting_approval)"]
    );
    world.approve(asked()).unwrap();
    assert_eq!(world.words(), ["team \"Sales\", approved", "concurrency group \"Sales\", approved"]);
}

#[test]
fn one_entity_for_several_that_wait_is_refused_and_nothing_is_approved() {
    let world = World::with_rules_for(&[TargetType::Team, TargetType::ConcurrencyGroup]);
    let refused =
        world.approve(Approve { entity_name: Some("X".to_owned()), create: true, ..asked() }).unwrap_err();
    assert_eq!(refused.kind, Kind::InvalidValue);
    assert!(refused.detail.contains("--mapping"), "{refused}");
    assert_eq!(world.words().iter().filter(|words| words.contains("pending")).count(), 2);
}

#[test]
fn a_target_type_makes_a_mapping_and_an_entity_only_when_told_to() {
    let world = World::with_rules_for(&[]);
    let team = || Approve { target_type: Some(TargetType::Team), ..asked() };
    assert_eq!(world.approve(team()).unwrap_err().kind, Kind::InvalidValue, "there is no team Sales");
    world.approve(Approve { create: true, ..team() }).unwrap();
    assert_eq!(world.words(), ["team \"Sales\", approved"]);
}

#[test]
fn an_entity_of_another_type_or_organization_is_not_found_by_its_id() {
    let world = World::with_rules_for(&[TargetType::Team]);
    let pool = world.change(|change| change.create_entity(TargetType::ConcurrencyGroup, "Pool")).unwrap();
    let id = Some(pool.resource_id.to_string());
    let refused = world.approve(Approve { entity_id: id, ..asked() }).unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
}

#[test]
fn a_group_without_anything_that_waits_says_what_to_do() {
    let world = World::with_rules_for(&[]);
    let refused = world.approve(asked()).unwrap_err();
    assert_eq!(refused.kind, Kind::Conflict);
    assert!(refused.detail.contains("--target-type"), "{refused}");
    let stranger = world.approve(Approve { mapping: Some(MappingId(77)), ..asked() }).unwrap_err();
    assert_eq!(stranger.kind, Kind::NotFound);
}

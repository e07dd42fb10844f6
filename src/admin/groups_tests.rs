use serde_json::{Value, json};

use super::*;
use crate::admin::entities::{self, Teams};
use crate::admin::fixture::{World, call};
use crate::admin::{mappings, rules};
use crate::model::error::Kind;
use crate::model::role::Role;

fn rule(world: &World, prefix: &str, target_type: &str, auto_approve: bool) {
    let body = json!({"kind": "prefix", "pattern": prefix, "target_type": target_type, "auto_approve": auto_approve});
    world.ask(rules::create, call().json(body));
}

fn status_of(world: &World, group: &str) -> Value {
    world.ask(show, call().at(&[group])).1["status"].clone()
}

fn named(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|group| group["display_name"].as_str().unwrap()).collect()
}

#[test]
fn a_group_shows_its_members_number_its_roles_and_what_it_means() {
    let world = World::new();
    rule(&world, "qa", "team", true);
    let (ann, bob) = (world.user("ann@example.com", None), world.user("bob@example.com", None));
    let group = world.group("QA", &[&ann, &bob], &[Role::Guest]);
    let (_, shown) = world.ask(show, call().at(&[&group]));
    assert_eq!((&shown["member_count"], &shown["roles"]), (&json!(2), &json!(["Guest"])));
    assert_eq!(shown["mappings"][0]["status"], "auto_approved");
    assert_eq!(shown["mappings"][0]["entity"]["name"], "QA");
    assert_eq!(shown["mappings"][0]["group"]["id"], group.as_str());
    let (_, page) = world.ask(members, call().at(&[&group]).query(&[("limit", "1")]));
    assert_eq!(page["items"][0]["user_name"], "ann@example.com");
    let next = page["next"].as_str().unwrap();
    let (_, page) = world.ask(members, call().at(&[&group]).query(&[("after", next)]));
    assert_eq!((&page["items"][0]["id"], &page["next"]), (&json!(bob), &Value::Null));
}

#[test]
fn the_status_of_a_group_follows_from_its_mappings_that_count() {
    let world = World::new();
    rule(&world, "auto", "team", true);
    rule(&world, "wait", "team", false);
    let (auto, wait, none) =
        (world.group("Auto", &[], &[]), world.group("Wait", &[], &[]), world.group("None", &[], &[]));
    assert_eq!(status_of(&world, &auto), "auto_approved");
    assert_eq!(status_of(&world, &wait), "pending");
    assert_eq!(status_of(&world, &none), "pending", "a group without a mapping waits for an admin");

    let by_hand = json!({"target_type": "team", "entity_name": "None", "create": true});
    let (status, mapping) = world.ask(map, call().at(&[&none]).json(by_hand));
    assert_eq!((status, &mapping["status"]), (201, &json!("approved")));
    assert_eq!(status_of(&world, &none), "approved");

    let (_, waiting) = world.ask(mappings::list, call().query(&[("status", "pending")]));
    let id = waiting["items"][0]["id"].as_str().unwrap();
    assert_eq!(world.ask(mappings::reject, call().at(&[id])).1["reason"], "rejected_by_admin");
    assert_eq!(status_of(&world, &wait), "rejected");
    for (word, expected) in [("auto_approved", ["Auto"]), ("approved", ["None"]), ("rejected", ["Wait"])] {
        assert_eq!(named(&world.ask(list, call().query(&[("status", word)])).1), expected);
    }
    assert_eq!(named(&world.ask(list, call().query(&[("query", "AUT")])).1), ["Auto"]);
    assert_eq!(named(&world.ask(list, call().query(&[("status", "pending")])).1), Vec::<&str>::new());
}

#[test]
fn approving_without_a_body_takes_what_the_mapping_asks_for_mapping_4_2() {
    let world = World::new();
    rule(&world, "wait", "team", false);
    world.group("Wait", &[], &[]);
    let (_, waiting) = world.ask(mappings::list, call());
    let id = waiting["items"][0]["id"].as_str().unwrap();
    let (_, approved) = world.ask(mappings::approve, call().at(&[id]));
    assert_eq!((&approved["status"], &approved["entity"]["name"]), (&json!("approved"), &json!("Wait")));
    assert_eq!(world.ask(mappings::remove, call().at(&[id])).0, 204);
    assert_eq!(world.ask(mappings::show, call().at(&[id])).1["reason"], "removed");
}

#[test]
fn an_entity_that_another_group_holds_is_refused_and_the_holder_named_mapping_4_3() {
    let world = World::new();
    rule(&world, "first", "team", true);
    world.group("First", &[], &[]);
    let second = world.group("Second", &[], &[]);
    let (_, teams) = world.ask(entities::list::<Teams>, call());
    let body = json!({"target_type": "team", "entity_id": teams["items"][0]["id"]});
    let error = world.refusal(map, call().at(&[&second]).json(body));
    assert_eq!(error.kind, Kind::Conflict);
    assert!(error.detail.contains("\"First\""), "{}", error.detail);
}

#[test]
fn a_body_that_names_no_entity_or_two_is_refused_by_field() {
    let world = World::new();
    let group = world.group("Group", &[], &[]);
    let cases = [
        (json!({"target_type": "team"}), "entity_id"),
        (json!({"entity_id": "x"}), "target_type"),
        (json!({"target_type": "team", "entity_id": "x"}), "entity_id"),
        (json!({"target_type": "team", "entity_id": "x", "entity_name": "y"}), "entity_name"),
        (json!({"target_type": "team", "entity_id": "x", "create": true}), "create"),
        (json!({"target_type": "team", "create": false}), "create"),
        (json!({"target_type": "team", "entity_name": "absent"}), "entity_name"),
    ];
    for (body, field) in cases {
        let error = world.refusal(map, call().at(&[&group]).json(body.clone()));
        assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some(field)), "{body}");
    }
}

#[test]
fn an_unknown_group_or_mapping_is_not_found() {
    let world = World::new();
    assert_eq!(world.refusal(show, call().at(&["x"])).kind, Kind::NotFound);
    assert_eq!(world.refusal(members, call().at(&["x"])).kind, Kind::NotFound);
    for handler in [mappings::show, mappings::approve, mappings::reject, mappings::remove] {
        assert_eq!(world.refusal(handler, call().at(&["7"])).kind, Kind::NotFound);
        assert_eq!(world.refusal(handler, call().at(&["x"])).kind, Kind::NotFound);
    }
}

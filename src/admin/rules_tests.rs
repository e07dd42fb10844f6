use serde_json::{Value, json};

use super::*;
use crate::admin::fixture::{World, call};
use crate::admin::groups;
use crate::admin::preview::apply;
use crate::model::error::Kind;

fn new(world: &World, pattern: &str, priority: i64) -> String {
    let body = json!({"kind": "prefix", "pattern": pattern, "target_type": "team", "priority": priority});
    world.ask(create, call().json(body)).1["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_rule_is_made_with_its_defaults_and_shown_as_written() {
    let world = World::new();
    let (status, rule) =
        world.ask(create, call().json(json!({"kind": "all", "target_type": "concurrency_group"})));
    assert_eq!(status, 201);
    assert_eq!(
        (&rule["priority"], &rule["auto_approve"], &rule["enabled"]),
        (&json!(0), &json!(false), &json!(true))
    );
    assert_eq!(world.ask(show, call().at(&[rule["id"].as_str().unwrap()])).1, rule);
}

#[test]
fn an_invalid_pattern_is_refused_when_the_rule_is_written_mapping_3_2() {
    let world = World::new();
    let wrong = json!({"kind": "regex", "pattern": "a(", "target_type": "team"});
    let error = world.refusal(create, call().json(wrong));
    assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some("pattern")));
    let wrong = json!({"kind": "suffix", "pattern": "a", "target_type": "team"});
    assert_eq!(world.refusal(create, call().json(wrong)).field.as_deref(), Some("kind"));
}

#[test]
fn rules_are_listed_in_the_order_in_which_they_are_looked_at_over_pages_too() {
    let world = World::new();
    let (low, high, also_low) = (new(&world, "a", 1), new(&world, "b", 9), new(&world, "c", 1));
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let (_, page) = world.ask(list, call().query(&[("limit", "1"), ("after", &after)]));
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, [high, low, also_low]);
}

#[test]
fn patch_changes_what_it_names_and_null_empties_what_may_be_empty() {
    let world = World::new();
    let body = json!({"kind": "prefix", "pattern": "pt-", "exclude": "x$", "entity_name": "${rest}", "target_type": "team"});
    let (_, rule) = world.ask(create, call().json(body));
    let id = rule["id"].as_str().unwrap();
    let (_, changed) = world.ask(update, call().at(&[id]).json(json!({"exclude": null, "priority": 5})));
    assert_eq!((&changed["exclude"], &changed["priority"]), (&Value::Null, &json!(5)));
    assert_eq!((&changed["entity_name"], &changed["pattern"]), (&json!("${rest}"), &json!("pt-")));
    let error = world.refusal(update, call().at(&[id]).json(json!({"enabled": null})));
    assert_eq!(error.field.as_deref(), Some("enabled"));
    let to_all = json!({"kind": "all", "pattern": null, "entity_name": null});
    assert_eq!(world.ask(update, call().at(&[id]).json(to_all)).1["pattern"], Value::Null);
}

#[test]
fn writing_a_rule_maps_nothing_until_it_is_applied_mapping_3_4() {
    let world = World::new();
    let group = world.group("Team A", &[], &[]);
    let body = json!({"kind": "prefix", "pattern": "team ", "target_type": "team", "auto_approve": true});
    world.ask(create, call().json(body));
    assert_eq!(world.ask(groups::show, call().at(&[&group])).1["mappings"], json!([]));
    let (status, applied) = world.ask(apply, call());
    assert_eq!(status, 200);
    assert!(applied["basis"].as_str().unwrap().parse::<i64>().unwrap() > 0);
    assert_eq!(world.ask(groups::show, call().at(&[&group])).1["status"], "auto_approved");
}

#[test]
fn a_deleted_rule_is_not_found() {
    let world = World::new();
    let id = new(&world, "a", 1);
    assert_eq!(world.ask(remove, call().at(&[&id])).0, 204);
    for handler in [show, remove] {
        assert_eq!(world.refusal(handler, call().at(&[&id])).kind, Kind::NotFound);
    }
}

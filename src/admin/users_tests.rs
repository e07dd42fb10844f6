use serde_json::{Value, json};

use super::*;
use crate::admin::entities::{self, Teams};
use crate::admin::fixture::{World, call};
use crate::admin::{conflicts, members, rules};
use crate::model::error::Kind;
use crate::model::role::Role;

fn rule(world: &World, prefix: &str, target_type: &str) {
    let body = json!({"kind": "prefix", "pattern": prefix, "target_type": target_type, "auto_approve": true});
    world.ask(rules::create, call().json(body));
}

fn shown(world: &World, user: &str) -> Value {
    world.ask(show, call().at(&[user])).1
}

/// Two groups that are mapped to concurrency groups, and somebody who is in both.
fn contested(world: &World) -> (String, String, String) {
    rule(world, "cg", "concurrency_group");
    let ann = world.user("ann@example.com", None);
    let (one, two) = (world.group("CG one", &[&ann], &[]), world.group("CG two", &[&ann], &[]));
    (ann, one, two)
}

#[test]
fn a_user_without_anything_is_in_the_default_concurrency_group_and_the_root_organization() {
    let world = World::new();
    let user = shown(&world, &world.user("ann@example.com", None));
    assert_eq!(user["role"], json!({"effective": "User", "own": null, "from_groups": []}));
    assert_eq!((&user["teams"], &user["groups"], &user["blocked"]), (&json!([]), &json!([]), &json!([])));
    assert_eq!(user["sub_organization"], Value::Null);
    assert_eq!(user["concurrency_group"]["is_default"], true);
    assert_eq!(
        user["concurrency_group"]["sources"],
        json!([{"source": "default", "mapping_id": null, "since": null}])
    );
}

#[test]
fn the_role_shows_what_counts_and_where_it_comes_from_mapping_7_4() {
    let world = World::new();
    let ann = world.user("ann@example.com", Some(Role::Guest));
    let group = world.group("Admins", &[&ann], &[Role::User, Role::Admin]);
    let role = &shown(&world, &ann)["role"];
    assert_eq!((&role["effective"], &role["own"]), (&json!("Admin"), &json!("Guest")));
    assert_eq!(
        role["from_groups"],
        json!([{"group": {"id": group, "display_name": "Admins"}, "role": "Admin"}])
    );
}

#[test]
fn a_team_given_by_a_mapping_and_by_hand_appears_once_with_both_sources() {
    let world = World::new();
    rule(&world, "qa", "team");
    let ann = world.user("ann@example.com", None);
    world.group("QA", &[&ann], &[]);
    let (_, teams) = world.ask(entities::list::<Teams>, call());
    let team = teams["items"][0]["id"].as_str().unwrap();
    world.ask(members::put::<Teams>, call().at(&[team, &ann]));
    let user = shown(&world, &ann);
    assert_eq!(user["teams"].as_array().unwrap().len(), 1);
    let sources = user["teams"][0]["sources"].as_array().unwrap();
    let words: Vec<_> = sources.iter().map(|source| source["source"].as_str().unwrap()).collect();
    assert_eq!(words, ["mapping", "manual"]);
    assert_eq!(sources[0]["mapping_id"], teams["items"][0]["mapping"]["id"]);
    assert!(sources[0]["since"].is_string() && sources[1]["mapping_id"].is_null());
}

#[test]
fn what_is_blocked_names_its_open_conflicts_until_somebody_decides_mapping_5_2() {
    let world = World::new();
    let (ann, one, two) = contested(&world);
    let user = shown(&world, &ann);
    assert_eq!(user["concurrency_group"]["name"], "CG one");
    let blocked = &user["blocked"][0];
    assert_eq!((&blocked["entity"]["name"], &blocked["reason"]), (&json!("CG two"), &json!("conflict")));
    let (_, open) = world.ask(conflicts::list, call().query(&[("status", "open")]));
    let conflict = &open["items"][0];
    assert_eq!(blocked["conflicts"], json!([conflict["id"]]));
    assert_eq!((&conflict["kind"], &conflict["status"]), (&json!("exclusive_group"), &json!("open")));
    assert_eq!(conflict["user"]["id"], ann.as_str());
    assert_eq!(conflict["current"]["group"]["id"], one.as_str());
    assert_eq!(conflict["incoming"]["group"]["id"], two.as_str());
    assert_eq!(conflict["incoming"]["mapping"]["status"], "auto_approved");

    let id = conflict["id"].as_str().unwrap();
    let keep = json!({"decision": "keep_current"});
    let (_, resolved) = world.ask(conflicts::resolve, call().at(&[id]).json(keep.clone()));
    assert_eq!((&resolved["status"], &resolved["outcome"]), (&json!("resolved"), &json!("keep_current")));
    let blocked = &shown(&world, &ann)["blocked"][0];
    assert_eq!((&blocked["reason"], &blocked["conflicts"]), (&json!("decision"), &json!([])));
    assert_eq!(world.refusal(conflicts::resolve, call().at(&[id]).json(keep)).kind, Kind::Conflict);
}

#[test]
fn many_conflicts_between_two_groups_are_decided_at_once() {
    let world = World::new();
    let (ann, one, two) = contested(&world);
    let body = json!({"current_group": one, "incoming_group": two, "decision": "use_incoming"});
    let (status, resolved) = world.ask(conflicts::resolve_many, call().json(body));
    assert_eq!((status, resolved), (200, json!({"resolved": 1})));
    assert_eq!(shown(&world, &ann)["concurrency_group"]["name"], "CG two");
    let unknown = json!({"current_group": one, "incoming_group": "x", "decision": "use_incoming"});
    let error = world.refusal(conflicts::resolve_many, call().json(unknown));
    assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some("incoming_group")));
    let wrong = json!({"current_group": one, "incoming_group": two, "decision": "both"});
    assert_eq!(world.refusal(conflicts::resolve_many, call().json(wrong)).field.as_deref(), Some("decision"));
}

#[test]
fn what_an_admin_took_away_is_blocked_as_taken_away_mapping_5_6() {
    let world = World::new();
    rule(&world, "qa", "team");
    let ann = world.user("ann@example.com", None);
    world.group("QA", &[&ann], &[]);
    let (_, teams) = world.ask(entities::list::<Teams>, call());
    let team = teams["items"][0]["id"].as_str().unwrap();
    assert_eq!(world.ask(members::remove::<Teams>, call().at(&[team, &ann])).0, 204);
    let user = shown(&world, &ann);
    assert_eq!((&user["teams"], &user["blocked"][0]["reason"]), (&json!([]), &json!("taken_away")));
}

#[test]
fn users_are_found_by_name_and_by_address_without_case() {
    let world = World::new();
    world.user("ann@example.com", None);
    world.user("bob@example.com", None);
    for query in ["ANN@", "mail-ann"] {
        let (_, page) = world.ask(list, call().query(&[("query", query)]));
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{query}");
        assert_eq!(page["items"][0]["user_name"], "ann@example.com");
    }
    let (_, page) = world.ask(list, call().query(&[("limit", "1")]));
    assert!(page["next"].is_string());
    assert_eq!(world.refusal(show, call().at(&["x"])).kind, Kind::NotFound);
}

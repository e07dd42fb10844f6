use serde_json::{Value, json};

use super::*;
use crate::admin::entities::{self, ConcurrencyGroups, SubOrganizations, Teams};
use crate::admin::fixture::{World, call};
use crate::admin::rules;
use crate::model::error::Kind;

fn new<N: Noun>(world: &World, name: &str) -> String {
    let (status, made) = world.ask(entities::create::<N>, call().json(json!({"name": name})));
    assert_eq!(status, 201);
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_entity_is_shown_with_its_maker_its_members_number_and_the_mapping_that_holds_it() {
    let world = World::new();
    let rule = json!({"kind": "prefix", "pattern": "qa", "target_type": "team", "auto_approve": true});
    world.ask(rules::create, call().json(rule));
    let ann = world.user("ann@example.com", None);
    world.group("QA", &[&ann], &[]);
    let by_hand = new::<Teams>(&world, "By hand");
    let (_, page) = world.ask(entities::list::<Teams>, call());
    let (mapped, other) = (&page["items"][0], &page["items"][1]);
    assert_eq!((&mapped["created_by"], &mapped["member_count"]), (&json!("mapping"), &json!(1)));
    assert_eq!(mapped["mapping"]["group"]["display_name"], "QA");
    assert_eq!((&other["id"], &other["created_by"]), (&json!(by_hand), &json!("admin")));
    assert_eq!(
        (&other["member_count"], &other["mapping"], &other["type"]),
        (&json!(0), &Value::Null, &json!("team"))
    );
    let (_, found) = world.ask(entities::list::<Teams>, call().query(&[("query", "HAND")]));
    assert_eq!(found["items"], json!([other]));
}

#[test]
fn the_default_concurrency_group_has_everyone_who_is_in_no_other() {
    let world = World::new();
    let (ann, _) = (world.user("ann@example.com", None), world.user("bob@example.com", None));
    let other = new::<ConcurrencyGroups>(&world, "Other");
    let (_, put) = world.ask(put::<ConcurrencyGroups>, call().at(&[&other, &ann]));
    assert_eq!((&put["in_effect"], &put["place"]["name"]), (&json!(true), &json!("Other")));
    let (_, page) = world.ask(entities::list::<ConcurrencyGroups>, call());
    let default = &page["items"][0];
    assert_eq!((&default["is_default"], &default["member_count"]), (&json!(true), &json!(1)));
    assert_eq!(page["items"][1]["member_count"], 1);
    let id = default["id"].as_str().unwrap();
    let (_, members) = world.ask(list::<ConcurrencyGroups>, call().at(&[id]));
    assert_eq!(members["items"][0]["user_name"], "bob@example.com");
    assert_eq!(members["items"][0]["sources"][0]["source"], "default");
    assert_eq!(world.refusal(entities::remove::<ConcurrencyGroups>, call().at(&[id])).kind, Kind::Conflict);
}

#[test]
fn a_choice_that_a_mapping_stands_against_is_stored_and_says_so_mapping_5_6() {
    let world = World::new();
    let rule =
        json!({"kind": "prefix", "pattern": "cg", "target_type": "concurrency_group", "auto_approve": true});
    world.ask(rules::create, call().json(rule));
    let ann = world.user("ann@example.com", None);
    world.group("CG", &[&ann], &[]);
    let other = new::<ConcurrencyGroups>(&world, "Other");
    let (status, put) = world.ask(put::<ConcurrencyGroups>, call().at(&[&other, &ann]));
    assert_eq!((status, &put["in_effect"], &put["place"]["name"]), (200, &json!(false), &json!("CG")));
    let detail = put["detail"].as_str().unwrap();
    assert!(detail.contains("the group \"CG\" is mapped to it"), "{detail}");
}

#[test]
fn putting_somebody_into_a_team_is_in_effect_and_can_be_taken_back() {
    let world = World::new();
    let ann = world.user("ann@example.com", None);
    let team = new::<Teams>(&world, "Team");
    let (_, put) = world.ask(put::<Teams>, call().at(&[&team, &ann]));
    assert_eq!((&put["in_effect"], &put["detail"]), (&json!(true), &Value::Null));
    assert_eq!(put["place"]["sources"][0]["source"], "manual");
    let (_, members) = world.ask(list::<Teams>, call().at(&[&team]));
    assert_eq!(members["items"][0]["sources"], put["sources"]);
    assert_eq!(world.ask(remove::<Teams>, call().at(&[&team, &ann])).0, 204);
    assert_eq!(world.ask(list::<Teams>, call().at(&[&team])).1["items"], json!([]));
}

#[test]
fn names_are_unique_without_case_and_entities_are_of_their_own_type() {
    let world = World::new();
    let team = new::<Teams>(&world, "Core");
    new::<SubOrganizations>(&world, "Core");
    let error = world.refusal(entities::create::<Teams>, call().json(json!({"name": "CORE"})));
    assert_eq!((error.kind, error.field.as_deref()), (Kind::Conflict, Some("name")));
    let (_, renamed) =
        world.ask(entities::update::<Teams>, call().at(&[&team]).json(json!({"name": "Kern"})));
    assert_eq!(renamed["name"], "Kern");
    let wrong_type = call().at(&[&team]);
    assert_eq!(world.refusal(entities::show::<SubOrganizations>, wrong_type).kind, Kind::NotFound);
    assert_eq!(world.ask(entities::remove::<Teams>, call().at(&[&team])).0, 204);
    assert_eq!(world.refusal(list::<Teams>, call().at(&[&team])).kind, Kind::NotFound);
    assert_eq!(world.refusal(put::<Teams>, call().at(&[&team, "x"])).kind, Kind::NotFound);
}

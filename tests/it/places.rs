//! mapping.md §5, save conflicts between mappings: who gets what.

use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION, assert_contains, member};

/// A server where groups `T-…` become teams and groups `C-…` concurrency groups.
fn server_with_rules() -> Server {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-", "target_type": "team"}));
    server.rule(json!({"kind": "prefix", "pattern": "C-", "target_type": "concurrency_group"}));
    server
}

fn with_concurrency_group(name: &str, group: Value) -> Value {
    json!({"userName": format!("{name}@example.com"), USER_EXTENSION: {"LambdatestGroup": group}})
}

#[test]
fn whoever_is_in_the_group_gets_its_places_5_1() {
    let server = server_with_rules();
    let ann = server.user("ann");
    server.group("T-a", &[&ann]);
    server.group("T-b", &[&ann]);
    let pool = server.group("C-pool", &[&ann]);
    assert_eq!(server.teams_of(&ann), ["T-a", "T-b"]);
    let person = server.person(&ann);
    let expected = json!({"user_name": "ann@example.com", "active": true, "sub_organization": null, "blocked": [],
        "concurrency_group": {"name": "C-pool", "is_default": false}});
    assert_contains(&person, &expected);
    assert!(person["groups"].to_string().contains(&pool), "{person}");
}

#[test]
fn everyone_starts_in_the_default_concurrency_group_and_the_root_organization_5_7() {
    let server = Server::start();
    let ann = server.user("ann");
    let person = server.person(&ann);
    let expected = json!({"teams": [], "groups": [], "concurrency_group": {"is_default": true},
        "sub_organization": null});
    assert_contains(&person, &expected);
    let defaults = server.items("/concurrency-groups");
    assert_contains(
        &json!(defaults),
        &json!([{"is_default": true, "created_by": "admin", "member_count": 1}]),
    );
}

#[test]
fn leaving_a_group_takes_only_what_that_group_gave_5_5() {
    let server = server_with_rules();
    let ann = server.user("ann");
    let first = server.group("T-a", &[&ann]);
    server.group("T-b", &[&ann]);
    let pool = server.group("C-pool", &[&ann]);
    server.remove_member(&first, &ann);
    assert_eq!(server.teams_of(&ann), ["T-b"]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-pool"));
    server.remove_member(&pool, &ann);
    assert_eq!(server.concurrency_group_of(&ann), None);
    assert_eq!(server.teams_of(&ann), ["T-b"]);
}

#[test]
fn a_team_place_given_by_hand_survives_leaving_the_group_5_6() {
    let server = server_with_rules();
    let ann = server.user("ann");
    let group = server.group("T-a", &[&ann]);
    let team = server.find_entity("teams", "T-a").unwrap()["id"].as_str().unwrap().to_owned();
    server.api.put(format!("/teams/{team}/members/{ann}"), json!({})).expect(200);
    server.remove_member(&group, &ann);
    assert_eq!(server.teams_of(&ann), ["T-a"]);
    server.api.delete(format!("/teams/{team}/members/{ann}")).expect(204);
    assert_eq!(server.teams_of(&ann), [""; 0]);
}

#[test]
fn the_concurrency_group_is_the_mappings_then_the_attributes_then_the_admins_then_the_default_5_7() {
    let server = server_with_rules();
    let attribute = server.entity("concurrency-groups", "attribute");
    let manual = server.entity("concurrency-groups", "manual");
    let ann = server.user("ann");
    let now = || server.concurrency_group_of(&ann);
    server.api.put(format!("/concurrency-groups/{manual}/members/{ann}"), json!({})).expect(200);
    assert_eq!(now().as_deref(), Some("manual"));
    server.put_user(&ann, with_concurrency_group("ann", json!("ATTRIBUTE"))).expect(200);
    assert_eq!(now().as_deref(), Some("attribute"));
    let group = server.group("C-mapped", &[&ann]);
    assert_eq!(now().as_deref(), Some("C-mapped"));
    server.remove_member(&group, &ann);
    assert_eq!(now().as_deref(), Some("attribute"));
    server.api.delete(format!("/concurrency-groups/{attribute}")).expect(204);
    assert_eq!(now().as_deref(), Some("manual"));
    server.api.delete(format!("/concurrency-groups/{manual}")).expect(204);
    assert_eq!(now(), None);
}

#[test]
fn an_unknown_concurrency_group_is_refused_naming_attribute_and_value_5_7() {
    let server = Server::start();
    let unknown = with_concurrency_group("ann", json!("Nowhere"));
    let detail = server.scim.post("/Users", &unknown).expect_scim_error(400, Some("invalidValue"));
    assert!(detail.contains("LambdatestGroup") && detail.contains("Nowhere"), "{detail}");
    let ann = server.user("ann");
    server.put_user(&ann, unknown).expect_scim_error(400, Some("invalidValue"));
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
}

#[test]
fn the_attribute_is_stored_without_effect_while_the_feature_is_off_5_7() {
    let server = Server::start();
    server.feature("concurrency_groups", false);
    let ann = server.user_with(with_concurrency_group("ann", json!("Nowhere yet")));
    let stored = json!({USER_EXTENSION: {"LambdatestGroup": "Nowhere yet"}});
    server.scim.get(format!("/Users/{ann}")).expect_body(200, stored);
    assert_eq!(server.concurrency_group_of(&ann), None);
}

#[test]
fn an_attribute_stored_while_the_feature_was_off_takes_the_group_that_is_made_later_mapping_5_7() {
    let server = Server::start();
    server.feature("concurrency_groups", false);
    let ann = server.user_with(with_concurrency_group("ann", json!("Pool")));
    let ben = server.user_with(with_concurrency_group("ben", json!("Other")));
    server.feature("concurrency_groups", true);
    assert_eq!(server.concurrency_group_of(&ann), None, "there is none of that name yet");
    server.entity("concurrency-groups", "POOL");
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("POOL"));
    assert_eq!(server.concurrency_group_of(&ben), None);
    server.delete_user(&ben);
    server.entity("concurrency-groups", "Other");
    assert_eq!(server.members_of("concurrency-groups", "Other"), [""; 0]);
}

#[test]
fn an_attribute_whose_group_was_deleted_takes_the_next_one_of_that_name_mapping_5_7() {
    let server = server_with_rules();
    let first = server.entity("concurrency-groups", "C-1");
    let ann = server.user_with(with_concurrency_group("ann", json!("C-1")));
    server.api.delete(format!("/concurrency-groups/{first}")).expect(204);
    assert_eq!(server.concurrency_group_of(&ann), None);
    let other = server.entity("concurrency-groups", "Pool");
    server.api.patch(format!("/concurrency-groups/{other}"), json!({"name": "c-1"})).expect(200);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("c-1"), "by a rename");
    server.api.delete(format!("/concurrency-groups/{other}")).expect(204);
    server.group("C-1", &[]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-1"), "by a mapping");
}

#[test]
fn the_attribute_is_validated_only_when_it_changes_5_7() {
    let server = Server::start();
    let pool = server.entity("concurrency-groups", "Pool");
    let ann = server.user_with(with_concurrency_group("ann", json!("Pool")));
    server.api.patch(format!("/concurrency-groups/{pool}"), json!({"name": "Pond"})).expect(200);
    let stored = json!({USER_EXTENSION: {"LambdatestGroup": "Pool"}});
    server.scim.get(format!("/Users/{ann}")).expect_body(200, stored.clone());
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("Pond"), "a rename leaves the place");

    server.api.delete(format!("/concurrency-groups/{pool}")).expect(204);
    assert_eq!(server.concurrency_group_of(&ann), None);
    let mut same = with_concurrency_group("ann", json!("Pool"));
    same["displayName"] = json!("Ann");
    server.put_user(&ann, same).expect_body(200, stored);
}

#[test]
fn deactivating_is_never_refused_for_the_attribute_5_7() {
    let server = Server::start();
    server.entity("concurrency-groups", "Pool");
    let ann = server.user_with(with_concurrency_group("ann", json!("Pool")));
    let mut leaving = with_concurrency_group("ann", json!("Nowhere"));
    leaving["active"] = json!(false);
    let stays = json!({"active": false, USER_EXTENSION: {"LambdatestGroup": "Pool"}});
    server.put_user(&ann, leaving).expect_body(200, stays.clone());
    server.scim.get(format!("/Users/{ann}")).expect_body(200, stays);
}

#[test]
fn the_same_facts_give_the_same_places_however_they_were_reached_5_8() {
    let server = server_with_rules();
    let users = [server.user("ann"), server.user("bob")];
    let ids = [users[0].as_str(), users[1].as_str()];
    server.group("T-posted", &ids);
    let put = server.group("T-put", &[]);
    server.put_group(&put, "T-put", &ids).expect(200);
    let patched = server.group("T-patched", &[]);
    let restored = server.group("T-restored", &[ids[1]]);
    server.delete_group(&restored);
    assert_eq!(server.group("T-restored", &ids), restored);
    for user in ids {
        server.add_member(&patched, user);
    }
    for team in ["T-posted", "T-put", "T-patched", "T-restored"] {
        assert_eq!(server.members_of("teams", team), ["ann@example.com", "bob@example.com"], "{team}");
    }
}

#[test]
fn syncing_twice_changes_nothing_and_emits_no_event_5_8() {
    let server = server_with_rules();
    let ann_attributes = json!({"userName": "ann@example.com", "name": {"givenName": "Ann"}, "active": true,
        "emails": [{"value": "ann@example.com", "type": "work", "primary": true}]});
    let ann = server.user_with(ann_attributes.clone());
    let group = server.group("T-a", &[&ann]);
    let before = server.last_event();
    let meta = |path: &str| server.scim.get(path).expect(200).json["meta"].clone();
    let (user_path, group_path) = (format!("/Users/{ann}"), format!("/Groups/{group}"));
    let seen = (meta(&user_path), meta(&group_path));
    server.put_user(&ann, ann_attributes).expect(200);
    server.put_group(&group, "T-a", &[&ann]).expect(200);
    server
        .patch_group(&group, json!([{"op": "add", "path": "members", "value": [member(&ann)]}]))
        .expect(200);
    server.patch_user(&ann, json!([{"op": "replace", "value": {"active": true}}])).expect(200);
    assert_eq!(server.event_types_after(before), [""; 0]);
    assert_eq!((meta(&user_path), meta(&group_path)), seen);
}

#[test]
fn a_deactivated_user_keeps_every_place_and_is_shown_inactive_5_9() {
    let server = server_with_rules();
    let ann = server.user("ann");
    server.group("T-a", &[&ann]);
    server.group("C-pool", &[&ann]);
    let team = server.find_entity("teams", "T-a").unwrap()["id"].as_str().unwrap().to_owned();
    for active in [false, true] {
        server.patch_user(&ann, json!([{"op": "replace", "path": "active", "value": active}])).expect(200);
        assert_eq!(server.teams_of(&ann), ["T-a"]);
        assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-pool"));
        let shown = json!([{"id": ann, "user_name": "ann@example.com", "active": active}]);
        assert_contains(&json!(server.items(&format!("/teams/{team}/members"))), &shown);
    }
    assert_eq!(server.items("/users?query=ann").len(), 1);
}

//! mapping.md §6: the life of a group and of an entity.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains, text};

fn server_with_team_rule() -> Server {
    let server = Server::start();
    server.rule(json!({}));
    server
}

#[test]
fn a_renamed_group_renames_its_team_and_concurrency_group_6_1() {
    let server = server_with_team_rule();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    server.map(&group, "concurrency_group", &server.entity("concurrency-groups", "Pool"));
    let team = server.mappings_of(&group)[0]["entity"]["id"].clone();
    server.rename(&group, "Revenue");
    assert_contains(
        &server.find_entity("teams", "Revenue").unwrap(),
        &json!({"id": team, "member_count": 1}),
    );
    assert!(server.find_entity("concurrency-groups", "Revenue").is_some(), "by hand too");
    assert_eq!(server.teams_of(&ann), ["Revenue"]);
}

#[test]
fn a_change_of_letter_case_is_a_rename_6_1() {
    let server = server_with_team_rule();
    let group = server.group("sales", &[]);
    let before = server.last_event();
    server.put_group(&group, "SALES", &[]).expect_body(200, json!({"displayName": "SALES"}));
    assert!(server.find_entity("teams", "SALES").is_some());
    assert_eq!(server.events_of_type("group.renamed", before).len(), 1);
    assert_eq!(server.events_of_type("entity.renamed", before).len(), 1);
}

#[test]
fn a_rename_by_template_gives_the_templates_name_6_1() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-", "entity_name": "Team ${rest}"}));
    let group = server.group("T-sales", &[]);
    assert_contains(&server.mapping_of(&group), &json!({"entity": {"name": "Team sales"}}));
    server.rename(&group, "T-revenue");
    assert_contains(&server.mapping_of(&group), &json!({"entity": {"name": "Team revenue"}}));
}

#[test]
fn a_rename_to_another_groups_name_is_refused_and_changes_nothing_6_1() {
    let server = server_with_team_rule();
    let group = server.group("Sales", &[]);
    server.group("Revenue", &[]);
    let rename = json!([{"op": "replace", "path": "displayName", "value": "REVENUE"}]);
    server.patch_group(&group, rename).expect_scim_error(409, Some("uniqueness"));
    assert_contains(&server.mapping_of(&group), &json!({"entity": {"name": "Sales"}}));
}

#[test]
fn an_entity_whose_new_name_is_taken_keeps_its_own_and_the_mapping_is_flagged_6_1() {
    let server = server_with_team_rule();
    let group = server.group("Sales", &[]);
    server.entity("teams", "Revenue");
    server.rename(&group, "Revenue");
    let expected =
        json!({"status": "auto_approved", "entity": {"name": "Sales"}, "flags": ["rename_blocked"]});
    assert_contains(&server.mapping_of(&group), &expected);
    server.rename(&group, "Income");
    assert_contains(&server.mapping_of(&group), &json!({"entity": {"name": "Income"}, "flags": []}));
}

#[test]
fn what_a_rename_approves_again_has_the_new_name_or_the_flag_mapping_6_1() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("T-1", &[]);
    server.rename(&group, "X");
    let frozen = json!({"status": "pending", "reason": "rule_changed", "entity": {"name": "X"}});
    assert_contains(&server.mapping_of(&group), &frozen);
    server.rename(&group, "T-2");
    let follows = json!({"status": "auto_approved", "entity": {"name": "T-2"}, "flags": []});
    assert_contains(&server.mapping_of(&group), &follows);
    server.rename(&group, "X");
    server.entity("teams", "T-3");
    server.rename(&group, "T-3");
    let blocked = json!({"status": "auto_approved", "entity": {"name": "X"}, "flags": ["rename_blocked"]});
    assert_contains(&server.mapping_of(&group), &blocked);
}

#[test]
fn a_group_whose_name_is_longer_than_a_name_may_be_maps_to_its_beginning_mapping_3_7() {
    let server = server_with_team_rule();
    let ann = server.user("ann");
    let long = "é".repeat(501);
    let group = server.group(&long, &[&ann]);
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved"}));
    assert_eq!(server.teams_of(&ann), ["é".repeat(500)]);
    server.rename(&group, &format!("{long}, renamed"));
    let same = json!({"status": "auto_approved", "entity": {"name": "é".repeat(500)}, "flags": []});
    assert_contains(&server.mapping_of(&group), &same);
    let by_hand = json!({"target_type": "concurrency_group", "entity_name": long, "create": true});
    let problem = server.api.post(format!("/groups/{group}/mappings"), by_hand).expect_problem(400);
    assert!(problem["detail"].as_str().unwrap().contains("501 characters"), "{problem}");
}

#[test]
fn the_flag_of_a_blocked_rename_ends_with_the_entity_that_kept_its_name_6_1() {
    let server = server_with_team_rule();
    let group = server.group("Sales", &[]);
    server.entity("teams", "Revenue");
    server.rename(&group, "Revenue");
    let flagged = server.mapping_of(&group);
    assert_contains(&flagged, &json!({"flags": ["rename_blocked"]}));
    let other = json!({"entity_id": server.entity("teams", "Chosen")});
    server.api.post(format!("/mappings/{}/approve", text(&flagged, "id")), other).expect(200);
    assert_contains(&server.mapping_of(&group), &json!({"entity": {"name": "Chosen"}, "flags": []}));
}

#[test]
fn a_sub_organization_is_not_renamed_with_its_group_6_1() {
    let server = Server::start();
    let group = server.group("Berlin", &[]);
    server.map(&group, "sub_organization", &server.entity("sub-organizations", "Berlin"));
    server.rename(&group, "Bonn");
    assert_contains(&server.mapping_of(&group), &json!({"status": "approved", "entity": {"name": "Berlin"}}));
}

#[test]
fn after_a_rename_an_automatic_mapping_that_no_rule_asks_for_waits_and_one_by_hand_stays_6_1() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("T-sales", &[]);
    server.map(&group, "team", &server.entity("teams", "By hand"));
    server.rename(&group, "Sales");
    let automatic = json!({"status": "pending", "reason": "rule_changed"});
    assert_contains(&json!(server.mappings_of(&group)), &json!([automatic, {"status": "approved"}]));
}

#[test]
fn after_a_rename_a_rule_for_another_target_type_makes_its_mapping_6_1() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "C-", "target_type": "concurrency_group"}));
    let group = server.group("plain", &[]);
    server.map(&group, "team", &server.entity("teams", "By hand"));
    server.rename(&group, "C-pool");
    let made = json!({"target_type": "concurrency_group", "status": "auto_approved"});
    assert_contains(&json!(server.mappings_of(&group)), &json!([{"target_type": "team"}, made]));
}

#[test]
fn after_a_rename_a_waiting_mapping_is_approved_when_a_rule_now_does_so_6_1() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({"kind": "prefix", "pattern": "auto", "priority": 5}));
    server.rule(json!({"auto_approve": false}));
    let group = server.group("Sales", &[&ann]);
    assert_contains(&server.mapping_of(&group), &json!({"reason": "awaiting_approval"}));
    server.rename(&group, "auto Sales");
    assert_contains(
        &server.mapping_of(&group),
        &json!({"status": "auto_approved", "entity": {"name": "auto Sales"}}),
    );
    assert_eq!(server.teams_of(&ann), ["auto Sales"]);
}

#[test]
fn a_deleted_group_is_gone_from_scim_but_its_team_is_kept_and_free_6_2() {
    let server = server_with_team_rule();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    server.delete_group(&group);
    let path = format!("/Groups/{group}");
    server.scim.get(&path).expect_scim_error(404, None);
    server.scim.delete(&path).expect_scim_error(404, None);
    server.put_group(&group, "Sales", &[]).expect_scim_error(404, None);
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Back"}]);
    server.patch_group(&group, rename).expect_scim_error(404, None);
    server
        .scim
        .get("/Groups?filter=displayName%20eq%20%22Sales%22")
        .expect_body(200, json!({"totalResults": 0}));
    assert_contains(
        &server.find_entity("teams", "Sales").unwrap(),
        &json!({"member_count": 0, "mapping": null}),
    );
    let history = server.items("/mappings?status=rejected");
    assert_contains(&json!(history), &json!([{"group": {"id": group}, "reason": "group_deleted"}]));
    assert_eq!(server.teams_of(&ann), [""; 0]);

    let other = server.group("Other", &[]);
    server.map(&other, "team", &text(&server.find_entity("teams", "Sales").unwrap(), "id"));
}

#[test]
fn a_group_pushed_again_is_the_same_record_with_only_the_members_now_pushed_6_2() {
    let server = server_with_team_rule();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann]);
    let created = server.scim.get(format!("/Groups/{group}")).expect(200).json["meta"]["created"].clone();
    server.delete_group(&group);
    let restored = json!({"displayName": "SALES", "members": [{"value": bob}]});
    let answer = server.post_group(restored).expect(201);
    let expected = json!({"id": group, "displayName": "SALES", "members": [{"value": bob}],
        "meta": {"created": created}});
    assert_contains(&answer.json, &expected);
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved"}));
    assert_eq!(server.teams_of(&ann), [""; 0]);
    assert_eq!(server.teams_of(&bob).len(), 1);
}

#[test]
fn a_restored_group_gets_what_the_rules_say_now_6_2() {
    let server = Server::start();
    let rule = server.rule(json!({}));
    let group = server.group("Sales", &[]);
    server.delete_group(&group);
    let change = json!({"target_type": "concurrency_group"});
    server.api.patch(format!("/mapping-rules/{rule}"), change).expect(200);
    server.group("Sales", &[]);
    let expected = json!({"target_type": "concurrency_group", "status": "auto_approved"});
    assert_contains(&server.mapping_of(&group), &expected);
}

#[test]
fn a_deleted_entity_ends_its_places_and_no_rule_makes_it_again_6_3() {
    let server = server_with_team_rule();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let team = text(&server.find_entity("teams", "Sales").unwrap(), "id");
    server.api.delete(format!("/teams/{team}")).expect(204);
    assert_eq!(server.teams_of(&ann), [""; 0]);
    let waiting = json!({"status": "pending", "reason": "target_deleted", "entity": null});
    assert_contains(&server.mapping_of(&group), &waiting);
    server.rename(&group, "Revenue");
    server.add_member(&group, &server.user("bob"));
    assert_contains(&server.mapping_of(&group), &waiting);

    server.delete_group(&group);
    server.group("Revenue", &[&ann]);
    assert_eq!(server.items("/teams"), [Value::Null; 0], "nor on restoration");

    server.map(&group, "team", &server.entity("teams", "Again"));
    assert_eq!(server.teams_of(&ann), ["Again"]);
}

#[test]
fn nor_is_a_deleted_team_made_again_for_a_group_that_waited_for_its_name_6_3() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T ", "entity_name": "${rest}"}));
    let ann = server.user("ann");
    let (holder, waiting) = (server.group("T X", &[]), server.group("T  X", &[&ann]));
    assert_contains(&server.mapping_of(&waiting), &json!({"reason": "target_taken"}));
    let team = text(&server.mapping_of(&holder)["entity"], "id");
    server.api.delete(format!("/teams/{team}")).expect(204);
    for group in [&holder, &waiting] {
        let waits = json!({"status": "pending", "reason": "target_deleted"});
        assert_contains(&server.mapping_of(group), &waits);
    }
    server.api.post("/mapping-rules/apply", json!({})).expect(200);
    assert_eq!(server.items("/teams"), [Value::Null; 0]);
    let said = server.api.get(format!("/users/{ann}/explain")).expect(200).json;
    let sentences = said["sentences"].to_string();
    assert!(sentences.contains("an administrator deleted the team of its mapping"), "{sentences}");
}

#[test]
fn who_waited_for_a_deleted_sub_organization_waits_until_it_is_there_again_4_7() {
    let server = Server::start();
    server.rule(json!({"target_type": "sub_organization", "entity_name": "Berlin"}));
    let place = server.entity("sub-organizations", "Berlin");
    let (_, waiting) = (server.group("one", &[]), server.group("two", &[]));
    assert_contains(&server.mapping_of(&waiting), &json!({"reason": "target_taken"}));
    server.api.delete(format!("/sub-organizations/{place}")).expect(204);
    assert_contains(&server.mapping_of(&waiting), &json!({"status": "pending", "reason": "target_missing"}));
    server.entity("sub-organizations", "Berlin");
    assert_contains(&server.mapping_of(&waiting), &json!({"status": "auto_approved"}));
}

#[test]
fn the_default_concurrency_group_cannot_be_deleted_6_3() {
    let server = Server::start();
    let default = text(&server.items("/concurrency-groups")[0], "id");
    server.api.delete(format!("/concurrency-groups/{default}")).expect_problem(409);
    assert_eq!(server.items("/concurrency-groups").len(), 1);
}

#[test]
fn an_entity_renamed_by_hand_is_renamed_again_with_its_group_6_4() {
    let server = server_with_team_rule();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let team = text(&server.find_entity("teams", "Sales").unwrap(), "id");
    server
        .api
        .patch(format!("/teams/{team}"), json!({"name": "Sellers"}))
        .expect_body(200, json!({"name": "Sellers"}));
    assert_eq!(server.teams_of(&ann), ["Sellers"]);
    server.rename(&group, "Revenue");
    assert_eq!(server.teams_of(&ann), ["Revenue"]);
}

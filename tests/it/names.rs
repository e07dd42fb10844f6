//! mapping.md §3.7, §6.1 and §6.4: what entities are called that groups give their names.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains, text};

/// A group whose team is called `X1` while the group is called `X2`: the rename found its mapping frozen.
fn server_with_missed_rename() -> (Server, String) {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T"}));
    let group = server.group("T1", &[]);
    server.rename(&group, "X1");
    server.rename(&group, "X2");
    let frozen = json!({"status": "pending", "reason": "rule_changed", "entity": {"name": "X1"},
        "flags": ["rename_blocked"]});
    assert_contains(&server.mapping_of(&group), &frozen);
    (server, group)
}

#[test]
fn an_entity_whose_feature_was_off_when_its_group_was_renamed_follows_when_it_comes_on_4_6() {
    let server = Server::start();
    server.rule(json!({}));
    let group = server.group("Old", &[]);
    server.feature("teams", false);
    server.rename(&group, "New");
    let frozen = json!({"status": "pending", "entity": {"name": "Old"}, "flags": ["rename_blocked"]});
    assert_contains(&server.mapping_of(&group), &frozen);
    let later = server.group("Old", &[]);
    server.feature("teams", true);
    let follows = json!({"status": "auto_approved", "entity": {"name": "New"}, "flags": []});
    assert_contains(&server.mapping_of(&group), &follows);
    assert_contains(
        &server.mapping_of(&later),
        &json!({"status": "auto_approved", "entity": {"name": "Old"}}),
    );
}

#[test]
fn a_name_that_is_taken_meanwhile_leaves_the_flag_on_what_is_approved_again_6_1() {
    let server = Server::start();
    server.rule(json!({}));
    let group = server.group("Old", &[]);
    server.feature("teams", false);
    server.rename(&group, "New");
    server.entity("teams", "New");
    server.feature("teams", true);
    let blocked = json!({"status": "auto_approved", "entity": {"name": "Old"}, "flags": ["rename_blocked"]});
    assert_contains(&server.mapping_of(&group), &blocked);
}

#[test]
fn a_name_that_an_admin_gave_is_not_written_over_by_a_feature_that_goes_off_and_on_6_4() {
    let server = Server::start();
    server.rule(json!({}));
    let (by_hand, renamed) = (server.group("eng-all", &[]), server.group("Sales", &[]));
    server.map(&by_hand, "team", &server.entity("teams", "Engineering"));
    server.feature("teams", false);
    server.rename(&renamed, "Revenue");
    let team = text(&server.mapping_of(&renamed)["entity"], "id");
    server.api.patch(format!("/teams/{team}"), json!({"name": "Money"})).expect(200);
    assert_contains(&server.mapping_of(&renamed), &json!({"flags": []}));
    server.feature("teams", true);
    let mappings = server.mappings_of(&by_hand);
    assert!(mappings.iter().any(|mapping| mapping["entity"]["name"] == "Engineering"), "{mappings:?}");
    assert_contains(
        &server.mapping_of(&renamed),
        &json!({"status": "auto_approved", "entity": {"name": "Money"}}),
    );
}

#[test]
fn applied_rules_approve_again_with_the_name_that_a_rename_would_give_3_4() {
    let (server, group) = server_with_missed_rename();
    let mut body =
        json!({"add": [{"kind": "prefix", "pattern": "X", "target_type": "team", "auto_approve": true}]});
    let preview = server.api.post("/mapping-rules/preview", body.clone()).expect(200).json;
    let said =
        json!([{"status": "auto_approved", "entity": {"name": "X2"}, "before": {"entity": {"name": "X1"}}}]);
    assert_contains(&preview["mappings"], &said);
    body["basis"] = preview["basis"].clone();
    server.api.post("/mapping-rules/apply", body).expect(200);
    let follows = json!({"status": "auto_approved", "entity": {"name": "X2"}, "flags": []});
    assert_contains(&server.mapping_of(&group), &follows);
}

#[test]
fn an_approval_by_hand_of_what_was_frozen_makes_up_for_the_rename_6_1() {
    let (server, group) = server_with_missed_rename();
    let id = text(&server.mapping_of(&group), "id");
    let preview =
        server.api.post(format!("/mappings/{id}/preview"), json!({"action": "approve"})).expect(200).json;
    assert_contains(&preview["mappings"], &json!([{"status": "approved", "entity": {"name": "X2"}}]));
    server.api.post(format!("/mappings/{id}/approve"), json!({})).expect(200);
    let follows = json!({"status": "approved", "entity": {"name": "X2"}, "flags": []});
    assert_contains(&server.mapping_of(&group), &follows);
}

#[test]
fn control_characters_in_a_groups_name_become_spaces_in_the_entitys_by_rule_and_by_hand_3_7() {
    let server = Server::start();
    let by_hand = server.group("by\thand", &[]);
    server.rule(json!({"auto_approve": false}));
    let waits = server.group("a\tb", &[]);
    let id = text(&server.mapping_of(&waits), "id");
    server.api.post(format!("/mappings/{id}/approve"), json!({})).expect(200);
    assert_contains(&server.mapping_of(&waits), &json!({"status": "approved", "entity": {"name": "a b"}}));
    server.rule(json!({"priority": 9}));
    let by_rule = server.group("c\nd", &[]);
    let made = json!({"status": "auto_approved", "entity": {"name": "c d"}});
    assert_contains(&server.mapping_of(&by_rule), &made);
    server.rename(&by_rule, "e\u{7}f");
    assert_contains(&server.mapping_of(&by_rule), &json!({"entity": {"name": "e f"}, "flags": []}));
    let named = json!({"target_type": "team", "entity_name": "by\thand", "create": true});
    server.api.post(format!("/groups/{by_hand}/mappings"), named).expect_problem(400);
}

#[test]
fn a_group_name_of_control_characters_alone_matches_no_rule_and_needs_a_name_by_hand_3_7() {
    let server = Server::start();
    server.rule(json!({}));
    let group = server.group("\u{7}\u{1}", &[]);
    assert_eq!(server.mappings_of(&group), [Value::Null; 0]);
    let renamed = server.group("Sales", &[]);
    server.rename(&renamed, "\u{7}");
    assert_contains(
        &server.mapping_of(&renamed),
        &json!({"entity": {"name": "Sales"}, "flags": ["rename_blocked"]}),
    );
    let id = text(&server.mapping_of(&renamed), "id");
    server.api.post(format!("/mappings/{id}/reject"), json!({})).expect(200);
    let problem = server.api.post(format!("/mappings/{id}/approve"), json!({})).expect_problem(400);
    let detail = text(&problem, "detail");
    assert!(detail.contains("\"\\u{7}\"") && detail.contains("Send an entity_name"), "{detail}");
}

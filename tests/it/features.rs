//! mapping.md §2.6, §4.6 and §5.7: the three features, switched off and on.

use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION, assert_contains, text};

#[test]
fn each_type_freezes_and_thaws_with_its_own_feature_4_6() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Everything", &[&ann]);
    for (plural, target) in [
        ("teams", "team"),
        ("concurrency-groups", "concurrency_group"),
        ("sub-organizations", "sub_organization"),
    ] {
        server.map(&group, target, &server.entity(plural, "Place"));
    }
    let frozen = json!({"status": "pending", "reason": "feature_disabled", "entity": {"name": "Place"}});
    for feature in ["teams", "concurrency_groups", "sub_organizations"] {
        server.feature(feature, false);
    }
    server.add_member(&group, &bob);
    assert_contains(&json!(server.mappings_of(&group)), &json!([frozen, frozen, frozen]));
    assert_eq!(server.teams_of(&ann), ["Place"]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("Place"));
    assert_eq!(server.sub_organization_of(&ann).as_deref(), Some("Place"));
    assert_eq!((server.teams_of(&bob), server.concurrency_group_of(&bob)), (vec![], None));

    server.feature("teams", true);
    assert_eq!((server.teams_of(&bob).len(), server.sub_organization_of(&bob)), (1, None));
    server.feature("sub_organizations", true);
    server.feature("concurrency_groups", true);
    assert_eq!(server.sub_organization_of(&bob).as_deref(), Some("Place"));
    assert_eq!(server.concurrency_group_of(&bob).as_deref(), Some("Place"));
    let approved = json!({"status": "approved", "reason": null});
    assert_contains(&json!(server.mappings_of(&group)), &json!([approved, approved, approved]));
}

#[test]
fn what_was_never_approved_asks_the_rules_when_its_feature_comes_on_4_6() {
    let server = Server::start();
    server.feature("teams", false);
    let by_rule = server.rule(json!({}));
    let automatic = server.group("automatic", &[]);
    server
        .api
        .patch(format!("/mapping-rules/{by_rule}"), json!({"kind": "prefix", "pattern": "auto"}))
        .expect(200);
    server.rule(json!({"auto_approve": false, "priority": 0}));
    let waiting = server.group("waiting", &[]);
    let off = json!({"status": "pending", "reason": "feature_disabled", "entity": null});
    for group in [&automatic, &waiting] {
        assert_contains(&server.mapping_of(group), &off);
    }
    server.feature("teams", true);
    assert_contains(&server.mapping_of(&automatic), &json!({"status": "auto_approved"}));
    assert_contains(&server.mapping_of(&waiting), &json!({"reason": "awaiting_approval"}));
}

#[test]
fn approving_by_hand_while_the_feature_is_off_takes_effect_when_it_comes_on_2_6() {
    let server = Server::start();
    let ann = server.user("ann");
    server.feature("sub_organizations", false);
    let group = server.group("Berlin", &[&ann]);
    let mapping = server.map(&group, "sub_organization", &server.entity("sub-organizations", "Berlin"));
    assert_contains(&mapping, &json!({"status": "pending", "reason": "feature_disabled"}));
    assert_eq!(server.sub_organization_of(&ann), None);
    server.feature("sub_organizations", true);
    assert_contains(&server.mapping_of(&group), &json!({"id": mapping["id"], "status": "approved"}));
    assert_eq!(server.sub_organization_of(&ann).as_deref(), Some("Berlin"));
}

#[test]
fn a_frozen_mapping_waits_for_its_own_reason_again_when_the_group_was_renamed_meanwhile_4_6() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("T-sales", &[]);
    server.feature("teams", false);
    server.rename(&group, "sales");
    server.feature("teams", true);
    assert_contains(&server.mapping_of(&group), &json!({"status": "pending", "reason": "rule_changed"}));
}

#[test]
fn a_mapping_that_was_never_approved_stays_feature_disabled_whatever_runs_meanwhile_2_6() {
    let server = Server::start();
    server.feature("sub_organizations", false);
    server.rule(json!({"target_type": "sub_organization", "auto_approve": false}));
    let group = server.group("Berlin", &[]);
    let off = json!({"status": "pending", "reason": "feature_disabled"});
    assert_contains(&server.mapping_of(&group), &off);
    let before = server.last_event();
    server.api.post("/mapping-rules/apply", json!({})).expect(200);
    server.rename(&group, "Bonn");
    assert_contains(&server.mapping_of(&group), &off);
    assert_eq!(server.event_types_after(before), ["group.renamed"]);
    server.feature("sub_organizations", true);
    assert_contains(&server.mapping_of(&group), &json!({"reason": "awaiting_approval"}));
}

#[test]
fn several_mappings_approved_by_one_switch_ask_for_a_decision_where_they_clash_4_6() {
    let server = Server::start();
    let ann = server.user("ann");
    server.feature("concurrency_groups", false);
    server.rule(json!({"target_type": "concurrency_group"}));
    let older = server.group("older", &[&ann]);
    let newer = server.group("newer", &[&ann]);
    server.feature("concurrency_groups", true);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("older"));
    let asked = json!([{"current": {"group": {"id": older}}, "incoming": {"group": {"id": newer}}}]);
    assert_contains(&json!(server.items("/conflicts?status=open")), &asked);
}

#[test]
fn the_attribute_has_effect_only_while_concurrency_groups_are_on_5_7() {
    let server = Server::start();
    let pool = server.entity("concurrency-groups", "Pool");
    let attributes = json!({"userName": "ann@example.com", USER_EXTENSION: {"LambdatestGroup": "Pool"}});
    server.feature("concurrency_groups", false);
    let ann = server.user_with(attributes);
    assert_eq!(server.concurrency_group_of(&ann), None);
    server.feature("concurrency_groups", true);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("Pool"));
    server.feature("concurrency_groups", false);
    assert_eq!(server.concurrency_group_of(&ann), None);
    server.api.delete(format!("/concurrency-groups/{pool}")).expect(204);
    server.feature("concurrency_groups", true);
    assert_eq!(server.concurrency_group_of(&ann), None);
}

#[test]
fn switching_to_what_already_is_changes_nothing_5_8() {
    let server = Server::start();
    server.rule(json!({"auto_approve": false}));
    let group = server.group("Sales", &[]);
    let seen = server.mapping_of(&group);
    let before = server.last_event();
    server.feature("teams", true);
    assert_eq!(server.event_types_after(before), [""; 0]);
    assert_eq!(server.mapping_of(&group), seen);
    assert_eq!(text(&seen, "reason"), "awaiting_approval");
    assert_eq!(server.items("/teams"), [Value::Null; 0]);
}

//! mapping.md §3.4 and §3.5: rules run over what is there when an admin asks for it.

use serde_json::{Value, json};

use crate::common::{Server, Tenant, assert_contains, text};

#[track_caller]
fn apply(server: &Tenant) {
    server.api.post("/mapping-rules/apply", json!({})).expect(200);
}

#[test]
fn apply_maps_the_groups_that_have_no_mapping_and_syncs_their_members_3_4() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("T-sales", &[&ann]);
    let other = server.group("other", &[&ann]);
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    assert_eq!(server.mappings_of(&group), [Value::Null; 0]);
    apply(&server);
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved", "rule_id": rule}));
    assert_eq!(server.teams_of(&ann), ["T-sales"]);
    assert_eq!(server.mappings_of(&other), [Value::Null; 0]);
}

#[test]
fn apply_approves_the_pending_mappings_that_a_rule_made_when_a_rule_now_does_so_3_4() {
    let server = Server::start();
    let ann = server.user("ann");
    let rule = server.rule(json!({"auto_approve": false}));
    let waiting = server.group("waiting", &[&ann]);
    server.api.patch(format!("/mapping-rules/{rule}"), json!({"auto_approve": true})).expect(200);
    assert_contains(&server.mapping_of(&waiting), &json!({"reason": "awaiting_approval"}));
    apply(&server);
    assert_contains(&server.mapping_of(&waiting), &json!({"status": "auto_approved"}));
    assert_eq!(server.teams_of(&ann), ["waiting"]);
}

#[test]
fn apply_thaws_a_mapping_that_a_rename_had_frozen_with_the_entity_that_it_held_3_4() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("T-sales", &[&ann]);
    let team = server.mapping_of(&group)["entity"]["id"].clone();
    server.rename(&group, "plain");
    server.add_member(&group, &bob);
    assert_eq!(server.teams_of(&bob), [""; 0]);
    server.rule(json!({"kind": "prefix", "pattern": "plain"}));
    apply(&server);
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved", "entity": {"id": team}}));
    assert_eq!(server.teams_of(&bob).len(), 1);
}

#[test]
fn apply_leaves_alone_what_is_approved_rejected_deleted_by_an_admin_or_made_by_hand_3_4() {
    let server = Server::start();
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let approved = server.group("T-approved", &[]);
    let rejected = server.group("T-rejected", &[]);
    let mapping = text(&server.mapping_of(&rejected), "id");
    server.api.post(format!("/mappings/{mapping}/reject"), json!({})).expect(200);
    let target_deleted = server.group("T-gone", &[]);
    let team = text(&server.mapping_of(&target_deleted)["entity"], "id");
    server.api.delete(format!("/teams/{team}")).expect(204);
    let by_hand = server.group("by hand", &[]);
    server.map(&by_hand, "team", &server.entity("teams", "chosen"));
    server.feature("teams", false);
    let frozen_by_hand = server.mapping_of(&by_hand);
    server.feature("teams", true);

    let change = json!({"pattern": "nothing starts like this"});
    server.api.patch(format!("/mapping-rules/{rule}"), change).expect(200);
    let groups = [&approved, &rejected, &target_deleted, &by_hand];
    let seen: Vec<Value> = groups.iter().map(|group| server.mapping_of(group)).collect();
    assert_contains(
        &json!(seen),
        &json!([{"status": "auto_approved"}, {"status": "rejected"},
        {"reason": "target_deleted"}, {"status": "approved"}]),
    );
    let before = server.last_event();
    apply(&server);
    server.rule(json!({"target_type": "team"}));
    apply(&server);
    assert_eq!(server.events_of_type("mapping.created", before), [Value::Null; 0]);
    let now: Vec<Value> = groups.iter().map(|group| server.mapping_of(group)).collect();
    assert_eq!(now, seen);

    server.feature("teams", false);
    apply(&server);
    let still = server.mapping_of(&by_hand);
    assert_eq!((&still["status"], &still["reason"]), (&frozen_by_hand["status"], &frozen_by_hand["reason"]));
}

#[test]
fn apply_never_changes_the_target_type_of_a_pending_mapping_3_5() {
    let server = Server::start();
    let rule = server.rule(json!({"auto_approve": false}));
    let group = server.group("waiting", &[]);
    let change = json!({"target_type": "concurrency_group", "auto_approve": true});
    server.api.patch(format!("/mapping-rules/{rule}"), change).expect(200);
    apply(&server);
    assert_contains(&server.mapping_of(&group), &json!({"target_type": "team", "status": "pending"}));
}

#[test]
fn a_mapping_that_waits_for_another_rule_from_now_on_says_so_in_the_feed_3_4() {
    let server = Server::start();
    server.rule(json!({"target_type": "sub_organization"}));
    let group = server.group("Berlin", &[]);
    assert_contains(&server.mapping_of(&group), &json!({"reason": "target_missing"}));
    let rule = server.rule(json!({"target_type": "sub_organization", "entity_name": "Bonn", "priority": 9}));
    let before = server.last_event();
    apply(&server);
    let waiting = json!({"reason": "target_missing", "rule_id": rule});
    assert_contains(&server.mapping_of(&group), &waiting);
    assert_contains(&json!(server.events_of_type("mapping.pending", before)), &json!([{"mapping": waiting}]));
    server.entity("sub-organizations", "Bonn");
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved"}));
}

#[test]
fn applying_twice_changes_nothing_the_second_time_5_8() {
    let server = Server::start();
    let ann = server.user("ann");
    for name in ["one", "two", "C-three"] {
        server.group(name, &[&ann]);
    }
    server.rule(json!({"entity_name": "shared"}));
    server.rule(json!({"kind": "prefix", "pattern": "C-", "target_type": "sub_organization", "priority": 9}));
    apply(&server);
    let before = server.last_event();
    apply(&server);
    assert_eq!(server.event_types_after(before), [""; 0]);
}

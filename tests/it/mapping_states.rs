//! mapping.md §4: from pending to approved and back, and what each state grants.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains};

#[test]
fn auto_approval_takes_the_entity_of_that_name_or_makes_it_and_syncs_members_4_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let existing = server.entity("teams", "sales");
    server
        .rule(json!({"kind": "prefix", "pattern": "CG", "target_type": "concurrency_group", "priority": 5}));
    server.rule(json!({}));
    let sales = server.group("SALES", &[&ann]);
    let expected = json!({"status": "auto_approved", "reason": null, "group": {"id": sales, "display_name": "SALES"},
        "entity": {"id": existing}, "target_type": "team", "flags": []});
    assert_contains(&server.mapping_of(&sales), &expected);
    let pool = server.group("CG pool", &[&ann]);
    assert_contains(&server.mapping_of(&pool), &json!({"entity": {"name": "CG pool"}}));
    let made = server.find_entity("concurrency-groups", "CG pool").unwrap();
    let expected = json!({"type": "concurrency_group", "is_default": false, "created_by": "mapping",
        "member_count": 1, "mapping": {"status": "auto_approved"}});
    assert_contains(&made, &expected);
    assert_eq!(server.teams_of(&ann).len(), 1);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("CG pool"));
}

#[test]
fn without_auto_approval_a_mapping_waits_and_grants_nothing() {
    let server = Server::start();
    let ann = server.user("ann");
    let rule = server.rule(json!({"auto_approve": false}));
    let group = server.group("Sales", &[&ann]);
    let expected =
        json!({"status": "pending", "reason": "awaiting_approval", "entity": null, "rule_id": rule});
    assert_contains(&server.mapping_of(&group), &expected);
    server.api.get(format!("/groups/{group}")).expect_body(200, json!({"status": "pending"}));
    assert_eq!(server.teams_of(&ann), [""; 0]);
    assert_eq!(server.items("/teams"), [Value::Null; 0]);
    assert_contains(&json!(server.items("/mappings?status=pending")), &json!([{"group": {"id": group}}]));
}

#[test]
fn an_admin_approves_to_an_existing_or_a_new_entity_4_2() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({"auto_approve": false}));
    let existing = server.entity("teams", "Night shift");
    let mut approved = Vec::new();
    for (name, choice) in [
        ("one", json!({"entity_id": existing})),
        ("two", json!({"entity_name": "Day shift", "create": true})),
    ] {
        let group = server.group(name, &[&ann]);
        let mapping = server.mapping_of(&group)["id"].as_str().unwrap().to_owned();
        let answer = server.api.post(format!("/mappings/{mapping}/approve"), choice);
        answer.expect_body(200, json!({"id": mapping, "status": "approved", "reason": null}));
        server.api.get(format!("/mappings/{mapping}")).expect_body(200, json!({"status": "approved"}));
        approved.push(group);
    }
    assert_eq!(server.teams_of(&ann), ["Day shift", "Night shift"]);
    assert_contains(
        &server.mapping_of(&approved[0]),
        &json!({"entity": {"id": existing, "name": "Night shift"}}),
    );
}

#[test]
fn approval_refuses_an_entity_that_does_not_exist_or_is_of_another_type_4_2() {
    let server = Server::start();
    server.rule(json!({"auto_approve": false}));
    let pool = server.entity("concurrency-groups", "Pool");
    let group = server.group("Sales", &[]);
    let mapping = server.mapping_of(&group)["id"].as_str().unwrap().to_owned();
    for (choice, field) in [
        (json!({"entity_id": pool}), "entity_id"),
        (json!({"entity_id": "no-such"}), "entity_id"),
        (json!({"entity_name": "Nowhere"}), "entity_name"),
    ] {
        let problem = server.api.post(format!("/mappings/{mapping}/approve"), choice).expect_problem(400);
        assert_eq!(problem["field"], field, "{problem}");
    }
    let sub = json!({"target_type": "sub_organization", "entity_name": "Berlin", "create": true});
    server.api.post(format!("/groups/{group}/mappings"), sub).expect_problem(400);
    assert_contains(&server.mapping_of(&group), &json!({"status": "pending"}));
    assert_eq!(server.items("/sub-organizations"), [Value::Null; 0]);
}

#[test]
fn one_group_may_hold_any_number_of_teams_but_one_of_each_exclusive_type_4_2() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    for name in ["A", "B"] {
        let mapping = server.map(&group, "team", &server.entity("teams", name));
        assert_contains(&mapping, &json!({"status": "approved", "rule_id": null, "entity": {"name": name}}));
    }
    for (plural, target) in
        [("concurrency-groups", "concurrency_group"), ("sub-organizations", "sub_organization")]
    {
        server.map(&group, target, &server.entity(plural, "first"));
        let second = json!({"target_type": target, "entity_id": server.entity(plural, "second")});
        server.api.post(format!("/groups/{group}/mappings"), second).expect_problem(409);
    }
    assert_eq!(server.mappings_of(&group).len(), 4);
    assert_eq!(server.teams_of(&ann), ["A", "B"]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("first"));
    assert_eq!(server.sub_organization_of(&ann).as_deref(), Some("first"));
}

#[test]
fn an_entity_has_one_group_and_a_second_one_is_told_who_holds_it_4_3() {
    let server = Server::start();
    let team = server.entity("teams", "Night shift");
    let (holder, other) = (server.group("Holder", &[]), server.group("Other", &[]));
    server.map(&holder, "team", &team);
    let again = json!({"target_type": "team", "entity_id": team});
    let problem = server.api.post(format!("/groups/{other}/mappings"), again).expect_problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("Holder"), "{problem}");
    assert_eq!(server.mappings_of(&other), [Value::Null; 0]);
    assert_contains(&server.mapping_of(&holder), &json!({"status": "approved"}));
}

#[test]
fn a_taken_target_waits_until_its_holder_frees_it_4_7() {
    let server = Server::start();
    let ann = server.user("ann");
    let holder = server.group("Holder", &[]);
    let held = server.map(&holder, "team", &server.entity("teams", "Sales"));
    server.rule(json!({}));
    let group = server.group("Sales", &[&ann]);
    assert_contains(&server.mapping_of(&group), &json!({"status": "pending", "reason": "target_taken"}));
    assert_eq!(server.teams_of(&ann), [""; 0]);

    let held = held["id"].as_str().unwrap();
    server
        .api
        .post(format!("/mappings/{held}/reject"), json!({}))
        .expect_body(200, json!({"status": "rejected"}));
    assert_contains(
        &server.mapping_of(&group),
        &json!({"status": "auto_approved", "entity": {"name": "Sales"}}),
    );
    assert_eq!(server.teams_of(&ann), ["Sales"]);
}

#[test]
fn a_missing_sub_organization_is_never_made_but_taken_when_an_admin_makes_it_4_7() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({"target_type": "sub_organization"}));
    let group = server.group("Berlin", &[&ann]);
    assert_contains(&server.mapping_of(&group), &json!({"status": "pending", "reason": "target_missing"}));
    assert_eq!(server.items("/sub-organizations"), [Value::Null; 0]);
    assert_eq!(server.sub_organization_of(&ann), None);

    server.entity("sub-organizations", "BERLIN");
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved"}));
    assert_eq!(server.sub_organization_of(&ann).as_deref(), Some("BERLIN"));
}

#[test]
fn a_renamed_entity_settles_who_waited_for_its_new_name_4_7() {
    let server = Server::start();
    server.rule(json!({"target_type": "sub_organization"}));
    let group = server.group("Berlin", &[]);
    let place = server.entity("sub-organizations", "Bonn");
    server.api.patch(format!("/sub-organizations/{place}"), json!({"name": "Berlin"})).expect(200);
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved", "entity": {"id": place}}));
}

#[test]
fn of_two_that_wait_for_one_name_the_older_mapping_gets_it_4_7() {
    let server = Server::start();
    server.rule(json!({"target_type": "sub_organization", "entity_name": "Berlin"}));
    let (older, newer) = (server.group("first", &[]), server.group("second", &[]));
    server.entity("sub-organizations", "Berlin");
    assert_contains(&server.mapping_of(&older), &json!({"status": "auto_approved"}));
    assert_contains(&server.mapping_of(&newer), &json!({"status": "pending", "reason": "target_taken"}));
}

#[test]
fn a_frozen_mapping_keeps_what_it_gave_adds_nothing_and_still_takes_away_4_4() {
    let server = Server::start();
    let (ann, bob, cleo) = (server.user("ann"), server.user("bob"), server.user("cleo"));
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("T-Sales", &[&ann, &bob]);
    server.rename(&group, "Sales");
    assert_contains(&server.mapping_of(&group), &json!({"status": "pending", "reason": "rule_changed"}));
    assert_eq!(server.teams_of(&ann).len(), 1);

    server.add_member(&group, &cleo);
    server.remove_member(&group, &bob);
    assert_eq!(server.teams_of(&cleo), [""; 0]);
    assert_eq!(server.teams_of(&bob), [""; 0]);
    assert_eq!(server.teams_of(&ann).len(), 1);
    server.add_member(&group, &bob);
    assert_eq!(server.teams_of(&bob), [""; 0], "who left and came back is new");
}

#[test]
fn rejecting_an_approved_mapping_takes_its_assignments_away_4_5() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({}));
    let group = server.group("Sales", &[&ann]);
    let mapping = server.mapping_of(&group)["id"].as_str().unwrap().to_owned();
    let before = server.last_event();
    server.api.post(format!("/mappings/{mapping}/reject"), json!({})).expect(200);
    assert_eq!(server.teams_of(&ann), [""; 0]);
    assert_contains(&server.mapping_of(&group), &json!({"id": mapping, "status": "rejected"}));
    assert_eq!(server.events_of_type("mapping.rejected", before).len(), 1);
    assert_eq!(server.events_of_type("assignment.revoked", before).len(), 1);
    assert_eq!(server.members_of_group(&group), [ann]);

    server.rename(&group, "Sales EMEA");
    assert_contains(&server.mapping_of(&group), &json!({"status": "rejected"}));
}

#[test]
fn a_mapping_to_a_type_that_is_off_waits_and_is_approved_when_it_is_switched_on_2_6() {
    let server = Server::start();
    let ann = server.user("ann");
    server.feature("teams", false);
    server.rule(json!({}));
    let group = server.group("Sales", &[&ann]);
    assert_contains(&server.mapping_of(&group), &json!({"status": "pending", "reason": "feature_disabled"}));
    assert_eq!(server.items("/teams"), [Value::Null; 0]);
    server.feature("teams", true);
    assert_contains(
        &server.mapping_of(&group),
        &json!({"status": "auto_approved", "entity": {"name": "Sales"}}),
    );
    assert_eq!(server.teams_of(&ann), ["Sales"]);
}

#[test]
fn switching_a_type_off_freezes_its_mappings_and_switching_it_on_syncs_them_4_6() {
    let server = Server::start();
    let (ann, bob, cleo) = (server.user("ann"), server.user("bob"), server.user("cleo"));
    server.rule(json!({}));
    let automatic = server.group("Sales", &[&ann, &bob]);
    let by_hand = server.group("Hands", &[&ann]);
    let rejected = server.mapping_of(&by_hand)["id"].as_str().unwrap().to_owned();
    server.api.post(format!("/mappings/{rejected}/reject"), json!({})).expect(200);
    server.map(&by_hand, "team", &server.entity("teams", "Made by hand"));

    server.feature("teams", false);
    assert_contains(
        &server.mapping_of(&automatic),
        &json!({"status": "pending", "reason": "feature_disabled"}),
    );
    server.add_member(&automatic, &cleo);
    server.remove_member(&automatic, &bob);
    assert_eq!(server.teams_of(&ann), ["Made by hand", "Sales"]);
    assert_eq!((server.teams_of(&bob).len(), server.teams_of(&cleo).len()), (0, 0));

    server.feature("teams", true);
    assert_contains(&server.mapping_of(&automatic), &json!({"status": "auto_approved", "reason": null}));
    let again = server.mappings_of(&by_hand);
    assert!(
        again.iter().any(|mapping| mapping["status"] == "approved"),
        "approved by hand before: {again:?}"
    );
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com", "cleo@example.com"]);
}

#[test]
fn deleting_a_mapping_takes_its_assignments_and_frees_the_entity() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let mapping = server.map(&group, "team", &server.entity("teams", "A"))["id"].as_str().unwrap().to_owned();
    server.api.delete(format!("/mappings/{mapping}")).expect(204);
    assert_eq!(server.mappings_of(&group), [Value::Null; 0]);
    assert_eq!(server.teams_of(&ann), [""; 0]);
    assert_contains(&server.find_entity("teams", "A").unwrap(), &json!({"mapping": null, "member_count": 0}));
}

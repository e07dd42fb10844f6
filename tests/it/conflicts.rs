//! mapping.md §5.1 to §5.5: mappings that cannot both hold, and how admins decide between them.

use serde_json::{Value, json};

use crate::common::{Server, Tenant, assert_contains, text};

/// A server where groups `T-…` become teams, `C-…` concurrency groups, and `S-…` take sub-organizations.
fn server_with_rules() -> Server {
    let server = Server::start();
    for (pattern, target) in [("T-", "team"), ("C-", "concurrency_group"), ("S-", "sub_organization")] {
        server.rule(json!({"kind": "prefix", "pattern": pattern, "target_type": target}));
    }
    server
}

fn open(server: &Tenant) -> Vec<Value> {
    server.items("/conflicts?status=open")
}

/// The one open conflict.
#[track_caller]
fn the_conflict(server: &Tenant) -> Value {
    let open = open(server);
    assert_eq!(open.len(), 1, "expected one open conflict: {open:#?}");
    open[0].clone()
}

#[track_caller]
fn resolve(server: &Tenant, conflict: &Value, decision: &str) {
    let path = format!("/conflicts/{}/resolve", text(conflict, "id"));
    let expected = json!({"status": "resolved", "outcome": decision});
    server.api.post(path, json!({"decision": decision})).expect_body(200, expected);
}

#[test]
fn the_newcomer_is_blocked_a_conflict_opens_and_the_rest_of_the_request_lands_5_2() {
    let server = server_with_rules();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let first = server.group("C-first", &[&ann]);
    let before = server.last_event();
    let second = server.group("C-second", &[&ann, &bob]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-first"));
    assert_eq!(server.concurrency_group_of(&bob).as_deref(), Some("C-second"));
    let expected = json!({"user": {"id": ann}, "kind": "exclusive_group", "status": "open", "outcome": null,
        "current": {"group": {"id": first}, "entity": {"name": "C-first"}, "mapping": {"status": "auto_approved"}},
        "incoming": {"group": {"id": second}, "entity": {"name": "C-second"}}});
    let conflict = the_conflict(&server);
    assert_contains(&conflict, &expected);
    server.api.get(format!("/conflicts/{}", text(&conflict, "id"))).expect_body(200, expected);
    let blocked = json!({"blocked": [{"entity": {"name": "C-second"}, "conflicts": [conflict["id"]]}]});
    assert_contains(&server.person(&ann), &blocked);
    assert_eq!(server.events_of_type("conflict.opened", before).len(), 1);
}

#[test]
fn the_three_kinds_of_conflict_and_nothing_else_5_2() {
    let server = server_with_rules();
    for name in ["S-one", "S-two"] {
        server.entity("sub-organizations", name);
    }
    let ann = server.user("ann");
    let one = server.group("S-one", &[&ann]);
    server.map(&one, "team", &server.entity("teams", "Of the same group"));
    server.map(&one, "concurrency_group", &server.entity("concurrency-groups", "Of the same group"));
    assert_eq!(open(&server), [Value::Null; 0], "one group's own places never clash");
    for (group, kind) in [
        ("S-two", "exclusive_sub_organization"),
        ("C-other", "exclusive_group"),
        ("T-other", "cross_type_exclusive"),
    ] {
        let newcomer = server.group(group, &[&ann]);
        let kinds: Vec<String> = open(&server).iter().map(|conflict| text(conflict, "kind")).collect();
        assert!(kinds.contains(&kind.to_owned()), "{group}: {kinds:?}");
        server.delete_group(&newcomer);
        assert_eq!(open(&server), [Value::Null; 0]);
    }
    let bob = server.user("bob");
    for group in ["T-a", "T-b", "C-c"] {
        server.group(group, &[&bob]);
    }
    assert_eq!(open(&server), [Value::Null; 0], "teams add up, also beside a concurrency group");
}

#[test]
fn what_a_frozen_mapping_gave_counts_as_held_5_2() {
    let server = server_with_rules();
    let ann = server.user("ann");
    let first = server.group("C-first", &[&ann]);
    server.rename(&first, "no rule asks for this");
    assert_contains(&server.mapping_of(&first), &json!({"status": "pending", "reason": "rule_changed"}));
    server.group("C-second", &[&ann]);
    assert_contains(&the_conflict(&server), &json!({"current": {"group": {"id": first}}}));
    server.remove_member(&first, &ann);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-second"));
}

#[test]
fn keep_current_ends_the_conflict_and_moves_nobody_5_3() {
    let server = server_with_rules();
    let ann = server.user("ann");
    server.group("C-first", &[&ann]);
    server.group("C-second", &[&ann]);
    let before = server.last_event();
    resolve(&server, &the_conflict(&server), "keep_current");
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-first"));
    assert_eq!(server.event_types_after(before), ["conflict.resolved"]);
    let blocked =
        json!({"blocked": [{"entity": {"name": "C-second"}, "reason": "decision", "conflicts": []}]});
    assert_contains(&server.person(&ann), &blocked);
}

#[test]
fn use_incoming_takes_effect_at_once_against_everything_held_that_it_conflicts_with_5_3() {
    let server = server_with_rules();
    server.entity("sub-organizations", "S-new");
    let ann = server.user("ann");
    server.group("T-team", &[&ann]);
    server.group("C-pool", &[&ann]);
    server.group("S-new", &[&ann]);
    let conflicts = open(&server);
    assert_eq!(conflicts.len(), 2, "one with the team, one with the concurrency group: {conflicts:#?}");
    resolve(&server, &conflicts[0], "use_incoming");
    assert_eq!(open(&server), [Value::Null; 0]);
    assert_eq!(server.sub_organization_of(&ann).as_deref(), Some("S-new"));
    assert_eq!((server.teams_of(&ann), server.concurrency_group_of(&ann)), (vec![], None));
    let other = json!({"status": "resolved", "outcome": "use_incoming"});
    server.api.get(format!("/conflicts/{}", text(&conflicts[1], "id"))).expect_body(200, other);
}

#[test]
fn all_conflicts_between_two_groups_are_decided_at_once_5_3() {
    let server = server_with_rules();
    let users: Vec<String> = ["ann", "bob", "cleo"].map(|name| server.user(name)).into();
    let ids: Vec<&str> = users.iter().map(String::as_str).collect();
    let (first, second) = (server.group("C-first", &ids), server.group("C-second", &ids[..2]));
    let third = server.group("C-third", &ids[2..]);
    let many = json!({"current_group": first, "incoming_group": second, "decision": "use_incoming"});
    server.api.post("/conflicts/resolve", many.clone()).expect_body(200, json!({"resolved": 2}));
    assert_eq!(server.members_of("concurrency-groups", "C-second"), ["ann@example.com", "bob@example.com"]);
    assert_contains(&the_conflict(&server), &json!({"incoming": {"group": {"id": third}}}));
    server.api.post("/conflicts/resolve", many).expect_body(200, json!({"resolved": 0}));
}

#[test]
fn only_an_open_conflict_can_be_decided_and_only_in_the_two_ways_5_3() {
    let server = server_with_rules();
    let ann = server.user("ann");
    let first = server.group("C-first", &[&ann]);
    server.group("C-second", &[&ann]);
    let conflict = the_conflict(&server);
    let path = format!("/conflicts/{}/resolve", text(&conflict, "id"));
    let unknown = server.api.post(&path, json!({"decision": "toss_a_coin"})).expect_problem(400);
    assert_eq!(unknown["field"], "decision");
    assert!(text(&unknown, "detail").contains("use_incoming"), "{unknown}");
    server.api.post("/conflicts/999/resolve", json!({"decision": "keep_current"})).expect_problem(404);
    let stranger = json!({"current_group": first, "incoming_group": "no-such", "decision": "keep_current"});
    let problem = server.api.post("/conflicts/resolve", stranger).expect_problem(400);
    assert_eq!(problem["field"], "incoming_group");
    resolve(&server, &conflict, "keep_current");
    server.api.post(&path, json!({"decision": "use_incoming"})).expect_problem(409);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-first"));
}

#[test]
fn a_conflict_closes_by_itself_when_the_current_side_disappears_and_the_newcomer_gets_the_place_5_4() {
    type End = fn(&Server, &str, &str);
    let ends: [(&str, End); 4] = [
        ("the member leaves", |server, group, user| server.remove_member(group, user)),
        ("the group is deleted", |server, group, _| server.delete_group(group)),
        ("the mapping is rejected", |server, group, _| {
            let mapping = text(&server.mapping_of(group), "id");
            server.api.post(format!("/mappings/{mapping}/reject"), json!({})).expect(200);
        }),
        ("the target is deleted", |server, group, _| {
            let entity = text(&server.mapping_of(group)["entity"], "id");
            server.api.delete(format!("/concurrency-groups/{entity}")).expect(204);
        }),
    ];
    for (what, end) in ends {
        let server = server_with_rules();
        let ann = server.user("ann");
        let first = server.group("C-first", &[&ann]);
        server.group("C-second", &[&ann]);
        let conflict = text(&the_conflict(&server), "id");
        let before = server.last_event();
        end(&server, &first, &ann);
        let closed = json!({"status": "closed", "outcome": "disappeared"});
        server.api.get(format!("/conflicts/{conflict}")).expect_body(200, closed);
        assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-second"), "{what}");
        assert_eq!(server.events_of_type("conflict.closed", before).len(), 1, "{what}");
    }
}

#[test]
fn a_conflict_closes_by_itself_when_the_newcomer_disappears_and_the_user_keeps_the_place_5_4() {
    let server = server_with_rules();
    let ann = server.user("ann");
    server.group("C-first", &[&ann]);
    let second = server.group("C-second", &[&ann]);
    server.remove_member(&second, &ann);
    assert_eq!(open(&server), [Value::Null; 0]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-first"));
    server.add_member(&second, &ann);
    assert_contains(&the_conflict(&server), &json!({"incoming": {"group": {"id": second}}}));
}

#[test]
fn of_three_that_claim_one_slot_the_oldest_that_waits_gets_it_and_the_next_one_asks_anew_5_4() {
    let server = server_with_rules();
    let ann = server.user("ann");
    let second = server.group("C-second", &[]);
    let third = server.group("C-third", &[]);
    let first = server.group("C-first", &[&ann]);
    server.add_member(&third, &ann);
    server.add_member(&second, &ann);
    assert_eq!(open(&server).len(), 2);
    server.delete_group(&first);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-second"), "its mapping is the oldest");
    let next = json!({"current": {"group": {"id": second}}, "incoming": {"group": {"id": third}}});
    assert_contains(&the_conflict(&server), &next);
}

#[test]
fn what_leaves_a_chain_across_types_frees_all_that_it_had_blocked_5_4() {
    let server = server_with_rules();
    server.entity("sub-organizations", "S-sub");
    let ann = server.user("ann");
    let sub = server.group("S-sub", &[&ann]);
    server.group("T-team", &[&ann]);
    server.group("C-pool", &[&ann]);
    assert_eq!(open(&server).len(), 2);
    server.remove_member(&sub, &ann);
    assert_eq!(open(&server), [Value::Null; 0]);
    assert_eq!(server.teams_of(&ann), ["T-team"]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-pool"));
}

#[test]
fn a_mapping_that_moves_to_another_entity_asks_anew_about_the_new_place_5_4() {
    let server = server_with_rules();
    let ann = server.user("ann");
    let first = server.group("C-first", &[&ann]);
    server.group("C-second", &[&ann]);
    let old = text(&the_conflict(&server), "id");
    let mapping = text(&server.mapping_of(&first), "id");
    let move_to = json!({"entity_id": server.entity("concurrency-groups", "Elsewhere")});
    server.api.post(format!("/mappings/{mapping}/approve"), move_to).expect(200);
    server.api.get(format!("/conflicts/{old}")).expect_body(200, json!({"status": "closed"}));
    let conflict = the_conflict(&server);
    assert_contains(&conflict, &json!({"current": {"entity": {"name": "Elsewhere"}}}));
    resolve(&server, &conflict, "keep_current");
    assert_eq!(open(&server), [Value::Null; 0]);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("Elsewhere"));
}

#[test]
fn leaving_a_group_rechecks_what_it_had_blocked_and_takes_nothing_else_5_5() {
    let server = server_with_rules();
    server.entity("sub-organizations", "S-sub");
    let ann = server.user("ann");
    let team = server.group("T-team", &[&ann]);
    let pool = server.group("C-pool", &[&ann]);
    server.group("S-sub", &[&ann]);
    server.remove_member(&team, &ann);
    assert_eq!(server.sub_organization_of(&ann), None, "the concurrency group is still in its way");
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("C-pool"));
    server.remove_member(&pool, &ann);
    assert_eq!(server.sub_organization_of(&ann).as_deref(), Some("S-sub"));
}

//! mapping.md §9.1: preview, and applying what was previewed.

use serde_json::{Value, json};

use crate::common::{DurableServer, Server, assert_contains, member, text};

fn rule(pattern: &str, target_type: &str, priority: i64) -> Value {
    json!({"kind": "prefix", "pattern": pattern, "target_type": target_type, "priority": priority, "auto_approve": true})
}

#[track_caller]
fn preview(server: &Server, body: Value) -> Value {
    server.api.post("/mapping-rules/preview", body).expect(200).json
}

/// The members of a list of the preview for which `field` is `value`.
fn with(preview: &Value, list: &str, field: &str, value: &str) -> Vec<Value> {
    let items = preview[list].as_array().unwrap_or_else(|| panic!("no {list} in {preview}"));
    items.iter().filter(|item| item[field] == value).cloned().collect()
}

#[test]
fn a_preview_says_which_groups_mappings_entities_users_and_conflicts_would_come_9_1() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let pool = server.entity("concurrency-groups", "Pool");
    let current = server.group("Current", &[&ann]);
    server.map(&current, "concurrency_group", &pool);
    let qa = server.group("CG-QA", &[&ann, &bob]);
    let other = server.group("Other", &[&bob]);

    let said = preview(&server, json!({"add": [rule("CG-", "concurrency_group", 1)]}));
    assert_contains(
        &said,
        &json!({
            "basis": server.last_event().to_string(),
            "summary": {"groups_matched": 1, "groups_unmatched": 2, "mappings_created": 1, "mappings_changed": 0,
                "entities_created": 1, "users_changed": 1, "roles_changed": 0, "conflicts_opened": 1,
                "conflicts_closed": 0},
            "rules": [{"id": null, "change": "added", "index": 0, "rule": {"pattern": "CG-"},
                "groups": [{"id": qa, "entity_name": "CG-QA"}]}],
            "unmatched": [{"id": current}, {"id": other}],
            "mappings": [{"id": null, "group": {"id": qa}, "member_count": 2, "target_type": "concurrency_group",
                "entity": {"id": null, "name": "CG-QA"}, "before": null, "status": "auto_approved", "reason": null,
                "rule_id": null, "rule_index": 0}],
            "entities": [{"name": "Default", "created": false, "gains": 0, "losses": 1},
                {"name": "CG-QA", "created": true, "gains": 1, "losses": 0}],
            "conflicts": [{"kind": "exclusive_group", "current": {"group": {"id": current}, "entity": {"name": "Pool"}},
                "incoming": {"mapping_id": null, "group": {"id": qa}, "entity": {"name": "CG-QA"}}, "users": 1,
                "examples": [{"id": ann}]}],
        }),
    );
}

#[test]
fn a_preview_writes_nothing_9_1() {
    let server = Server::start();
    let ann = server.user("ann");
    server.group("T-1", &[&ann]);
    let before = server.last_event();
    preview(&server, json!({"add": [rule("T-", "team", 1)]}));
    assert_eq!(server.last_event(), before);
    assert_eq!(server.items("/mapping-rules"), [Value::Null; 0]);
    assert_eq!(server.items("/teams"), [Value::Null; 0]);
    assert_eq!(server.teams_of(&ann), [""; 0]);
}

#[test]
fn applying_with_the_basis_of_a_preview_does_what_it_said_9_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("T-1", &[&ann]);
    let mut body = json!({"add": [rule("T-", "team", 1)]});
    body["basis"] = preview(&server, body.clone())["basis"].clone();
    let applied = server.api.post("/mapping-rules/apply", body).expect(200).json;
    assert_eq!(applied["basis"], server.last_event().to_string());
    let mapping = server.mapping_of(&group);
    assert_contains(&mapping, &json!({"status": "auto_approved", "rule_id": applied["added"][0]}));
    assert_eq!(server.teams_of(&ann), ["T-1"]);
    let events = server.events_of_type("rule.created", 0);
    let granted = server.events_of_type("assignment.granted", 0);
    assert_eq!(events[0]["request_id"], granted[0]["request_id"], "one transaction");
}

#[test]
fn applying_after_something_moved_is_409_with_a_fresh_preview_and_changes_nothing_9_1() {
    let server = Server::start();
    server.group("T-1", &[]);
    let mut body = json!({"add": [rule("T-", "team", 1)]});
    body["basis"] = preview(&server, body.clone())["basis"].clone();
    let late = server.group("T-2", &[]);
    let before = server.last_event();
    let problem = server.api.post("/mapping-rules/apply", body.clone()).expect_problem(409);
    assert_eq!((server.last_event(), server.items("/mapping-rules").len()), (before, 0));
    let fresh = &problem["preview"];
    assert_eq!(fresh["basis"], before.to_string());
    assert_eq!(fresh["summary"]["mappings_created"], 2);
    body["basis"] = fresh["basis"].clone();
    server.api.post("/mapping-rules/apply", body).expect(200);
    assert_contains(&server.mapping_of(&late), &json!({"status": "auto_approved"}));
}

#[test]
fn a_place_by_hand_beneath_a_mapping_moves_the_basis_although_no_event_tells_of_it_mapping_9_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let pool = server.entity("concurrency-groups", "Pool");
    let hand = server.entity("concurrency-groups", "Hand");
    let group = server.group("T-1", &[&ann]);
    server.map(&group, "concurrency_group", &pool);
    let mut body = json!({"add": [rule("T-", "team", 1)]});
    body["basis"] = preview(&server, body.clone())["basis"].clone();
    let before = server.last_event();
    server.api.put(format!("/concurrency-groups/{hand}/members/{ann}"), json!({})).expect(200);
    assert_eq!(server.last_event(), before, "Pool stays where Ann is");
    let problem = server.api.post("/mapping-rules/apply", body.clone()).expect_problem(409);
    assert_eq!(server.items("/mapping-rules"), [Value::Null; 0]);
    body["basis"] = problem["preview"]["basis"].clone();
    server.api.post("/mapping-rules/apply", body).expect(200);
}

#[test]
fn withholding_that_ends_without_an_event_moves_the_basis_mapping_9_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let [first, second] = ["S-1", "S-2"].map(|name| server.entity("sub-organizations", name));
    let group = server.group("One", &[&ann]);
    server.map(&group, "sub_organization", &first);
    let other = server.group("Two", &[&ann]);
    server.map(&other, "sub_organization", &second);
    let conflict = text(&server.items("/conflicts")[0], "id");
    server
        .api
        .post(format!("/conflicts/{conflict}/resolve"), json!({"decision": "use_incoming"}))
        .expect(200);
    server.remove_member(&other, &ann);
    server.api.delete(format!("/sub-organizations/{first}/members/{ann}")).expect(204);
    server.add_member(&other, &ann);
    let mut body = json!({"add": [rule("Nothing", "team", 1)]});
    body["basis"] = preview(&server, body.clone())["basis"].clone();
    let before = server.last_event();
    server.add_member(&group, &ann);
    assert_eq!(server.last_event(), before, "the other group wins, as was decided");
    server.api.post("/mapping-rules/apply", body).expect_problem(409);
}

#[test]
fn a_request_that_changes_nothing_leaves_the_basis_mapping_9_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("T-1", &[&ann]);
    let mut body = json!({"add": [rule("T-", "team", 1)]});
    body["basis"] = preview(&server, body.clone())["basis"].clone();
    let asserted = json!([{"op": "add", "path": "members", "value": [member(&ann)]}]);
    server.patch_group(&group, asserted).expect(200);
    server.put_group(&group, "T-1", &[&ann]).expect(200);
    server.api.post("/mapping-rules/apply", body).expect(200);
}

#[test]
fn an_edit_a_reorder_and_a_removal_can_be_previewed_together_9_1() {
    let server = Server::start();
    let first = server.rule(json!({"kind": "prefix", "pattern": "T-", "priority": 5}));
    let second = server.rule(json!({"kind": "all", "target_type": "concurrency_group", "priority": 1}));
    let third = server.rule(json!({"kind": "prefix", "pattern": "X-", "priority": 9}));
    server.api.patch(format!("/mapping-rules/{second}"), json!({"enabled": false})).expect(200);
    let group = server.group("X-T", &[]);
    let waits = server.mapping_of(&group);
    assert_eq!(waits["target_type"], "team");
    let group = server.group("Z", &[]);
    let body = json!({"change": [{"id": second, "priority": 10, "enabled": true}, {"id": first, "priority": 5}],
        "remove": [third]});
    let said = preview(&server, body);
    let rules: Vec<String> =
        said["rules"].as_array().unwrap().iter().map(|rule| text(rule, "change")).collect();
    assert_eq!(rules, ["changed", "kept"]);
    assert_eq!(said["rules"][0]["id"], second);
    assert_contains(
        &said["mappings"],
        &json!([{"group": {"id": group}, "target_type": "concurrency_group"}]),
    );
}

#[test]
fn an_empty_body_previews_and_runs_the_stored_rules_3_4_9_1() {
    let server = Server::start();
    let group = server.group("T-1", &[]);
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let said = server.api.send("POST", "/mapping-rules/preview", &[], None).expect(200).json;
    assert_contains(
        &said["mappings"],
        &json!([{"group": {"id": group}, "rule_id": rule, "rule_index": null}]),
    );
    server.api.send("POST", "/mapping-rules/apply", &[], None).expect_body(200, json!({"added": []}));
    assert_contains(&server.mapping_of(&group), &json!({"status": "auto_approved", "rule_id": rule}));
    let again = server.api.send("POST", "/mapping-rules/preview", &[], None).expect(200).json;
    assert_eq!(again["mappings"], json!([]));
}

#[test]
fn a_change_that_cannot_be_written_is_refused_by_preview_and_apply_alike_9_1() {
    let server = Server::start();
    let rule = server.rule(json!({}));
    for (body, field) in [
        (json!({"add": [{"kind": "regex", "pattern": "(", "target_type": "team"}]}), "add[0].pattern"),
        (json!({"add": [{"kind": "all"}]}), "add[0].target_type"),
        (json!({"add": [{"kind": "all", "target_type": "team", "prio": 1}]}), "add[0].prio"),
        (json!({"change": [{"id": rule, "pattern": "x"}]}), "change[0].pattern"),
        (json!({"change": [{"pattern": "x"}]}), "change[0].id"),
        (json!({"remove": [rule, "999"]}), "remove[1]"),
        (json!({"change": [{"id": rule}], "remove": [rule]}), "remove[0]"),
        (json!({"remove": "all"}), "remove"),
        (json!({"replace": []}), "replace"),
    ] {
        for path in ["/mapping-rules/preview", "/mapping-rules/apply"] {
            let problem = server.api.post(path, body.clone()).expect_problem(400);
            assert_eq!(problem["field"], field, "{problem}");
        }
    }
    assert_eq!(server.items("/mapping-rules").len(), 1);
}

#[test]
fn an_approval_and_a_rejection_can_be_previewed_9_1() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({"auto_approve": false}));
    let group = server.group("Sales", &[&ann]);
    let mapping = text(&server.mapping_of(&group), "id");
    let look = |body: Value| server.api.post(format!("/mappings/{mapping}/preview"), body);

    let said = look(json!({"action": "approve"})).expect(200).json;
    assert_contains(
        &said,
        &json!({"mappings": [{"id": mapping, "status": "approved", "reason": null, "entity": {"name": "Sales"},
            "before": {"status": "pending", "reason": "awaiting_approval", "entity": null}}],
            "entities": [{"name": "Sales", "created": true, "gains": 1}], "summary": {"users_changed": 1}}),
    );
    assert!(said.get("rules").is_none(), "{said}");
    let named = look(json!({"action": "approve", "entity_name": "Other"})).expect_problem(400);
    assert_eq!(named["field"], "entity_name");
    assert_eq!(look(json!({"action": "reject", "create": true})).expect_problem(400)["field"], "create");

    server.api.post(format!("/mappings/{mapping}/approve"), json!({})).expect(200);
    let said = look(json!({"action": "reject"})).expect(200).json;
    assert_contains(
        &said["entities"],
        &json!([{"name": "Sales", "created": false, "gains": 0, "losses": 1}]),
    );
    assert_eq!(server.teams_of(&ann), ["Sales"]);
    look(json!({"action": "remove"})).expect_body(200, json!({"mappings": [{"reason": "removed"}]}));
}

#[test]
fn a_mapping_by_hand_can_be_previewed_and_is_refused_as_the_real_one_9_1() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let board = server.entity("sub-organizations", "Board");
    let holder = server.group("Sales", &[&ann]);
    server.map(&holder, "team", &server.entity("teams", "Sales"));
    let group = server.group("Board", &[&ann, &bob]);
    let path = format!("/groups/{group}/mappings");
    let body = json!({"target_type": "sub_organization", "entity_id": board});
    let said = server.api.post(format!("{path}/preview"), body.clone()).expect(200).json;
    assert_contains(
        &said["summary"],
        &json!({"mappings_created": 1, "users_changed": 1, "conflicts_opened": 1}),
    );
    assert_eq!(with(&said, "conflicts", "kind", "cross_type_exclusive").len(), 1);
    assert_eq!(server.mappings_of(&group), [Value::Null; 0]);
    server.api.post(&path, body.clone()).expect(201);
    let real = server.api.post(&path, body.clone()).expect_problem(409);
    let looked = server.api.post(format!("{path}/preview"), body).expect_problem(409);
    assert_eq!(looked["detail"], real["detail"]);
}

#[test]
fn by_hand_too_what_was_previewed_is_done_or_refused_with_a_fresh_preview_9_1() {
    let server = Server::start();
    server.rule(json!({"auto_approve": false}));
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann]);
    let mapping = text(&server.mapping_of(&group), "id");
    let (approve, reject) = (format!("/mappings/{mapping}/approve"), format!("/mappings/{mapping}/reject"));
    let map = format!("/groups/{group}/mappings");
    let look = |path: String, body: Value| server.api.post(path, body).expect(200).json["basis"].clone();
    let look_at = |action: &str| look(format!("/mappings/{mapping}/preview"), json!({"action": action}));
    let target = json!({"target_type": "concurrency_group", "entity_name": "Pool", "create": true});
    let bases = [look_at("approve"), look_at("reject"), look(format!("{map}/preview"), target.clone())];

    server.add_member(&group, &bob);
    let before = server.last_event();
    for ((path, body), basis) in
        [(&approve, json!({})), (&reject, json!({})), (&map, target.clone())].into_iter().zip(bases)
    {
        let mut body = body;
        body["basis"] = basis;
        let problem = server.api.post(path, body).expect_problem(409);
        assert_eq!(problem["field"], "basis");
        assert_eq!(problem["preview"]["basis"], server.last_event().to_string(), "{path}");
    }
    assert_eq!(server.last_event(), before, "nothing was done");

    server.api.post(&approve, json!({"basis": look_at("approve")})).expect(200);
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com", "bob@example.com"]);
    let mut body = target.clone();
    body["basis"] = look(format!("{map}/preview"), target);
    server.api.post(&map, body).expect(201);
    server.api.post(&reject, json!({"basis": look_at("reject")})).expect(200);
    assert_eq!(server.teams_of(&ann), [""; 0]);
    assert_eq!(server.api.post(&reject, json!({"basis": 5})).expect_problem(400)["field"], "basis");
}

#[test]
fn who_may_only_read_may_preview_and_not_apply_9_1() {
    let server = Server::start();
    let token = json!({"name": "viewer", "kind": "admin", "read_only": true});
    let token = text(&server.api.post("/tokens", token).expect(201).json, "token");
    let viewer = server.api.authorized(Some(&format!("Bearer {token}")));
    viewer.post("/mapping-rules/preview", json!({})).expect(200);
    viewer.post("/mapping-rules/apply", json!({})).expect_problem(403);
}

#[test]
fn the_command_line_makes_the_rules_those_of_a_file_and_shows_the_difference_first_9_1() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    server.feature("group_provisioning", true);
    let ann = server.user("ann");
    server.rule(json!({"kind": "prefix", "pattern": "Old-"}));
    server.group("T-1", &[&ann]);
    let file = folder.path().join("rules.toml");
    let rules =
        "[[rules]]\nkind = \"prefix\"\npattern = \"T-\"\ntarget_type = \"team\"\nauto_approve = true\n";
    std::fs::write(&file, rules).unwrap();
    let file = file.to_str().unwrap();

    let shown = server.rollcall(&["rule", "preview", "--file", file]).expect(0).stdout;
    for part in ["added", "removed", "Old-", "T-1", "auto_approved"] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    assert_eq!(server.items("/mapping-rules").len(), 1);
    let applied = server.rollcall(&["rule", "apply", "--file", file, "--json"]).json();
    assert_contains(&applied, &json!({"preview": {"summary": {"mappings_created": 1}}}));
    assert_contains(&json!(server.items("/mapping-rules")), &json!([{"pattern": "T-"}]));
    assert_eq!(server.teams_of(&ann), ["T-1"]);

    let nothing = server.rollcall(&["rule", "preview", "--json"]).json();
    assert_contains(&nothing, &json!({"rules": [{"change": "kept"}], "mappings": [], "entities": []}));
    let wrong = server.rollcall(&["rule", "apply", "--file", "nowhere.toml"]).expect(1);
    assert!(wrong.stderr.contains("nowhere.toml"), "{}", wrong.stderr);
}

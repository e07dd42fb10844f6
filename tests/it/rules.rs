//! mapping.md §3: mapping rules.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains};

/// The status of a new group of that name, and its entity's name when it has one.
fn fate(server: &Server, name: &str) -> Option<(String, String)> {
    let group = server.group(name, &[]);
    let mapping = server.mappings_of(&group).pop()?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some((word(&mapping["target_type"]), word(&mapping["entity"]["name"])))
}

fn team(name: &str) -> Option<(String, String)> {
    Some(("team".to_owned(), name.to_owned()))
}

#[test]
fn a_prefix_matches_the_start_of_the_name_without_case_3_1() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "éq-"}));
    assert_eq!(fate(&server, "ÉQ-Ventes"), team("ÉQ-Ventes"));
    assert_eq!(fate(&server, "éq-achats"), team("éq-achats"));
    assert_eq!(fate(&server, "The éq-end"), None);
}

#[test]
fn a_regex_is_an_unanchored_search_3_1() {
    let server = Server::start();
    server.rule(json!({"kind": "regex", "pattern": "eng(ineer)?s$"}));
    assert_eq!(fate(&server, "Platform engineers"), team("Platform engineers"));
    assert_eq!(fate(&server, "engs"), team("engs"));
    assert_eq!(fate(&server, "engineers of Rome"), None);
    assert_eq!(fate(&server, "Rome ENGINEERS"), None);
}

#[test]
fn all_matches_every_group_and_takes_no_pattern_3_1() {
    let server = Server::start();
    let with_pattern = json!({"kind": "all", "pattern": "x", "target_type": "team", "priority": 1,
        "auto_approve": true});
    let problem = server.api.post("/mapping-rules", with_pattern).expect_problem(400);
    assert_eq!(problem["field"], "pattern");
    let without = json!({"kind": "prefix", "target_type": "team", "priority": 1, "auto_approve": true});
    assert_eq!(server.api.post("/mapping-rules", without).expect_problem(400)["field"], "pattern");
    server.rule(json!({"kind": "all"}));
    assert_eq!(fate(&server, "-"), team("-"));
}

#[test]
fn an_invalid_pattern_is_refused_with_its_position_and_nothing_is_stored_3_2() {
    let server = Server::start();
    for (field, pattern) in [("pattern", "a(b"), ("exclude", "[z-a]"), ("pattern", r"(\w{900}){900}")] {
        let mut rule = json!({"kind": "regex", "pattern": "x", "target_type": "team", "priority": 1,
            "auto_approve": true});
        rule[field] = json!(pattern);
        let problem = server.api.post("/mapping-rules", rule).expect_problem(400);
        assert_eq!(problem["field"], field, "{problem}");
    }
    assert_eq!(server.items("/mapping-rules"), [Value::Null; 0]);
    let rule = server.rule(json!({"kind": "regex", "pattern": "ok"}));
    let problem =
        server.api.patch(format!("/mapping-rules/{rule}"), json!({"pattern": "ab(c"})).expect_problem(400);
    assert!(
        problem["detail"].as_str().unwrap().chars().any(|c| c.is_ascii_digit()),
        "no position: {problem}"
    );
    server.api.get(format!("/mapping-rules/{rule}")).expect_body(200, json!({"pattern": "ok"}));
}

#[test]
fn the_highest_priority_that_matches_wins_and_only_that_one_3_3() {
    let server = Server::start();
    server.rule(json!({"kind": "all", "target_type": "team", "priority": 1}));
    server.rule(
        json!({"kind": "prefix", "pattern": "CG-", "target_type": "concurrency_group", "priority": 10}),
    );
    server.rule(json!({"kind": "prefix", "pattern": "C", "target_type": "sub_organization", "priority": 5}));
    let group = server.group("CG-1", &[]);
    let mapping = server.mapping_of(&group);
    assert_contains(&mapping, &json!({"target_type": "concurrency_group", "entity": {"name": "CG-1"}}));
    let group = server.group("Cats", &[]);
    assert_contains(&server.mapping_of(&group), &json!({"target_type": "sub_organization"}));
    assert_eq!(fate(&server, "Dogs"), team("Dogs"));
}

#[test]
fn among_equal_priorities_the_oldest_rule_wins_and_disabled_ones_are_skipped_3_3() {
    let server = Server::start();
    let first = server.rule(json!({"entity_name": "first ${group}", "priority": 3}));
    server.rule(json!({"entity_name": "second ${group}", "priority": 3}));
    server.rule(json!({"entity_name": "off ${group}", "priority": 9, "enabled": false}));
    assert_eq!(fate(&server, "a"), team("first a"));
    server.api.patch(format!("/mapping-rules/{first}"), json!({"enabled": false})).expect(200);
    assert_eq!(fate(&server, "b"), team("second b"));
    server.api.patch(format!("/mapping-rules/{first}"), json!({"enabled": true})).expect(200);
    assert_eq!(fate(&server, "c"), team("first c"));
}

#[test]
fn rules_run_on_creation_rename_and_restoration_but_not_when_written_3_4() {
    let server = Server::start();
    let early = server.group("T-early", &[]);
    let later = server.group("later", &[]);
    let gone = server.group("T-gone", &[]);
    server.delete_group(&gone);
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    server.api.patch(format!("/mapping-rules/{rule}"), json!({"priority": 2})).expect(200);
    assert_eq!(server.mappings_of(&early), [Value::Null; 0]);
    server.add_member(&early, &server.user("ann"));
    assert_eq!(server.mappings_of(&early), [Value::Null; 0]);

    server.rename(&later, "T-later");
    assert_contains(&server.mapping_of(&later), &json!({"status": "auto_approved", "rule_id": rule}));
    assert_eq!(server.group("T-gone", &[]), gone);
    assert_contains(&server.mapping_of(&gone), &json!({"status": "auto_approved"}));
    assert_eq!(fate(&server, "T-new"), team("T-new"));
}

#[test]
fn deleting_a_rule_leaves_its_mappings_3_5() {
    let server = Server::start();
    let ann = server.user("ann");
    let rule = server.rule(json!({}));
    let group = server.group("Sales", &[&ann]);
    server.api.delete(format!("/mapping-rules/{rule}")).expect(204);
    assert_contains(
        &server.mapping_of(&group),
        &json!({"status": "auto_approved", "entity": {"name": "Sales"}}),
    );
    assert_eq!(server.teams_of(&ann), ["Sales"]);
    assert_eq!(fate(&server, "Other"), None);
}

#[test]
fn changing_the_target_of_a_rule_changes_no_mapping_3_5() {
    let server = Server::start();
    let rule = server.rule(json!({"target_type": "team"}));
    let group = server.group("Sales", &[]);
    let change = json!({"target_type": "concurrency_group", "entity_name": "new ${group}"});
    server.api.patch(format!("/mapping-rules/{rule}"), change).expect(200);
    assert_contains(&server.mapping_of(&group), &json!({"target_type": "team", "entity": {"name": "Sales"}}));
}

#[test]
fn a_group_that_no_rule_matches_waits_for_an_admin_3_6() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("Sales", &[&server.user("ann")]);
    server.api.get(format!("/groups/{group}")).expect_body(200, json!({"status": "pending", "mappings": []}));
    let pending = server.items("/groups?status=pending");
    assert_contains(&json!(pending), &json!([{"id": group}]));
    assert_eq!(server.items("/teams"), [Value::Null; 0]);
}

#[test]
fn exclude_keeps_a_name_from_its_rule_and_lets_the_next_one_have_it_3_7() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-", "exclude": "(?i)contractor", "priority": 5}));
    server.rule(json!({"kind": "all", "entity_name": "rest of ${group}", "priority": 1}));
    assert_eq!(fate(&server, "T-Sales"), team("T-Sales"));
    assert_eq!(fate(&server, "T-Contractors"), team("rest of T-Contractors"));
}

#[test]
fn a_template_makes_the_entity_name_3_7() {
    let server = Server::start();
    let templates = [
        (r"^app-(\w+)-(\w+)$", "${1} of ${2}", "app-qa-rome", "qa of rome"),
        (r"^site-(?P<city>.+)$", "City ${city}", "site-Bergen", "City Bergen"),
        (r"^whole", "<${group}>", "whole name", "<whole name>"),
    ];
    for (pattern, template, name, expected) in templates {
        server.rule(json!({"kind": "regex", "pattern": pattern, "entity_name": template}));
        assert_eq!(fate(&server, name), team(expected));
    }
    server.rule(json!({"kind": "prefix", "pattern": "Team ", "entity_name": "${rest}"}));
    assert_eq!(fate(&server, "TEAM Blue"), team("Blue"));
}

#[test]
fn a_template_that_yields_nothing_matches_nothing_3_7() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "Team ", "entity_name": "${rest}", "priority": 5}));
    server.rule(json!({"kind": "regex", "pattern": "^(x?)y", "entity_name": "${1}", "priority": 5}));
    assert_eq!(fate(&server, "Team "), None);
    assert_eq!(fate(&server, "y"), None);
    server.rule(json!({"kind": "all", "entity_name": "caught", "priority": 1}));
    assert_eq!(fate(&server, "yy"), team("caught"));
}

//! Decisions on the admin page: what they say of what they did, and of what they did not do.

use serde_json::json;

use crate::common::{Server, Visitor, assert_contains, hidden, text};

#[test]
fn approving_for_a_type_that_is_off_says_when_it_takes_effect_and_waits_for_no_decision() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    server.rule(json!({"auto_approve": false}));
    server.feature("teams", false);
    let groups: Vec<String> = ["A", "B", "C"].map(|name| server.group(name, &[])).to_vec();
    assert!(visitor.page("/groups").contains("3<span class=\"hidden\"> waiting"));
    let id = text(&server.mapping_of(&groups[0]), "id");
    let version = hidden(&visitor.page(&format!("/groups/{}", groups[0])), "version");
    let fields = [("create", "on"), ("version", version.as_str())];
    let said = visitor.submit(&format!("/mappings/{id}/approve"), &fields);
    let later = "and takes effect once \u{201c}Teams\u{201d} is switched on under Security";
    assert!(said.contains(&format!("The mapping is approved, {later}")), "{said}");
    assert!(
        said.contains("It is approved. It takes effect once")
            && said.contains("2<span class=\"hidden\"> waiting")
    );

    let ticked = [("group", groups[0].as_str()), ("group", &groups[1]), ("group", &groups[2])];
    let said = visitor.submit("/groups/decide", &[&ticked[..], &[("decision", "approve")]].concat());
    assert!(
        said.contains("2 mappings are approved, and take effect once") && !said.contains("waiting<"),
        "{said}"
    );
    assert!(said.contains("Decided already: \u{201c}A\u{201d}"), "{said}");
    let again = visitor.submit("/groups/decide", &[&ticked[..], &[("decision", "reject")]].concat());
    assert!(again.contains("notice problem") && again.contains("Nothing was rejected"), "{again}");

    let other = server.group("D", &[]);
    let fields = [("target_type", "team"), ("entity_name", "Crew"), ("create", "on")];
    let said = visitor.submit(&format!("/groups/{other}/map"), &fields);
    assert!(said.contains(&format!("is mapped to the team \u{201c}Crew\u{201d}, {later}")), "{said}");
    server.feature("teams", true);
    assert_contains(&server.mapping_of(&groups[2]), &json!({"status": "approved"}));
}

#[test]
fn a_decision_that_decides_nothing_says_why_and_is_no_success() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    server.rule(json!({"kind": "prefix", "pattern": "T-", "auto_approve": false}));
    let (unmapped, waiting) = (server.group("Unmapped", &[]), server.group("T-1", &[]));
    for decision in ["approve", "reject"] {
        let said = visitor.submit("/groups/decide", &[("group", &unmapped), ("decision", decision)]);
        assert!(
            said.contains("notice problem") && said.contains("Open the group and map it first"),
            "{said}"
        );
    }
    for fields in [
        &[("group", "none"), ("group", waiting.as_str()), ("decision", "approve")][..],
        &[("group", &waiting)],
        &[("group", &waiting), ("decision", "maybe")],
        &[("decision", "approve")],
    ] {
        let said = visitor.submit("/groups/decide", fields);
        assert!(said.contains("notice problem"), "{said}");
        assert_contains(&server.mapping_of(&waiting), &json!({"status": "pending"}));
    }
    let both = [("group", unmapped.as_str()), ("group", &waiting), ("decision", "approve")];
    let said = visitor.submit("/groups/decide", &both);
    assert!(
        said.contains("1 mapping is approved. Mapped to nothing yet: \u{201c}Unmapped\u{201d}"),
        "{said}"
    );
}

#[test]
fn without_the_box_nothing_is_created_also_where_the_name_is_empty() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let group = server.group("Sales", &[]);
    for name in ["", "Sales", "Crew"] {
        let fields = [("target_type", "team"), ("entity_name", name)];
        let said = visitor.submit(&format!("/groups/{group}/map"), &fields);
        assert!(said.contains("notice problem") && said.contains("there is no team"), "{said}");
    }
    server.rule(json!({"auto_approve": false}));
    server.api.post("/mapping-rules/apply", json!({})).expect(200);
    let approve = format!("/mappings/{}/approve", text(&server.mapping_of(&group), "id"));
    let version = hidden(&visitor.page(&format!("/groups/{group}")), "version");
    let fields = [("entity_name", ""), ("version", version.as_str())];
    let said = visitor.submit(&approve, &fields);
    assert!(said.contains("notice problem") && said.contains("there is no team"), "{said}");
    assert!(server.items("/teams").is_empty());
    server.entity("teams", "Sales");
    assert!(visitor.submit(&approve, &fields).contains("The mapping is approved."));
    assert_contains(&server.mapping_of(&group), &json!({"status": "approved", "entity": {"name": "Sales"}}));
}

#[test]
fn moving_a_rule_that_is_not_there_or_past_the_end_does_not_claim_to_have_changed_the_order() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let id = server.rule(json!({}));
    let said = visitor.submit("/rules/999/move", &[("to", "up")]);
    assert!(said.contains("notice problem") && !said.contains("The order is changed"), "{said}");
    let said = visitor.submit(&format!("/rules/{id}/move"), &[("to", "up")]);
    assert!(said.contains("first already") && !said.contains("The order is changed"), "{said}");
}

#[test]
fn decided_conflicts_are_listed_the_latest_first_with_who_decided() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    assert!(visitor.page("/conflicts?status=resolved").contains("Nothing was decided yet"));
    server.rule(json!({"target_type": "concurrency_group"}));
    let users: Vec<String> = (0..3).map(|n| server.user(&format!("user{n}"))).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let (fast, slow) = (server.group("Fast", &users), server.group("Slow", &users));
    let page = visitor.page("/conflicts");
    assert!(page.contains("for all 3 people") && page.contains("permanent"), "{page}");
    assert!(page.contains("?status=resolved"), "decided ones can be found: {page}");
    let ids: Vec<String> = server.items("/conflicts?status=open").iter().map(|one| text(one, "id")).collect();
    visitor.submit(&format!("/conflicts/{}/resolve", ids[2]), &[("decision", "use_incoming")]);
    server
        .api
        .post(format!("/conflicts/{}/resolve", ids[0]), json!({"decision": "keep_current"}))
        .expect(200);
    let decided = visitor.page("/conflicts?status=resolved");
    let rows: Vec<&str> = decided.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 2, "{decided}");
    let has = |row: &str, words: &[&str]| words.iter().all(|word| row.contains(word));
    assert!(has(rows[0], &["user0@example.com", "Keep Current", "<b>Fast</b>", "<b>Slow</b>"]), "{decided}");
    assert!(has(rows[1], &["user2@example.com", "Use Incoming", "data-label=\"By\">admin<"]), "{decided}");
    let first = visitor.page("/conflicts?status=resolved&limit=1");
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = visitor.page(&format!("/conflicts{}", next.replace("&amp;", "&")));
    assert!(first.contains("user0@") && second.contains("user2@") && !second.contains("user0@"), "{second}");
    let pair = [("current_group", fast.as_str()), ("incoming_group", &slow), ("decision", "keep_current")];
    assert!(visitor.submit("/conflicts/resolve", &pair).contains("Decided for 1 person:"));
    let again = visitor.submit("/conflicts/resolve", &pair);
    assert!(again.contains("notice problem") && again.contains("Nothing is open between"), "{again}");
}

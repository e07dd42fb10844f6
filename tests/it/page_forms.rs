//! The admin page's forms: what was seen is what is done, and nobody undoes what they have not seen.

use serde_json::json;

use crate::common::{Server, Visitor, hidden};

const RULE: [(&str, &str); 5] = [
    ("kind", "prefix"),
    ("pattern", "Eur"),
    ("target_type", "concurrency_group"),
    ("auto_approve", "on"),
    ("enabled", "on"),
];

#[test]
fn save_and_run_is_for_the_very_rule_that_was_previewed() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let ann = server.user("ann");
    server.group("Europe", &[&ann]);
    let proposed = hidden(&visitor.page("/rules/new"), "basis");
    let with = |basis: &str| -> Vec<(&'static str, String)> {
        let fields = RULE.iter().map(|(name, value)| (*name, (*value).to_owned()));
        fields.chain([("action", "apply".to_owned()), ("basis", basis.to_owned())]).collect()
    };
    let mut save = |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        visitor.send("/rules/save", &fields)
    };
    let bare = proposed.split('.').next().unwrap().to_owned();
    for unseen in [proposed.as_str(), &bare, "", "1", "x.y"] {
        let shown = save(with(unseen)).expect(200).text;
        assert!(shown.contains("Nothing was saved yet") && shown.contains("Europe"), "{shown}");
        assert!(server.items("/mapping-rules").is_empty(), "{unseen}");
    }
    let seen = hidden(&save(with("")).expect(200).text, "basis");
    let mut other = with(&seen);
    other[1].1 = "Euro".to_owned();
    save(other).expect(200);
    assert!(server.items("/mapping-rules").is_empty());
    save(with(&seen)).expect(303);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("Europe"));
}

#[test]
fn enter_in_a_field_of_a_rule_previews_it() {
    let server = Server::start();
    let form = Visitor::of(&server).page("/rules/new");
    let form = form.split_once("data-preview=").unwrap().1;
    let first = form.split("<button").nth(1).unwrap();
    assert!(first.contains("data-previews>Preview"), "browsers press the first button: {first}");
}

#[test]
fn rules_run_only_as_they_were_previewed() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let ann = server.user("ann");
    server.group("Sales", &[&ann]);
    server.rule(json!({}));
    for basis in ["", "1", "x"] {
        let said = visitor.submit("/rules/run", &[("basis", basis)]);
        assert!(said.contains("nothing was done") && server.teams_of(&ann).is_empty(), "{said}");
    }
    let seen = hidden(&visitor.page("/rules/run"), "basis");
    assert!(visitor.submit("/rules/run", &[("basis", &seen)]).contains("The rules have run"));
    assert_eq!(server.teams_of(&ann), ["Sales"]);
}

#[test]
fn an_older_form_of_the_settings_does_not_undo_what_somebody_changed_since() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let old = hidden(&visitor.page("/security"), "version");
    server.feature("sub_organizations", false);
    let fields = |version| [("name", "Acme"), ("sub_organizations", "on"), ("version", version)];
    for stale in [old.as_str(), ""] {
        let said = visitor.submit("/security/settings", &fields(stale));
        assert!(said.contains("Somebody changed this organization since"), "{said}");
    }
    let now = server.api.get("").expect(200).json;
    assert_eq!(
        (&now["features"]["sub_organizations"], &now["features"]["teams"]),
        (&json!(false), &json!(true))
    );
    let new = hidden(&visitor.page("/security"), "version");
    assert!(visitor.submit("/security/settings", &fields(&new)).contains("The settings are saved"));
}

#[test]
fn an_older_form_of_a_rule_does_not_undo_what_somebody_changed_since() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let id = server.rule(json!({"kind": "prefix", "pattern": "Old"}));
    let old = hidden(&visitor.page(&format!("/rules/{id}")), "version");
    server.api.patch(format!("/mapping-rules/{id}"), json!({"pattern": "New"})).expect(200);
    let form = [&RULE[..], &[("id", id.as_str()), ("version", old.as_str())]].concat();
    let seen = hidden(&visitor.send("/rules/preview", &form).expect(200).text, "basis");
    for action in ["save", "apply"] {
        let sent = [&form[..], &[("action", action), ("basis", &seen)]].concat();
        let said = visitor.submit("/rules/save", &sent);
        assert!(
            said.contains("Somebody changed this rule since") && said.contains("value=\"New\""),
            "{said}"
        );
        assert_eq!(server.items("/mapping-rules")[0]["pattern"], "New", "{action}");
    }
    let new = hidden(&visitor.page(&format!("/rules/{id}")), "version");
    let sent = [&RULE[..], &[("id", id.as_str()), ("version", new.as_str()), ("action", "save")]].concat();
    assert!(visitor.submit("/rules/save", &sent).contains("The rule is saved"));
}

#[test]
fn an_older_form_of_an_entity_does_not_undo_another_rename() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let id = server.entity("teams", "Crew");
    let old = hidden(&visitor.page(&format!("/teams/{id}")), "version");
    server.api.patch(format!("/teams/{id}"), json!({"name": "Sailors"})).expect(200);
    let said = visitor.submit(&format!("/teams/{id}/rename"), &[("name", "Crew 2"), ("version", &old)]);
    assert!(said.contains("Somebody changed this team since") && said.contains("Sailors</h1>"), "{said}");
    let new = hidden(&said, "version");
    let said = visitor.submit(&format!("/teams/{id}/rename"), &[("name", "Crew 2"), ("version", &new)]);
    assert!(said.contains("It is called"), "{said}");
}

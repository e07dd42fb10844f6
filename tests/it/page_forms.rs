//! The admin page's forms: what was seen is what is done, and nobody undoes what they have not seen.

use serde_json::json;

use crate::common::{Browser, Server, Visitor, hidden, text};

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
    let mut visitor = Visitor::of(&server);
    for path in ["/rules/preview", "/rules/save"] {
        assert!(
            visitor.page(path).contains("Add mapping rule"),
            "the address of the answer is a page too: {path}"
        );
    }
    let form = visitor.page("/rules/new");
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

#[test]
fn an_older_form_of_a_mapping_does_not_undo_another_decision() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    server.rule(json!({"auto_approve": false}));
    let group = server.group("Sales", &[]);
    let id = text(&server.mapping_of(&group), "id");
    let old = hidden(&visitor.page(&format!("/groups/{group}")), "version");
    server.api.post(format!("/mappings/{id}/reject"), json!({})).expect(200);
    for action in ["approve", "remove"] {
        let fields = [("create", "on"), ("version", old.as_str())];
        let said = visitor.submit(&format!("/mappings/{id}/{action}"), &fields);
        assert!(said.contains("Somebody changed this mapping since"), "{said}");
        assert_eq!(text(&server.mapping_of(&group), "status"), "rejected");
    }
    let new = hidden(&visitor.page(&format!("/groups/{group}")), "version");
    let said = visitor.submit(&format!("/mappings/{id}/approve"), &[("create", "on"), ("version", &new)]);
    assert!(said.contains("The mapping is approved."), "{said}");
}

#[test]
fn a_form_that_makes_a_token_makes_one_however_often_it_is_sent() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let before = server.items("/tokens").len();
    let newest = hidden(&visitor.page("/security"), "newest");
    let form = [("name", "PingOne"), ("kind", "scim"), ("newest", newest.as_str())];
    let made = visitor.send("/security/tokens", &form).expect(200).text;
    assert!(made.contains("it is shown this once"), "{made}");
    let again = visitor.send("/security/tokens", &form).expect(409).text;
    assert!(again.contains("Nothing was made") && !again.contains("it is shown this once"), "{again}");
    let id = text(server.items("/tokens").last().unwrap(), "id");
    server.api.delete(format!("/tokens/{id}")).expect(204);
    visitor.send("/security/tokens", &form).expect(409);
    assert_eq!(server.items("/tokens").len(), before);
    let rotated = text(&server.items("/tokens")[0], "id");
    for path in ["/security/tokens".to_owned(), format!("/security/tokens/{rotated}/rotate")] {
        let back = visitor.browser.get(&format!("/admin/organizations/default{path}")).expect(303);
        assert_eq!(back.header("location"), Some("/admin/organizations/default/security"));
    }
}

#[test]
fn admins_of_one_organization_are_offered_nothing_about_the_tokens_of_the_whole_server() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let made = visitor.send("/admins", &[("name", "helper")]).expect(200).text;
    let (_, made) = made.split_once("Password of").unwrap();
    let password = made.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    let mut helper = Browser::of(server.scim.address());
    helper.post("/admin/sign-in", &[("name", "helper"), ("password", password)]).expect(303);
    let theirs = helper.get("/admin/organizations/default/security").expect(200).text;
    let tokens = server.items("/tokens");
    let (wide, narrow): (Vec<_>, Vec<_>) = tokens.iter().partition(|token| token["server_scope"] == true);
    assert!(!wide.is_empty() && !narrow.is_empty());
    for (tokens, is_offered) in [(wide, false), (narrow, true)] {
        for token in tokens {
            for action in ["rotate", "revoke"] {
                let path = format!("/security/tokens/{}/{action}", text(token, "id"));
                assert_eq!(theirs.contains(&path), is_offered, "{path}");
                assert!(visitor.page("/security").contains(&path), "{path}");
            }
        }
    }
}

#[test]
fn what_was_said_of_a_form_stands_on_the_page_that_follows_also_where_that_is_a_refusal() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let id = server.entity("teams", "Crew");
    let version = hidden(&visitor.page(&format!("/teams/{id}")), "version");
    server.api.delete(format!("/teams/{id}")).expect(204);
    let refused = visitor.submit(&format!("/teams/{id}/rename"), &[("name", "X"), ("version", &version)]);
    assert!(refused.contains("<h1>") && refused.contains("notice problem"), "{refused}");
    assert!(!visitor.page("/people").contains("notice problem"), "it is not told later, on another page");
}

#[test]
fn without_a_script_what_destroys_asks_for_a_tick() {
    let server = Server::start();
    let mut visitor = Visitor::of(&server);
    let team = server.entity("teams", "Crew");
    let rule = server.rule(json!({}));
    let group = server.group("Sales", &[]);
    for path in [
        &format!("/teams/{team}"),
        &format!("/rules/{rule}"),
        &format!("/groups/{group}"),
        "/security",
        "/admins",
    ] {
        let page = visitor.page(path);
        for form in page.split("<form").filter(|form| form.contains("data-confirm")) {
            assert!(form.contains("<noscript><label") && form.contains("required"), "{path}: {form}");
        }
    }
}

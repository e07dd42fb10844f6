//! The admin page (interface.md §7): the guide's walk over forms, without any script.

use serde_json::json;

use crate::common::{Browser, Server, hidden, text};

pub(crate) const HERE: &str = "/admin/organizations/default";

pub(crate) fn signed_in(server: &Server) -> (Browser, String) {
    let mut browser = Browser::of(server.scim.address());
    browser.open_link(&text(&server.ready, "admin_url"));
    let csrf = browser.csrf();
    (browser, csrf)
}

/// Sends a form with its token and gives the text of the page that follows.
#[track_caller]
fn submit(browser: &mut Browser, csrf: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let mut all = vec![("csrf_token", csrf)];
    all.extend_from_slice(fields);
    let answer = browser.post(&format!("{HERE}{path}"), &all).expect(303);
    let next = answer.header("location").unwrap().to_owned();
    browser.get(&next).expect(200).text
}

#[test]
fn the_guides_walk_from_a_token_to_members_of_a_team_works_over_forms_alone() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let form = browser.get(&format!("{HERE}/security")).expect(200).text;
    let newest = hidden(&form, "newest");
    let fields = [("csrf_token", csrf.as_str()), ("name", "PingOne"), ("kind", "scim"), ("newest", &newest)];
    let made = browser.post(&format!("{HERE}/security/tokens"), &fields).expect(200).text;
    let token = made.split("<code>").find(|part| part.starts_with("rollcall_scim_")).unwrap();
    let token = token.split('<').next().unwrap();
    server.scim.authorized(Some(&format!("Bearer {token}"))).get("/Users").expect(200);
    assert!(!browser.get(&format!("{HERE}/security")).expect(200).text.contains(token), "it is shown once");

    let rule = [
        ("kind", "all"),
        ("target_type", "team"),
        ("priority", "0"),
        ("auto_approve", "on"),
        ("enabled", "on"),
    ];
    let said = submit(&mut browser, &csrf, "/rules/save", &rule);
    assert!(said.contains("The rule is saved") && said.contains("every group"), "{said}");
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    assert!(browser.get(&format!("{HERE}/groups")).expect(200).text.contains("auto approved"));
    assert!(browser.get(&format!("{HERE}/groups/{group}")).expect(200).text.contains("ann@example.com"));
    assert!(browser.get(&format!("{HERE}/people/{ann}")).expect(200).text.contains("<b>Sales</b>"));
    server.rename(&group, "Selling");
    assert!(browser.get(&format!("{HERE}/teams")).expect(200).text.contains("Selling"));
}

#[test]
fn a_conflict_is_decided_alone_or_for_a_whole_pair_and_the_page_says_so() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    let users: Vec<String> = (0..3).map(|n| server.user(&format!("user{n}"))).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let (fast, slow) = (server.group("Fast", &users), server.group("Slow", &users));
    let page = browser.get(&format!("{HERE}/conflicts")).expect(200).text;
    assert!(
        page.contains("Fast against Slow") && page.contains("Keep Current") && page.contains("Use Incoming")
    );
    let id = text(&server.items("/conflicts?status=open")[0], "id");
    let said =
        submit(&mut browser, &csrf, &format!("/conflicts/{id}/resolve"), &[("decision", "use_incoming")]);
    assert!(said.contains("Decided: they get what the incoming group gives"), "{said}");
    let fields = [("current_group", fast.as_str()), ("incoming_group", &slow), ("decision", "keep_current")];
    let said = submit(&mut browser, &csrf, "/conflicts/resolve", &fields);
    assert!(said.contains("Decided for 2 people") && said.contains("Nothing to decide"), "{said}");
    assert_eq!(server.members_of("concurrency-groups", "Slow"), ["user0@example.com"]);
    let again =
        submit(&mut browser, &csrf, &format!("/conflicts/{id}/resolve"), &[("decision", "keep_current")]);
    assert!(again.contains("class=\"notice problem\"") && again.contains("resolved already"), "{again}");
}

#[test]
fn a_rule_is_previewed_before_it_is_saved_and_a_wrong_one_comes_back_with_its_problem() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let ann = server.user("ann");
    server.group("Team A", &[&ann]);
    let rule = |pattern: &'static str| {
        vec![
            ("csrf_token", ""),
            ("kind", "prefix"),
            ("pattern", pattern),
            ("entity_name", "${rest}"),
            ("target_type", "team"),
            ("auto_approve", "on"),
            ("enabled", "on"),
        ]
    };
    let with = |mut fields: Vec<(&'static str, &'static str)>, csrf: &'static str| {
        fields[0].1 = csrf;
        fields
    };
    let csrf: &'static str = Box::leak(csrf.into_boxed_str());
    let preview = browser.post(&format!("{HERE}/rules/preview"), &with(rule("Team "), csrf)).expect(200).text;
    assert!(preview.contains("Team A") && preview.contains("+1, −0"), "{preview}");
    assert!(server.items("/mapping-rules").is_empty(), "a preview writes nothing");
    let basis =
        preview.split("name=\"basis\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let bob = server.user("bob");
    let mut fields: Vec<(&str, &str)> = with(rule("Team "), csrf);
    fields.extend([("action", "apply"), ("basis", basis.as_str())]);
    let refused = browser.post(&format!("{HERE}/rules/save"), &fields).expect(409).text;
    assert!(
        refused.contains("Something changed since the preview") && server.items("/mapping-rules").is_empty()
    );
    let basis =
        refused.split("name=\"basis\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    fields.truncate(fields.len() - 1);
    fields.push(("basis", basis.as_str()));
    browser.post(&format!("{HERE}/rules/save"), &fields).expect(303);
    assert_eq!((server.teams_of(&ann), server.teams_of(&bob).len()), (vec!["A".to_owned()], 0));

    let mut wrong = with(rule("("), csrf);
    wrong[1].1 = "regex";
    let back = browser.post(&format!("{HERE}/rules/save"), &wrong).expect(400).text;
    assert!(back.contains("role=\"alert\"") && back.contains("value=\"(\""), "{back}");
}

#[test]
fn among_many_groups_the_form_comes_without_its_preview_and_nothing_runs_that_was_not_previewed() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    (0..1001).for_each(|number| drop(server.group(&format!("Group {number}"), &[])));
    let form = browser.get(&format!("{HERE}/rules/new")).expect(200).text;
    assert!(form.contains("There are 1001 groups") && !form.contains("name=\"basis\""), "{form}");
    let fields = [
        ("csrf_token", csrf.as_str()),
        ("kind", "prefix"),
        ("pattern", "Group 7"),
        ("target_type", "team"),
        ("auto_approve", "on"),
        ("enabled", "on"),
        ("action", "apply"),
    ];
    let shown = browser.post(&format!("{HERE}/rules/save"), &fields).expect(200).text;
    assert!(shown.contains("Nothing was saved yet") && server.items("/mapping-rules").is_empty(), "{shown}");
    let basis = shown.split("name=\"basis\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let seen: Vec<(&str, &str)> = fields.into_iter().chain([("basis", basis)]).collect();
    browser.post(&format!("{HERE}/rules/save"), &seen).expect(303);
    assert_eq!(server.items("/teams").len(), 111);
}

#[test]
fn rules_are_moved_run_deleted_and_exported_for_the_command() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let first = server.rule(json!({"kind": "prefix", "pattern": "A \"quoted\" ", "priority": 1}));
    let second = server.rule(json!({"kind": "regex", "pattern": "^B\\d", "priority": 1, "exclude": "x"}));
    submit(&mut browser, &csrf, &format!("/rules/{second}/move"), &[("to", "up")]);
    let order: Vec<String> = server.items("/mapping-rules").iter().map(|rule| text(rule, "id")).collect();
    assert_eq!(order, [second.clone(), first.clone()]);
    let exported = browser.get(&format!("{HERE}/rules/export")).expect(200).text;
    let parsed: toml::Table = exported.parse().unwrap();
    assert_eq!(parsed["rules"][0]["pattern"].as_str(), Some("^B\\d"));
    assert_eq!(parsed["rules"][1]["pattern"].as_str(), Some("A \"quoted\" "));
    submit(&mut browser, &csrf, &format!("/rules/{first}/delete"), &[]);
    assert_eq!(server.items("/mapping-rules").len(), 1);
    let run = browser.get(&format!("{HERE}/rules/run")).expect(200).text;
    assert!(run.contains("Nothing would change"), "{run}");
}

#[test]
fn hostile_names_are_shown_as_text_on_every_page() {
    const NAME: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' {{ 1234*1001 }}";
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    let ann = server.user_with(json!({"userName": "ann@example.com", "displayName": NAME}));
    let (one, _two) = (server.group(NAME, &[&ann]), server.group(&format!("{NAME} 2"), &[&ann]));
    let team = server.entity("teams", NAME);
    submit(
        &mut browser,
        &csrf,
        &format!("/teams/{team}/members"),
        &[("user_name", "ann@example.com"), ("action", "put")],
    );
    for path in [
        "",
        "/groups",
        &format!("/groups/{one}"),
        "/rules",
        "/rules/run",
        "/rules/new",
        "/conflicts",
        "/people",
        &format!("/people/{ann}"),
        "/teams",
        &format!("/teams/{team}"),
        "/concurrency-groups",
        "/events",
        "/security",
        "/connect",
        "/admins",
        &format!("/people?query={}", crate::common::encode(NAME)),
    ] {
        let page = browser.get(&format!("{HERE}{path}")).expect(200).text;
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{path}: {page}");
        assert!(!page.contains("1235234"), "{path}: a name was run as a template");
    }
}

#[test]
fn places_are_changed_by_hand_and_long_lists_are_cut_into_pages() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let users: Vec<String> = (0..130).map(|n| server.user(&format!("user{n}"))).collect();
    let said = submit(&mut browser, &csrf, "/teams", &[("name", "Crew")]);
    assert!(said.contains("is created"), "{said}");
    let fields = [("target_type", "team"), ("entity_name", "crew")];
    submit(&mut browser, &csrf, &format!("/people/{}/put", users[0]), &fields);
    assert_eq!(server.teams_of(&users[0]), ["Crew"]);
    submit(&mut browser, &csrf, &format!("/people/{}/take", users[0]), &fields);
    assert!(server.teams_of(&users[0]).is_empty());
    let said = submit(
        &mut browser,
        &csrf,
        &format!("/people/{}/put", users[0]),
        &[("target_type", "team"), ("entity_name", "none")],
    );
    assert!(said.contains("There is no team"), "{said}");
    let first = browser.get(&format!("{HERE}/people")).expect(200).text;
    let next =
        first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let second = browser.get(&format!("{HERE}/people{next}")).expect(200).text;
    assert!(second.contains("user129@example.com") && !second.contains("user0@example.com"));
}

#[test]
fn settings_admins_and_organizations_are_changed_on_the_page() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let form = browser.get(&format!("{HERE}/security")).expect(200).text;
    let version = hidden(&form, "version");
    let said = submit(
        &mut browser,
        &csrf,
        "/security/settings",
        &[("name", "Acme"), ("teams", "on"), ("plan", "Enterprise"), ("sso", "on"), ("version", &version)],
    );
    assert!(said.contains("The settings are saved") && said.contains("value=\"Acme\""), "{said}");
    server.post_group(json!({"displayName": "Sales"})).expect_scim_error(403, None);
    let made = browser
        .post(&format!("{HERE}/admins"), &[("csrf_token", &csrf), ("name", "helper")])
        .expect(200)
        .text;
    let password =
        made.split("Password of").nth(1).unwrap().split("<code>").nth(1).unwrap().split('<').next().unwrap();
    let mut other = Browser::of(server.scim.address());
    other.post("/admin/sign-in", &[("name", "helper"), ("password", password)]).expect(303);
    other.get(&format!("{HERE}/admins")).expect(200);
    other.get("/admin/organizations").expect(403);
    browser
        .post("/admin/organizations", &[("csrf_token", &csrf), ("slug", "Not A Slug"), ("name", "x")])
        .expect(400);
    browser
        .post("/admin/organizations", &[("csrf_token", &csrf), ("slug", "beta"), ("name", "Beta")])
        .expect(303);
    browser.get("/admin/organizations/beta").expect(200);
    other.get("/admin/organizations/beta").expect(404);
}

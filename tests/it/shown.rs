//! What the admin page shows of what is stored: who calls, what failed, who is who, and who did what.

use serde_json::json;

use crate::common::{Browser, Server, encode, hidden, text};
use crate::page::{HERE, signed_in};

/// The text of one of the organization's pages.
#[track_caller]
fn page(browser: &mut Browser, path: &str) -> String {
    browser.get(&format!("{HERE}{path}")).expect(200).text
}

/// The part of a page between a heading and the next one.
fn below<'a>(page: &'a str, heading: &str) -> &'a str {
    let rest = page.split(&format!("<h2>{heading}</h2>")).nth(1).unwrap_or_default();
    rest.split("<h2>").next().unwrap_or_default()
}

#[test]
fn the_overview_knows_an_identity_provider_as_soon_as_it_has_called_and_takes_no_program_for_one() {
    const NOBODY: &str = "No identity provider has called yet";
    let server = Server::start();
    let (mut browser, _) = signed_in(&server);
    server.api.get("/users").expect(200);
    assert!(page(&mut browser, "").contains(NOBODY), "the admin API is no identity provider");
    server.scim.get("/Users").expect(200);
    let overview = page(&mut browser, "");
    assert!(!overview.contains(NOBODY) && overview.contains("Who calls"), "{overview}");
    assert_eq!(below(&overview, "Who calls").matches("<li>").count(), 1);
}

#[test]
fn the_overview_speaks_of_the_end_of_the_new_token_only_once_a_token_is_rotated() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let newest = hidden(&page(&mut browser, "/security"), "newest");
    let fields = [
        ("csrf_token", csrf.as_str()),
        ("newest", &newest),
        ("name", "Soon"),
        ("kind", "scim"),
        ("days", "3"),
    ];
    browser.post(&format!("{HERE}/security/tokens"), &fields).expect(200);
    let told = |overview: String| overview.matches("The token “Soon” ends").count();
    assert_eq!(told(page(&mut browser, "")), 1);
    let tokens = server.items("/tokens");
    let soon = tokens.iter().find(|token| text(token, "name") == "Soon").unwrap();
    server.api.post(format!("/tokens/{}/rotate", text(soon, "id")), json!({})).expect(201);
    assert_eq!(told(page(&mut browser, "")), 1);
}

#[test]
fn a_refusal_stays_on_the_overview_whatever_succeeds_after_it_and_strangers_are_shown_beside() {
    let server = Server::start();
    let (mut browser, _) = signed_in(&server);
    server.scim.post("/Users", json!({"displayName": "nobody"})).expect_any_scim_error(400);
    (0..120).for_each(|_| drop(server.scim.get("/Users?count=0").expect(200)));
    server
        .scim
        .authorized(Some("Bearer rollcall_scim_wrong"))
        .get("/Groups/stranger")
        .expect_any_scim_error(401);
    let overview = page(&mut browser, "");
    let refused = below(&overview, "Refused lately");
    assert!(refused.contains("POST &#x2f;scim&#x2f;v2&#x2f;Users") && refused.contains("400"), "{overview}");
    assert!(refused.contains("stranger") && refused.contains("without a valid token"), "{overview}");
}

#[test]
fn a_person_without_a_display_name_is_shown_and_found_by_the_parts_of_their_name() {
    let server = Server::start();
    let (mut browser, _) = signed_in(&server);
    let name = json!({"givenName": "Jane", "familyName": "Doe"});
    let jane = server.user_with(json!({"userName": "jd@example.com", "name": name}));
    server.user_with(json!({"userName": "x@example.com", "name": name, "displayName": "Somebody"}));
    let group = server.group("Sales", &[&jane]);
    for query in ["Doe", "jane doe", "jd@"] {
        let found = page(&mut browser, &format!("/people?query={}", encode(query)));
        assert!(found.contains("jd@example.com") && !found.contains("x@example.com"), "{query}: {found}");
        let found = server.items(&format!("/users?query={}", encode(query)));
        assert_eq!(found.len(), 1, "{query}");
        assert_eq!(
            (text(&found[0], "name"), &found[0]["display_name"]),
            ("Jane Doe".to_owned(), &json!(null))
        );
    }
    assert!(page(&mut browser, "/people?query=somebody").contains("x@example.com"));
    for path in ["/people".to_owned(), format!("/people/{jane}"), format!("/groups/{group}")] {
        assert!(page(&mut browser, &path).contains("Jane Doe"), "{path}");
    }
}

#[test]
fn only_requests_that_the_log_has_are_links_and_who_else_made_a_change_is_named() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    let ann = server.user("ann");
    let team = server.entity("teams", "Crew");
    let fields = [("csrf_token", csrf.as_str()), ("user_name", "ann@example.com"), ("action", "put")];
    browser.post(&format!("{HERE}/teams/{team}/members"), &fields).expect(303);
    let events = page(&mut browser, "/events");
    assert!(events.contains(", by the admin &quot;admin&quot;"), "{events}");
    assert!(events.contains(", by Rollcall at its first start"), "{events}");
    let why = page(&mut browser, &format!("/people/{ann}"));
    let why = below(&why, "Why");
    assert!(why.contains("by the admin &quot;admin&quot;"), "{why}");
    assert!(why.contains("put them there on <time datetime=") && !why.contains("/requests/"), "{why}");
    server.group("Sales", &[&ann]);
    let why = page(&mut browser, &format!("/people/{ann}"));
    assert_eq!(below(&why, "Why").matches("/requests/").count(), 1, "{why}");
    let links: Vec<String> = [events, why, page(&mut browser, "/events")]
        .iter()
        .flat_map(|text| text.split("href=\"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&#x2f;", "/"))
        .filter(|link| link.contains("/requests/"))
        .collect();
    assert!(!links.is_empty());
    for link in links {
        browser.get(&link).expect(200);
    }
}

#[test]
fn every_kind_of_event_says_what_it_is_about() {
    let server = Server::start();
    let (mut browser, _) = signed_in(&server);
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    let ann = server.user("ann");
    ["Fast", "Slow"].iter().for_each(|name| drop(server.group(name, &[&ann])));
    let token = text(server.items("/tokens").last().unwrap(), "name");
    for (kind, about) in [
        ("conflict.opened", "ann@example.com"),
        ("mapping.approved", "Slow"),
        ("rule.created", "all"),
        ("token.created", token.as_str()),
    ] {
        let noun = kind.split('.').next().unwrap();
        let events = page(&mut browser, &format!("/events?noun={noun}"));
        let row = events.split("<tr>").find(|row| row.contains(&format!("<code>{kind}</code>")));
        let row = row.unwrap_or_else(|| panic!("{kind}: {events}"));
        let shown = row.split("<details>").next().unwrap();
        assert!(shown.contains(about), "{kind}: {row}");
    }
    let overview = page(&mut browser, "");
    assert!(below(&overview, "Latest changes").contains("conflict.opened</code> <a"), "{overview}");
}

#[test]
fn a_name_with_control_characters_is_isolated_and_told_by_their_codes_but_forms_keep_it() {
    const NAME: &str = "safe\u{202e}gnp.exe";
    let server = Server::start();
    let (mut browser, _) = signed_in(&server);
    server.rule(json!({"kind": "all", "target_type": "team"}));
    let ann = server.user("ann");
    let group = server.group(NAME, &[&ann]);
    let team = text(&server.items("/teams")[0], "id");
    let shown = "<bdi>safe<span class=\"control\">U+202E</span>gnp.exe</bdi>";
    let paths = ["/groups", "/teams", "/events", "", "/people"].map(str::to_owned);
    for path in paths.into_iter().chain([
        format!("/groups/{group}"),
        format!("/teams/{team}"),
        format!("/people/{ann}"),
    ]) {
        assert!(page(&mut browser, &path).contains(shown), "{path}");
    }
    let entity = page(&mut browser, &format!("/teams/{team}"));
    assert!(entity.contains(&format!("value=\"{NAME}\"")), "{entity}");
    assert!(entity.contains("Delete \u{2068}safe[U+202E]gnp.exe\u{2069}?"), "{entity}");
}

#[test]
fn an_earlier_mapping_says_when_it_ended_and_by_whom() {
    let server = Server::start();
    let (mut browser, csrf) = signed_in(&server);
    server.rule(json!({"kind": "all", "target_type": "team"}));
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let mapping = text(&server.items("/mappings")[0], "id");
    let version = hidden(&page(&mut browser, &format!("/groups/{group}")), "version");
    let fields = [("csrf_token", csrf.as_str()), ("version", &version)];
    browser.post(&format!("{HERE}/mappings/{mapping}/remove"), &fields).expect(303);
    let earlier = page(&mut browser, &format!("/groups/{group}"));
    let earlier = below(&earlier, "Earlier");
    assert!(
        earlier.contains("<time datetime=") && earlier.contains("by the admin &quot;admin&quot;"),
        "{earlier}"
    );
}

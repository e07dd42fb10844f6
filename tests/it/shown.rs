//! What the admin page shows of what is stored: who calls, what failed, who is who, and who did what.

use serde_json::json;

use crate::common::{Browser, Server, encode, text};
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
    let fields = [("csrf_token", csrf.as_str()), ("name", "Soon"), ("kind", "scim"), ("days", "3")];
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

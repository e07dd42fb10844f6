//! Sessions as others see and use them: how they end, and the admin API with the page's cookie (interface.md §4).

use serde_json::json;

use crate::common::{Answer, Browser, Server};

const PASSWORD: &str = "correct horse battery";

/// A browser in which an admin of the server is signed in, made for the purpose.
fn signed_in(server: &Server, name: &str) -> (String, Browser) {
    let admin = json!({"name": name, "password": PASSWORD, "server_scope": true});
    let id = server.api.post("/admins", admin).expect(201).id();
    let mut browser = Browser::of(server.scim.address());
    browser.post("/admin/sign-in", &[("name", name), ("password", PASSWORD)]).expect(303);
    (id, browser)
}

/// A request to the admin API as a script of the page sends it.
fn script(browser: &mut Browser, headers: &[(&str, &str)]) -> Answer {
    browser.send("GET", "/api/v1/organizations/default/teams", headers, None)
}

#[test]
fn the_api_takes_the_pages_cookie_only_with_its_csrf_token_and_from_its_origin() {
    let server = Server::start();
    let (_, mut browser) = signed_in(&server, "ann");
    let csrf = browser.csrf();
    let own = format!("http://{}", server.scim.address());
    let token = ("X-CSRF-Token", csrf.as_str());
    script(&mut browser, &[token, ("Origin", &own)]).expect(200);
    script(&mut browser, &[token, ("Sec-Fetch-Site", "same-origin")]).expect(200);
    for refused in [
        vec![],
        vec![token],
        vec![("Origin", own.as_str())],
        vec![token, ("Origin", "https://evil.example")],
        vec![token, ("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
        vec![token, ("Sec-Fetch-Site", "same-site")],
        vec![("X-CSRF-Token", "0"), ("Origin", &own)],
    ] {
        script(&mut browser, &refused).expect_problem(403);
    }
    let scim = browser.send("GET", "/scim/v2/Users", &[token, ("Origin", &own)], None);
    scim.expect_any_scim_error(401);
}

#[test]
fn what_a_person_changes_in_the_api_carries_their_name() {
    let server = Server::start();
    let (_, mut browser) = signed_in(&server, "ann");
    let csrf = browser.csrf();
    let user = server.user("bob");
    let team = server.entity("teams", "Tools");
    let own = format!("http://{}", server.scim.address());
    let target = format!("/api/v1/organizations/default/teams/{team}/members/{user}");
    let headers = [("X-CSRF-Token", csrf.as_str()), ("Origin", own.as_str())];
    let answer = browser.send("PUT", &target, &headers, Some(b""));
    assert!(answer.status < 300, "{}", answer.text);
    let explained = server.api.get(format!("/users/{user}/explain")).expect(200).text;
    assert!(explained.contains("ann"), "{explained}");
}

#[test]
fn a_session_is_listed_and_ended_by_another_admin_at_once() {
    let server = Server::start();
    let (id, mut browser) = signed_in(&server, "ann");
    let sessions = server.items("/sessions");
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    assert_eq!(sessions[0]["admin"], json!({"id": id, "name": "ann"}));
    assert_eq!(sessions[0]["address"], "127.0.0.1");
    let path = format!("/sessions/{}", sessions[0]["id"].as_str().unwrap());
    let text = server.api.get(&path).expect(200).text;
    assert!(!text.contains(browser.cookie.as_deref().unwrap().split_once('=').unwrap().1), "{text}");
    server.api.delete(&path).expect(204);
    browser.get("/admin/organizations/default").expect(303);
    server.api.get(&path).expect_problem(404);
}

#[test]
fn a_new_password_ends_all_sessions_but_the_one_that_sets_it() {
    let server = Server::start();
    let (id, mut own) = signed_in(&server, "ann");
    let mut other = Browser::of(server.scim.address());
    other.post("/admin/sign-in", &[("name", "ann"), ("password", PASSWORD)]).expect(303);
    let csrf = own.csrf();
    let origin = format!("http://{}", server.scim.address());
    let target = format!("/api/v1/organizations/default/admins/{id}");
    let headers = [("X-CSRF-Token", csrf.as_str()), ("Origin", origin.as_str())];
    own.send("PATCH", &target, &headers, Some(b"{\"password\": \"another long one\"}")).expect(200);
    own.get("/admin/organizations/default").expect(200);
    other.get("/admin/organizations/default").expect(303);
    other.post("/admin/sign-in", &[("name", "ann"), ("password", PASSWORD)]).expect(403);
    other.post("/admin/sign-in", &[("name", "ann"), ("password", "another long one")]).expect(303);
}

#[test]
fn a_disabled_or_removed_admin_is_signed_out_everywhere() {
    let server = Server::start();
    let (id, mut browser) = signed_in(&server, "ann");
    server.api.patch(format!("/admins/{id}"), json!({"disabled": true})).expect(200);
    browser.get("/admin/organizations/default").expect(303);
    browser.post("/admin/sign-in", &[("name", "ann"), ("password", PASSWORD)]).expect(403);
    server.api.patch(format!("/admins/{id}"), json!({"disabled": false})).expect(200);
    browser.post("/admin/sign-in", &[("name", "ann"), ("password", PASSWORD)]).expect(303);
    server.api.delete(format!("/admins/{id}")).expect(204);
    browser.get("/admin/organizations/default").expect(303);
    assert_eq!(server.items("/sessions"), Vec::<serde_json::Value>::new());
}

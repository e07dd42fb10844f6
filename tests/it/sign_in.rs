//! Signing in to the admin page (interface.md §4): the door, its pace, and what guards a session.

use serde_json::json;

use crate::common::{Browser, DurableServer, Server, encode};

const PASSWORD: &str = "correct horse battery";

/// A browser that is signed in by the one-time link of the ready line.
fn signed_in(server: &Server) -> Browser {
    let mut browser = Browser::of(server.scim.address());
    browser.open_link(server.ready["admin_url"].as_str().unwrap());
    browser
}

#[test]
fn the_first_start_shows_a_password_that_signs_in_and_is_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(folder.path());
    let (name, password) =
        (server.first_run["admin_name"].clone(), server.first_run["admin_password"].clone());
    let mut browser = Browser::of(server.scim.address());
    browser.get("/admin/organizations/default").expect(303);
    let answer = browser.post("/admin/sign-in", &[("name", &name), ("password", &password)]).expect(303);
    assert_eq!(answer.header("location"), Some("/admin"));
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["rollcall=", "Path=/", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(part), "no {part} in {cookie}");
    }
    assert!(!cookie.contains("__Host-"), "browsers refuse that name over plain http: {cookie}");
    assert!(browser.get("/admin/organizations/default").expect(200).text.contains("<span>admin</span>"));
    let database = std::fs::read(server.database()).unwrap();
    let log = server.log();
    for secret in [password.as_str(), browser.cookie.as_deref().unwrap().split_once('=').unwrap().1] {
        assert!(!log.contains(secret), "the log has a secret");
        assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[test]
fn a_sign_in_link_works_once() {
    let server = Server::start();
    let url = server.ready["admin_url"].as_str().unwrap();
    let mut browser = Browser::of(server.scim.address());
    browser.open_link(url);
    browser.get("/admin/organizations/default").expect(200);
    let mut second = Browser::of(server.scim.address());
    let target = url.split_once("/admin").map(|(_, rest)| format!("/admin{rest}")).unwrap();
    assert!(second.get(&target).expect(403).text.contains("used already"));
    assert_eq!(second.cookie, None);
    second.get("/admin/organizations/default").expect(303);
}

#[test]
fn a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words() {
    let server = Server::start();
    server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    let mut browser = Browser::of(server.scim.address());
    let mut refusal = |name: &str, password: &str| {
        let answer = browser.post("/admin/sign-in", &[("name", name), ("password", password)]).expect(403);
        assert!(answer.header("set-cookie").is_none());
        answer.text.replace(&format!("value=\"{name}\""), "")
    };
    let wrong = refusal("ann", "correct horse batterx");
    assert!(wrong.contains("Name or password is wrong"), "{wrong}");
    assert_eq!(wrong, refusal("bob", PASSWORD));
    assert_eq!(wrong, refusal("admin", ""), "an account without a password has no empty one");
    browser.post("/admin/sign-in", &[("name", "Ann"), ("password", PASSWORD)]).expect(303);
}

#[test]
fn a_new_session_has_a_new_cookie_whatever_was_sent() {
    let server = Server::start();
    server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    let planted = format!("rollcall={}", "ab".repeat(32));
    let mut browser = Browser::of(server.scim.address());
    browser.cookie = Some(planted.clone());
    browser.post("/admin/sign-in", &[("name", "ann"), ("password", PASSWORD)]).expect(303);
    assert_ne!(browser.cookie.as_deref(), Some(planted.as_str()));
    browser.get("/admin/organizations/default").expect(200);
    browser.cookie = Some(planted);
    browser.get("/admin/organizations/default").expect(303);
}

#[test]
fn under_https_the_cookie_is_secure_and_bound_to_the_host() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("config.toml"),
        "[server]\npublic_url = \"https://scim.example.com\"\n",
    )
    .unwrap();
    let server = DurableServer::start(folder.path());
    assert_eq!(server.first_run["admin_url"], "https://scim.example.com/admin");
    let mut browser = Browser::of(server.scim.address());
    let fields = [("name", "admin"), ("password", server.first_run["admin_password"].as_str())];
    let answer = browser.post_from("https://scim.example.com", "/admin/sign-in", &fields).expect(303);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-rollcall=") && cookie.contains("; Secure"), "{cookie}");
    browser.get("/admin/organizations/default").expect(200);
    // A page that came by http can plant a cookie of the other name only.
    browser.cookie = browser.cookie.map(|cookie| cookie.replace("__Host-", ""));
    browser.get("/admin/organizations/default").expect(303);
}

#[test]
fn who_is_not_signed_in_comes_back_to_what_they_asked_for_and_to_nowhere_else() {
    let server = Server::start();
    server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    let mut browser = Browser::of(server.scim.address());
    let asked = browser.get("/admin?tab=2").expect(303);
    let form = asked.header("location").unwrap().to_owned();
    assert_eq!(form, "/admin/sign-in?next=%2Fadmin%3Ftab%3D2");
    assert!(browser.get(&form).expect(200).text.contains("value=\"&#x2f;admin?tab=2\""));
    for (next, expected) in [("/admin?tab=2", "/admin?tab=2"), ("//evil.example", "/admin"), ("", "/admin")] {
        let fields = [("name", "ann"), ("password", PASSWORD), ("next", next)];
        let answer = browser.post("/admin/sign-in", &fields).expect(303);
        assert_eq!(answer.header("location"), Some(expected), "{next}");
    }
}

#[test]
fn signing_in_too_often_has_to_wait_and_only_the_one_who_failed() {
    let server = Server::start_with("[server.limits]\nfailed_signins_per_minute = 3\n");
    server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    let mut browser = Browser::of(server.scim.address());
    for _ in 0..3 {
        browser.post("/admin/sign-in", &[("name", "bob"), ("password", "wrong")]).expect(403);
    }
    let refused = browser.post("/admin/sign-in", &[("name", "ann"), ("password", PASSWORD)]).expect(429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "the count drains by itself: {wait}");
}

#[test]
fn a_form_of_another_site_or_of_another_session_does_nothing() {
    let server = Server::start();
    let mut browser = signed_in(&server);
    let csrf = browser.csrf();
    let fields = [("csrf_token", csrf.as_str())];
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        browser.post_from(origin, "/admin/sign-out", &fields).expect(403);
    }
    browser.post("/admin/sign-out", &[]).expect(403);
    browser.post("/admin/sign-out", &[("csrf_token", &"0".repeat(64))]).expect(403);
    browser
        .post_from("https://evil.example", "/admin/sign-in", &[("name", "x"), ("password", "y")])
        .expect(403);
    browser.get("/admin/organizations/default").expect(200);
    browser.post("/admin/sign-out", &fields).expect(303);
    assert_eq!(browser.cookie, None, "the browser is told to forget it");
}

#[test]
fn a_page_may_load_nothing_from_elsewhere_and_be_in_no_frame() {
    let server = Server::start();
    let mut browser = Browser::of(server.scim.address());
    let page = browser.get("/admin/sign-in").expect(200);
    let header = |name: &str| page.header(name).unwrap_or_else(|| panic!("no {name}"));
    assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff", "no-store"));
    assert_eq!(header("referrer-policy"), "same-origin");
    assert!(!page.text.contains("style=") && !page.text.contains(" onclick="));
    for script in page.text.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/admin/assets/"), "{script}");
    }
    let style = page.text.split("href=\"").find(|part| part.contains("assets")).unwrap();
    let style = browser.get(style.split('"').next().unwrap()).expect(200);
    assert!(style.header("cache-control").unwrap().contains("immutable"));
    assert!(style.header("content-type").unwrap().starts_with("text/css"));
    browser.get("/admin/assets/none.css").expect(404);
    let refused = browser.get("/admin/nowhere").expect(404);
    assert!(refused.header("content-security-policy").is_some(), "error pages too");
    assert!(refused.header("content-type").unwrap().starts_with("text/html"));
}

#[test]
fn what_a_page_shows_of_a_request_is_escaped() {
    let server = Server::start();
    let mut browser = Browser::of(server.scim.address());
    let evil = "\"><script>alert(1)</script>";
    let page = browser.get(&format!("/admin/sign-in?next={}", encode(evil))).expect(200);
    assert!(!page.text.contains("<script>"), "{}", page.text);
    let page = browser.post("/admin/sign-in", &[("name", evil), ("password", "x")]).expect(403);
    assert!(!page.text.contains("<script>"), "{}", page.text);
}

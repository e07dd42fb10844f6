//! Tokens of IdPs and programs: their forms, their ends, and where they never are (issue 5; scim.md, "Access").

use serde_json::json;

use crate::common::{DurableServer, Server, base64, text};

#[test]
fn a_token_comes_as_bearer_as_a_password_or_bare() {
    let server = Server::start();
    let token = server.ready["scim_token"].as_str().unwrap();
    for header in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        token.to_owned(),
        format!("Basic {}", base64(&format!("scim:{token}"))),
        format!("Basic {}", base64(&format!("{token}:"))),
    ] {
        server.scim.authorized(Some(&header)).get("/Users").expect(200);
    }
    let mut tampered = token.to_owned();
    tampered.pop();
    for header in [format!("Bearer {tampered}"), format!("Basic {}", base64("scim:")), "Digest x".to_owned()]
    {
        let detail = server.scim.authorized(Some(&header)).get("/Users").expect_any_scim_error(401);
        assert!(!detail.contains(&tampered), "{detail}");
    }
}

#[test]
fn several_tokens_work_side_by_side_and_a_revoked_one_ends_at_once() {
    let server = Server::start();
    let make = |name: &str| server.api.post("/tokens", json!({"name": name})).expect(201);
    let (one, two) = (make("PingOne"), make("PingOne"));
    let client = |made: &crate::common::Answer| {
        server.scim.authorized(Some(&format!("Bearer {}", text(&made.json, "token"))))
    };
    let (first, second) = (client(&one), client(&two));
    first.get("/Users").expect(200);
    second.get("/Users").expect(200);
    server.api.delete(format!("/tokens/{}", one.id())).expect(204);
    first.get("/Users").expect_any_scim_error(401);
    second.get("/Users").expect(200);
}

#[test]
fn a_rotation_on_the_command_line_keeps_the_old_token_for_its_grace() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let made = server.rollcall(&["token", "create", "PingOne", "--expires", "90d", "--json"]).json();
    let old = server.scim.authorized(Some(&format!("Bearer {}", text(&made, "token"))));
    let next = server.rollcall(&["token", "rotate", &text(&made, "id"), "--grace", "7d", "--json"]).json();
    let new = server.scim.authorized(Some(&format!("Bearer {}", text(&next, "token"))));
    old.get("/Users").expect(200);
    new.get("/Users").expect(200);
    let last = server.rollcall(&["token", "rotate", &text(&next, "id"), "--grace", "0", "--json"]).json();
    new.get("/Users").expect_any_scim_error(401);
    server.scim.authorized(Some(&format!("Bearer {}", text(&last, "token")))).get("/Users").expect(200);
}

#[test]
fn a_token_is_in_no_log_and_not_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(folder.path());
    let made = server.rollcall(&["token", "create", "PingOne", "--json"]).json();
    let token = text(&made, "token");
    server.scim.authorized(Some(&format!("Bearer {token}"))).get("/Users").expect(200);
    server.scim.authorized(Some(&format!("Bearer {token}0"))).get("/Users").expect(401);
    server.api.delete(format!("/tokens/{}", text(&made, "id"))).expect(204);
    server.scim.authorized(Some(&format!("Bearer {token}"))).get("/Users").expect(401);
    assert!(!server.log().contains(&token));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!found, "{} has a token", path.display());
    }
}

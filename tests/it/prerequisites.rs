//! `[prerequisites]`: what an organization must have before SCIM answers it (scim.md, "Prerequisites").

use std::fs;

use serde_json::json;

use crate::common::{DurableServer, Server, Visitor};

#[test]
fn what_is_missing_is_403_that_names_it_and_the_command_that_sets_it() {
    let folder = tempfile::tempdir().expect("a directory");
    let required = "[prerequisites]\nplan = \"Enterprise\"\nsso = true\n";
    fs::write(folder.path().join("config.toml"), required).expect("room for the configuration");
    let server = DurableServer::start(folder.path());
    let user =
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@example.com"});
    for (what, command) in [
        ("the plan", ["--plan", "starter"]),
        ("the plan", ["--plan", "enterprise"]),
        ("single sign-on", ["--sso", "on"]),
    ] {
        for answer in [server.scim.get("/Users"), server.scim.post("/Users", &user)] {
            let detail = answer.expect_scim_error(403, None);
            let advice = format!("rollcall organization set default {}", command[0]);
            assert!(detail.contains(what) && detail.contains(&advice), "{detail}");
        }
        server.rollcall(&[&["organization", "set", "default"], &command[..]].concat()).expect(0);
    }
    server.scim.post("/Users", &user).expect(201);
    server.rollcall(&["organization", "set", "default", "--plan", ""]).expect(0);
    server.scim.get("/Users").expect_scim_error(403, None);
}

#[test]
fn discovery_answers_whatever_is_missing() {
    let server = Server::start_with("[prerequisites]\nplan = true\n");
    for target in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        server.scim.get(target).expect(200);
    }
    server.scim.get("/Groups").expect_scim_error(403, None);
    server.api.patch("", json!({"plan": "any of them"})).expect(200);
    server.scim.get("/Groups").expect(200);
}

#[test]
fn the_security_page_says_what_is_required_and_what_is_missing() {
    let server = Server::start_with("[prerequisites]\nplan = \"Enterprise\"\nsso = true\n");
    let mut visitor = Visitor::of(&server);
    server.api.patch("", json!({"plan": null, "sso": true})).expect(200);
    let page = visitor.page("/security");
    assert!(page.contains("the plan \u{201c}Enterprise\u{201d} (missing), single sign-on (there)"), "{page}");
    server.api.patch("", json!({"plan": "enterprise"})).expect(200);
    let page = visitor.page("/security");
    assert!(
        !page.contains("(missing)") && page.contains("requires the plan \u{201c}Enterprise\u{201d}"),
        "{page}"
    );
    let free = Visitor::of(&Server::start()).page("/security");
    assert!(free.contains("requires neither"), "{free}");
}

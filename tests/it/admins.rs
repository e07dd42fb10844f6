//! Accounts of admins in the admin API and on the command line (interface.md §1 and §4).

use serde_json::{Value, json};

use crate::common::{Browser, DurableServer, Server};

const PASSWORD: &str = "correct horse battery";

#[test]
fn an_admin_is_made_shown_changed_and_removed() {
    let server = Server::start();
    let made = server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    assert!(made.header("location").unwrap().ends_with(&format!("/admins/{}", made.id())));
    assert!(!made.text.contains("horse") && !made.text.contains("argon2"), "{}", made.text);
    let path = format!("/admins/{}", made.id());
    let expected = json!({"name": "ann", "server_scope": false, "disabled": false, "last_sign_in_at": null});
    server.api.get(&path).expect_body(200, expected);
    server.api.patch(&path, json!({"name": "Ann"})).expect_body(200, json!({"name": "Ann"}));
    let names: Vec<Value> = server.items("/admins").iter().map(|admin| admin["name"].clone()).collect();
    assert_eq!(names, ["admin", "Ann"]);
    server.api.delete(&path).expect(204);
    server.api.get(&path).expect_problem(404);
}

#[test]
fn a_password_that_is_not_sent_is_made_up_and_shown_once() {
    let server = Server::start();
    let made = server.api.post("/admins", json!({"name": "ann"})).expect(201);
    let password = made.json["password"].as_str().unwrap().to_owned();
    assert!(password.len() >= 20, "{password}");
    let shown = server.api.get(format!("/admins/{}", made.id())).expect(200);
    assert!(shown.json.get("password").is_none());
    Browser::of(server.scim.address())
        .post("/admin/sign-in", &[("name", "ann"), ("password", &password)])
        .expect(303);
}

#[test]
fn what_an_account_cannot_be_is_refused_by_field() {
    let server = Server::start();
    server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    let refusal =
        |body: Value, status: u16| server.api.post("/admins", body).expect_problem(status)["field"].clone();
    assert_eq!(refusal(json!({"name": "ANN", "password": PASSWORD}), 409), "name");
    assert_eq!(refusal(json!({"name": " ", "password": PASSWORD}), 400), "name");
    assert_eq!(refusal(json!({"name": "bob", "password": "elevenchars"}), 400), "password");
    assert_eq!(refusal(json!({"name": "administrator", "password": "Administrator"}), 400), "password");
}

#[test]
fn the_last_admin_of_the_server_stays() {
    let server = Server::start();
    let first = server.items("/admins")[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/admins/{first}");
    server.api.delete(&path).expect_problem(409);
    server.api.patch(&path, json!({"disabled": true})).expect_problem(409);
    // One of an organization is no substitute.
    server.api.post("/admins", json!({"name": "ann", "password": PASSWORD})).expect(201);
    server.api.delete(&path).expect_problem(409);
    let second = json!({"name": "bob", "password": PASSWORD, "server_scope": true});
    server.api.post("/admins", second).expect(201);
    server.api.delete(&path).expect(204);
}

#[test]
fn an_admin_of_one_organization_sees_and_makes_only_its_own() {
    let server = Server::start();
    let token = json!({"name": "program", "kind": "admin"});
    let token = server.api.post("/tokens", token).expect(201).json["token"].as_str().unwrap().to_owned();
    let own = server.api.authorized(Some(&format!("Bearer {token}")));
    let first = server.items("/admins")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        own.get("/admins").expect(200).json["items"],
        json!([]),
        "those of the server are not its own"
    );
    for answer in [own.get(format!("/admins/{first}")), own.delete(format!("/admins/{first}"))] {
        answer.expect_problem(404);
    }
    own.patch(format!("/admins/{first}"), json!({"password": PASSWORD})).expect_problem(404);
    let wish = json!({"name": "eve", "password": PASSWORD, "server_scope": true});
    assert_eq!(own.post("/admins", wish).expect_problem(403)["field"], "server_scope");
    own.post("/admins", json!({"name": "eve", "password": PASSWORD})).expect(201);
}

#[test]
fn the_command_line_makes_admins_and_lets_in_who_forgot_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let made = server.rollcall(&["admin", "create", "ann", "--server", "--json"]).json();
    let password = made["password"].as_str().unwrap();
    let mut browser = Browser::of(server.scim.address());
    browser.post("/admin/sign-in", &[("name", "ann"), ("password", password)]).expect(303);
    let link = server.rollcall(&["admin", "link", "ann", "--json"]).json();
    let mut other = Browser::of(server.scim.address());
    other.open_link(link["url"].as_str().unwrap());
    other.get("/admin/organizations/default").expect(200);
    let changed = server.rollcall(&["admin", "password", "ann", "--json"]).json();
    assert_ne!(changed["password"].as_str(), Some(password));
    browser.get("/admin/organizations/default").expect(303);
    server.rollcall(&["admin", "disable", "ann"]).expect(0);
    let listed = server.rollcall(&["admin", "list", "--json"]).json();
    assert_eq!(listed[1]["disabled"], true, "{listed}");
    server.rollcall(&["admin", "remove", "ann"]).expect(0);
    server.rollcall(&["admin", "remove", "ann"]).expect(1);
    let refused = server.rollcall(&["admin", "remove", "admin"]).expect(1);
    assert!(refused.stderr.contains("last admin"), "{}", refused.stderr);
}

#[test]
fn a_password_can_be_piped_in() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_rollcall"))
        .args(["admin", "create", "bob", "--password-stdin", "--json"])
        .env("ROLLCALL_DATABASE__PATH", server.database())
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(!String::from_utf8_lossy(&output.stdout).contains("password"), "{output:?}");
    Browser::of(server.scim.address())
        .post("/admin/sign-in", &[("name", "bob"), ("password", PASSWORD)])
        .expect(303);
}

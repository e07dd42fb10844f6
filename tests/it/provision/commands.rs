//! The commands themselves: examples, dry run, exit codes, what is shown and what never is.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::desk::Desk;
use super::relay::Relay;
use crate::common::{Server, assert_contains, rollcall};

#[test]
fn the_examples_of_init_work_as_they_are_written() {
    let server = Server::start();
    server.rule(json!({}));
    let desk = Desk::before(&server);
    let folder = desk.folder().join("new");
    let path = folder.to_str().unwrap();
    rollcall(&["provision", "init", path]).expect(0);
    let connection = std::fs::read_to_string(folder.join("connection.toml")).unwrap();
    let token = server.ready["scim_token"].as_str().unwrap();
    std::fs::write(folder.join("token.txt"), format!("{token}\n")).unwrap();
    let connection = connection
        .replace("http://127.0.0.1:8080/scim/v2", server.ready["scim_base_url"].as_str().unwrap())
        .replace("oauth_access_token_variable = \"SCIM_TOKEN\" ", "oauth_access_token_file = \"token.txt\" ");
    std::fs::write(folder.join("connection.toml"), &connection).unwrap();
    assert!(rollcall(&["provision", "test", path]).expect(0).stdout.contains("the user filter expression"));
    let summary = rollcall(&["provision", "sync", path, "--json"]).json();
    assert_contains(
        &summary,
        &json!({"users": {"created": 2}, "groups": {"created": 2}, "memberships": {"added": 2}}),
    );
    assert_eq!(server.members_of("teams", "Engineering"), ["joe@example.com"]);
    rollcall(&["provision", "init", path]).expect(0);
    assert_eq!(
        std::fs::read_to_string(folder.join("connection.toml")).unwrap(),
        connection,
        "never written over"
    );
    for file in ["connection.toml", "state.json"] {
        assert_eq!(
            std::fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{file}"
        );
    }
}

#[test]
fn a_dry_run_prints_the_requests_without_the_token_and_sends_and_remembers_nothing() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[("Sales", &["ann"])]);
    let output = desk.sync(&["--dry-run"]).expect(0);
    let lines: Vec<&str> = output.stdout.lines().filter(|line| line.contains(" http://")).collect();
    let base = &relay.base_url;
    assert_eq!(
        lines,
        [
            format!("GET {base}/Users?filter=userName%20eq%20%22ann%40example.com%22"),
            format!("POST {base}/Users"),
            format!("GET {base}/Groups?filter=displayName%20eq%20%22Sales%22"),
            format!("POST {base}/Groups"),
            format!("PUT {base}/Groups/{{id of Sales}}"),
        ]
    );
    assert!(output.stdout.contains("Authorization: Bearer ***"));
    assert!(!format!("{output:?}").contains(&relay.token));
    assert!(relay.asked().is_empty());
    assert!(!desk.folder().join("state.json").exists());
    desk.synced();
    assert_contains(
        &desk.sync(&["--dry-run", "--json"]).json(),
        &json!({"dry_run": true, "requests": {"sent": 0}}),
    );
}

#[test]
fn a_terminal_is_not_commanded_by_a_name_and_progress_is_plain_lines() {
    let server = Server::start();
    let desk = Desk::before(&server);
    desk.directory("[[users]]\nusername = \"a\"\nemail_address = \"a@example.com\"\ntitle = \"x\"\n[[groups]]\nname = \"\\u001b[2J\"\nmembers = [\"a\"]\n");
    let output = desk.sync(&["--dry-run"]).expect(0);
    assert!(!output.stdout.contains('\u{1b}'), "{output:?}");
    let output = desk.sync(&[]).expect(0);
    assert!(output.stderr.contains("users: 1 of 1\ngroups: 1 of 1\n"), "{output:?}");
    assert!(output.stdout.contains("Memberships: 1 added, 0 removed."), "{output:?}");
}

#[test]
fn a_target_that_is_not_there_fails_and_wrong_usage_is_two() {
    let desk = Desk::with("http://127.0.0.1:9/scim/v2", "t");
    desk.people(&["ann"], &[]);
    let output = desk.command("test", &["--json"]).expect(1);
    assert!(output.stdout.contains("Connection refused"), "{output:?}");
    desk.sync(&["--concurrency", "0"]).expect(2);
    desk.sync(&["--frobnicate"]).expect(2);
}

#[test]
fn many_workers_do_the_same() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    let users: Vec<String> = (0..30).map(|number| format!("user{number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    desk.people(&users, &[("All", &users), ("Half", &users[..15])]);
    let summary = desk.sync(&["--concurrency", "16", "--json"]).json();
    assert_contains(&summary, &json!({"users": {"created": 30}, "memberships": {"added": 45}}));
    assert_contains(&desk.synced(), &json!({"requests": {"sent": 0}}));
}

#[test]
fn the_demo_provisions_three_hundred_people_and_leaves_conflicts_to_resolve() {
    let output = rollcall(&["demo", "--exit"]).expect(0);
    for told in
        ["users   300 ", "groups  25 ", "2 conflicts wait", "/admin/", "/scim/v2", "/explain\"", "Ctrl-C"]
    {
        assert!(output.stdout.contains(told), "{told} is not in\n{}", output.stdout);
    }
    let folder =
        output.stdout.lines().find_map(|line| line.trim().strip_prefix("rollcall provision sync ")).unwrap();
    assert!(!std::path::Path::new(folder).exists(), "nothing is left behind");
}

//! interface.md §1: what commands do on the file, beside a running server and without one.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::{DurableServer, Output, assert_contains, command, rollcall, text};

fn started() -> (tempfile::TempDir, DurableServer) {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    server.feature("group_provisioning", true);
    (folder, server)
}

#[test]
fn users_are_listed_shown_and_explained_with_what_they_have() {
    let (_folder, server) = started();
    let ann = server.user("ann");
    server.rule(json!({"kind": "all"}));
    server.group("Sales", &[&ann]);
    let listed = server.rollcall(&["user", "list", "--json"]).expect(0).json();
    assert_contains(
        &listed[0],
        &json!({"id": ann, "teams": [{"name": "Sales"}], "role": {"effective": "User"}}),
    );
    let table = server.rollcall(&["user", "list", "--query", "ANN"]).expect(0).stdout;
    assert!(table.contains("ann@example.com") && table.contains("Sales"), "{table}");
    assert!(!server.rollcall(&["user", "list", "--query", "bob"]).expect(0).stdout.contains("ann@"));
    let shown = server.rollcall(&["user", "show", "Ann@Example.com"]).expect(0).stdout;
    assert!(shown.contains("teams") && shown.contains("Sales"), "{shown}");
    let missing = server.rollcall(&["user", "show", "nobody"]).expect(1).stderr;
    assert!(missing.contains("\"nobody\""), "{missing}");
}

#[test]
fn only_a_deleted_user_is_purged_and_comes_back_as_somebody_new() {
    let (_folder, server) = started();
    let ann = server.user("ann");
    server.rule(json!({"kind": "all"}));
    server.group("Sales", &[&ann]);
    let refused = server.rollcall(&["user", "purge", "ann@example.com"]).expect(1).stderr;
    assert!(refused.contains("is not deleted"), "{refused}");
    server.delete_user(&ann);
    server.rollcall(&["user", "purge", "ann@example.com"]).expect(0);
    server.rollcall(&["explain", "ann@example.com"]).expect(1);
    server.rollcall(&["check"]).expect(0);
    assert_ne!(server.user("ann"), ann);
}

#[test]
fn entities_are_made_renamed_filled_emptied_and_deleted_by_name() {
    let (_folder, server) = started();
    server.user("ann");
    for noun in ["team", "concurrency-group", "sub-organization"] {
        server.rollcall(&[noun, "create", "First"]).expect(0);
        server.rollcall(&[noun, "rename", "first", "Second"]).expect(0);
        let added = server.rollcall(&[noun, "add", "Second", "ann@example.com"]).expect(0).stdout;
        assert!(added.contains("\"ann@example.com\" is in the"), "{added}");
        let members = server.rollcall(&[noun, "members", "second", "--json"]).expect(0).json();
        assert_contains(
            &members,
            &json!([{"user_name": "ann@example.com", "sources": [{"source": "manual"}]}]),
        );
        server.rollcall(&[noun, "remove", "Second", "ann@example.com"]).expect(0);
        assert_eq!(server.rollcall(&[noun, "members", "second", "--json"]).expect(0).json(), json!([]));
        let listed = server.rollcall(&[noun, "list", "--query", "sec", "--json"]).expect(0).json();
        assert_contains(&listed, &json!([{"name": "Second", "member_count": 0, "created_by": "admin"}]));
        server.rollcall(&[noun, "delete", "Second"]).expect(0);
        server.rollcall(&[noun, "members", "Second"]).expect(1);
    }
}

#[test]
fn a_choice_beneath_a_mapping_says_what_stands_in_its_way() {
    let (_folder, server) = started();
    let ann = server.user("ann");
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    server.group("Fast", &[&ann]);
    server.rollcall(&["concurrency-group", "create", "Slow"]).expect(0);
    let added = server.rollcall(&["concurrency-group", "add", "Slow", "ann@example.com"]).expect(0).stdout;
    assert!(added.contains("The choice is stored, but"), "{added}");
}

#[test]
fn conflicts_are_listed_and_decided_alone_or_between_two_groups() {
    let (_folder, server) = started();
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    let users: Vec<String> = (0..3).map(|n| server.user(&format!("user{n}"))).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    server.group("Fast", &users);
    server.group("Slow", &users);
    let open = server.rollcall(&["conflict", "list", "--json"]).expect(0).json();
    assert_eq!(open.as_array().map(Vec::len), Some(3), "{open}");
    let id = open[0]["id"].as_str().unwrap();
    server.rollcall(&["conflict", "resolve", "use_incoming", "--id", id]).expect(0);
    let many = [
        "conflict",
        "resolve",
        "keep-current",
        "--current-group",
        "fast",
        "--incoming-group",
        "Slow",
        "--json",
    ];
    assert_eq!(server.rollcall(&many).expect(0).json(), json!({"resolved": 2}));
    assert_eq!(server.rollcall(&["conflict", "list", "--json"]).expect(0).json(), json!([]));
    assert!(server.rollcall(&["conflict", "list", "--all"]).expect(0).stdout.contains("resolved"));
    assert_eq!(server.members_of("concurrency-groups", "Slow").len(), 1);
    server.rollcall(&["conflict", "resolve", "perhaps", "--id", id]).expect(2);
    server.rollcall(&["conflict", "resolve", "keep_current"]).expect(2);
}

#[test]
fn a_group_is_mapped_by_a_command() {
    let (_folder, server) = started();
    let ann = server.user("ann");
    server.group("Sales", &[&ann]);
    server.rollcall(&["group", "map", "Sales", "--target-type", "team", "--create"]).expect(0);
    assert_eq!(server.teams_of(&ann), ["Sales"]);
}

#[test]
fn a_backup_made_beside_a_running_server_is_restored_when_it_has_stopped() {
    let (folder, mut server) = started();
    server.user("ann");
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    server.rollcall(&["backup", copy]).expect(0);
    server.rollcall(&["backup", copy]).expect(1);
    let nowhere = server.rollcall(&["backup", "no-such-folder/copy.db"]).expect(1).stderr;
    assert!(nowhere.contains("no-such-folder/copy.db cannot be written"), "{nowhere}");
    server.user("bob");
    let refused = server.rollcall(&["restore", copy, "--force"]).expect(1).stderr;
    assert!(refused.contains("Stop it first"), "{refused}");
    server.terminate();
    assert!(server.rollcall(&["restore", copy]).expect(1).stderr.contains("--force"));
    server.rollcall(&["restore", copy, "--force"]).expect(0);
    server.rollcall(&["check"]).expect(0);
    // Restoring again keeps what the first time has kept.
    let kept = server.rollcall(&["restore", copy, "--force", "--json"]).json();
    assert!(text(&kept, "kept").ends_with(".before-restore-2"), "{kept}");
    assert!(folder.path().join("rollcall.db.before-restore").exists());
    let names = |listed: &Value| listed.as_array().map(Vec::len);
    assert_eq!(names(&server.rollcall(&["user", "list", "--json"]).expect(0).json()), Some(1));
    server.restart();
    assert_eq!(server.scim.get("/Users").expect(200).json["totalResults"], 1);
}

#[test]
fn a_damaged_file_is_a_finding_and_not_an_error() {
    let (folder, server) = started();
    server.user("ann");
    let copy = folder.path().join("copy.db");
    server.rollcall(&["backup", copy.to_str().unwrap()]).expect(0);
    let page = Connection::open(&copy)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'users'", [], |row| row.get::<_, u32>(0))
        .unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let start = (page as usize - 1) * 4096;
    bytes[start + 8..start + 12].fill(0xff);
    std::fs::write(&copy, bytes).unwrap();
    let mut check = command();
    check.args(["check", "--json"]).env("ROLLCALL_DATABASE__PATH", &copy);
    let found = Output::of(&mut check).expect(1);
    let found: Value =
        serde_json::from_str(&found.stdout).unwrap_or_else(|error| panic!("{error}: {found:?}"));
    assert_eq!(found["findings"][0]["promise"], "file", "{found}");
}

#[test]
fn an_export_is_one_object_a_line_with_the_state_of_everything() {
    let (_folder, server) = started();
    let ann = server.user("ann");
    server.rule(json!({"kind": "all"}));
    let group = server.group("Sales", &[&ann]);
    let text = server.rollcall(&["export"]).expect(0).stdout;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_kind = |kind: &str| {
        lines.iter().filter(|line| line["kind"] == kind).map(|line| line["data"].clone()).collect::<Vec<_>>()
    };
    assert_contains(&of_kind("group")[0], &json!({"id": group, "members": [ann], "status": "auto_approved"}));
    assert_contains(
        &of_kind("user")[0],
        &json!({"id": ann, "teams": [{"name": "Sales"}], "resource": {"userName": "ann@example.com"}}),
    );
    assert_eq!(of_kind("organization").len() + of_kind("mapping_rule").len(), 2);
    assert!(of_kind("entity").iter().any(|entity| entity["name"] == "Sales"), "{text}");
}

#[test]
fn a_systemd_unit_names_this_program_and_the_configuration() {
    let (_folder, server) = started();
    let unit = server.rollcall(&["systemd-unit", "--user", "scim"]).expect(0).stdout;
    assert!(unit.contains("User=scim\n") && unit.contains("Type=notify\n"), "{unit}");
    assert!(unit.contains(env!("CARGO_BIN_EXE_rollcall")), "{unit}");
}

#[test]
fn a_backup_of_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, format!("[database]\npath = \"{}\"\n", folder.path().join("none.db").display()))
        .unwrap();
    let refused = rollcall(&["--config", config.to_str().unwrap(), "backup", "copy.db"]).expect(1).stderr;
    assert!(refused.contains("There is no database"), "{refused}");
}

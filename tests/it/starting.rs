//! How the program starts and ends: ephemeral (interface.md §5), and durable for the first time (§1).

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;

use crate::common::{Client, DurableServer, ServerProcess, rollcall};

#[test]
fn the_ready_line_names_everything_a_test_needs() {
    let server = ServerProcess::start();
    let ready = &server.ready;
    for (key, end) in [("scim_base_url", "/scim/v2"), ("api_url", "/api/v1")] {
        let url = ready[key].as_str().unwrap();
        assert!(url.starts_with("http://127.0.0.1:") && url.ends_with(end), "{key}: {url}");
    }
    for key in ["scim_token", "api_token", "admin_url", "test_url"] {
        assert!(ready[key].as_str().is_some_and(|text| !text.is_empty()), "no {key} in {ready}");
    }
    assert_eq!(ready["organization"], "default");
    assert_eq!(ready["pid"], json!(server.program.child.id()));
}

#[test]
fn an_ephemeral_server_ends_when_standard_input_closes_and_has_written_nothing_more() {
    let mut server = ServerProcess::start();
    server.user("ann");
    server.close_stdin();
    assert!(server.program.wait().success());
    assert_eq!(server.rest_of_stdout(), "");
}

#[test]
fn an_ephemeral_server_ends_well_on_sigterm() {
    // Several times: whoever has read the ready line may end the server in the same moment.
    for _ in 0..8 {
        let mut server = ServerProcess::start();
        let pid = server.program.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert_eq!(server.program.wait().code(), Some(0));
    }
}

#[test]
fn an_ephemeral_server_leaves_no_file_and_is_on_loopback_whatever_the_configuration_says() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rollcall.db");
    let config = format!("[server]\nlisten = \"0.0.0.0:1\"\n[database]\npath = {path:?}\n");
    let server = ServerProcess::start_with(&config);
    server.user("ann");
    assert!(server.scim.address().ip().is_loopback());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn two_ephemeral_servers_know_nothing_of_each_other() {
    let (one, two) = (ServerProcess::start(), ServerProcess::start());
    one.user("ann");
    two.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
    let token = one.ready["scim_token"].as_str().unwrap();
    two.scim.authorized(Some(&format!("Bearer {token}"))).get("/Users").expect(401);
}

#[test]
fn the_first_start_writes_its_credentials_once_for_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(directory.path());
    let file = directory.path().join("first-run.txt");
    for key in ["scim_base_url", "scim_token", "api_url", "api_token", "admin_url"] {
        assert!(server.first_run.contains_key(key), "no {key} in {:?}", server.first_run);
    }
    assert!(server.first_run["scim_base_url"].ends_with("/scim/v2"));
    for path in [&file, &server.database()] {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    std::fs::remove_file(&file).unwrap();
    server.restart();
    server.user("ann");
    assert!(!file.exists(), "credentials are shown once");
}

#[test]
fn an_impossible_configuration_stops_the_start_with_place_and_expectation() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    for (text, line, words) in [
        ("[server]\nlisten = \"127.0.0.1:0\"\nlissten = 1\n", "3", "lissten"),
        ("[server]\nworkers = \"many\"\n", "2", "workers"),
        ("\n[scim]\nuser_name = \"sometimes\"\n", "3", "mutable"),
        ("[server\n", "1", "config.toml"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = rollcall(&["serve", "--ephemeral", "--config", file.to_str().unwrap()]).expect(1);
        for expected in ["config.toml", line, words] {
            assert!(output.stderr.contains(expected), "no {expected} for {text:?}: {}", output.stderr);
        }
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn a_public_address_without_tls_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let database = directory.path().join("rollcall.db");
    std::fs::write(&file, format!("[server]\nlisten = \"0.0.0.0:0\"\n[database]\npath = {database:?}\n"))
        .unwrap();
    let output = rollcall(&["serve", "--config", file.to_str().unwrap()]).expect(1);
    assert!(output.stderr.contains("public_url"), "{}", output.stderr);
}

#[test]
fn a_database_that_cannot_be_opened_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let text = directory.path().join("notes.txt");
    std::fs::write(
        &text,
        "This is text, and longer than the head of a database file, which is 100 bytes. ".repeat(3),
    )
    .unwrap();
    for database in [text.as_path(), directory.path()] {
        std::fs::write(&file, format!("[database]\npath = {database:?}\n")).unwrap();
        let output = rollcall(&["check", "--config", file.to_str().unwrap()]).expect(1);
        assert!(output.stderr.contains("[database] path"), "{}", output.stderr);
    }
}

#[test]
fn metrics_on_a_listener_of_their_own_need_no_credential_and_there_is_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.toml"), "[server]\nmetrics_listen = \"127.0.0.1:0\"\n").unwrap();
    let mut server = DurableServer::start_with_config(folder.path(), &folder.path().join("c.toml"));
    let log = server.log();
    let address =
        log.split("metrics: ").nth(1).and_then(|rest| rest.split("/metrics").next()).unwrap().to_owned();
    let stranger = Client::new(&address, "", "").authorized(None);
    assert!(stranger.get("/metrics").expect(200).text.contains("rollcall_requests_total"));
    stranger.get("/scim/v2/Users").expect(404);
    stranger.get("/admin").expect(404);
    server.root.at("").get("/metrics").expect(404);
    assert_eq!(server.terminate(), Some(0));
}

//! The README's first sync and what it shows of tests, run as it is written there (pytest and Node: `.ci/snippets`).

use std::process::Command;

use serde_json::json;

use crate::common::{DurableServer, Output, assert_contains};

/// The README's shell block with the addresses and the token of a test's server.
fn first_sync(scim: &str, token: &str) -> String {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("<!-- tests/it/readme.rs runs this block").expect("the marker");
    let (_, block) = after.split_once("```sh\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    let set = |line: &str| match line {
        _ if line.starts_with("export SCIM=") => format!("export SCIM={scim}"),
        _ if line.starts_with("export TOKEN=") => format!("export TOKEN={token}"),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = block.lines().map(set).collect();
    format!("set -euo pipefail\n{}\n", lines.join("\n"))
}

/// The block after the comment that begins like this.
fn block(comment: &str) -> &'static str {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once(&format!("<!-- {comment}")).expect("the marker");
    let (_, after) = after.split_once("\n```").expect("a block");
    let (_, after) = after.split_once('\n').expect("its code");
    after.split_once("\n```").expect("its end").0
}

#[test]
fn the_rust_of_in_your_tests_is_the_test_that_is_run() {
    let snippet = include_str!("testing/snippet.rs").trim_end();
    assert_eq!(block("tests/it/testing/snippet.rs"), snippet);
}

#[test]
fn the_shell_of_in_your_tests_works_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", block("rollcall.sh")])
        .current_dir(folder.path())
        .env("PATH", path());
    Output::of(&mut bash).expect(0);
}

/// The search path with the program under test in front.
fn path() -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_rollcall"));
    format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap())
}

#[test]
fn the_first_sync_works_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let mut bash = Command::new("bash");
    bash.args(["-c", &first_sync(&server.first_run["scim_base_url"], &server.first_run["scim_token"])]);
    let output = Output::of(bash.current_dir(folder.path()).env("PATH", path())).expect(0);
    assert_eq!(server.members_of("teams", "Sales"), ["jane@example.com"], "{output:?}");
    let groups = server.api.get("/groups").expect(200).json;
    assert_contains(&groups["items"], &json!([{"display_name": "Sales", "status": "auto_approved"}]));
}

//! The README's first sync, run as it is written there.

use std::process::Command;

use serde_json::json;

use crate::common::{DurableServer, assert_contains};

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

#[test]
fn the_first_sync_works_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_rollcall"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", &first_sync(&server.first_run["scim_base_url"], &server.first_run["scim_token"])])
        .current_dir(folder.path())
        .env("PATH", path)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert_eq!(server.members_of("teams", "Sales"), ["jane@example.com"], "{out}\n{err}");
    let groups = server.api.get("/groups").expect(200).json;
    assert_contains(&groups["items"], &json!([{"display_name": "Sales", "status": "auto_approved"}]));
}

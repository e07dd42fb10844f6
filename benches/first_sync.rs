//! A complete first sync by `rollcall provision`: 10,000 users and 200 groups with 50,000 memberships into a durable server,
//! eight requests at a time; then a second one, which has nothing to do, and one after a small change.
//!
//! `cargo bench first_sync`. Beside requests a second it tells what the machine can do at
//! all: a second-long run of empty requests behind the same front.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{DurableServer, rollcall};
use serde_json::{Value, json};

const USERS: usize = 10_000;
const GROUPS: usize = 200;
const MEMBERS: usize = 250;

pub fn run() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = DurableServer::start(folder.path());
    server.api.patch("", json!({"features": {"group_provisioning": true}})).expect(200);
    server.rule(json!({}));
    let files = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    let connection = format!(
        "[authentication]\nscim_base_url = \"http://{}/scim/v2\"\noauth_access_token = \"{}\"\n",
        server.scim.address(),
        server.first_run["scim_token"]
    );
    std::fs::write(files.join("connection.toml"), connection).unwrap();
    std::fs::write(files.join("rule.toml"), "user_filter = \"Enabled Equals true\"\ngroups = \"all\"\n")
        .unwrap();
    println!("empty requests on one connection: {:.0}/s", empty(&server));
    sync("first sync", &files, &directory("Number"));
    sync("second sync", &files, &directory("Number"));
    sync("one user changed", &files, &directory("Number").replacen("Number 7\"", "Seven\"", 1));
    let team = server.members_of("teams", "Group 0");
    assert_eq!(team.len(), MEMBERS, "the sync has arrived");
}

fn empty(server: &DurableServer) -> f64 {
    let (client, start) = (server.scim.at(""), Instant::now());
    let mut count = 0_u32;
    while start.elapsed() < Duration::from_secs(1) {
        client.get("/healthz").expect(200);
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

/// A directory whose users are called `family` and a number.
fn directory(family: &str) -> String {
    let mut text = String::new();
    for number in 0..USERS {
        write!(
            text,
            "[[users]]\nusername = \"user{number}\"\nemail_address = \"user{number}@example.com\"\ngiven_name = \"User\"\n\
             family_name = \"{family} {number}\"\n"
        )
        .unwrap();
    }
    for group in 0..GROUPS {
        let members: Vec<String> =
            (0..MEMBERS).map(|member| format!("user{}", (group * 50 + member * 37) % USERS)).collect();
        write!(text, "[[groups]]\nname = \"Group {group}\"\nmembers = {members:?}\n").unwrap();
    }
    text
}

fn sync(what: &str, files: &Path, directory: &str) {
    std::fs::write(files.join("directory.toml"), directory).unwrap();
    let start = Instant::now();
    let output = rollcall(&["provision", "sync", files.to_str().unwrap(), "--concurrency", "8", "--json"]);
    let summary: Value = output.json();
    let requests = &summary["requests"];
    println!(
        "{what}: {} requests in {:.1} s ({:.1} s with reading the files): {:.0}/s, p50 {:.1} ms, p99 {:.1} ms; users {}, groups {}, \
         memberships {}",
        requests["sent"],
        requests["seconds"].as_f64().unwrap(),
        start.elapsed().as_secs_f64(),
        requests["per_second"].as_f64().unwrap(),
        requests["p50_ms"].as_f64().unwrap(),
        requests["p99_ms"].as_f64().unwrap(),
        summary["users"],
        summary["groups"],
        summary["memberships"]
    );
}

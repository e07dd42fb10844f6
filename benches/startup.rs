//! The way from exec to the ready line of `serve --ephemeral`, against starting a program that does nothing, measured in
//! turns; and what a seed and a reset cost.
//!
//! `cargo bench startup`

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::common::{ServerProcess, command};
use serde_json::json;

const ROUNDS: usize = 200;
/// People in the seed.
const PEOPLE: usize = 300;

pub fn run() {
    let (mut trivial, mut plain, mut seeded) = (Vec::new(), Vec::new(), Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.toml");
    std::fs::write(&seed, people()).unwrap();
    for round in 0..ROUNDS {
        trivial.push(nothing());
        plain.push(ready(&mut serve()));
        if round % 10 == 0 {
            seeded.push(ready(serve().arg("--seed").arg(&seed)));
        }
    }
    let (start, least) = (middle(&mut plain), middle(&mut trivial));
    println!("  /bin/true, spawn to end: {least:.2} ms");
    println!("  spawn to ready line: {start:.2} ms (p90 {:.2} ms)", part(&plain, 0.9));
    println!("  the same with a seed of {PEOPLE} users and a group of all: {:.2} ms", middle(&mut seeded));
    println!(
        "serve --ephemeral to its ready line / a program that does nothing: {:.1}, {start:.1} ms (at most 15 ms)",
        start / least
    );
    resets(&seed);
}

/// Milliseconds to start a program and see its end.
fn nothing() -> f64 {
    let start = Instant::now();
    Command::new("/bin/true").stdin(Stdio::null()).status().unwrap();
    millis(start)
}

fn serve() -> Command {
    let mut serve = command();
    serve.args(["serve", "--ephemeral", "--until-stdin-closes"]);
    serve
}

/// Milliseconds to the ready line.
fn ready(serve: &mut Command) -> f64 {
    serve.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = serve.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let took = millis(start);
    assert!(line.contains("scim_token"), "{line}");
    drop(child.stdin.take());
    child.wait().unwrap();
    took
}

/// What a reset costs after a small test and after a large one.
fn resets(seed: &std::path::Path) {
    let mut seeded = serve();
    seeded.arg("--seed").arg(seed);
    let server = ServerProcess::run(seeded);
    for users in [1, 1_000] {
        let mut times = Vec::new();
        for _ in 0..20 {
            server.load_users(&crate::common::users_named("u", users));
            let start = Instant::now();
            server.test.post("/reset", json!({})).expect(204);
            times.push(millis(start));
        }
        println!("  reset to the seed after {users} users were pushed: {:.2} ms", middle(&mut times));
    }
}

fn people() -> String {
    let user = |number| format!("[[users]]\nuserName = \"p{number}@example.com\"\n");
    let names: Vec<String> = (0..PEOPLE).map(|number| format!("\"p{number}@example.com\"")).collect();
    let users: String = (0..PEOPLE).map(user).collect();
    format!("{users}[[groups]]\ndisplayName = \"All\"\nmembers = [{}]\n", names.join(", "))
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1_000.0
}

fn middle(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    part(times, 0.5)
}

/// That part of sorted times, from 0 to 1.
fn part(times: &[f64], part: f64) -> f64 {
    times[(times.len() as f64 * part) as usize]
}

//! A program that follows snapshot and feed ends with exactly what the API reports: two of them, over random histories with
//! restarts of both sides. One is the README's, which keeps roles and teams in SQLite; the other keeps everything.

mod follower;
mod history;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::common::{DurableServer, Program, Tenant, text, wait_for};
use follower::Follower;
use history::History;

const STEPS: usize = 120;

/// The README's consumer, as it is written there.
fn example() -> &'static str {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("<!-- tests/it/mirror.rs runs this program").expect("the marker");
    let (_, block) = after.split_once("```python\n").expect("a block");
    block.split_once("```").expect("its end").0
}

/// Starts the README's consumer on the mirror in `folder`.
fn start_example(folder: &Path, server: &DurableServer) -> Program {
    let script = folder.join("mirror.py");
    std::fs::write(&script, example()).unwrap();
    let mut command = Command::new("python3");
    command.arg(script).arg(folder.join("mirror.db")).stdin(Stdio::null());
    command.env("ROLLCALL_API", server.api_url()).env("ADMIN_TOKEN", server.api_token());
    Program::spawn(&mut command)
}

/// A person as the README's consumer keeps them: name, whether active, role, teams.
type Person = (String, bool, String, Vec<String>);

fn people_by_api(server: &Tenant) -> BTreeMap<String, Person> {
    let users = server.items("/users");
    let person = |user: &Value| {
        let mut teams: Vec<String> =
            user["teams"].as_array().unwrap().iter().map(|team| text(team, "name")).collect();
        teams.sort();
        let active = user["active"].as_bool().unwrap();
        (text(user, "id"), (text(user, "user_name"), active, text(&user["role"], "effective"), teams))
    };
    users.iter().map(person).collect()
}

fn people_by_example(mirror: &Connection) -> BTreeMap<String, Person> {
    let mut people = mirror.prepare("SELECT id, name, active, role FROM people").unwrap();
    let mut teams = mirror.prepare("SELECT name FROM members WHERE person = ?1 ORDER BY name").unwrap();
    let mut found = BTreeMap::new();
    let mut rows = people.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let id: String = row.get(0).unwrap();
        let teams = teams.query_map([&id], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        found.insert(id, (row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap(), teams));
    }
    found
}

/// Waits until the example has read the feed to its end.
fn wait_for_example(folder: &Path, server: &Tenant) -> Connection {
    let mirror =
        Connection::open_with_flags(folder.join("mirror.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let last = text(&server.api.get("/snapshot?limit=1").expect(200).json, "events_after");
    wait_for("the example has read everything", || {
        let after: Option<String> = mirror.query_row("SELECT after FROM feed", [], |row| row.get(0)).ok();
        (after.as_deref() == Some(last.as_str())).then_some(())
    });
    mirror
}

fn follow_through(seed: u64) {
    println!("the history of seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(folder.path());
    server.feature("group_provisioning", true);
    let mut history = History::new(seed);
    let mut follower = Follower::default();
    let mut example = start_example(folder.path(), &server);
    for _ in 0..STEPS {
        history.step(&server);
        match history.below(30) {
            0 => server.restart(),
            1 => {
                example.kill();
                example = start_example(folder.path(), &server);
            }
            // It forgets all, and history goes on between the pages of its new beginning.
            2 => follower = Follower::begin(&server, || history.step(&server)),
            3..8 => follower.follow(&server),
            _ => {}
        }
    }
    follower.follow(&server);
    assert_eq!(follower.people(), follower::people_by_api(&server), "seed {seed}");
    let mirror = wait_for_example(folder.path(), &server);
    assert_eq!(people_by_example(&mirror), people_by_api(&server), "seed {seed}");
    history.assert_was_eventful(&server);
}

#[test]
fn who_follows_snapshot_and_feed_ends_with_what_the_api_reports() {
    (1..=2).for_each(follow_through);
}

#[test]
fn who_was_away_for_longer_than_events_are_kept_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let ann = server.user("ann");
    let mut example = start_example(folder.path(), &server);
    drop(wait_for_mirror(folder.path(), &server));
    example.kill();
    server.delete_user(&ann);
    server.user("bob");
    let file = Connection::open(server.database()).unwrap();
    file.execute("DELETE FROM events WHERE id < (SELECT max(id) FROM events)", []).unwrap();
    server.api.get("/events?after=0").expect_problem(410);
    let _example = start_example(folder.path(), &server);
    let mirror = wait_for_example(folder.path(), &server);
    assert_eq!(people_by_example(&mirror), people_by_api(&server));
}

/// Waits until there is a mirror that is up to date.
fn wait_for_mirror(folder: &Path, server: &Tenant) -> Connection {
    let file = folder.join("mirror.db");
    wait_for("the example has begun", || {
        let mirror = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        mirror.query_row("SELECT after FROM feed", [], |row| row.get::<_, String>(0)).ok()
    });
    wait_for_example(folder, server)
}

//! What following costs as an organization grows, as ratios within one run: a page of the feed among 1,000,000 events
//! against one among 1,000, and a page of the snapshot among 100,000 users against one among 1,000.
//!
//! `cargo bench feed`. Each pair is measured in turns, so that what else the machine does
//! touches both alike. The rows are written into the file directly: it is reading that is measured.

use std::time::Instant;

use crate::common::{Client, DurableServer};
use rusqlite::Connection;

const ROUNDS: usize = 9;
/// Requests in a round.
const COUNT: usize = 200;
const MANY_EVENTS: i64 = 1_000_000;
const MANY_USERS: i64 = 100_000;
const FEW: i64 = 1_000;

const EVENTS: &str = "
    WITH RECURSIVE n (i) AS (SELECT last_event_id + 1 FROM organizations UNION ALL SELECT i + 1 FROM n LIMIT ?1)
    INSERT INTO events (organization_id, id, at, type, request_id, data)
        SELECT 1, i, unixepoch() * 1000, 'user.updated', printf('request-%d', i),
            json_object('user', json_object('id', printf('%d', i), 'user_name', printf('user%d@example.com', i),
                'display_name', NULL, 'external_id', NULL, 'active', json('true'),
                'role', json_object('effective', 'User', 'own', NULL))) FROM n";
const USERS: &str = "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?1)
    INSERT INTO users (organization_id, resource_id, user_name, user_name_key, active, effective_role, resource, version,
        created, last_modified, groups_changed)
        SELECT 1, printf('user-%d', i), printf('user%d@example.com', i), printf('user%d@example.com', i), 1, 'User',
            json_object('userName', printf('user%d@example.com', i)), 1, i, i, i FROM n";

/// A server on a file with so many events and users.
struct Loaded {
    _folder: tempfile::TempDir,
    server: DurableServer,
    last: i64,
}

impl Loaded {
    fn new(events: i64, users: i64) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        let mut server = DurableServer::start(folder.path());
        server.kill9();
        let file = Connection::open(server.database()).unwrap();
        file.execute(EVENTS, [events]).unwrap();
        file.execute(USERS, [users]).unwrap();
        file.execute("UPDATE organizations SET last_event_id = (SELECT max(id) FROM events)", []).unwrap();
        let last = file.query_row("SELECT last_event_id FROM organizations", [], |row| row.get(0)).unwrap();
        drop(file);
        server.restart();
        Loaded { _folder: folder, server, last }
    }

    /// The cursor of the snapshot's page before the one that shows the last users.
    fn near_the_end(&self) -> String {
        let mut after = String::new();
        loop {
            let page = self.server.api.get(format!("/snapshot?limit=1000&after={after}")).expect(200).json;
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return after,
            }
        }
    }
}

pub fn run() {
    let (large, small) = (Loaded::new(MANY_EVENTS, MANY_USERS), Loaded::new(FEW, FEW));
    let feed = |loaded: &Loaded, after: i64| {
        let target = format!("/events?limit=100&after={after}");
        each(|| drop(loaded.server.api.get(&target).expect(200)))
    };
    let what = "the last page of the feed among 1,000,000 events / among 1,000";
    compare(what, || feed(&large, large.last - 100), || feed(&small, small.last - 100));
    let what = "a page in the middle of 1,000,000 events / of 1,000";
    compare(what, || feed(&large, large.last / 2), || feed(&small, small.last / 2));
    let what = "nothing new after 1,000,000 events / after 1,000";
    compare(what, || feed(&large, large.last), || feed(&small, small.last));
    let snapshot = |loaded: &Loaded, after: &str| {
        let target = format!("/snapshot?limit=100&after={after}");
        each(|| drop(loaded.server.api.get(&target).expect(200)))
    };
    let what = "the first page of the snapshot among 100,000 users / among 1,000";
    compare(what, || snapshot(&large, ""), || snapshot(&small, ""));
    let end = large.near_the_end();
    let what = "a page near the end of the snapshot of 100,000 users / the first of 1,000";
    compare(what, || snapshot(&large, &end), || snapshot(&small, ""));
}

/// Microseconds that one request takes.
fn each(mut request: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..COUNT).for_each(|_| request());
    start.elapsed().as_secs_f64() * 1e6 / COUNT as f64
}

/// Runs both in turns, once without measuring, and reports how many times the second's time the first takes.
fn compare(what: &str, mut first: impl FnMut() -> f64, mut second: impl FnMut() -> f64) {
    first();
    second();
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (first(), second())).collect();
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (a, b) = rounds[ROUNDS / 2];
    println!("{what}: {:.2} ({a:.0} us / {b:.0} us; median of {ROUNDS}; aim: at most 1.15)", a / b);
}

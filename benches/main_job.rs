//! The main job, measured as ratios within one run: durable writes against bare commits on the same disk, reads against
//! an empty handler behind the same front, one member of a large group against one of a small group.
//!
//! `cargo bench main_job`. Each pair is measured in turns, so that what else the machine does touches both alike.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Client, DurableServer, ServerProcess};
use serde_json::json;

const CLIENTS: usize = 8;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
/// Members of the large and of the small group.
const SIZES: [usize; 2] = [50_000, 10];

pub fn run() {
    writes();
    reads();
    members();
}

/// Requests a second of `CLIENTS` clients, each with a connection of its own.
fn rate(client: &Client, request: impl Fn(&Client, u64) + Sync) -> f64 {
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let own = client.copy();
            let (stop, count, request) = (&stop, &count, &request);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    request(&own, NEXT.fetch_add(1, Ordering::Relaxed));
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(ROUND);
        stop.store(true, Ordering::Relaxed);
    });
    count.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

/// A number that no request had before.
static NEXT: AtomicU64 = AtomicU64::new(0);

fn writes() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = DurableServer::start(folder.path());
    let bare = BareCommits::new(&folder.path().join("bare.db"));
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let commits = bare.rate();
        let users = rate(&server.scim, |client, number| {
            let user = json!({"userName": format!("user{number}@example.com"), "name": {"givenName": "U", "familyName": "N"},
                "emails": [{"value": format!("user{number}@example.com"), "type": "work", "primary": true}]});
            client.post("/Users", user).expect(201);
        });
        println!("  durable POST /Users {users:8.0}/s, bare one-row commits {commits:8.0}/s");
        ratios.push(users / commits);
    }
    report("durable POST /Users at 8 clients / bare one-row commits", ratios, "at least 1.5");
}

/// One row a transaction, synchronous=FULL, nothing else.
struct BareCommits(rusqlite::Connection);

impl BareCommits {
    fn new(path: &std::path::Path) -> BareCommits {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
        BareCommits(connection)
    }

    fn rate(&self) -> f64 {
        let (start, mut count) = (Instant::now(), 0_u32);
        let mut insert = self.0.prepare("INSERT INTO t (text) VALUES (?1)").unwrap();
        while start.elapsed() < ROUND {
            insert.execute(["x".repeat(300)]).unwrap();
            count += 1;
        }
        f64::from(count) / start.elapsed().as_secs_f64()
    }
}

fn reads() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = DurableServer::start(folder.path());
    let ids: Vec<String> = (0..1000).map(|number| server.user(&format!("reader{number}"))).collect();
    let empty = server.scim.at("");
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let nothing = rate(&empty, |client, _| drop(client.get("/healthz").expect(200)));
        let users = rate(&server.scim, |client, number| {
            let id = &ids[usize::try_from(number).unwrap() % ids.len()];
            client.get(format!("/Users/{id}")).expect(200);
        });
        println!("  GET /Users/{{id}} {users:8.0}/s, empty handler {nothing:8.0}/s");
        ratios.push(users / nothing);
    }
    report("GET by id at 8 clients / an empty handler behind the same front", ratios, "at least 0.65");
}

fn members() {
    let server = ServerProcess::start();
    server.rule(json!({}));
    let users: Vec<String> = {
        let numbers: Vec<usize> = (0..SIZES[0] + 1).collect();
        let chunks: Vec<&[usize]> = numbers.chunks(numbers.len().div_ceil(CLIENTS)).collect();
        std::thread::scope(|scope| {
            let workers: Vec<_> = chunks
                .into_iter()
                .map(|chunk| {
                    let client = server.scim.copy();
                    scope.spawn(move || {
                        let create = |number: &usize| {
                            let user = json!({"userName": format!("member{number}@example.com")});
                            client.post("/Users", user).expect(201).id()
                        };
                        chunk.iter().map(create).collect::<Vec<String>>()
                    })
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        })
    };
    let (newcomer, others) = users.split_last().unwrap();
    let groups = SIZES.map(|size| {
        let members: Vec<&str> = others[..size].iter().map(String::as_str).collect();
        server.group(&format!("group of {size}"), &members)
    });
    let change = |group: &str| {
        let start = Instant::now();
        for _ in 0..200 {
            for op in ["add", "remove"] {
                let operation = json!({"op": op, "path": "members", "value": [{"value": newcomer}]});
                let answer = server.patch_group(group, json!([operation]));
                assert!(answer.status < 300, "{}", answer.text);
            }
        }
        start.elapsed().as_secs_f64() / 400.0
    };
    for group in &groups {
        change(group);
    }
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let [large, small] = groups.each_ref().map(|group| change(group));
        println!("  one member of 50,000: {:.0} us, of 10: {:.0} us", large * 1e6, small * 1e6);
        ratios.push(large / small);
    }
    report("one member in or out of a group of 50,000 / of 10", ratios, "at most 1.2");
}

fn report(what: &str, mut ratios: Vec<f64>, aim: &str) {
    ratios.sort_by(f64::total_cmp);
    println!("{what}: {:.2} (median of {}; aim: {aim})", ratios[ratios.len() / 2], ratios.len());
}

//! What the request log costs: throughput with the log over throughput without it, on database files, in turns within
//! one run. The log of the measured server grows all the while, as it does in life.
//!
//! `cargo bench requests`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Client, DurableServer, users_named};
use serde_json::json;

const ROUNDS: usize = 7;
const USERS: usize = 2_000;
/// How long one side of a round takes.
const SLICE: Duration = Duration::from_millis(800);

/// A server, what it has, and a number for the next new user.
struct Side {
    server: DurableServer,
    ids: Vec<String>,
    next: AtomicUsize,
    _folder: tempfile::TempDir,
}

impl Side {
    fn start(log: bool) -> Side {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), format!("[requests]\nenabled = {log}\n")).unwrap();
        let server = DurableServer::start(folder.path());
        let ids = server.load_users(&users_named("user", USERS));
        Side { server, ids, next: AtomicUsize::new(0), _folder: folder }
    }
}

pub fn run() {
    let (with, without) = (Side::start(true), Side::start(false));
    compare("GET /Users/{id}, 1 client", &with, &without, 1, get);
    compare("GET /Users/{id}, 8 clients", &with, &without, 8, get);
    compare("GET /Users?count=100, 8 clients", &with, &without, 8, list);
    compare("POST /Users durable, 1 client", &with, &without, 1, create);
    compare("POST /Users durable, 8 clients", &with, &without, 8, create);
}

fn get(side: &Side, client: &Client, number: usize) {
    let id = &side.ids[number * 7919 % side.ids.len()];
    assert_eq!(client.get(format!("/Users/{id}")).status, 200);
}

fn list(_: &Side, client: &Client, number: usize) {
    assert_eq!(client.get(format!("/Users?count=100&startIndex={}", number % 1000 + 1)).status, 200);
}

fn create(side: &Side, client: &Client, _: usize) {
    let number = side.next.fetch_add(1, Ordering::Relaxed);
    let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": format!("new{number}@example.com")});
    assert_eq!(client.post("/Users", user).status, 201);
}

/// Requests a second that `clients` clients get through.
fn throughput(side: &Side, clients: usize, request: fn(&Side, &Client, usize)) -> f64 {
    let (start, done) = (Instant::now(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let client = side.server.scim.copy();
                while start.elapsed() < SLICE {
                    request(side, &client, done.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
    });
    done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

fn compare(what: &str, with: &Side, without: &Side, clients: usize, request: fn(&Side, &Client, usize)) {
    let pair = || (throughput(with, clients, request), throughput(without, clients, request));
    pair();
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| pair()).collect();
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (a, b) = rounds[ROUNDS / 2];
    let spread = (rounds[1].0 / rounds[1].1, rounds[ROUNDS - 2].0 / rounds[ROUNDS - 2].1);
    println!(
        "{what}: with the log {:.3} of without ({a:.0}/s / {b:.0}/s; median of {ROUNDS}, {:.3} to {:.3}; aim: 0.95)",
        a / b,
        spread.0,
        spread.1
    );
}

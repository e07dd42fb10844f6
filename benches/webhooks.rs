//! A backlog of 100,000 events drains to an endpoint while an identity provider writes: durable writes with the drain
//! against the same writes without it, in turns within one run. Aimed at: at least 0.75.
//!
//! `cargo bench webhooks`. The endpoint runs on the same machine, so that its work counts against
//! the writes too.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Client, DurableServer, Receiver, users_named};
use serde_json::json;

const BACKLOG: usize = 100_000;
const CLIENTS: usize = 8;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

pub fn run() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(folder.path().join("config.toml"), "[webhooks]\nallow = [\"127.0.0.0/8\"]\n").unwrap();
    let server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    let made = json!({"url": receiver.url(), "enabled": false});
    let path = format!("/webhooks/{}", server.api.post("/webhooks", made).expect(201).id());
    let switch = |on: bool| drop(server.api.patch(&path, json!({"enabled": on})).expect(200));
    server.load_users(&users_named("backlog", BACKLOG));

    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let alone = writes(&server.scim);
        switch(true);
        let (before, start) = (receiver.count(), Instant::now());
        let beside = writes(&server.scim);
        let sent = (receiver.count() - before) as f64 / start.elapsed().as_secs_f64();
        switch(false);
        println!(
            "  round {round}: {alone:.0} writes/s alone, {beside:.0} beside a drain of {sent:.0} messages/s"
        );
        ratios.push(beside / alone);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "durable POST /Users at 8 clients, beside a drain / alone: {:.2} (at least 0.75)",
        ratios[ROUNDS / 2]
    );
    drain(&server, &receiver, &path, &switch);
}

/// Users made a second by several clients.
fn writes(client: &Client) -> f64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (stop, count, start) = (AtomicBool::new(false), AtomicU64::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let own = client.copy();
            let (stop, count) = (&stop, &count);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let number = NEXT.fetch_add(1, Ordering::Relaxed);
                    own.post("/Users", json!({"userName": format!("user{number}@example.com")})).expect(201);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(ROUND);
        stop.store(true, Ordering::Relaxed);
    });
    count.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

/// Lets the rest drain with nothing beside it.
fn drain(server: &DurableServer, receiver: &Receiver, path: &str, switch: &dyn Fn(bool)) {
    let (before, start) = (receiver.count(), Instant::now());
    switch(true);
    let newest = loop {
        let webhook = server.api.get(path).expect(200).json;
        let after: i64 = webhook["after"].as_str().unwrap().parse().unwrap();
        let next = server.api.get(format!("/events?after={after}&limit=1")).expect(200).json;
        if next["items"].as_array().is_some_and(Vec::is_empty) {
            break after;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let (sent, seconds) = (receiver.count() - before, start.elapsed().as_secs_f64());
    println!("the rest, {sent} messages up to event {newest}: {:.0} messages/s", sent as f64 / seconds);
}

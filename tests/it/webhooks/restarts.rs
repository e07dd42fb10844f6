//! At least once, in order, whatever happens to the process.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{allow_loopback, path_of, subscribe_to_users, user_names, wait_for_webhook};
use crate::common::{Behaviour, DurableServer, Receiver, assert_contains, event_id, text, users_named};

const USERS: usize = 600;

#[test]
fn kill_9_in_the_middle_of_a_backlog_loses_nothing_and_keeps_the_order() {
    let folder = tempfile::tempdir().unwrap();
    allow_loopback(folder.path());
    let mut server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.api.patch(&path, json!({"enabled": false})).expect(200);
    server.load_users(&users_named("person", USERS));
    server.api.patch(&path, json!({"enabled": true})).expect(200);
    for part in 1..=3 {
        receiver.wait_for(part * USERS / 4);
        server.restart();
    }
    let last = server.last_event().to_string();
    wait_for_webhook(&server, &path, |webhook| webhook["after"] == last.as_str());
    let ids: Vec<u64> = receiver.received().iter().map(|message| event_id(&message.json())).collect();
    // First arrivals are in order; what came again comes from a place that was passed before.
    let mut newest = 0;
    let mut first: Vec<u64> = Vec::new();
    for (before, id) in std::iter::once(0).chain(ids.iter().copied()).zip(&ids) {
        assert!(*id == before + 1 || *id <= newest + 1 || before == 0, "{before} then {id}");
        if *id > newest {
            newest = *id;
            first.push(*id);
        }
    }
    assert_eq!(first.len(), USERS);
    assert!(first.windows(2).all(|pair| pair[1] == pair[0] + 1), "{first:?}");
    assert!(ids.len() < USERS + 3 * 101, "only a part is sent again after each: {}", ids.len());
}

#[test]
fn what_waits_for_its_next_attempt_waits_over_a_restart_too() {
    let folder = tempfile::tempdir().unwrap();
    allow_loopback(folder.path());
    let mut server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    receiver.answer("500 Internal Server Error");
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.user("ann");
    let failing = wait_for_webhook(&server, &path, |webhook| webhook["failures"] == 1);
    server.restart();
    let restarted = server.api.get(&path).expect(200).json;
    assert_eq!(restarted["next_attempt_at"], failing["next_attempt_at"]);
    assert_eq!(receiver.count(), 1);
}

#[test]
fn a_server_asked_to_end_waits_for_no_endpoint_that_hangs_and_sends_the_message_again() {
    let folder = tempfile::tempdir().unwrap();
    allow_loopback(folder.path());
    let mut server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    receiver.behave(Behaviour { delay: Duration::from_secs(60), ..Behaviour::status("204 No Content") });
    subscribe_to_users(&server, &receiver);
    server.user("ann");
    receiver.wait_for(1);
    let start = Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    receiver.answer("204 No Content");
    server.restart();
    assert_eq!(user_names(&receiver.wait_for(2)), ["ann@example.com", "ann@example.com"]);
}

#[test]
fn what_a_command_writes_beside_the_server_is_sent_too() {
    let folder = tempfile::tempdir().unwrap();
    allow_loopback(folder.path());
    let server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    super::subscribe(&server, &receiver, json!({"types": ["token.*"]}));
    server.rollcall(&["token", "create", "second"]).expect(0);
    assert_eq!(receiver.wait_for(1)[0].json()["token"]["name"], "second");
}

#[test]
fn what_the_feed_no_longer_has_is_skipped_with_a_record_of_it() {
    let folder = tempfile::tempdir().unwrap();
    allow_loopback(folder.path());
    let mut server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.api.patch(&path, json!({"enabled": false})).expect(200);
    let first = server.last_event() + 1;
    for name in ["ann", "bob", "cat"] {
        server.user(name);
    }
    server.terminate();
    let kept = first + 2;
    let database = rusqlite::Connection::open(server.database()).unwrap();
    database.execute("DELETE FROM events WHERE id < ?1", [kept as i64]).unwrap();
    drop(database);
    server.restart();
    server.api.patch(&path, json!({"enabled": true})).expect(200);
    assert_eq!(user_names(&receiver.wait_for(1)), ["cat@example.com"]);
    let newest = text(server.events_after(kept - 1).last().expect("an event"), "id");
    wait_for_webhook(&server, &path, |webhook| webhook["after"] == newest.as_str());
    let log = server.items(&format!("{path}/deliveries"));
    let skipped = log.iter().find(|one| one["status"] == "skipped").unwrap();
    let told = format!("*to {} were removed from the feed*", kept - 1);
    assert_contains(skipped, &json!({"attempts": 0, "type": "events.skipped", "error": told}));
}

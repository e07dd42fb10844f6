//! What was acknowledged survives (mapping.md 10.1): `kill -9`, SIGTERM, a second start.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::common::{DurableServer, event_id, member, sorted, wait_for};

const WRITERS: usize = 8;

/// Writes users as fast as the server takes them, kills it when `enough` are acknowledged, gives their names and ids.
fn write_until_killed(server: &mut DurableServer, round: usize, enough: usize) -> Vec<(String, String)> {
    let clients: Vec<_> = (0..WRITERS).map(|_| server.scim.copy()).collect();
    let acknowledged = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (writer, client) in clients.iter().enumerate() {
            let acknowledged = &acknowledged;
            scope.spawn(move || {
                for number in 0.. {
                    let name = format!("user-{round}-{writer}-{number}@example.com");
                    let Ok(answer) = client.try_post("/Users", &json!({"userName": name})) else { return };
                    let id = answer.expect(201).id();
                    acknowledged.lock().unwrap().push((name, id));
                }
            });
        }
        wait_for("enough writes are acknowledged", || {
            (acknowledged.lock().unwrap().len() >= enough).then_some(())
        });
        server.kill9();
    });
    acknowledged.into_inner().unwrap()
}

/// Fails unless the events are numbered without a gap.
#[track_caller]
fn assert_gap_free(events: &[Value]) {
    let ids: Vec<u64> = events.iter().map(event_id).collect();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "a gap in {ids:?}");
}

#[test]
fn kill_9_loses_no_acknowledged_user_of_eight_writers() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(directory.path());
    let mut acknowledged = Vec::new();
    for round in 1..=2 {
        acknowledged.extend(write_until_killed(&mut server, round, 100));
        server.restart();
    }
    let total = server.scim.get("/Users?count=0").expect(200).json["totalResults"].as_u64().unwrap();
    assert!(total >= acknowledged.len() as u64, "{total} users of {} acknowledged", acknowledged.len());
    for (name, id) in &acknowledged {
        server.scim.get(format!("/Users/{id}")).expect_body(200, json!({"userName": name, "active": true}));
    }
    let events = server.events_after(0);
    assert_gap_free(&events);
    let created = events.iter().filter(|event| event["type"] == "user.created").count();
    assert_eq!(created as u64, total, "each user that is there has its event");
}

#[test]
fn kill_9_loses_no_acknowledged_group_and_leaves_no_half_of_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(directory.path());
    server.feature("group_provisioning", true);
    server.rule(json!({}));
    let users: Vec<String> = (0..80).map(|number| server.user(&format!("user{number}"))).collect();
    let acknowledged = push_groups_until_killed(&mut server, &users);
    server.restart();
    for (user, group) in &acknowledged {
        assert_eq!(server.members_of_group(group), std::slice::from_ref(user));
        assert_eq!(server.teams_of(user), [format!("team of {user}")]);
    }
    for group in server.scim.get("/Groups").expect(200).json["Resources"].as_array().unwrap() {
        assert_eq!(group["members"].as_array().map(Vec::len), Some(1), "half of a group: {group}");
    }
    assert_gap_free(&server.events_after(0));
}

/// A group for each user from eight writers, killed when half of them are acknowledged; gives (user, group).
fn push_groups_until_killed(server: &mut DurableServer, users: &[String]) -> Vec<(String, String)> {
    let clients: Vec<_> = (0..WRITERS).map(|_| server.scim.copy()).collect();
    let acknowledged = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (part, client) in users.chunks(users.len() / WRITERS).zip(&clients) {
            let acknowledged = &acknowledged;
            scope.spawn(move || {
                for user in part {
                    let body = json!({"displayName": format!("team of {user}"), "members": [member(user)]});
                    let Ok(answer) = client.try_post("/Groups", &body) else { return };
                    acknowledged.lock().unwrap().push((user.clone(), answer.expect(201).id()));
                }
            });
        }
        let half = users.len() / 2;
        wait_for("half is acknowledged", || (acknowledged.lock().unwrap().len() >= half).then_some(()));
        server.kill9();
    });
    acknowledged.into_inner().unwrap()
}

#[test]
fn a_server_asked_to_end_finishes_and_everything_is_there_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start(directory.path());
    server.feature("group_provisioning", true);
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group_with_roles("T-Sales", &["Admin"], &[&ann, &bob]);
    let seen = |server: &DurableServer| {
        (
            server.scim.get("/Users").expect(200).json,
            server.scim.get("/Groups").expect(200).json,
            server.person(&ann),
            server.items("/mapping-rules"),
            server.events_after(0),
        )
    };
    let before = seen(&server);
    assert_eq!(server.terminate(), Some(0));
    server.restart();
    assert_eq!(seen(&server), before);
    assert_eq!(before.3[0]["id"], rule.as_str());
    server.rename(&group, "T-Revenue");
    assert_eq!(server.members_of("teams", "T-Revenue"), sorted(["ann@example.com", "bob@example.com"]));
}

#[test]
fn a_second_server_on_the_same_database_refuses_to_start() {
    let directory = tempfile::tempdir().unwrap();
    let server = DurableServer::start(directory.path());
    let second = server.rollcall(&["serve"]).expect(1);
    assert!(second.stderr.contains("rollcall.db"), "the message names the file: {}", second.stderr);
    server.user("ann");
}

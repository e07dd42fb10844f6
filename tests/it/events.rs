//! The event feed: what happened, in order, without a gap.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{DurableServer, Server, assert_contains, event_id};

#[test]
fn event_ids_have_no_gap_even_when_many_write_at_once() {
    let server = Server::start();
    server.rule(json!({}));
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for number in 0..10 {
                    let user = server.scim.copy();
                    let name = json!({"userName": format!("user-{writer}-{number}@example.com")});
                    let id = user.post("/Users", name).expect(201).id();
                    let group =
                        json!({"displayName": format!("{writer}-{number}"), "members": [{"value": id}]});
                    user.post("/Groups", group).expect(201);
                    user.post("/Users", json!({"userName": "refused"})).expect(400);
                }
            });
        }
    });
    let ids: Vec<u64> = server.events_after(0).iter().map(event_id).collect();
    let expected: Vec<u64> = (1..=ids.len() as u64).collect();
    assert_eq!(ids, expected);
    assert_eq!(server.events_of_type("user.created", 0).len(), 40);
    assert_eq!(server.events_of_type("assignment.granted", 0).len(), 40);
}

#[test]
fn each_event_says_when_what_and_by_which_request() {
    let server = Server::start();
    let before = server.last_event();
    let answer = server.scim.post("/Users", json!({"userName": "ann@example.com"})).expect(201);
    let events = server.events_after(before);
    let request = answer.header("x-request-id").unwrap();
    let user = json!({"id": answer.id(), "user_name": "ann@example.com", "active": true});
    let expected = json!([{"type": "user.created", "at": "*Z*", "request_id": request, "user": user}]);
    assert_contains(&json!(events), &expected);
}

#[test]
fn a_push_of_a_mapped_group_tells_the_whole_story_in_an_order_that_makes_sense() {
    let server = Server::start();
    server.rule(json!({}));
    let ann = server.user("ann");
    let before = server.last_event();
    let group = server.group("Sales", &[&ann]);
    let events = server.events_after(before);
    let position = |kind: &str| {
        let found = events.iter().position(|event| event["type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} in {events:?}"))
    };
    assert!(position("group.created") < position("group.member_added"));
    assert!(position("group.created") < position("mapping.created"));
    assert!(position("mapping.created") < position("mapping.approved"));
    assert!(position("entity.created") < position("assignment.granted"));
    assert!(position("mapping.approved") < position("assignment.granted"));
    let added = &events[position("group.member_added")];
    assert_contains(added, &json!({"group": {"id": group, "display_name": "Sales"}, "user": {"id": ann}}));
    let granted = &events[position("assignment.granted")];
    assert_contains(granted, &json!({"user": {"id": ann}, "entity": {"name": "Sales", "type": "team"}}));
    let one = &events[0]["request_id"];
    assert!(events.iter().all(|event| event["request_id"] == *one), "one request, one id: {events:?}");
}

#[test]
fn after_and_limit_walk_the_feed() {
    let server = Server::start();
    let before = server.last_event();
    let users: Vec<String> = (0..5).map(|number| server.user(&format!("user{number}"))).collect();
    let mut seen = Vec::new();
    let mut after = before.to_string();
    for _ in 0..3 {
        let page = server.api.get(format!("/events?after={after}&limit=2")).expect(200).json;
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|event| event["user"]["id"].as_str().unwrap().to_owned()));
        after = items.last().map(|event| event_id(event).to_string()).unwrap();
        if seen.len() < 5 {
            let next = page["next"].as_str().unwrap_or_else(|| panic!("no next in {page}"));
            let following = server.api.get(format!("/events?after={next}&limit=1")).expect(200).json;
            assert_eq!(
                event_id(&following["items"][0]).to_string(),
                (after.parse::<u64>().unwrap() + 1).to_string()
            );
        }
    }
    assert_eq!(seen, users);
    let end = server.api.get(format!("/events?after={after}")).expect(200).json;
    assert_eq!(end["items"], json!([]));
    server.api.get("/events?after=yesterday").expect_problem(400);
}

#[test]
fn a_long_poll_is_woken_by_the_next_event() {
    let server = Server::start();
    let last = server.last_event();
    let poller = server.api.copy();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let start = Instant::now();
            let page = poller.get(format!("/events?after={last}&wait=8")).expect(200).json;
            (page, start.elapsed())
        });
        let ann = server.user("ann");
        let (page, waited) = waiting.join().unwrap();
        assert_contains(&page["items"], &json!([{"type": "user.created", "user": {"id": ann}}]));
        assert!(waited < Duration::from_secs(6), "woken only after {waited:?}");
    });
}

#[test]
fn a_long_poll_without_news_ends_empty_when_its_time_is_up() {
    let server = Server::start();
    let last = server.last_event();
    let start = Instant::now();
    let page = server.api.get(format!("/events?after={last}&wait=1")).expect(200).json;
    assert_eq!(page["items"], json!([]));
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(900) && waited < Duration::from_secs(5), "{waited:?}");
}

#[test]
fn many_long_polls_hold_no_worker() {
    let server = Server::start();
    let last = server.last_event();
    std::thread::scope(|scope| {
        for _ in 0..80 {
            let poller = server.api.copy();
            scope.spawn(move || poller.get(format!("/events?after={last}&wait=8")).expect(200));
        }
        let start = Instant::now();
        server.scim.get("/Users").expect(200);
        assert!(start.elapsed() < Duration::from_secs(4), "a read waited behind the polls");
        server.user("ann");
    });
}

#[test]
fn what_is_refused_leaves_no_event() {
    let server = Server::start();
    let ann = server.user("ann");
    let before = server.last_event();
    server.scim.post("/Users", json!({"userName": "ann@example.com"})).expect(409);
    server.post_group(json!({"displayName": "A", "members": [{"value": "nobody"}]})).expect(400);
    server.patch_user(&ann, json!([{"op": "replace", "path": "active", "value": 7}])).expect(400);
    server.api.post("/mapping-rules", json!({"kind": "all"})).expect(400);
    assert_eq!(server.event_types_after(before), [""; 0]);
}

#[test]
fn a_change_of_several_things_has_an_event_for_each_kind() {
    let server = Server::start();
    let ann = server.user("ann");
    let before = server.last_event();
    server
        .put_user(&ann, json!({"userName": "ann@example.com", "title": "Lead", "active": false}))
        .expect(200);
    assert_eq!(server.events_of_type("user.deactivated", before).len(), 1);
    let before = server.last_event();
    server
        .put_user(&ann, json!({"userName": "ann@example.com", "title": "Head", "active": true}))
        .expect(200);
    let events = server.events_of_type("user.activated", before);
    assert_contains(&json!(events), &json!([{"user": {"id": ann, "active": true}}]));
}

#[test]
fn a_long_poll_is_woken_by_what_a_command_writes_beside_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let last = server.last_event();
    let poller = server.api.copy();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let start = Instant::now();
            let page = poller.get(format!("/events?after={last}&wait=8")).expect(200).json;
            (page, start.elapsed())
        });
        std::thread::sleep(Duration::from_millis(300));
        server.rollcall(&["rule", "add", "--kind", "all", "--target-type", "team"]).expect(0);
        let (page, waited) = waiting.join().unwrap();
        assert_contains(&page["items"], &json!([{"type": "rule.created"}]));
        assert!(waited < Duration::from_secs(6), "woken only after {waited:?}");
    });
}

#[test]
fn the_feed_is_read_by_a_command_as_far_as_it_goes_and_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let ann = server.user("ann");
    let shown = server.rollcall(&["events", "--json"]).json();
    assert_eq!(shown, json!(server.events_after(0)));
    let last = server.last_event();
    let table = server.rollcall(&["events", "--after", &(last - 1).to_string()]).expect(0).stdout;
    assert!(table.contains("user.created") && table.contains("ann@example.com"), "{table}");
    assert!(server.rollcall(&["events", "--after", "999"]).expect(1).stderr.contains("the newest is"));

    let mut following = server.rollcall_running(&["events", "--follow", "--json"]);
    let mut lines = BufReader::new(following.child.stdout.take().unwrap()).lines();
    server.delete_user(&ann);
    let deleted = loop {
        let line = lines.next().unwrap().unwrap();
        let event: Value = serde_json::from_str(&line).unwrap();
        if event["type"] == "user.deleted" {
            break event;
        }
    };
    assert_eq!(deleted["user"]["id"], json!(ann));
}

#[test]
fn the_snapshot_shows_everybody_with_role_and_places_and_where_the_feed_goes_on() {
    let server = Server::start();
    server.rule(json!({}));
    let users: Vec<String> = (0..5).map(|number| server.user(&format!("user{number}"))).collect();
    server.group_with_roles("Sales", &["Admin"], &[&users[0]]);
    let first = server.api.get("/snapshot?limit=2").expect(200).json;
    let cursor = server.last_event().to_string();
    assert_eq!(first["events_after"], json!(cursor));
    assert_contains(
        &first["items"][0],
        &json!({"id": users[0], "user_name": "user0@example.com", "active": true,
            "role": {"effective": "Admin", "own": null}, "teams": [{"name": "Sales", "type": "team"}],
            "concurrency_group": {"is_default": true}, "sub_organization": null}),
    );
    server.delete_user(&users[4]);
    let mut seen = 2;
    let mut next = first["next"].as_str().map(str::to_owned);
    while let Some(after) = next {
        let page = server.api.get(format!("/snapshot?limit=2&after={after}")).expect(200).json;
        assert_eq!(page["events_after"], json!(cursor), "every page names the same event");
        seen += page["items"].as_array().unwrap().len();
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, 4);
    let left = server.events_after(cursor.parse().unwrap());
    assert_eq!(left[0]["type"], "user.deleted");
}

//! Finding and following requests, by the API and by the commands.

use std::time::{Duration, Instant};

use serde_json::json;

use super::logged;
use crate::common::{DurableServer, Server, assert_contains, text, wait_for};

#[test]
fn the_newest_request_comes_first_also_among_those_that_are_written_later() {
    let server = Server::start();
    for number in 0..4 {
        server.scim.get("/Users?count=0").expect(200);
        server.user(&format!("user{number}"));
    }
    let methods =
        |items: &[serde_json::Value]| items.iter().map(|item| text(item, "method")).collect::<Vec<_>>();
    assert_eq!(methods(&logged(&server, "")), ["POST", "GET"].repeat(4));
}

#[test]
fn the_log_is_searched_by_what_it_holds() {
    let server = Server::start();
    server.rule(json!({}));
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann]);
    server.scim.get("/Users?filter=userName%20eq%20%22zoe%22").expect(200);
    server.scim.get("/Users/0").expect(404);
    let count = |query: &str| logged(&server, query).len();
    for (query, found) in [
        ("", 5),
        ("?status=404", 1),
        ("?status=2xx", 4),
        ("?method=post", 3),
        ("?path=/Groups", 1),
        ("?path=/scim/v2/users", 4),
        ("?query=ZOE", 1),
        ("?query=nobody-at-all", 0),
        ("?since=2099-01-01T00:00:00Z", 0),
        ("?until=2099-01-01T00:00:00Z", 5),
        ("?token=nobody", 0),
        (&format!("?resource={group}"), 1),
        (&format!("?resource={ann}"), 1),
        (&format!("?user={ann}"), 2),
        (&format!("?user={bob}"), 1),
        (&format!("?user={ann}&method=POST&status=201&path=/Groups"), 1),
    ] {
        assert_eq!(count(query), found, "{query}");
    }
    let token = logged(&server, "")[0]["token"].clone();
    for value in [text(&token, "id"), text(&token, "name").replace(' ', "%20")] {
        assert_eq!(count(&format!("?token={value}")), 5, "{value}");
    }
    for wrong in
        ["status=9xx", "since=today", "until=1", "after=x", "newer=x", "limit=0", "wait=-1", "newer=&wait=x"]
    {
        server.api.get(format!("/requests?{wrong}")).expect_problem(400);
    }
    let pages: Vec<usize> =
        (1..4).map(|limit| server.items(&format!("/requests?limit={limit}")).len()).collect();
    assert_eq!(pages, [5, 5, 5]);
}

#[test]
fn who_follows_the_log_is_woken_by_the_next_request_also_by_one_that_changes_nothing() {
    let server = Server::start();
    server.user("ann");
    let newest = text(&server.api.get("/requests").expect(200).json, "newest");
    let mut after = newest;
    for method in ["GET", "POST"] {
        let (poller, cursor) = (server.api.copy(), after.clone());
        after = std::thread::scope(|scope| {
            let waiting = scope.spawn(move || {
                let start = Instant::now();
                let page = poller.get(format!("/requests?newer={cursor}&wait=20")).expect(200).json;
                (page, start.elapsed())
            });
            std::thread::sleep(Duration::from_millis(100));
            match method {
                "GET" => drop(server.scim.get("/Users").expect(200)),
                _ => drop(server.user("bob")),
            }
            let (page, waited) = waiting.join().unwrap();
            assert_contains(&page, &json!({"items": [{"method": method}], "next": null}));
            assert!(waited < Duration::from_secs(6), "woken only after {waited:?}");
            text(&page, "newest")
        });
    }
    (0..5).for_each(|_| drop(server.scim.get("/Users").expect(200)));
    let first = server.api.get(format!("/requests?newer={after}&limit=2")).expect(200).json;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let rest = server.api.get(format!("/requests?newer={}", text(&first, "newest"))).expect(200).json;
    assert_eq!(rest["items"].as_array().unwrap().len(), 3, "nothing is skipped between pages");
    let end = server.api.get(format!("/requests?newer={}", text(&rest, "newest"))).expect(200).json;
    assert_eq!(end["items"], json!([]));
}

#[test]
fn the_commands_show_follow_and_search_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let user = server.scim.post("/Users", json!({"userName": "ann@example.com"})).expect(201);
    server.scim.get("/Users/0").expect(404);
    server.scim.authorized(None).get("/Users").expect(401);
    let found = wait_for("the refusal is logged", || {
        let found = server.rollcall(&["requests", "--status", "4xx", "--json"]).json();
        (!found.as_array().unwrap().is_empty()).then_some(found)
    });
    assert_contains(&found, &json!([{"status": 404, "path": "/scim/v2/Users/0"}]));
    let table = server.rollcall(&["requests"]).expect(0).stdout;
    assert!(table.contains("STATUS") && table.contains("/scim/v2/Users/0"), "{table}");
    let shown = server.rollcall(&["requests", "show", user.header("x-request-id").unwrap(), "--json"]).json();
    assert_contains(&shown, &json!({"status": 201, "events": [{"type": "user.created"}]}));
    server.rollcall(&["requests", "show", "nothing"]).expect(1);
    server.rollcall(&["requests", "--status", "9xx"]).expect(2);
    let strangers = wait_for("the stranger is logged", || {
        let found = server.rollcall(&["requests", "--unknown", "--json"]).json();
        (!found.as_array().unwrap().is_empty()).then_some(found)
    });
    assert_contains(&strangers, &json!([{"status": 401, "count": 1}]));
}

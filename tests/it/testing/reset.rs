//! Reset: back to the seed, whatever has happened, and whatever is happening.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rollcall::model::time::Timestamp;
use rollcall::testing::{Appliance, Fault};
use serde_json::{Value, json};

use super::seed::SEED;
use crate::common::{Browser, Server, Tenant, text, wait_for};

/// All that a server shows of its organization, save when tokens were used.
fn everything(server: &Server) -> Vec<Value> {
    let scim = ["/Users?count=1000", "/Groups?count=1000"].map(|path| server.scim.get(path).expect(200).json);
    let api = [
        "",
        "/teams",
        "/concurrency-groups",
        "/sub-organizations",
        "/mapping-rules",
        "/mappings",
        "/conflicts",
        "/events?limit=1000",
    ];
    let api = api.map(|path| server.api.get(path).expect(200).json);
    let organizations = server.root.get("/organizations").expect(200).json;
    scim.into_iter().chain(api).chain([organizations]).collect()
}

fn disturb(server: &Server) {
    let dora = server.user("dora");
    server.group("Team Sales 2", &[&dora]);
    server.group("Berlin people", &[&dora]);
    server.rule(json!({"kind": "prefix", "pattern": "B", "target_type": "concurrency_group", "priority": 5}));
    server.entity("teams", "New");
    server.feature("sub_organizations", false);
    server.second_organization_named("third");
    let ann = server.scim.get("/Users?filter=userName%20eq%20%22ann@example.com%22").expect(200).json;
    server.delete_user(ann["Resources"][0]["id"].as_str().unwrap());
}

#[test]
fn everything_is_as_the_seed_made_it() {
    let server = Server::start_as(Appliance::builder().seed(SEED));
    let before = everything(&server);
    for _ in 0..2 {
        disturb(&server);
        assert_ne!(everything(&server), before);
        server.test.post("/reset", json!({})).expect(204);
        assert_eq!(everything(&server), before);
    }
}

#[test]
fn deterministic_ids_and_request_ids_start_again() {
    let start: Timestamp = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
    let builder = Appliance::builder().seed(SEED).deterministic(true).clock(start);
    let server = Server::start_as(builder.clone());
    let run = |server: &Server| {
        let answer = server.scim.post("/Users", json!({"userName": "dora@example.com"})).expect(201);
        (
            answer.text.replace(&server.scim.address().to_string(), ""),
            answer.header("x-request-id").map(str::to_owned),
        )
    };
    let first = run(&server);
    assert!(first.1.as_deref().unwrap().starts_with("00000000-0000-4000-8000-"), "{first:?}");
    server.appliance.set_clock(None);
    server.appliance.reset().unwrap();
    assert_eq!(run(&server), first);
    assert_eq!(run(&Server::start_as(builder)), first, "another server gives the same");
}

#[test]
fn faults_journal_and_clock_start_again() {
    let server = Server::start();
    server.appliance.arm(Fault::status(500), 9);
    server.scim.get("/Users").expect(500);
    server.appliance.set_clock(Timestamp::parse("2001-01-01T00:00:00Z"));
    server.test.post("/reset", json!({})).expect(204);
    server.scim.get("/Users").expect(200);
    assert_eq!(server.appliance.journal().len(), 1);
    assert_eq!(server.appliance.journal()[0].id, 1);
    assert!(server.appliance.now() > Timestamp::parse("2020-01-01T00:00:00Z").unwrap());
    assert_eq!(server.appliance.arm(Fault::status(500), 1).id, 1);
}

#[test]
fn tokens_stay_also_those_made_since_and_a_revoked_one_of_the_ready_line_works_again() {
    let server = Server::start();
    let made = text(&server.api.post("/tokens", json!({"name": "second"})).expect(201).json, "token");
    let second = server.scim.authorized(Some(&format!("Bearer {made}")));
    let tokens = server.items("/tokens");
    let first = tokens.iter().find(|token| token["kind"] == "scim" && token["name"] == "first").unwrap();
    server.api.delete(format!("/tokens/{}", text(first, "id"))).expect(204);
    server.scim.get("/Users").expect(401);
    server.second_organization();
    server.test.post("/reset", json!({})).expect(204);
    server.scim.get("/Users").expect(200);
    second.get("/Users").expect(200);
    let names: Vec<String> = server.items("/tokens").iter().map(|token| text(token, "name")).collect();
    assert_eq!(names, ["first", "first", "second"]);
    server.root.get("/organizations/other/tokens").expect(404);
}

#[test]
fn who_is_signed_in_stays_so_and_the_link_of_the_ready_line_works_again() {
    let server = Server::start();
    for _ in 0..2 {
        let mut browser = Browser::of(server.scim.address());
        browser.open_link(server.appliance.admin_url());
        server.appliance.reset().unwrap();
        browser.get("/admin/organizations/default").expect(200);
    }
}

#[test]
fn rules_are_those_of_the_seed_again_also_where_they_were_compiled() {
    let server = Server::start();
    for kind in ["team", "concurrency_group"] {
        server.rule(json!({"target_type": kind}));
        server.group("Sales", &[]);
        assert_eq!(server.find_entity("teams", "Sales").is_some(), kind == "team");
        server.appliance.reset().unwrap();
        let group = server.group("Sales", &[]);
        assert_eq!(server.mappings_of(&group), [] as [Value; 0]);
        server.appliance.reset().unwrap();
    }
}

#[test]
fn a_reset_amid_writes_is_one_moment_for_all_of_them() {
    let server = Server::start_as(Appliance::builder().seed(SEED));
    let before = everything(&server);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (server, stop) = (&server, &stop);
            scope.spawn(move || {
                let scim = server.scim.copy();
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let user = json!({"userName": format!("w{writer}-{number}@example.com")});
                    let id = scim.post("/Users", user).expect(201).id();
                    // The user may be gone by now, and then is refused; nothing else may happen.
                    let group =
                        json!({"displayName": format!("Team {writer}-{number}"), "members": [{"value": id}]});
                    let status = scim.post("/Groups", group).status;
                    assert!([201, 400].contains(&status), "{status}");
                }
            });
        }
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(10));
            server.appliance.reset().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    server.appliance.reset().unwrap();
    assert_eq!(everything(&server), before);
}

#[test]
fn long_polls_and_delayed_requests_are_answered_at_once() {
    let server = Server::start();
    let last = server.last_event();
    server.appliance.arm(Fault::delay(Duration::from_secs(60)).on("GET", "/Users"), 1);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let delayed = scope.spawn(|| server.scim.copy().get("/Users").expect(200));
        wait_for("the delay begins", || server.appliance.faults().is_empty().then_some(()));
        server.user("ann");
        let now = server.last_event();
        let server = &server;
        // This feed will not have that event any more.
        let poll = scope
            .spawn(move || server.api.copy().get(format!("/events?after={now}&wait=60")).expect_problem(400));
        std::thread::sleep(Duration::from_millis(200));
        server.test.post("/reset", json!({})).expect(204);
        assert_eq!(poll.join().unwrap()["type"], "urn:rollcall:problem:invalid-cursor");
        delayed.join().unwrap();
    });
    // One that waits at the newest event of the seed has nothing to be told, and is told so.
    std::thread::scope(|scope| {
        let poll =
            scope.spawn(|| server.api.copy().get(format!("/events?after={last}&wait=60")).expect(200).json);
        std::thread::sleep(Duration::from_millis(200));
        server.test.post("/reset", json!({})).expect(204);
        assert_eq!(poll.join().unwrap()["items"], json!([]));
    });
    assert!(start.elapsed() < Duration::from_secs(30));
}

trait Organizations {
    fn second_organization_named(&self, slug: &str);
}

impl Organizations for Tenant {
    fn second_organization_named(&self, slug: &str) {
        self.root.post("/organizations", json!({"slug": slug, "name": slug})).expect(201);
    }
}

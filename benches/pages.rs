//! The admin page at 100,000 users and 10,000 groups of ten, on a file: how long each page takes, the slowest first. Aimed
//! at: at most 100 ms.
//!
//! `cargo bench pages`.

use std::time::{Duration, Instant};

use crate::common::{Browser, DurableServer, text, users_named};
use serde_json::json;

const USERS: usize = 100_000;
const GROUPS: usize = 10_000;
const MEMBERS: usize = 10;
const ROUNDS: usize = 5;

pub fn run() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = DurableServer::start(folder.path());
    fill(&server);
    let mut browser = Browser::of(server.scim.address());
    let link = server.rollcall(&["admin", "link", "admin", "--json"]).json();
    browser.open_link(link["url"].as_str().unwrap());
    let mut pages: Vec<(Duration, usize, String)> = targets(&server)
        .into_iter()
        .map(|target| {
            let page = format!("/admin/organizations/default{target}");
            let mut times: Vec<Duration> = (0..ROUNDS)
                .map(|_| {
                    let start = Instant::now();
                    browser.get(&page).expect(200);
                    start.elapsed()
                })
                .collect();
            times.sort();
            (times[ROUNDS / 2], browser.get(&page).text.len(), target)
        })
        .collect();
    pages.sort_by(|one, other| other.cmp(one));
    for (time, bytes, target) in &pages {
        println!("{:8.1} ms  {:4} KiB  {target}", time.as_secs_f64() * 1000.0, bytes / 1024);
    }
    println!("the slowest page: {} ms (median of {ROUNDS}; aim: at most 100)", pages[0].0.as_millis());
}

/// Half of the groups become teams; a thousand are concurrency groups of the same people, two by two, so that there are
/// conflicts; the others wait.
fn fill(server: &DurableServer) {
    server.api.patch("", json!({"features": {"group_provisioning": true}})).expect(200);
    for (pattern, target) in [("Team", "team"), ("CG", "concurrency_group")] {
        let rule = json!({"kind": "prefix", "pattern": pattern, "target_type": target, "auto_approve": true});
        server.api.post("/mapping-rules", rule).expect(201);
    }
    let ids = server.load_users(&users_named("user", USERS));
    for number in 0..GROUPS {
        let (kind, first) = match number % 10 {
            0..5 => ("Team", number * MEMBERS),
            5 => ("CG", number / 20 * MEMBERS),
            _ => ("Other", number * MEMBERS),
        };
        let members: Vec<&str> =
            (0..MEMBERS).map(|member| ids[(first + member) % ids.len()].as_str()).collect();
        server.group(&format!("{kind} {number}"), &members);
    }
}

fn targets(server: &DurableServer) -> Vec<String> {
    let first = |list: &str| text(&server.api.get(list).expect(200).json["items"][0], "id");
    let after = |list: &str| {
        let page = server.api.get(format!("{list}?limit=500")).expect(200).json;
        format!("{list}?after={}", text(&page, "next"))
    };
    let mut targets: Vec<String> = [
        "",
        "/groups",
        "/groups?status=pending",
        "/groups?query=99",
        "/rules",
        "/rules/new",
        "/rules/run",
        "/conflicts",
        "/teams",
        "/teams?query=99",
        "/concurrency-groups",
        "/sub-organizations",
        "/requests",
        "/requests?status=4xx",
        "/requests?query=nothing",
        "/events",
        "/security",
        "/admins",
        "/connect",
    ]
    .map(str::to_owned)
    .into();
    targets.extend(["/groups", "/teams"].map(after));
    targets.extend(["/groups", "/teams", "/requests"].map(|list| format!("{list}/{}", first(list))));
    targets.push(format!("/people/{}", first("/users")));
    targets.extend(["", "?query=user99", "?query=nobody"].map(|query| format!("/people{query}")));
    targets
}

//! What the protocol costs as an organization grows, as ratios within one run: a look-up among many users against one
//! among few, a page that is spliced against one that is parsed and written anew, a large group without its members
//! against a small one, searches through everybody against a page, and what a hostile filter or PATCH may cost.
//!
//! `cargo bench protocol`. Each pair is measured in turns, so that what else the machine does touches both alike.

use std::time::Instant;

use crate::common::{Client, ServerProcess, users_named};
use rollcall::scim::deviations::{Notes, Tolerance};
use rollcall::scim::filter::{Limits, parse_filter};
use rollcall::scim::patch::{OPERATIONS, PatchRequest};
use rollcall::scim::schema::{SchemaSettings, Schemas};
use serde_json::{Value, json};

const ROUNDS: usize = 7;
/// Users of the large and of the small organization.
const MANY: usize = 100_000;
const FEW: usize = 100;

pub fn run() {
    hostile();
    let (large, small) = (ServerProcess::start(), ServerProcess::start());
    let start = Instant::now();
    let ids = large.load_users(&users_named("user", MANY));
    small.load_users(&users_named("user", FEW));
    println!("{MANY} users through /Bulk: {:.0}/s", MANY as f64 / start.elapsed().as_secs_f64());
    look_ups(&large.scim, &small.scim);
    pages(&large.scim, &small.scim);
    searches(&large.scim);
    groups(&large, &ids);
}

/// Microseconds that one of `count` requests takes, the answer's JSON not read.
fn each(count: usize, mut request: impl FnMut(usize)) -> f64 {
    let start = Instant::now();
    (0..count).for_each(&mut request);
    start.elapsed().as_secs_f64() * 1e6 / count as f64
}

/// Runs both in turns, once without measuring, and reports how many times the second's time the first takes.
fn compare(what: &str, aim: &str, mut first: impl FnMut() -> f64, mut second: impl FnMut() -> f64) {
    first();
    second();
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (first(), second())).collect();
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (a, b) = rounds[ROUNDS / 2];
    println!("{what}: {:.2} ({a:.0} us / {b:.0} us; median of {ROUNDS}; aim: {aim})", a / b);
}

fn look_ups(large: &Client, small: &Client) {
    let look_up = |client: &Client, users: usize| {
        each(2000, |number| {
            let user = number * 7919 % users;
            let found = client.get(format!("/Users?filter=userName%20eq%20%22user{user}@example.com%22"));
            assert!(found.text.contains("\"totalResults\":1,"), "{}", found.text);
        })
    };
    let what = "userName eq among 100,000 / among 100";
    compare(what, "at most 1.15", || look_up(large, MANY), || look_up(small, FEW));
}

fn get(client: &Client, target: &str, count: usize) -> f64 {
    each(count, |_| drop(client.get(target).expect(200)))
}

/// Leaving out what nobody has gives the same page, but one that is parsed and written anew.
fn pages(large: &Client, small: &Client) {
    let (spliced, parsed) = ("/Users?count=100", "/Users?count=100&excludedAttributes=nickName");
    assert_eq!(small.get(spliced).json, small.get(parsed).json);
    let what = "a page of 100 spliced / parsed and serialized";
    compare(what, "below 1", || get(small, spliced, 50), || get(small, parsed, 50));
    let what = "a page of 100 among 100,000 / among 100";
    compare(what, "none", || get(large, spliced, 50), || get(small, spliced, 50));
}

fn searches(client: &Client) {
    let page = || get(client, "/Users?count=100", 20);
    for (what, query) in [
        ("sortBy=userName", "sortBy=userName"),
        ("sortBy=name.familyName", "sortBy=name.familyName"),
        ("sortBy=emails", "sortBy=emails"),
        ("userName co", "filter=userName%20co%20%229999%22"),
        ("name.familyName co", "filter=name.familyName%20co%20%229999%22"),
        ("emails.value co", "filter=emails.value%20co%20%229999%22"),
    ] {
        let target = format!("/Users?count=100&{query}");
        compare(&format!("{what} over 100,000 / a page of 100"), "none", || get(client, &target, 2), page);
    }
}

fn groups(server: &ServerProcess, ids: &[String]) {
    let group = |name: &str, users: &[String]| {
        server.group(name, &users.iter().map(String::as_str).collect::<Vec<&str>>())
    };
    let [large, small] = [group("large", ids), group("small", &ids[..10])]
        .map(|id| format!("/Groups/{id}?excludedAttributes=members"));
    let read = |target: &str| get(&server.scim, target, 2000);
    let what = "excludedAttributes=members of 100,000 / of 10";
    compare(what, "about 1", || read(&large), || read(&small));
}

/// The largest filters and PATCHes of the shapes that cost most, each refused or parsed.
fn hostile() {
    let limits = Limits::default();
    let filled = |start: &str, part: &str, end: &str| {
        let room = limits.bytes - start.len() - end.len();
        format!("{start}{}{end}", part.repeat(room / part.len()))
    };
    for (what, filter) in [
        ("many terms", filled("", "a pr or ", "a pr")),
        ("as many terms as are taken", ["emails.value eq x"; 200].join(" or ")),
        ("deep parentheses", filled("", "(", "")),
        ("deep negations", filled("", "not (", "")),
        ("one long name", filled("a", "b", " pr")),
        ("one long URN", filled("urn:", "a:", " pr")),
        ("one long string", filled("a eq \"", "x", "\"")),
        ("escapes", filled("a eq \"", "\\u00e9", "\"")),
        ("an open string", filled("a eq \"", "\\\"", "")),
        ("one long literal", filled("a eq ", "1", "")),
        ("spaces", filled("a", " ", "pr")),
    ] {
        assert!(filter.len() <= limits.bytes, "{what}");
        let mut taken = false;
        let time = fastest(|| {
            taken = parse_filter(&filter, &limits, Tolerance::Lenient, &mut Notes::default()).is_ok();
        });
        report(&format!("filter of {} bytes, {what}", filter.len()), taken, time);
    }
    let schemas = Schemas::new(SchemaSettings::default());
    let path = |part: &str| filled("emails[", part, "type eq \"x\"]");
    for (what, path, operations) in [
        ("one path of many terms", path("value pr or "), 1),
        ("paths of many terms", path("value pr or "), OPERATIONS),
        (
            "paths of 200 terms",
            format!("emails[{}]", ["value eq xxxxxxxxxxxxxxxxxxxx"; 200].join(" or ")),
            OPERATIONS,
        ),
        ("long paths", filled("emails[value eq \"", "x", "\"]"), OPERATIONS),
        ("members", "members[value eq \"01a20e4b-82a7-7fa6-a276-1c86e10d7bb3\"]".to_owned(), OPERATIONS),
        ("too many operations", "title".to_owned(), OPERATIONS + 1),
    ] {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": vec![json!({"op": "remove", "path": path}); operations]});
        let (mut taken, mut best) = (false, f64::INFINITY);
        for _ in 0..ROUNDS {
            let copy = body.clone();
            let start = Instant::now();
            taken = PatchRequest::parse(copy, &schemas, &limits).is_ok();
            best = best.min(start.elapsed().as_secs_f64() * 1e6);
        }
        report(&format!("PATCH of {operations} x {} bytes, {what}", path.len()), taken, best);
    }
}

/// The microseconds of the fastest of some runs: a parser does the same work each time, all else is the machine.
fn fastest(mut run: impl FnMut()) -> f64 {
    (0..20).map(|_| each(1, |_| run())).fold(f64::INFINITY, f64::min)
}

fn report(what: &str, taken: bool, microseconds: f64) {
    let outcome = if taken { "taken" } else { "refused" };
    println!("{what}: {outcome} in {microseconds:.0} us (aim: refused, or below 1000 us)");
}

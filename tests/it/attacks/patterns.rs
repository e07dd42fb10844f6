//! Filters, paths and regular expressions made to take for ever.

use std::time::{Duration, Instant};

use serde_json::json;

use super::victim::Victim;

/// Fails if it takes longer than a handler may.
#[track_caller]
fn quickly<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = run();
    assert!(began.elapsed() < Duration::from_secs(5), "{what} took {:?}", began.elapsed());
    result
}

#[test]
fn deep_and_long_filters_are_refused_or_answered_in_good_time() {
    let victim = Victim::start();
    let deep = |open: &str, close: &str, levels| {
        format!("{}userName pr{}", open.repeat(levels), close.repeat(levels))
    };
    let filters = [
        deep("(", ")", 100_000),
        deep("not (", ")", 50_000),
        deep("emails[", "]", 50_000),
        "(".repeat(500_000),
        vec!["userName co \"a\""; 20_000].join(" or "),
        vec!["not (title pr)"; 99].join(" and "),
        format!("userName co \"{}\"", "%_\\\\*?[a-z]".repeat(5_000)),
        format!("userName eq \"{}\"", "\\u0000".repeat(10_000)),
        format!("{} pr", "a.".repeat(100_000)),
        format!("{} pr", "urn:".repeat(100_000)),
        "userName eq 1e999999".to_owned(),
        "userName eq \"unfinished".to_owned(),
    ];
    let search = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
    for filter in filters {
        let what = filter.chars().take(30).collect::<String>();
        let body = json!({"schemas": search, "filter": filter});
        let answer = quickly(&what, || victim.server.scim.post("/Users/.search", &body));
        assert!(matches!(answer.status, 200 | 400), "{what}: {}", answer.text);
        assert!(answer.text.len() < 3_000, "{what}: an answer of {} bytes", answer.text.len());
        let operations = json!([{"op": "remove", "path": format!("emails[{filter}]")}]);
        let patch =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        let answer = quickly(&what, || victim.server.scim.patch("/Users/nobody", &patch));
        assert!(matches!(answer.status, 400 | 404), "{what}: {}", answer.text);
        victim.serves_others();
    }
    victim.survives(128);
}

#[test]
fn hostile_regular_expressions_of_rules_are_refused_or_run_in_linear_time() {
    let victim = Victim::start();
    let rule = |pattern: &str| {
        json!({"add": [{"kind": "regex", "pattern": pattern, "target_type": "team", "priority": 1,
            "auto_approve": true}]})
    };
    let patterns = [
        "(a{1000}){1000}".to_owned(),
        "((a{100}){100}){100}".to_owned(),
        "(\\w{500}){500}".to_owned(),
        "\\p{L}{1000}".to_owned(),
        "(a*)*b".to_owned(),
        "(a|a)*$".to_owned(),
        "(.*)(.*)(.*)(.*)(.*)(.*)[b]".to_owned(),
        "(?i)".to_owned() + &"ſ".repeat(400),
        "(".repeat(10_000),
        "(".repeat(200) + &")".repeat(200),
        "a?".repeat(500),
        "x".repeat(1_000_000),
        "[".to_owned(),
        "(?P<n>a)(?P<n>b)".to_owned(),
        "(a)\\1".to_owned(),
    ];
    for pattern in patterns {
        let what = pattern.chars().take(30).collect::<String>();
        let answer = quickly(&what, || victim.server.api.post("/mapping-rules/preview", rule(&pattern)));
        assert!(matches!(answer.status, 200 | 400), "{what}: {:.300}", answer.text);
        assert!(answer.text.len() < 10_000, "{what}: an answer of {} bytes", answer.text.len());
        victim.serves_others();
    }
    victim.survives(160);
}

//! Requests that are small and would cost much.

use super::*;
use crate::model::error::Kind;

#[test]
fn a_small_request_cannot_make_a_huge_resource() {
    let values: Vec<Value> = (0..500).map(|n| json!({"value": n.to_string()})).collect();
    let long = "x".repeat(10_000);
    let operations = json!([
        {"op": "add", "path": "roles", "value": values},
        {"op": "replace", "path": "roles.display", "value": long},
    ]);
    assert_eq!(refused(operations).kind, Kind::TooMany);
    let more = json!([{"op": "add", "path": "roles", "value": values}, {"op": "add", "path": "roles", "value": [{"value": "x"}]}]);
    assert_eq!(refused(more).kind, Kind::InvalidValue);
}

#[test]
fn a_hostile_request_is_refused_before_it_costs_much() {
    let long = "x".repeat(500_000);
    let mut jane = jane();
    jane.insert("roles".to_owned(), json!([{"value": long}]));
    let terms = vec!["value co \"y\""; 100].join(" or ");
    let operation = json!({"op": "remove", "path": format!("roles[{terms}]")});
    let request = parse(&lenient(), json!(vec![operation; 10])).expect("well-formed");
    let refusal = apply_user(&lenient(), request, &jane, &Map::new()).expect_err("too much work");
    assert_eq!(refusal.kind, Kind::TooMany);
}

#[test]
fn the_paths_of_one_request_are_bounded_together_in_operations_and_in_keys() {
    let terms = |count: usize| format!("roles[{}]", vec!["value eq x"; count].join(" or "));
    let long = format!("roles[value eq \"{}\"]", "x".repeat(8000));
    for (path, operations) in [(terms(100), 11), (long, 17)] {
        let operation = json!({"op": "remove", "path": path});
        assert_eq!(refused(json!(vec![operation; operations])).kind, Kind::TooMany);
    }
    let value = Map::from_iter((0..11).map(|n| (format!("{}.v{n}", terms(100)), json!("x"))));
    assert_eq!(refused(json!([{"op": "replace", "value": value}])).kind, Kind::TooMany);
    let members = json!({"op": "remove", "path": "roles[value eq \"01a20e4b-82a7-7fa6-a276-1c86e10d7bb3\"]"});
    assert!(parse(&lenient(), json!(vec![members; 1000])).is_ok());
}

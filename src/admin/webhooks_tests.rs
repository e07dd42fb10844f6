use serde_json::json;

use super::*;
use crate::admin::deliveries;
use crate::admin::fixture::{World, call};
use crate::model::error::Kind;

fn made(world: &World, fields: Value) -> Value {
    let (status, made) = world.ask(create, call().json(fields));
    assert_eq!(status, 201);
    made
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn the_secret_is_in_the_answer_that_makes_it_and_nowhere_else() {
    let world = World::new();
    let webhook = made(&world, json!({"url": "https://hooks.example.com/a", "types": ["user.*"]}));
    let secret = text(&webhook["secret"]);
    assert!(secret.starts_with("whsec_"));
    let id = text(&webhook["id"]);
    let (_, rotated) = world.ask(rotate, call().at(&[id]));
    assert_ne!(rotated["secret"], webhook["secret"]);
    let (_, events) = world.ask(crate::admin::events::list, call());
    for shown in [world.ask(show, call().at(&[id])).1, world.ask(list, call()).1, events] {
        let shown = shown.to_string();
        assert!(shown.contains("hooks.example.com") && !shown.contains("whsec_"), "{shown}");
    }
}

#[test]
fn every_edit_is_an_event_with_what_it_was_and_the_endpoint() {
    let world = World::new();
    let id = text(&made(&world, json!({"url": "https://hooks.example.com/a"}))["id"]).to_owned();
    world.ask(update, call().at(&[&id]).json(json!({"description": "for the warehouse"})));
    world.ask(update, call().at(&[&id]).json(json!({"description": "for the warehouse"})));
    world.ask(rotate, call().at(&[&id]));
    world.ask(remove, call().at(&[&id]));
    let (_, events) = world.ask(crate::admin::events::list, call());
    let seen: Vec<(&str, &str, &str)> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (text(&event["type"]), text(&event["change"]), text(&event["webhook"]["id"])))
        .collect();
    let expected =
        ["created", "changed", "rotated", "deleted"].map(|what| ("settings.changed", what, id.as_str()));
    assert_eq!(seen, expected);
}

#[test]
fn an_address_that_must_not_be_called_is_refused_in_every_form_when_it_is_written() {
    let world = World::new();
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "http://8.8.8.8/",
        "http://hooks.example.com/",
    ] {
        let error = world.refusal(create, call().json(json!({"url": url})));
        assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some("url")), "{url}");
    }
    made(&world, json!({"url": "https://8.8.8.8/"}));
}

#[test]
fn a_field_that_is_wrong_is_named() {
    let world = World::new();
    let url = "https://hooks.example.com/";
    for (field, value) in [
        ("types", json!(["user.made"])),
        ("types", json!("user.created")),
        ("enabled", json!("yes")),
        ("after", json!("7")),
        ("after", json!(0)),
        ("after", json!("-1")),
        ("description", json!("two\nlines")),
        ("secret", json!("whsec_mine")),
    ] {
        let error = world.refusal(create, call().json(json!({"url": url, field: value})));
        assert_eq!(error.field.as_deref(), Some(field), "{value}");
    }
    let id = text(&made(&world, json!({"url": url}))["id"]).to_owned();
    for grace in [-1, 30 * 86_400 + 1] {
        let error = world.refusal(rotate, call().at(&[&id]).json(json!({"grace_seconds": grace})));
        assert_eq!(error.field.as_deref(), Some("grace_seconds"));
    }
}

#[test]
fn an_endpoint_begins_after_the_newest_event_or_where_it_is_told_to() {
    let world = World::new();
    world.user("ann@example.com", None);
    let url = "https://hooks.example.com/";
    assert_eq!(made(&world, json!({"url": url}))["after"], "1");
    assert_eq!(made(&world, json!({"url": url, "after": "0"}))["after"], "0");
}

#[test]
fn a_test_waits_in_the_log_until_it_is_sent_and_what_is_unknown_is_not_found() {
    let world = World::new();
    let id = text(&made(&world, json!({"url": "https://hooks.example.com/"}))["id"]).to_owned();
    let (status, queued) = world.ask(deliveries::test, call().at(&[&id]));
    assert_eq!((status, &queued["status"], &queued["type"]), (202, &json!("queued"), &json!("webhook.test")));
    let number = text(&queued["id"]).to_owned();
    assert_eq!(world.ask(deliveries::show, call().at(&[&id, &number])).1, queued);
    assert_eq!(world.ask(deliveries::list, call().at(&[&id])).1["items"], json!([queued]));
    for (handler, parameters) in [
        (show as fn(&Admin, &Call) -> Result<Reply>, ["x", ""]),
        (deliveries::list, ["x", ""]),
        (deliveries::show, [id.as_str(), "999"]),
        (deliveries::redeliver, [id.as_str(), "x"]),
        (deliveries::test, ["x", ""]),
        (remove, ["x", ""]),
        (rotate, ["x", ""]),
    ] {
        assert_eq!(world.refusal(handler, call().at(&parameters)).kind, Kind::NotFound, "{parameters:?}");
    }
}

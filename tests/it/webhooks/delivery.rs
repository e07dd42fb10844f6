//! What an endpoint receives.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{path_of, subscribe, subscribe_to_users, user_names, wait_for_delivery};
use crate::common::{Received, Receiver, Server, assert_contains, event_id, text};

/// Whether one of the message's signatures is this secret's (Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`).
fn is_signed_by(message: &Received, secret: &Value) -> bool {
    let key = STANDARD.decode(secret.as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, at) = (message.header("webhook-id"), message.header("webhook-timestamp"));
    mac.update(format!("{id}.{at}.{}", message.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    message.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[test]
fn each_event_arrives_once_in_order_as_the_feed_shows_it() {
    let (server, receiver) = (Server::start(), Receiver::start());
    server.rule(json!({}));
    let before = server.last_event();
    subscribe(&server, &receiver, json!({}));
    let users: Vec<String> = (0..20).map(|number| server.user(&format!("user{number}"))).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    server.group("Sales", &users);
    // The endpoint begins after the newest event before it: its own making is the first that it is told of.
    let events = server.events_after(before);
    let received = receiver.wait_for(events.len());
    let bodies: Vec<Value> = received.iter().map(Received::json).collect();
    assert_eq!(bodies, events);
    assert!(events.len() > 60);
    let mut ids: Vec<&str> = received.iter().map(|message| message.header("webhook-id")).collect();
    ids.dedup();
    assert_eq!(ids.len(), received.len());
}

#[test]
fn a_message_is_a_signed_post_of_json() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let webhook = subscribe_to_users(&server, &receiver);
    server.user("ann");
    let message = receiver.wait_for(1).remove(0);
    assert_eq!(message.request, "POST /hook HTTP/1.1");
    assert_eq!(message.header("content-type"), "application/json");
    assert!(message.header("user-agent").starts_with("rollcall/"));
    assert!(is_signed_by(&message, &webhook["secret"]));
    let event = event_id(&message.json());
    assert!(message.header("webhook-id").ends_with(&format!("_{event}")));
    assert!(message.header("webhook-timestamp").parse::<u64>().unwrap() > 1_700_000_000);
}

#[test]
fn an_endpoint_is_told_only_of_the_types_that_it_asks_for() {
    let (server, receiver) = (Server::start(), Receiver::start());
    server.rule(json!({}));
    subscribe(&server, &receiver, json!({"types": ["user.created", "assignment.*"]}));
    let ann = server.user("ann");
    server.group("Sales", &[&ann]);
    server.user("bob");
    let kinds: Vec<String> =
        receiver.wait_for(3).iter().map(|message| text(&message.json(), "type")).collect();
    assert_eq!(kinds, ["user.created", "assignment.granted", "user.created"]);
}

#[test]
fn after_a_rotation_both_secrets_sign_and_with_no_grace_only_the_new_one() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let webhook = subscribe_to_users(&server, &receiver);
    let rotate =
        |body: Value| server.api.post(format!("{}/rotate", path_of(&webhook)), body).expect(200).json;
    let second = rotate(json!({}));
    assert!(second["old_secret_until"].is_string());
    server.user("ann");
    let message = receiver.wait_for(1).remove(0);
    assert!(is_signed_by(&message, &webhook["secret"]) && is_signed_by(&message, &second["secret"]));
    let third = rotate(json!({"grace_seconds": 0}));
    server.user("bob");
    let message = receiver.wait_for(2).remove(1);
    assert!(!is_signed_by(&message, &webhook["secret"]) && !is_signed_by(&message, &second["secret"]));
    assert!(is_signed_by(&message, &third["secret"]));
}

#[test]
fn a_test_message_is_outside_of_the_feed_and_reaches_a_disabled_endpoint_too() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let webhook = subscribe(&server, &receiver, json!({"enabled": false, "description": "the warehouse"}));
    let path = path_of(&webhook);
    let before = server.last_event();
    server.user("ann");
    let queued = server.api.post(format!("{path}/test"), json!({})).expect(202).json;
    let message = receiver.wait_for(1).remove(0);
    let id = message.header("webhook-id").to_owned();
    let expected = json!({"id": id, "type": "webhook.test", "webhook": {"description": "the warehouse"}});
    assert_contains(&message.json(), &expected);
    assert!(is_signed_by(&message, &webhook["secret"]));
    let logged = wait_for_delivery(&server, &path, "delivered");
    assert_contains(
        &logged,
        &json!({"id": queued["id"], "source": "test", "event_id": null, "response_status": 204}),
    );
    assert_eq!(server.event_types_after(before), ["user.created"]);
    assert_eq!(receiver.count(), 1, "the event is not sent");
}

#[test]
fn a_redelivery_is_the_same_message_under_the_same_id() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.user("ann");
    server.user("bob");
    receiver.wait_for(2);
    wait_for_delivery(&server, &path, "delivered");
    let log = server.items(&format!("{path}/deliveries"));
    assert_eq!(log.len(), 2, "newest first: {log:?}");
    let first = text(&log[1], "id");
    let again = server.api.post(format!("{path}/deliveries/{first}/redeliver"), json!({})).expect(202).json;
    let received = receiver.wait_for(3);
    assert_eq!(received[2].body, received[0].body);
    assert_eq!(received[2].header("webhook-id"), received[0].header("webhook-id"));
    let logged = wait_for_delivery(&server, &path, "delivered");
    assert_contains(&logged, &json!({"id": again["id"], "source": "redelivery", "type": "user.created"}));
}

#[test]
fn an_endpoint_told_to_begin_earlier_catches_up_and_one_moved_back_is_told_again() {
    let (server, receiver) = (Server::start(), Receiver::start());
    server.user("ann");
    let after = server.last_event();
    server.user("bob");
    let fields = json!({"types": ["user.*"], "after": after.to_string()});
    let webhook = subscribe(&server, &receiver, fields);
    assert_eq!(user_names(&receiver.wait_for(1)), ["bob@example.com"]);
    server.api.patch(path_of(&webhook), json!({"after": "0"})).expect(200);
    let names = user_names(&receiver.wait_for(3));
    assert_eq!(names, ["bob@example.com", "ann@example.com", "bob@example.com"]);
}

#[test]
fn a_page_of_the_log_follows_another() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let path = path_of(&subscribe_to_users(&server, &receiver));
    for number in 0..5 {
        server.user(&format!("user{number}"));
    }
    receiver.wait_for(5);
    let last = server.last_event().to_string();
    super::wait_for_webhook(&server, &path, |webhook| webhook["after"] == last.as_str());
    let whole = server.items(&format!("{path}/deliveries"));
    assert_eq!(whole.len(), 5);
    assert_eq!(server.items(&format!("{path}/deliveries?limit=2")), whole);
}

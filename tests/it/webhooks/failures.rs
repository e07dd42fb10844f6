//! Endpoints that do not take their messages. What takes days is tested beside the code, with a clock of its own.

use serde_json::json;

use super::{path_of, subscribe_to_users, user_names, wait_for_delivery, wait_for_webhook};
use crate::common::{Receiver, Server, ServerProcess, assert_contains, wait_for};

#[test]
fn a_message_that_fails_is_tried_again_before_anything_after_it() {
    let (server, receiver) = (Server::start(), Receiver::start());
    receiver.answer("500 Internal Server Error");
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.user("ann");
    server.user("bob");
    let failing = wait_for_webhook(&server, &path, |webhook| webhook["failures"] == 1);
    assert!(failing["failing_since"].is_string() && failing["next_attempt_at"].is_string());
    let delivery = wait_for_delivery(&server, &path, "retrying");
    assert_contains(&delivery, &json!({"attempts": 1, "response_status": 500, "error": "*500*"}));
    receiver.answer("200 OK");
    let received = receiver.wait_for(3);
    assert_eq!(user_names(&received), ["ann@example.com", "ann@example.com", "bob@example.com"]);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[0].body, received[1].body);
    wait_for_webhook(&server, &path, |webhook| webhook["failures"] == 0);
    let log = server.items(&format!("{path}/deliveries"));
    assert_contains(&json!(log[1]), &json!({"status": "delivered", "attempts": 2, "error": null}));
}

#[test]
fn an_endpoint_that_says_when_to_come_again_is_left_alone_until_then() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let headers = "Retry-After: 600\r\n".to_owned();
    receiver.behave(crate::common::Behaviour {
        headers,
        ..crate::common::Behaviour::status("429 Too Many Requests")
    });
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.user("ann");
    let failing = wait_for_webhook(&server, &path, |webhook| webhook["failures"] == 1);
    let at = |name: &str| failing[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(at("next_attempt_at").duration_since(at("failing_since")).as_secs(), 600);
}

#[test]
fn an_endpoint_that_answers_410_is_disabled_with_an_event_and_goes_on_when_enabled() {
    let (mut server, receiver) = (ServerProcess::start(), Receiver::start());
    receiver.answer("410 Gone");
    let path = path_of(&subscribe_to_users(&server, &receiver));
    let before = server.last_event();
    server.user("ann");
    let gone = wait_for_webhook(&server, &path, |webhook| webhook["enabled"] == false);
    assert_eq!(
        (&gone["disabled_reason"], &gone["next_attempt_at"]),
        (&json!("gone"), &serde_json::Value::Null)
    );
    let events = server.events_of_type("settings.changed", before);
    assert_contains(
        &json!(events),
        &json!([{"change": "disabled", "webhook": {"id": gone["id"], "enabled": false}}]),
    );
    wait_for_delivery(&server, &path, "failed");
    assert!(server.program.log().contains("is disabled: it answered 410 Gone"), "the log warns");
    server.user("bob");
    receiver.answer("200 OK");
    server.api.patch(&path, json!({"enabled": true})).expect_body(200, json!({"failures": 0}));
    let names = user_names(&receiver.wait_for(3));
    assert_eq!(names, ["ann@example.com", "ann@example.com", "bob@example.com"], "nothing is lost");
}

#[test]
fn an_edit_ends_the_wait() {
    let (server, broken, working) = (Server::start(), Receiver::start(), Receiver::start());
    broken.answer("503 Service Unavailable");
    let path = path_of(&subscribe_to_users(&server, &broken));
    server.user("ann");
    wait_for_webhook(&server, &path, |webhook| webhook["failures"] == 1);
    server.api.patch(&path, json!({"url": working.url()})).expect(200);
    assert_eq!(user_names(&working.wait_for(1)), ["ann@example.com"]);
}

#[test]
fn a_redirect_is_a_failure_and_not_followed() {
    let (server, receiver, target) = (Server::start(), Receiver::start(), Receiver::start());
    let path = path_of(&subscribe_to_users(&server, &receiver));
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let headers = format!("Location: {}\r\n", target.url());
        receiver.behave(crate::common::Behaviour { headers, ..crate::common::Behaviour::status(status) });
        server.api.post(format!("{path}/test"), json!({})).expect(202);
        let number: u16 = status.split(' ').next().unwrap().parse().unwrap();
        let delivery = wait_for("the attempt is logged", || {
            let log = server.items(&format!("{path}/deliveries"));
            log.into_iter().find(|one| one["response_status"] == number)
        });
        assert_contains(&delivery, &json!({"status": "failed", "error": "*redirects are not followed*"}));
    }
    assert_eq!(target.count(), 0);
}

#[test]
fn nothing_of_an_answers_body_is_kept() {
    let (server, receiver) = (Server::start(), Receiver::start());
    let headers = "X-Secret: hush-hush\r\n".to_owned();
    receiver
        .behave(crate::common::Behaviour { headers, ..crate::common::Behaviour::status("400 hush-hush") });
    let path = path_of(&subscribe_to_users(&server, &receiver));
    server.user("ann");
    wait_for_delivery(&server, &path, "retrying");
    let log = server.api.get(format!("{path}/deliveries")).expect(200).text;
    assert!(!log.contains("hush-hush"), "{log}");
}

//! The replay of idp/README.md §1.7: what PingOne is known or thought to send, in each way to configure its connection.

use serde_json::{Value, json};

use crate::common::{Answer, Server, base64};

#[test]
fn the_documented_replay_holds_for_every_way_to_configure_the_connection() {
    for variant in ["as is", "base URL with a slash", "Basic", "custom header", "application/json"] {
        let server = Server::start();
        let scim = &server.scim;
        let token = server.ready["scim_token"].as_str().unwrap();
        let client = match variant {
            "base URL with a slash" => scim.at(&format!("{}/", scim.base())),
            "Basic" => scim.authorized(Some(&format!("Basic {}", base64(&format!("pingone:{token}"))))),
            "custom header" => scim.authorized(Some(token)),
            "application/json" => scim.sending("application/json"),
            _ => scim.copy(),
        };
        replay(&|method, target, body| {
            let bytes = body.map(|body: Value| body.to_string());
            let content_type = if variant == "application/json" { variant } else { "application/scim+json" };
            client.send(
                method,
                target,
                &[("Content-Type", content_type)],
                bytes.as_ref().map(String::as_bytes),
            )
        });
    }
}

type Send<'a> = &'a dyn Fn(&str, &str, Option<Value>) -> Answer;

const LOOK_UP: &str = "/Users?filter=username%20Eq%20%22jane%40ex.com%22";

fn replay(send: Send) {
    let jane = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "jane@ex.com",
        "externalId": "5f2a0c1e-6a67-4c0e-9a55-0d2f3b0f7c11",
        "name": {"givenName": "Jane", "familyName": "Doe", "formatted": "Jane Doe"},
        "emails": [{"value": "jane@ex.com", "type": "work", "primary": true}], "active": true
    });
    let id = created_and_found(send, &jane);
    let mut changed = jane;
    changed["name"]["familyName"] = json!("Dove");
    changed["emails"] = json!([{"value": "jane@ex.com", "type": "work", "primary": true},
        {"value": "jane@ex.com", "type": "other", "primary": true}]);
    let kept = json!({"name": {"familyName": "Dove"}, "emails": [{"type": "work", "primary": true},
        {"type": "other", "value": "jane@ex.com", "primary": false}]});
    send("PUT", &format!("/Users/{id}"), Some(changed.clone())).expect_body(200, kept);
    let group = group_pushed_and_overwritten(send, &id);
    for active in [false, true] {
        changed["active"] = json!(active);
        send("PUT", &format!("/Users/{id}"), Some(changed.clone())).expect(200);
        let found = json!({"totalResults": 1, "Resources": [{"id": id, "active": active}]});
        send("GET", LOOK_UP, None).expect_body(200, found);
    }
    send("DELETE", &format!("/Users/{id}"), None).expect(204);
    send("GET", &group, None).expect_body(200, json!({"members": []}));
    send("DELETE", &format!("/Users/{id}"), None).expect_scim_error(404, None);
}

/// Looked up in vain, created, found by every filter expression seen; gives the id.
fn created_and_found(send: Send, jane: &Value) -> String {
    send("GET", LOOK_UP, None).expect_body(200, json!({"totalResults": 0}));
    let id = send("POST", "/Users", Some(jane.clone())).expect_body(201, jane.clone()).id();
    let found = json!({"totalResults": 1, "Resources": [{"id": id}]});
    send("GET", LOOK_UP, None).expect_body(200, found.clone());
    for filter in [
        "email%20Co%20%22jane%40ex%22",
        "email.value%20Eq%20%22jane%40ex.com%22",
        "emails%20eq%20%22jane%40ex.com%22",
        "userName%20eq%20%22jane%40ex.com%22",
    ] {
        send("GET", &format!("/Users?filter={filter}"), None).expect_body(200, found.clone());
    }
    id
}

/// A group with a name beyond ASCII: posted empty, given two members, then one; gives its target.
fn group_pushed_and_overwritten(send: Send, jane: &str) -> String {
    let other = json!({"userName": "joe@ex.com", "emails": [{"value": "joe@ex.com", "type": "work"}]});
    let joe = send("POST", "/Users", Some(other)).expect(201).id();
    let look_up = "/Groups?filter=displayName%20Eq%20%22Ventes%20%C3%A9t%C3%A9%20%26%20Co%22";
    send("GET", look_up, None).expect_body(200, json!({"totalResults": 0}));
    let named = json!({"displayName": "Ventes été & Co"});
    let group = send("POST", "/Groups", Some(named)).expect_body(201, json!({"members": []})).id();
    let target = format!("/Groups/{group}");
    for members in [vec![jane, &joe], vec![jane]] {
        let values: Vec<Value> = members.iter().map(|user| json!({"value": user})).collect();
        let body = json!({"displayName": "Ventes été & Co", "members": values});
        send("PUT", &target, Some(body)).expect_body(200, json!({"members": values}));
        send("GET", &target, None).expect_body(200, json!({"members": values}));
    }
    send("GET", look_up, None).expect_body(200, json!({"totalResults": 1, "Resources": [{"id": group}]}));
    target
}

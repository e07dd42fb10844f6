//! Webhooks (interface.md §4): what arrives at an endpoint, when, in which order, and where nothing may arrive.

mod addresses;
mod delivery;
mod endpoints;
mod failures;
mod restarts;

use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Received, Receiver, Tenant, text, wait_for};

/// A configuration that lets loopback be called, in a folder where a durable server finds it.
pub fn allow_loopback(folder: &Path) {
    std::fs::write(folder.join("config.toml"), "[webhooks]\nallow = [\"127.0.0.0/8\"]\n").unwrap();
}

/// Makes an endpoint at `receiver` with these further fields.
#[track_caller]
pub fn subscribe(tenant: &Tenant, receiver: &Receiver, fields: Value) -> Value {
    let mut body = json!({"url": receiver.url()});
    for (key, value) in fields.as_object().unwrap() {
        body[key] = value.clone();
    }
    tenant.api.post("/webhooks", body).expect(201).json
}

/// The same for users alone; the event of the endpoint's own making is then none of its business.
#[track_caller]
pub fn subscribe_to_users(tenant: &Tenant, receiver: &Receiver) -> Value {
    subscribe(tenant, receiver, json!({"types": ["user.*"]}))
}

/// The path of an endpoint.
pub fn path_of(webhook: &Value) -> String {
    format!("/webhooks/{}", text(webhook, "id"))
}

/// Waits until the endpoint looks like this, and gives it.
#[track_caller]
pub fn wait_for_webhook(tenant: &Tenant, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    wait_for("the webhook is as expected", || {
        let webhook = tenant.api.get(path).expect(200).json;
        is_so(&webhook).then_some(webhook)
    })
}

/// Waits until the newest delivery has this status, and gives it.
#[track_caller]
pub fn wait_for_delivery(tenant: &Tenant, path: &str, status: &str) -> Value {
    wait_for("the delivery is as expected", || {
        let log = tenant.api.get(format!("{path}/deliveries?limit=1")).expect(200).json;
        (log["items"][0]["status"] == status).then(|| log["items"][0].clone())
    })
}

/// The user names of what arrived, in order.
pub fn user_names(received: &[Received]) -> Vec<String> {
    received.iter().map(|message| text(&message.json()["user"], "user_name")).collect()
}

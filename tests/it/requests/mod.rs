//! The request log: every request of an IdP, answered or refused, and what it led to.

mod kept;
mod life;
mod private;
mod search;

use serde_json::Value;

use crate::common::Tenant;

/// The newest requests of an organization.
#[track_caller]
fn logged(tenant: &Tenant, query: &str) -> Vec<Value> {
    tenant.items(&format!("/requests{query}"))
}

/// A request in full, by the id that its answer carried.
#[track_caller]
fn whole(tenant: &Tenant, id: &str) -> Value {
    tenant.api.get(format!("/requests/{id}")).expect(200).json
}

/// Requests without a valid token.
#[track_caller]
fn unknown(server: &Tenant) -> Vec<Value> {
    server.root.get("/requests?limit=1000").expect(200).json["items"].as_array().unwrap().clone()
}

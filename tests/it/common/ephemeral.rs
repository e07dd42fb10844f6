//! A server of the test's own, in memory and in this process: `rollcall::testing::Appliance` (interface.md §5).

use std::ops::Deref;

use rollcall::testing::{Appliance, Builder};
use serde_json::{Value, json};

use super::client::Client;
use super::tenant::Tenant;
use super::words::text;

/// An ephemeral server; ends with the test. Dereferences to its organization `default`.
pub struct Server {
    tenant: Tenant,
    /// The test routes: below `{test_url}/test`.
    pub test: Client,
    /// What the ready line of the program would be.
    pub ready: Value,
    /// The server itself.
    pub appliance: Appliance,
}

impl Server {
    /// A server with the built-in defaults of ephemeral mode: all features on.
    pub fn start() -> Server {
        Server::start_as(Appliance::builder())
    }

    /// A server with `config` as its configuration file.
    pub fn start_with(config: &str) -> Server {
        Server::start_as(Appliance::builder().config(config))
    }

    /// A server that begins with something.
    pub fn start_as(builder: Builder) -> Server {
        let appliance = builder.start().unwrap_or_else(|error| panic!("{error}"));
        let ready = appliance.ready();
        Server { tenant: tenant(&ready), test: test_client(&ready), ready, appliance }
    }

    /// A second organization, `other`, made through the admin API.
    #[track_caller]
    pub fn second_organization(&self) -> Tenant {
        let made = json!({"slug": "other", "name": "The other one"});
        self.root.post("/organizations", made.clone()).expect_body(201, made);
        let other = self.root.at(&format!("{}/organizations/other", self.root.base()));
        let token = text(&other.post("/tokens", json!({"name": "idp"})).expect(201).json, "token");
        Tenant::new(self.scim.authorized(Some(&format!("Bearer {token}"))), self.root.copy(), "other")
    }
}

impl Deref for Server {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.tenant
    }
}

/// The organization that a ready line names.
pub fn tenant(ready: &Value) -> Tenant {
    let text = |key: &str| text(ready, key);
    let scim = Client::new(&text("scim_base_url"), &text("scim_token"), "application/scim+json");
    let api = Client::new(&text("api_url"), &text("api_token"), "application/json");
    Tenant::new(scim, api, &text("organization"))
}

/// A client of the test routes.
pub fn test_client(ready: &Value) -> Client {
    let url = format!("{}/test", text(ready, "test_url"));
    Client::new(&url, &text(ready, "api_token"), "application/json")
}

//! Connect: what to write into the identity provider's console, filled in, and what arrives from it.

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::handle::Admin;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::providers::{PROVIDERS, is_copied};
use crate::admin::page::requests::{latest, unknown};
use crate::directory::request_json;
use crate::model::call::Call;
use crate::model::error::Result;

/// `GET connect?provider=`.
///
/// # Errors
/// Those of the store.
pub fn connect(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Connect)?;
    let asked = call.query.get("provider").unwrap_or_default();
    let provider = PROVIDERS.iter().find(|provider| provider.slug == asked).or(PROVIDERS.first());
    let base = format!("{}/scim/v2", call.base_url);
    let fields: Vec<(&str, String, bool)> = provider
        .map(|provider| provider.fields)
        .unwrap_or_default()
        .iter()
        .map(|(field, value)| {
            let copied = is_copied(value);
            let value = value.replace("{base}", &base).replace("{user_urn}", &admin.extensions.user);
            (*field, value.replace("{group_urn}", &admin.extensions.group), copied)
        })
        .collect();
    let requests: Vec<Value> = latest(admin, page.organization.id, 10)?.iter().map(request_json).collect();
    page.render(
        "connect.html",
        context! { providers => PROVIDERS, provider, fields, requests, unknown => unknown(&page)? },
    )
}

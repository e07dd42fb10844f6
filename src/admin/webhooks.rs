//! Endpoints that are told of events. The secret of one is in the answers that make it, and in no other.

use serde_json::Value;

use crate::admin::body::{Field, Fields};
use crate::admin::handle::{Admin, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::directory::{SECRET_GRACE, WebhookEdit, webhook_json};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::ResourceId;
use crate::model::webhook::{EventTypes, Webhook, WebhookUrl};

/// What an endpoint is written with.
const FIELDS: [&str; 5] = ["url", "types", "description", "enabled", "after"];

/// Of [`list`].
pub const LIST: Operation = Operation::list("Endpoints that are told of events", "Webhook");
/// Of [`create`].
pub const CREATE: Operation =
    Operation::create("Make an endpoint; its secret is shown once", "NewWebhook", "MadeWebhook");
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One endpoint", "Webhook");
/// Of [`update`].
pub const UPDATE: Operation =
    Operation::change("Change an endpoint, disable or enable it", Body::Required("WebhookChange"), "Webhook");
/// Of [`remove`].
pub const REMOVE: Operation = Operation::delete("Remove an endpoint with its log");
/// Of [`rotate`].
pub const ROTATE: Operation =
    Operation::change("Give an endpoint a new secret", Body::Optional("Rotation"), "MadeWebhook");

/// `GET webhooks`.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "webhooks")?;
    let rows = admin.read(|db| db.webhooks(organization(call)?.id, listing.page()))?;
    let (rows, next) = listing.cut(rows, |webhook| [webhook.id.0]);
    Ok(reply::list(rows.iter().map(webhook_json).collect(), next))
}

/// `POST webhooks`: begins after the newest event, or after the one that is named.
///
/// # Errors
/// `InvalidValue` naming the field, also for an address that this server must not call; `Conflict` for too many.
pub fn create(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &FIELDS)?;
    let url = admin.reachable(fields.required("url")?)?;
    let rest = edit(&mut fields)?;
    let webhook = admin.change(call, move |change| change.create_webhook(url, rest))?;
    reply::created(call, &format!("webhooks/{}", webhook.resource_id), &with_secret(&webhook))
}

/// `GET webhooks/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call);
    let webhook = admin.read(|db| db.webhook(organization(call)?.id, &id))?;
    let webhook = webhook.ok_or_else(|| Error::not_found("webhook", id))?;
    Ok(reply::ok(&webhook_json(&webhook)))
}

/// `PATCH webhooks/{id}`.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field.
pub fn update(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call);
    let mut fields = Fields::of_body(call, &FIELDS)?;
    let url = fields.changed("url")?.map(|url| admin.reachable(url)).transpose()?;
    let edit = WebhookEdit { url, ..edit(&mut fields)? };
    let webhook = admin.change(call, move |change| change.update_webhook(&id, edit))?;
    Ok(reply::ok(&webhook_json(&webhook)))
}

/// `DELETE webhooks/{id}`: the endpoint and its log.
///
/// # Errors
/// `NotFound`.
pub fn remove(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call);
    admin.change(call, move |change| change.delete_webhook(&id))?;
    Ok(reply::no_content())
}

/// `POST webhooks/{id}/rotate` `{grace_seconds?}`: a new secret; the old one signs too for a day, or as said.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field.
pub fn rotate(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call);
    let mut fields = Fields::of_optional_body(call, &["grace_seconds"])?;
    let grace = fields.optional("grace_seconds")?.unwrap_or(SECRET_GRACE);
    let webhook = admin.change(call, move |change| change.rotate_webhook(&id, grace))?;
    Ok(reply::ok(&with_secret(&webhook)))
}

impl Admin {
    /// The URL, unless this server must not call it, as far as that is known without asking a name server.
    fn reachable(&self, text: String) -> Result<WebhookUrl> {
        let url = WebhookUrl::parse(&text)?;
        let refuse = |what: &str| Err(Error::invalid_value(format!("url: {what}")).at("url"));
        match url.literal_address().map(|address| self.addresses.refusal(address, url.is_secure())) {
            Some(Some(reason)) => refuse(&format!(
                "this server must not call that address: it is {reason}. The server's operator can allow it in [webhooks] \
                 allow."
            )),
            None if !url.is_secure() && !self.addresses.allows_any() => {
                refuse("plain http reaches only addresses in [webhooks] allow, which has none. Use https.")
            }
            Some(None) | None => Ok(url),
        }
    }
}

/// Reads what is optional of an endpoint.
fn edit(fields: &mut Fields) -> Result<WebhookEdit> {
    Ok(WebhookEdit {
        url: None,
        types: fields.changed("types")?.map(EventTypes::parse).transpose()?,
        description: fields.changed("description")?,
        enabled: fields.changed("enabled")?,
        after: fields.changed::<EventId>("after")?.map(|EventId(after)| after),
    })
}

fn with_secret(webhook: &Webhook) -> Value {
    let mut document = webhook_json(webhook);
    if let Value::Object(members) = &mut document {
        members.insert("secret".to_owned(), Value::String(webhook.secret.reveal()));
    }
    document
}

pub(super) fn id(call: &Call) -> ResourceId {
    ResourceId::from(call.parameter(0))
}

/// The number of an event, as the feed writes it.
struct EventId(i64);

impl Field for EventId {
    const EXPECTED: &'static str = "the id of an event, a string of digits";

    fn read(value: &Value) -> Option<EventId> {
        value.as_str()?.parse().ok().filter(|id| *id >= 0).map(EventId)
    }
}

#[cfg(test)]
#[path = "webhooks_tests.rs"]
mod tests;

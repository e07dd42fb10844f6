//! The log of what was sent to an endpoint, and messages that an admin asks for. They are sent in the background: the
//! answer is 202, and the log says how it went.

use rouille::Response;
use serde_json::Value;

use crate::admin::handle::{Admin, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Answer, Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::admin::webhooks::id;
use crate::directory::delivery_json;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::{DeliveryId, WebhookId};
use crate::model::webhook::Delivery;
use crate::store::Db;

/// Of [`list`].
pub const LIST: Operation = Operation::list("What was sent to an endpoint, newest first", "Delivery");
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One message", "Delivery");
/// Of [`redeliver`].
pub const REDELIVER: Operation = Operation {
    answer: Answer::Accepted("Delivery"),
    ..Operation::change("Send a message again", Body::None, "Delivery")
};
/// Of [`test()`].
pub const TEST: Operation = Operation {
    answer: Answer::Accepted("Delivery"),
    ..Operation::change("Send a message to try the endpoint", Body::None, "Delivery")
};

/// `GET webhooks/{id}/deliveries`: newest first.
///
/// # Errors
/// `NotFound` for the endpoint; those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "deliveries")?;
    let rows = admin.read(|db| db.deliveries(webhook(db, call)?, listing.page()))?;
    let (rows, next) = listing.cut(rows, |delivery| [delivery.id.0]);
    Ok(reply::list(rows.iter().map(delivery_json).collect(), next))
}

/// `GET webhooks/{id}/deliveries/{d}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let number = number(call)?;
    let delivery = admin.read(|db| db.delivery(webhook(db, call)?, number))?;
    let delivery = delivery.ok_or_else(|| Error::not_found("delivery", number))?;
    Ok(reply::ok(&delivery_json(&delivery)))
}

/// `POST webhooks/{id}/deliveries/{d}/redeliver`: the same message again, under the same id, outside of the order.
///
/// # Errors
/// `NotFound`; `Conflict` for an event that the feed no longer has.
pub fn redeliver(admin: &Admin, call: &Call) -> Result<Reply> {
    let (id, number) = (id(call), number(call)?);
    let delivery = admin.change(call, move |change| change.redeliver(&id, number))?;
    Ok(accepted(&delivery))
}

/// `POST webhooks/{id}/test`: a `webhook.test` message, which is no event of the feed.
///
/// # Errors
/// `NotFound`.
pub fn test(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call);
    let delivery = admin.change(call, move |change| change.test_webhook(&id))?;
    Ok(accepted(&delivery))
}

/// 202 with the message that will be sent.
fn accepted(delivery: &Delivery) -> Reply {
    let document: Value = delivery_json(delivery);
    let answer = Response::from_data("application/json", document.to_string());
    Reply::Answer(reply::uncached(answer.with_status_code(202)))
}

fn webhook(db: &Db<'_>, call: &Call) -> Result<WebhookId> {
    let id = id(call);
    let webhook = db.webhook(organization(call)?.id, &id)?;
    webhook.map(|webhook| webhook.id).ok_or_else(|| Error::not_found("webhook", id))
}

fn number(call: &Call) -> Result<DeliveryId> {
    let text = call.parameter(1);
    DeliveryId::parse(text).ok_or_else(|| Error::not_found("delivery", text))
}

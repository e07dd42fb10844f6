//! Endpoints: made, edited, given new secrets, removed, and disabled when they do not answer. Each edit is a
//! `settings.changed` event with the endpoint in it; sending is the business of the layer above.

use serde_json::{Value, json};

use crate::directory::change::Change;
use crate::model::error::{Error, Kind, Result};
use crate::model::event::EventKind;
use crate::model::id::{DeliveryId, ResourceId};
use crate::model::webhook::{
    Delivery, DeliveryStatus, Disabled, EventTypes, SigningSecret, Source, Webhook, WebhookUrl,
};
use crate::store::{NewDelivery, NewWebhook};

/// How long, in seconds, the old secret signs too when the one who rotates it says nothing: a day.
pub const SECRET_GRACE: i64 = 24 * 60 * 60;

/// The longest grace, in seconds: 30 days.
const LONGEST_GRACE: i64 = 30 * 24 * 60 * 60;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 500;
/// How many endpoints an organization may have.
const MOST: i64 = 100;
/// The type of the message that tries an endpoint; no event has it.
const TEST: &str = "webhook.test";

/// What an admin says of an endpoint; `None` leaves it, or takes the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookEdit {
    /// Where messages go.
    pub url: Option<WebhookUrl>,
    /// Which events it is told of.
    pub types: Option<EventTypes>,
    /// What a person wrote about it.
    pub description: Option<String>,
    /// Whether messages are sent.
    pub enabled: Option<bool>,
    /// The event after which it goes on; a new endpoint begins after the newest.
    pub after: Option<i64>,
}

impl Change<'_> {
    /// Makes an endpoint. The secret is in what this gives, and is not to be shown again.
    ///
    /// # Errors
    /// `InvalidValue` naming the field; `Conflict` when there are too many.
    pub fn create_webhook(&mut self, url: WebhookUrl, rest: WebhookEdit) -> Result<Webhook> {
        if self.tx.webhook_count(self.organization.id)? >= MOST {
            return Err(Error::new(
                Kind::Conflict,
                format!("This organization has {MOST} webhooks, which is the most. Delete one first."),
            ));
        }
        let newest = self.tx.last_event_id(self.organization.id)?;
        let resource_id = self.ids.resource_id(self.cause.at);
        self.tx.insert_webhook(&NewWebhook {
            resource_id: resource_id.clone(),
            organization: self.organization.id,
            url,
            description: checked_description(rest.description.unwrap_or_default())?,
            types: rest.types.unwrap_or_default(),
            disabled: (rest.enabled == Some(false)).then_some(Disabled::Admin),
            secret: SigningSecret::of_bytes(self.ids.secret().to_vec()),
            cursor: rest.after.map_or(Ok(newest), |after| checked_after(after, newest))?,
            created: self.cause.at,
        })?;
        let webhook = self.the_webhook(&resource_id)?;
        self.webhook_changed("created", &webhook);
        Ok(webhook)
    }

    /// Edits an endpoint. One of which more than the description changes is tried at once, whatever failed before.
    ///
    /// # Errors
    /// `NotFound`; `InvalidValue` naming the field.
    pub fn update_webhook(&mut self, id: &ResourceId, edit: WebhookEdit) -> Result<Webhook> {
        let before = self.the_webhook(id)?;
        let newest = self.tx.last_event_id(self.organization.id)?;
        let starts_anew =
            edit.url.is_some() || edit.types.is_some() || edit.enabled.is_some() || edit.after.is_some();
        let after = Webhook {
            url: edit.url.unwrap_or(before.url.clone()),
            types: edit.types.unwrap_or(before.types.clone()),
            description: edit.description.map_or(Ok(before.description.clone()), checked_description)?,
            disabled: match edit.enabled {
                Some(true) => None,
                Some(false) => before.disabled.or(Some(Disabled::Admin)),
                None => before.disabled,
            },
            cursor: edit.after.map_or(Ok(before.cursor), |after| checked_after(after, newest))?,
            trouble: before.trouble.filter(|_| !starts_anew),
            ..before.clone()
        };
        if after == before {
            return Ok(after);
        }
        if starts_anew {
            self.tx.give_up_retrying(before.id)?;
        }
        self.write_webhook("changed", &after)
    }

    /// Gives an endpoint a new secret. The old one signs too for `grace` seconds; one that was rotated away before
    /// that signs no longer.
    ///
    /// # Errors
    /// `NotFound`; `InvalidValue` for a grace that is negative or longer than 30 days.
    pub fn rotate_webhook(&mut self, id: &ResourceId, grace: i64) -> Result<Webhook> {
        if !(0..=LONGEST_GRACE).contains(&grace) {
            return Err(Error::invalid_value(format!(
                "grace_seconds: it is {grace}; a number from 0, which ends the old secret at once, to {LONGEST_GRACE} (30 \
                 days) is expected."
            ))
            .at("grace_seconds"));
        }
        let before = self.the_webhook(id)?;
        let until = self.cause.at.plus_seconds(grace);
        let rotated = Webhook {
            secret: SigningSecret::of_bytes(self.ids.secret().to_vec()),
            old_secret: (grace > 0).then_some((before.secret.clone(), until)),
            ..before
        };
        self.write_webhook("rotated", &rotated)
    }

    /// Removes an endpoint with its log.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn delete_webhook(&mut self, id: &ResourceId) -> Result<()> {
        let webhook = self.the_webhook(id)?;
        self.tx.delete_webhook(webhook.id)?;
        self.webhook_changed("deleted", &webhook);
        Ok(())
    }

    /// Disables an endpoint that does not take its messages; `seen` is what the one who sends knows of it. Does nothing
    /// when an admin edited it meanwhile.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn give_webhook_up(&mut self, seen: &Webhook, reason: Disabled) -> Result<()> {
        let Some(now) = self.tx.webhook_by_row(seen.id)?.filter(|now| now.version == seen.version) else {
            return Ok(());
        };
        self.tx.give_up_retrying(now.id)?;
        self.write_webhook("disabled", &Webhook { disabled: Some(reason), ..now }).map(|_| ())
    }

    /// Has a message sent that tries an endpoint, outside of the feed; also to one that is disabled.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn test_webhook(&mut self, id: &ResourceId) -> Result<Delivery> {
        let message_id = format!("test_{}", self.ids.uuid());
        self.queue(id, Source::Test, message_id, None, TEST.to_owned())
    }

    /// Has a message sent again, once, outside of the order of the feed; also to an endpoint that is disabled.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for an event that the feed no longer has.
    pub fn redeliver(&mut self, id: &ResourceId, delivery: DeliveryId) -> Result<Delivery> {
        let webhook = self.the_webhook(id)?;
        let old = self.tx.delivery(webhook.id, delivery)?;
        let old = old.ok_or_else(|| Error::not_found("delivery", delivery))?;
        let Some(event) = old.event else {
            return self.queue(id, Source::Test, old.message_id, None, old.kind);
        };
        if self.tx.event(self.organization.id, event)?.is_none() {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "Event {event} is no longer in the feed ([events] keep_days), so it cannot be sent again."
                ),
            ));
        }
        self.queue(id, Source::Redelivery, old.message_id, Some(event), old.kind)
    }

    fn queue(
        &self,
        id: &ResourceId,
        source: Source,
        message_id: String,
        event: Option<i64>,
        kind: String,
    ) -> Result<Delivery> {
        let webhook = self.the_webhook(id)?;
        let status = DeliveryStatus::Queued;
        let created = self.cause.at;
        let new = NewDelivery { source, message_id, event, kind, status, created, last: None, error: None };
        let row = self.tx.queue_delivery(self.organization.id, webhook.id, &new)?;
        self.tx.delivery(webhook.id, row)?.ok_or_else(|| Error::internal("a delivery is gone at once"))
    }

    fn write_webhook(&mut self, what: &str, webhook: &Webhook) -> Result<Webhook> {
        self.tx.update_webhook(&Webhook { changed: self.cause.at, ..webhook.clone() })?;
        let written = self.the_webhook(&webhook.resource_id)?;
        self.webhook_changed(what, &written);
        Ok(written)
    }

    fn webhook_changed(&mut self, what: &str, webhook: &Webhook) {
        self.record(EventKind::SettingsChanged, json!({"change": what, "webhook": webhook_json(webhook)}));
    }

    fn the_webhook(&self, id: &ResourceId) -> Result<Webhook> {
        self.tx.webhook(self.organization.id, id)?.ok_or_else(|| Error::not_found("webhook", id))
    }
}

/// An endpoint as lists and events show it, without its secrets.
pub fn webhook_json(webhook: &Webhook) -> Value {
    let trouble = webhook.trouble.as_ref();
    json!({
        "id": webhook.resource_id,
        "url": webhook.url.as_str(),
        "description": webhook.description,
        "types": webhook.types.names(),
        "enabled": webhook.disabled.is_none(),
        "disabled_reason": webhook.disabled.map(Disabled::as_str),
        "after": webhook.cursor.to_string(),
        "failures": trouble.map_or(0, |trouble| trouble.failures),
        "failing_since": trouble.map(|trouble| trouble.since),
        "next_attempt_at": trouble.filter(|_| webhook.disabled.is_none()).map(|trouble| trouble.next_attempt),
        "old_secret_until": webhook.old_secret.as_ref().map(|(_, until)| until),
        "created_at": webhook.created,
        "changed_at": webhook.changed,
    })
}

/// A message in the log of deliveries.
pub fn delivery_json(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "message_id": delivery.message_id,
        "source": delivery.source.as_str(),
        "event_id": delivery.event.map(|event| event.to_string()),
        "type": delivery.kind,
        "status": delivery.status.as_str(),
        "attempts": delivery.attempts,
        "created_at": delivery.created,
        "attempted_at": delivery.last.map(|last| last.at),
        "response_status": delivery.last.and_then(|last| last.response_status),
        "duration_ms": delivery.last.map(|last| last.duration_ms),
        "error": delivery.error,
    })
}

fn checked_description(text: String) -> Result<String> {
    let length = text.chars().count();
    if length > LONGEST_DESCRIPTION || text.chars().any(char::is_control) {
        return Err(Error::invalid_value(format!(
            "description: at most {LONGEST_DESCRIPTION} characters on one line are allowed; this one has {length}."
        ))
        .at("description"));
    }
    Ok(text)
}

fn checked_after(after: i64, newest: i64) -> Result<i64> {
    if (0..=newest).contains(&after) {
        return Ok(after);
    }
    Err(Error::invalid_value(format!(
        "after: this feed has no event {after}; the newest is {newest}. Send the id of an event, or 0 for the beginning."
    ))
    .at("after"))
}

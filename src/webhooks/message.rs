//! Messages and their signatures (Standard Webhooks 1.0): `webhook-id`, `webhook-timestamp`, `webhook-signature`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::directory::event_text;
use crate::model::error::{Error, Result};
use crate::model::time::Timestamp;
use crate::model::webhook::{Delivery, SigningSecret, Webhook};
use crate::store::Event;

/// What is sent: the same bytes at every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The `webhook-id`, by which a receiver knows a message that it was sent before.
    pub(super) id: String,
    /// JSON.
    pub(super) body: String,
}

impl Message {
    /// The message that tells an event to an endpoint: the item of the feed, byte for byte.
    pub(super) fn of_event(webhook: &Webhook, event: &Event) -> Message {
        Message { id: Message::id_of_event(webhook, event.id), body: event_text(event) }
    }

    /// The id of that message. The endpoint's own is random, so that no two databases give one id to different messages.
    pub(super) fn id_of_event(webhook: &Webhook, event: i64) -> String {
        format!("evt_{}_{event}", webhook.resource_id.as_str().replace('-', ""))
    }

    /// The message that tries an endpoint.
    pub(super) fn of_test(webhook: &Webhook, delivery: &Delivery) -> Message {
        let body = json!({
            "id": delivery.message_id,
            "at": delivery.created,
            "type": delivery.kind,
            "webhook": {"id": webhook.resource_id, "description": webhook.description},
        });
        Message { id: delivery.message_id.clone(), body: body.to_string() }
    }

    /// The value of `webhook-signature` for an attempt at `now`: one signature for each secret that is valid then.
    ///
    /// # Errors
    /// `Internal` for a key that no HMAC takes, which there is none of.
    pub(super) fn signatures(&self, webhook: &Webhook, now: Timestamp) -> Result<String> {
        let mut signatures = self.signature(&webhook.secret, now)?;
        if let Some((old, _)) = webhook.old_secret.as_ref().filter(|(_, until)| now < *until) {
            signatures.push(' ');
            signatures.push_str(&self.signature(old, now)?);
        }
        Ok(signatures)
    }

    fn signature(&self, secret: &SigningSecret, now: Timestamp) -> Result<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.key())
            .map_err(|error| Error::internal(format!("a webhook's secret cannot sign: {error}")))?;
        mac.update(format!("{}.{}.", self.id, seconds(now)).as_bytes());
        mac.update(self.body.as_bytes());
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// The value of `webhook-timestamp`: seconds since the Unix epoch.
pub(super) fn seconds(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(1000)
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;

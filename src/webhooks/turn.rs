//! An endpoint's turn: a bounded part of what it has coming, in order, and then how far that came, as one transaction.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::directory::{Cause, Directory};
use crate::model::error::Result;
use crate::model::id::WebhookId;
use crate::model::time::Timestamp;
use crate::model::webhook::{Delivery, DeliveryStatus, Disabled, Source, Trouble, Webhook};
use crate::store::{Event, NewDelivery};
use crate::webhooks::backoff::{after_failure, is_hopeless};
use crate::webhooks::message::Message;
use crate::webhooks::sender::{Sender, Sent, Verdict};

/// The most events of one turn: what may be sent twice when the process dies.
const PART: i64 = 100;
/// After how long no further event is begun.
const LONGEST: Duration = Duration::from_millis(500);
/// The most messages that an admin asked for, of one turn.
const ASKED_FOR: i64 = 10;
/// The type in the log of events that were not sent.
const SKIPPED: &str = "events.skipped";

/// What turns work with.
pub(super) struct Courier {
    pub(super) directory: Directory,
    pub(super) sender: Sender,
    /// Days of failure after which an endpoint is disabled.
    pub(super) give_up_days: u32,
    /// Set when the server ends: no further message is begun.
    pub(super) stopping: AtomicBool,
}

/// What a turn came to, before it is written.
struct Part {
    webhook: Webhook,
    /// The last event that is done.
    cursor: i64,
    log: Vec<NewDelivery>,
    /// What the endpoint's record of failures is now.
    trouble: Option<Trouble>,
    /// Why the endpoint is to be disabled, if so.
    ending: Option<Disabled>,
}

impl Courier {
    /// Gives an endpoint its turn, and says whether it was called. Nothing happens where there is nothing to send any more.
    ///
    /// # Errors
    /// Those of the store: then what was sent is sent again another time.
    pub(super) fn turn(&self, id: WebhookId) -> Result<bool> {
        let was_asked = self.send_what_was_asked_for(id)?;
        let now = self.directory.clock().now();
        let found = self.directory.store().read(|db| {
            let Some(webhook) = db.webhook_by_row(id)?.filter(|webhook| is_due(webhook, now)) else {
                return Ok(None);
            };
            let events = db.events(webhook.organization, webhook.cursor, PART)?;
            let newest = db.last_event_id(webhook.organization)?;
            Ok(Some((webhook, events, newest)))
        })?;
        match found {
            Some((webhook, events, newest)) if webhook.cursor < newest => {
                let start = Instant::now();
                let part = self.send_part(webhook, &events, newest)?;
                let was_called = part.log.iter().any(|message| message.last.is_some());
                let is_full = i64::try_from(part.log.len()).is_ok_and(|sent| sent >= PART);
                self.write(part)?;
                // A backlog leaves half of the time to those who write.
                if is_full && !self.stopping.load(Ordering::Relaxed) {
                    std::thread::sleep(start.elapsed().min(LONGEST));
                }
                Ok(was_asked || was_called)
            }
            Some(_) | None => Ok(was_asked),
        }
    }

    fn send_part(&self, webhook: Webhook, events: &[Event], newest: i64) -> Result<Part> {
        let start = Instant::now();
        let mut part = Part::new(webhook);
        for event in events {
            if self.stopping.load(Ordering::Relaxed) || start.elapsed() > LONGEST {
                break;
            }
            part.skip_to(event.id, event.at);
            if part.webhook.types.include(&event.kind) {
                let message = Message::of_event(&part.webhook, event);
                let now = self.directory.clock().now();
                let sent = self.sender.send(&part.webhook, &message, now)?;
                if !self.note(&mut part, event, message.id, sent) {
                    break;
                }
            }
            part.cursor = event.id;
        }
        if events.is_empty() {
            part.skip_to(newest.saturating_add(1), self.directory.clock().now());
        }
        Ok(part)
    }

    /// Notes how a message went; whether the next one may follow.
    fn note(&self, part: &mut Part, event: &Event, message_id: String, sent: Sent) -> bool {
        let now = sent.attempt.at;
        let (status, error) = match sent.verdict {
            Verdict::Delivered => {
                part.trouble = None;
                (DeliveryStatus::Delivered, None)
            }
            Verdict::Failed(error) => {
                let trouble =
                    after_failure(part.trouble, now, self.directory.ids().jitter(), sent.asked_wait);
                part.trouble = Some(trouble);
                part.ending = is_hopeless(trouble, now, self.give_up_days).then_some(Disabled::Failing);
                (DeliveryStatus::Retrying, Some(error))
            }
            Verdict::Gone => {
                part.trouble = Some(after_failure(part.trouble, now, self.directory.ids().jitter(), None));
                part.ending = Some(Disabled::Gone);
                (DeliveryStatus::Retrying, Some("The endpoint answered 410 Gone.".to_owned()))
            }
        };
        part.log.push(NewDelivery {
            source: Source::Feed,
            message_id,
            event: Some(event.id),
            kind: event.kind.clone(),
            status,
            created: now,
            last: Some(sent.attempt),
            error,
        });
        status == DeliveryStatus::Delivered
    }

    /// Writes what a turn came to. An endpoint that an admin edited meanwhile stays where the admin put it.
    fn write(&self, part: Part) -> Result<()> {
        let directory = self.directory.clone();
        let cause = Cause {
            request_id: directory.ids().uuid(),
            token: "webhooks".to_owned(),
            at: directory.clock().now(),
        };
        let disabled = self.directory.store().write(move |tx| {
            let Part { webhook, cursor, log, trouble, ending } = part;
            let moved = tx.move_webhook(&webhook, cursor, trouble)?;
            if !moved && tx.webhook_by_row(webhook.id)?.is_none() {
                return Ok(None);
            }
            for new in &log {
                tx.log_feed_delivery(webhook.id, new)?;
            }
            if !moved {
                tx.give_up_retrying(webhook.id)?;
            }
            tx.prune_deliveries_by_count(webhook.id)?;
            let Some(reason) = ending.filter(|_| moved) else { return Ok(None) };
            let organization = webhook.organization;
            directory.run(tx, organization, cause, |change| change.give_webhook_up(&webhook, reason))?;
            Ok(Some((webhook, reason)))
        })?;
        if let Some((webhook, reason)) = disabled {
            let (id, host) = (&webhook.resource_id, webhook.url.host());
            log::warn!("webhook {id} to {host} is disabled: {}", in_words(reason, self.give_up_days));
        }
        Ok(())
    }

    /// Sends tests and redeliveries, each once; whether there were any.
    fn send_what_was_asked_for(&self, id: WebhookId) -> Result<bool> {
        let found = self.directory.store().read(|db| {
            let Some(webhook) = db.webhook_by_row(id)? else { return Ok(None) };
            let mut asked_for = Vec::new();
            for delivery in db.queued_deliveries(id, ASKED_FOR)? {
                let event = delivery.event.map(|event| db.event(webhook.organization, event));
                asked_for.push((delivery, event.transpose()?.flatten()));
            }
            Ok(Some((webhook, asked_for)))
        })?;
        let Some((webhook, asked_for)) = found else { return Ok(false) };
        let were_there = !asked_for.is_empty();
        for (delivery, event) in asked_for {
            if self.stopping.load(Ordering::Relaxed) {
                break;
            }
            self.send_once(&webhook, &delivery, event)?;
        }
        Ok(were_there)
    }

    fn send_once(&self, webhook: &Webhook, delivery: &Delivery, event: Option<Event>) -> Result<()> {
        let message = match (delivery.source, event) {
            (Source::Test, _) => Some(Message::of_test(webhook, delivery)),
            (Source::Feed | Source::Redelivery, event) => {
                event.map(|event| Message::of_event(webhook, &event))
            }
        };
        let (status, last, error) = match message {
            None => (DeliveryStatus::Failed, None, Some("The feed no longer has this event.".to_owned())),
            Some(message) => {
                let sent = self.sender.send(webhook, &message, self.directory.clock().now())?;
                match sent.verdict {
                    Verdict::Delivered => (DeliveryStatus::Delivered, Some(sent.attempt), None),
                    Verdict::Failed(error) => (DeliveryStatus::Failed, Some(sent.attempt), Some(error)),
                    Verdict::Gone => {
                        let error = "The endpoint answered 410 Gone.".to_owned();
                        (DeliveryStatus::Failed, Some(sent.attempt), Some(error))
                    }
                }
            }
        };
        let (id, webhook) = (delivery.id, webhook.id);
        self.directory.store().write(move |tx| {
            tx.finish_delivery(id, status, last, error.as_deref())?;
            tx.prune_deliveries_by_count(webhook)
        })
    }
}

impl Part {
    fn new(webhook: Webhook) -> Part {
        Part { cursor: webhook.cursor, log: Vec::new(), trouble: webhook.trouble, ending: None, webhook }
    }

    /// Records that the feed no longer has what lies between the cursor and `next`, if anything does.
    fn skip_to(&mut self, next: i64, at: Timestamp) {
        let (first, last) = (self.cursor.saturating_add(1), next.saturating_sub(1));
        if first > last {
            return;
        }
        self.log.push(NewDelivery {
            source: Source::Feed,
            message_id: Message::id_of_event(&self.webhook, first),
            event: Some(first),
            kind: SKIPPED.to_owned(),
            status: DeliveryStatus::Skipped,
            created: at,
            last: None,
            error: Some(format!(
                "Events {first} to {last} were removed from the feed ([events] keep_days) before their turn came."
            )),
        });
        self.cursor = last;
    }
}

fn is_due(webhook: &Webhook, now: Timestamp) -> bool {
    webhook.disabled.is_none() && webhook.trouble.is_none_or(|trouble| trouble.next_attempt <= now)
}

fn in_words(reason: Disabled, give_up_days: u32) -> String {
    match reason {
        Disabled::Admin => "an admin said so".to_owned(),
        Disabled::Gone => "it answered 410 Gone".to_owned(),
        Disabled::Failing => format!("it failed for {give_up_days} days ([webhooks] give_up_days)"),
    }
}

//! Rows of `webhook_deliveries`: the log of messages to endpoints, and those that an admin asked for.

use rusqlite::{Row, params};

use crate::model::error::Result;
use crate::model::id::{DeliveryId, OrganizationId, WebhookId};
use crate::model::time::Timestamp;
use crate::model::webhook::{Attempt, Delivery, DeliveryStatus, Source};
use crate::store::query::{Db, Page, Tx};

/// How many messages of an endpoint are kept.
const KEPT: i64 = 1_000;

/// A message to be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Why it was made.
    pub source: Source,
    /// The `webhook-id`.
    pub message_id: String,
    /// The event that it tells; none for a test.
    pub event: Option<i64>,
    /// The type of the event, or `webhook.test`.
    pub kind: String,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When it was first sent, or asked for.
    pub created: Timestamp,
    /// How the attempt went, if there was one.
    pub last: Option<Attempt>,
    /// What stands in the way, or why it was skipped.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, source, message_id, event_id, type, status, attempts, created, attempted, response_status, \
    duration_ms, error";

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let (source, status): (String, String) = (row.get(1)?, row.get(5)?);
    let attempted: Option<i64> = row.get(8)?;
    let last = match attempted {
        None => None,
        Some(at) => Some(Attempt {
            at: Timestamp::from_millis(at),
            response_status: row.get(9)?,
            duration_ms: row.get::<_, Option<i64>>(10)?.unwrap_or(0),
        }),
    };
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        source: Source::parse(&source).unwrap_or(Source::Feed),
        message_id: row.get(2)?,
        event: row.get(3)?,
        kind: row.get(4)?,
        status: DeliveryStatus::parse(&status).unwrap_or(DeliveryStatus::Failed),
        attempts: row.get(6)?,
        created: Timestamp::from_millis(row.get(7)?),
        last,
        error: row.get(11)?,
    })
}

impl Db<'_> {
    /// A message of an endpoint.
    pub fn delivery(&self, webhook: WebhookId, id: DeliveryId) -> Result<Option<Delivery>> {
        let sql = format!("SELECT {COLUMNS} FROM webhook_deliveries WHERE webhook_id = ?1 AND id = ?2");
        self.one(&sql, params![webhook.0, id.0], read)
    }

    /// The messages of an endpoint, newest first; `page.after` is the last one seen, 0 for the beginning.
    pub fn deliveries(&self, webhook: WebhookId, page: Page) -> Result<Vec<Delivery>> {
        let before = if page.after > 0 { page.after } else { i64::MAX };
        let sql = format!(
            "SELECT {COLUMNS} FROM webhook_deliveries WHERE webhook_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
        );
        self.all(&sql, params![webhook.0, before, page.limit], read)
    }

    /// The messages that an admin asked for and that were not sent yet, in the order of asking.
    pub fn queued_deliveries(&self, webhook: WebhookId, limit: i64) -> Result<Vec<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'queued' ORDER BY id LIMIT ?2"
        );
        self.all(&sql, params![webhook.0, limit], read)
    }
}

impl Tx<'_> {
    /// Logs a message.
    pub fn insert_delivery(&self, webhook: WebhookId, new: &NewDelivery) -> Result<DeliveryId> {
        let last = new.last;
        let id = self.insert(
            "INSERT INTO webhook_deliveries (webhook_id, source, message_id, event_id, type, status, attempts, created,
                attempted, response_status, duration_ms, error)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                webhook.0,
                new.source.as_str(),
                new.message_id,
                new.event,
                new.kind,
                new.status.as_str(),
                i64::from(last.is_some()),
                new.created.as_millis(),
                last.map(|last| last.at.as_millis()),
                last.and_then(|last| last.response_status),
                last.map(|last| last.duration_ms),
                new.error
            ],
        )?;
        Ok(DeliveryId(id))
    }

    /// Logs a message of the feed; one that was retrying is the same row, with one attempt more.
    pub fn log_feed_delivery(&self, webhook: WebhookId, new: &NewDelivery) -> Result<()> {
        let retried = self.run(
            "UPDATE webhook_deliveries SET status = ?3, attempts = attempts + 1, attempted = ?4, response_status = ?5,
                duration_ms = ?6, error = ?7 WHERE webhook_id = ?1 AND status = 'retrying' AND message_id = ?2",
            params![
                webhook.0,
                new.message_id,
                new.status.as_str(),
                new.last.map(|last| last.at.as_millis()),
                new.last.and_then(|last| last.response_status),
                new.last.map(|last| last.duration_ms),
                new.error
            ],
        )?;
        if retried == 0 {
            self.insert_delivery(webhook, new)?;
        }
        Ok(())
    }

    /// Has a message sent that an admin asks for, and wakes those who send.
    pub fn queue_delivery(
        &self,
        organization: OrganizationId,
        webhook: WebhookId,
        new: &NewDelivery,
    ) -> Result<DeliveryId> {
        self.feed_moved(organization);
        self.insert_delivery(webhook, new)
    }

    /// Writes how a message went that an admin asked for.
    pub fn finish_delivery(
        &self,
        id: DeliveryId,
        status: DeliveryStatus,
        last: Option<Attempt>,
        error: Option<&str>,
    ) -> Result<()> {
        self.run(
            "UPDATE webhook_deliveries SET status = ?2, attempts = ?3, attempted = ?4, response_status = ?5, duration_ms = ?6,
                error = ?7 WHERE id = ?1",
            params![
                id.0,
                status.as_str(),
                i64::from(last.is_some()),
                last.map(|last| last.at.as_millis()),
                last.and_then(|last| last.response_status),
                last.map(|last| last.duration_ms),
                error
            ],
        )?;
        Ok(())
    }

    /// Ends the message that an endpoint is retrying, if it is.
    pub fn give_up_retrying(&self, webhook: WebhookId) -> Result<()> {
        self.run(
            "UPDATE webhook_deliveries SET status = 'failed' WHERE webhook_id = ?1 AND status = 'retrying'",
            [webhook.0],
        )?;
        Ok(())
    }

    /// Drops what an endpoint has beyond the newest messages.
    pub fn prune_deliveries_by_count(&self, webhook: WebhookId) -> Result<()> {
        self.run(
            "DELETE FROM webhook_deliveries WHERE webhook_id = ?1 AND id <= (SELECT id FROM webhook_deliveries
                WHERE webhook_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2) AND status <> 'queued' AND status <> 'retrying'",
            params![webhook.0, KEPT],
        )?;
        Ok(())
    }

    /// Drops the messages of all endpoints that were made before `before`, at most `most` of them.
    pub fn prune_deliveries_by_age(&self, before: Timestamp, most: i64) -> Result<usize> {
        self.run(
            "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries
                WHERE created < ?1 AND status <> 'queued' AND status <> 'retrying' LIMIT ?2)",
            params![before.as_millis(), most],
        )
    }
}

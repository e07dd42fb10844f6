//! Rows of `webhooks`: endpoints, and how far each is in the feed.

use rusqlite::{Row, params};

use crate::model::error::Result;
use crate::model::id::{OrganizationId, ResourceId, WebhookId};
use crate::model::time::Timestamp;
use crate::model::webhook::{Disabled, EventTypes, SigningSecret, Trouble, Webhook, WebhookUrl};
use crate::store::query::{Db, Page, Tx};

/// An endpoint to be stored.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// What the outside knows it by.
    pub resource_id: ResourceId,
    /// Whose events it is told of.
    pub organization: OrganizationId,
    /// Where messages go.
    pub url: WebhookUrl,
    /// What a person wrote about it.
    pub description: String,
    /// Which events it is told of.
    pub types: EventTypes,
    /// Why it begins disabled, if so.
    pub disabled: Option<Disabled>,
    /// What messages are signed with.
    pub secret: SigningSecret,
    /// The event after which it begins.
    pub cursor: i64,
    /// When it was made.
    pub created: Timestamp,
}

/// What there is to do for endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueWebhooks {
    /// Those that have something to send now.
    pub due: Vec<WebhookId>,
    /// How many endpoints there are, enabled or not.
    pub count: i64,
}

const COLUMNS: &str = "id, resource_id, organization_id, url, description, types, disabled, secret, old_secret, \
    old_secret_until, cursor, version, failures, failing_since, next_attempt, created, changed";

fn read(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let (url, types): (String, String) = (row.get(3)?, row.get(5)?);
    let unreadable = |column: usize, error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
    };
    let url = WebhookUrl::parse(&url).map_err(|error| unreadable(3, Box::new(error)))?;
    let types = serde_json::from_str(&types).map_err(|error| unreadable(5, Box::new(error)))?;
    let old: (Option<Vec<u8>>, Option<i64>) = (row.get(8)?, row.get(9)?);
    let trouble: (u32, Option<i64>, Option<i64>) = (row.get(12)?, row.get(13)?, row.get(14)?);
    Ok(Webhook {
        id: WebhookId(row.get(0)?),
        resource_id: ResourceId(row.get(1)?),
        organization: OrganizationId(row.get(2)?),
        url,
        description: row.get(4)?,
        types: EventTypes::stored(types),
        disabled: row.get::<_, Option<String>>(6)?.and_then(|word| Disabled::parse(&word)),
        secret: SigningSecret::of_bytes(row.get(7)?),
        old_secret: old
            .0
            .zip(old.1)
            .map(|(secret, until)| (SigningSecret::of_bytes(secret), Timestamp::from_millis(until))),
        cursor: row.get(10)?,
        version: row.get(11)?,
        trouble: trouble.1.zip(trouble.2).map(|(since, next)| Trouble {
            failures: trouble.0,
            since: Timestamp::from_millis(since),
            next_attempt: Timestamp::from_millis(next),
        }),
        created: Timestamp::from_millis(row.get(15)?),
        changed: Timestamp::from_millis(row.get(16)?),
    })
}

impl Db<'_> {
    /// An organization's endpoint.
    pub fn webhook(&self, organization: OrganizationId, id: &ResourceId) -> Result<Option<Webhook>> {
        let sql = format!("SELECT {COLUMNS} FROM webhooks WHERE resource_id = ?1 AND organization_id = ?2");
        self.one(&sql, params![id.as_str(), organization.0], read)
    }

    /// The endpoint of a row.
    pub fn webhook_by_row(&self, id: WebhookId) -> Result<Option<Webhook>> {
        let sql = format!("SELECT {COLUMNS} FROM webhooks WHERE id = ?1");
        self.one(&sql, [id.0], read)
    }

    /// An organization's endpoints, by age.
    pub fn webhooks(&self, organization: OrganizationId, page: Page) -> Result<Vec<Webhook>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM webhooks WHERE organization_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
        );
        self.all(&sql, params![organization.0, page.after, page.limit], read)
    }

    /// How many endpoints an organization has.
    pub fn webhook_count(&self, organization: OrganizationId) -> Result<i64> {
        self.number("SELECT count(*) FROM webhooks WHERE organization_id = ?1", [organization.0])
    }

    /// The endpoints that have something to send at `now`: events after their cursor, or messages that an admin asked for.
    pub fn due_webhooks(&self, now: Timestamp) -> Result<DueWebhooks> {
        let due = self.all(
            "SELECT w.id FROM webhooks w JOIN organizations o ON o.id = w.organization_id
                WHERE (w.disabled IS NULL AND w.cursor < o.last_event_id AND ifnull(w.next_attempt, 0) <= ?1)
                    OR EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'queued')
                ORDER BY w.id",
            [now.as_millis()],
            |row| row.get(0).map(WebhookId),
        )?;
        Ok(DueWebhooks { due, count: self.number("SELECT count(*) FROM webhooks", [])? })
    }
}

impl Tx<'_> {
    /// Stores an endpoint.
    pub fn insert_webhook(&self, new: &NewWebhook) -> Result<WebhookId> {
        let id = self.insert(
            "INSERT INTO webhooks (resource_id, organization_id, url, description, types, disabled, secret, cursor, version,
                created, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?9)",
            params![
                new.resource_id.as_str(),
                new.organization.0,
                new.url.as_str(),
                new.description,
                serde_json::json!(new.types.names()).to_string(),
                new.disabled.map(Disabled::as_str),
                new.secret.key(),
                new.cursor,
                new.created.as_millis()
            ],
        )?;
        Ok(WebhookId(id))
    }

    /// Writes what an admin may edit of an endpoint, and its secrets, as a new version.
    pub fn update_webhook(&self, webhook: &Webhook) -> Result<()> {
        let old = webhook.old_secret.as_ref();
        self.run(
            "UPDATE webhooks SET url = ?2, description = ?3, types = ?4, disabled = ?5, secret = ?6, old_secret = ?7,
                old_secret_until = ?8, cursor = ?9, changed = ?10, version = version + 1 WHERE id = ?1",
            params![
                webhook.id.0,
                webhook.url.as_str(),
                webhook.description,
                serde_json::json!(webhook.types.names()).to_string(),
                webhook.disabled.map(Disabled::as_str),
                webhook.secret.key(),
                old.map(|(secret, _)| secret.key()),
                old.map(|(_, until)| until.as_millis()),
                webhook.cursor,
                webhook.changed.as_millis()
            ],
        )?;
        self.set_webhook_trouble(webhook.id, webhook.trouble)
    }

    /// Moves an endpoint on in the feed, unless an admin edited it since it was read; says whether it did.
    pub fn move_webhook(&self, seen: &Webhook, cursor: i64, trouble: Option<Trouble>) -> Result<bool> {
        let moved = self.run(
            "UPDATE webhooks SET cursor = ?3 WHERE id = ?1 AND version = ?2",
            params![seen.id.0, seen.version, cursor],
        )?;
        if moved == 0 {
            return Ok(false);
        }
        self.set_webhook_trouble(seen.id, trouble)?;
        Ok(true)
    }

    fn set_webhook_trouble(&self, id: WebhookId, trouble: Option<Trouble>) -> Result<()> {
        self.run(
            "UPDATE webhooks SET failures = ?2, failing_since = ?3, next_attempt = ?4 WHERE id = ?1",
            params![
                id.0,
                trouble.map_or(0, |trouble| trouble.failures),
                trouble.map(|trouble| trouble.since.as_millis()),
                trouble.map(|trouble| trouble.next_attempt.as_millis())
            ],
        )?;
        Ok(())
    }

    /// Removes an endpoint and its log.
    pub fn delete_webhook(&self, id: WebhookId) -> Result<()> {
        self.run("DELETE FROM webhook_deliveries WHERE webhook_id = ?1", [id.0])?;
        self.run("DELETE FROM webhooks WHERE id = ?1", [id.0])?;
        Ok(())
    }
}

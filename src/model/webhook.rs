//! Endpoints that are told of an organization's events (Standard Webhooks), and what was sent to them.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};

use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::id::{DeliveryId, OrganizationId, ResourceId, WebhookId};
use crate::model::time::Timestamp;

/// The longest URL, in bytes.
const LONGEST_URL: usize = 2_048;

/// Where messages go: an absolute http or https URL without credentials and fragment, in its normal form, in which an
/// IPv4 address has four decimal numbers however it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// `InvalidValue` at `url`, saying what it may not have.
    pub fn parse(text: &str) -> Result<WebhookUrl> {
        let refuse = |what: &str| Err(Error::invalid_value(format!("url: {what}")).at("url"));
        if text.len() > LONGEST_URL {
            return refuse(&format!("it has {} bytes; at most {LONGEST_URL} are allowed.", text.len()));
        }
        let Ok(url) = Url::parse(text) else {
            return refuse(
                "it is not an absolute URL. Send one such as \"https://hooks.example.com/rollcall\".",
            );
        };
        if !matches!(url.scheme(), "https" | "http") {
            return refuse(&format!("its scheme is \"{}\"; https is expected.", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse(
                "it has a user name or a password in it. Messages are signed; check the signature instead.",
            );
        }
        if url.fragment().is_some() {
            return refuse("it has a fragment (\"#\"), which no server is ever sent. Leave that out.");
        }
        // The HTTP client reads it by a stricter grammar.
        if url.host().is_none() || url.port() == Some(0) || url.as_str().parse::<ureq::http::Uri>().is_err() {
            return refuse(
                "its host, port or path cannot be used in a request. Percent-encode what is not plain.",
            );
        }
        Ok(WebhookUrl(url))
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host, for a line of a log: the rest may hold what is nobody else's business.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether it is https.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The address that it names by number; `None` for a host name.
    pub fn literal_address(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Ipv4(four) => Some(IpAddr::V4(four)),
            Host::Ipv6(six) => Some(IpAddr::V6(six)),
            Host::Domain(_) => None,
        }
    }
}

/// The types of events that an endpoint is told of: names, or families such as `user.*`. Empty stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTypes(Vec<String>);

impl EventTypes {
    /// Reads names and families.
    ///
    /// # Errors
    /// `InvalidValue` at `types`, naming the one that no event has.
    pub fn parse(names: Vec<String>) -> Result<EventTypes> {
        let is_known = |name: &String| EventKind::ALL.iter().any(|kind| covers(name, kind.as_str()));
        match names.iter().find(|name| !is_known(name)) {
            None => Ok(EventTypes(names)),
            Some(stranger) => Err(Error::invalid_value(format!(
                "types: no event has the type \"{stranger}\". Send names such as \"user.created\", families such as \
                 \"assignment.*\", or an empty array for all."
            ))
            .at("types")),
        }
    }

    /// What was stored.
    pub fn stored(names: Vec<String>) -> EventTypes {
        EventTypes(names)
    }

    /// The names and families.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Whether events of this type are sent.
    pub fn include(&self, kind: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| covers(name, kind))
    }
}

fn covers(name: &str, kind: &str) -> bool {
    match name.strip_suffix(".*") {
        Some(family) => kind.split_once('.').is_some_and(|(own, _)| own == family),
        None => name == kind,
    }
}

/// What messages are signed with. It is in no log and no error: only [`SigningSecret::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// The secret of these bytes, of which Standard Webhooks asks for 24 to 64.
    pub fn of_bytes(bytes: Vec<u8>) -> SigningSecret {
        SigningSecret(bytes)
    }

    /// The key of the HMAC.
    pub fn key(&self) -> &[u8] {
        &self.0
    }

    /// The text that its owner is shown once.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$about])* $variant,)*
        }

        impl $name {
            /// The word in the database and in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<$name> {
                [$($name::$variant),*].into_iter().find(|known| known.as_str() == text)
            }
        }
    )*};
}

words! {
    /// Why an endpoint is sent nothing.
    Disabled {
        /// An admin said so.
        Admin = "admin",
        /// It answered 410 Gone.
        Gone = "gone",
        /// It failed for days.
        Failing = "failing",
    }
    /// Why a message was made.
    Source {
        /// An event came up in the feed.
        Feed = "feed",
        /// An admin asked for an event again.
        Redelivery = "redelivery",
        /// An admin tries the endpoint.
        Test = "test",
    }
    /// How far a message is.
    DeliveryStatus {
        /// It waits to be sent for the first time, and is sent once.
        Queued = "queued",
        /// It failed and will be tried again; everything after it waits.
        Retrying = "retrying",
        /// The endpoint took it.
        Delivered = "delivered",
        /// It failed and will not be tried again by itself.
        Failed = "failed",
        /// It was never sent, since the feed no longer had it when its turn came.
        Skipped = "skipped",
    }
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its row.
    pub id: WebhookId,
    /// What the outside knows it by; part of the ids of its messages.
    pub resource_id: ResourceId,
    /// Whose events it is told of.
    pub organization: OrganizationId,
    /// Where messages go.
    pub url: WebhookUrl,
    /// What a person wrote about it.
    pub description: String,
    /// Which events it is told of.
    pub types: EventTypes,
    /// Why it is sent nothing, if so.
    pub disabled: Option<Disabled>,
    /// What messages are signed with.
    pub secret: SigningSecret,
    /// The secret before the last rotation, and until when it signs too.
    pub old_secret: Option<(SigningSecret, Timestamp)>,
    /// The last event that is done: delivered, filtered out, or skipped.
    pub cursor: i64,
    /// Counts an admin's edits, so that a delivery in progress notices one.
    pub version: i64,
    /// What failed since the last success, if something did.
    pub trouble: Option<Trouble>,
    /// When it was made.
    pub created: Timestamp,
    /// When an admin last edited it.
    pub changed: Timestamp,
}

/// Attempts in a row that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How many.
    pub failures: u32,
    /// When the first one was.
    pub since: Timestamp,
    /// When the next one may be.
    pub next_attempt: Timestamp,
}

/// A message and how it went, in the log of deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its row.
    pub id: DeliveryId,
    /// Why it was made.
    pub source: Source,
    /// The `webhook-id`: the same for every attempt, and for a redelivery of the same event.
    pub message_id: String,
    /// The event that it tells; none for a test.
    pub event: Option<i64>,
    /// The type of the event, or `webhook.test`.
    pub kind: String,
    /// How far it is.
    pub status: DeliveryStatus,
    /// How often it was sent.
    pub attempts: u32,
    /// When it was first sent, or asked for.
    pub created: Timestamp,
    /// How the last attempt went.
    pub last: Option<Attempt>,
    /// What stands in the way, or why it was skipped.
    pub error: Option<String>,
}

/// One POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it was made.
    pub at: Timestamp,
    /// The HTTP status of the answer, if there was one.
    pub response_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;

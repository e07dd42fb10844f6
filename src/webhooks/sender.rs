//! One POST: with deadlines, to an address that was checked, following nothing, keeping nothing of the answer's body.

use std::error::Error as _;
use std::io::{Read, copy, sink};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::config::Config;
use ureq::http::{HeaderMap, HeaderName, StatusCode, header};
use ureq::unversioned::transport::DefaultConnector;

use crate::config::AddressPolicy;
use crate::model::error::Result;
use crate::model::retry_after::retry_after;
use crate::model::time::Timestamp;
use crate::model::webhook::{Attempt, Webhook};
use crate::webhooks::message::{Message, seconds};
use crate::webhooks::resolver::{Guarded, Refused};

/// How long a connection may take, TLS apart.
const CONNECT: Duration = Duration::from_secs(5);
/// How long all of it may take, the look-up of the name and the answer included.
const TOTAL: Duration = Duration::from_secs(15);
/// How much of an answer's body is read, so that the connection can be used again. It is thrown away.
const BODY: u64 = 64 * 1024;

/// How many connections are kept open, and for how long: less than the 5 seconds after which common servers close them.
const CONNECTIONS: usize = 32;
const IDLE: Duration = Duration::from_secs(4);

/// Sends messages; connections are kept open for a while.
pub(super) struct Sender {
    agent: Agent,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// When, with what status, how long.
    pub(super) attempt: Attempt,
    /// What it means.
    pub(super) verdict: Verdict,
    /// How long the endpoint asked to be left alone (`Retry-After`).
    pub(super) asked_wait: Option<Duration>,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The endpoint has it (2xx).
    Delivered,
    /// It has not, and may be asked again. A sentence says why.
    Failed(String),
    /// It wants to be asked no more (410).
    Gone,
}

impl Sender {
    /// A sender that calls what `addresses` allows.
    pub(super) fn new(addresses: AddressPolicy) -> Sender {
        let config = Config::builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(TOTAL))
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .max_idle_age(IDLE)
            .user_agent(concat!("rollcall/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            .build();
        Sender { agent: Agent::with_parts(config, DefaultConnector::default(), Guarded::new(addresses)) }
    }

    /// Sends a message, dated `now`.
    ///
    /// # Errors
    /// `Internal` when it cannot be signed.
    pub(super) fn send(&self, webhook: &Webhook, message: &Message, now: Timestamp) -> Result<Sent> {
        let start = Instant::now();
        let answer = self
            .agent
            .post(webhook.url.as_str())
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", seconds(now).to_string())
            .header("webhook-signature", message.signatures(webhook, now)?)
            .send(message.body.as_bytes());
        let (status, verdict, asked_wait) = match answer {
            Ok(answer) => {
                let (status, asked_wait) = (answer.status(), asked_wait(answer.headers()));
                // Where the body does not come, the status has come: that is what counts.
                let _ = copy(&mut answer.into_body().into_reader().take(BODY), &mut sink());
                (Some(status.as_u16()), judged(status), asked_wait)
            }
            Err(error) => (None, Verdict::Failed(sentence(&error)), None),
        };
        let duration_ms = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
        let attempt = Attempt { at: now, response_status: status, duration_ms };
        Ok(Sent { attempt, verdict, asked_wait })
    }
}

fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after(text(header::RETRY_AFTER)?, text(header::DATE))
}

fn judged(status: StatusCode) -> Verdict {
    match status {
        StatusCode::GONE => Verdict::Gone,
        status if status.is_success() => Verdict::Delivered,
        status if status.is_redirection() => {
            Verdict::Failed(format!("The endpoint answered {status}; redirects are not followed."))
        }
        status => Verdict::Failed(format!("The endpoint answered {status}; any 2xx is expected.")),
    }
}

/// What went wrong before there was an answer, for the one who reads the log of deliveries.
fn sentence(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Other(other) => match other.downcast_ref::<Refused>() {
            Some(refused) => refused.to_string(),
            None => format!("The request failed: {other}."),
        },
        ureq::Error::HostNotFound => "The host's name is not known.".to_owned(),
        ureq::Error::Timeout(ureq::Timeout::Connect) => {
            format!("No connection was made within {} seconds.", CONNECT.as_secs())
        }
        ureq::Error::Timeout(_) => format!("There was no whole answer within {} seconds.", TOTAL.as_secs()),
        ureq::Error::Io(io) => format!("The connection failed: {io}."),
        ureq::Error::Rustls(tls) => format!("TLS failed: {tls}."),
        other => {
            let cause = other.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
            format!("The request failed: {other}{cause}.")
        }
    }
}

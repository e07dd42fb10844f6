//! Requests of IdPs as the request log keeps them.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use crate::model::error::{Error, Result};
use crate::model::id::{OrganizationId, TokenId};
use crate::model::time::Timestamp;

/// What is known of a request before anybody looks at what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The id that the answer carries.
    pub id: String,
    /// When it came.
    pub at: Timestamp,
    /// The same, to measure from.
    pub received: Instant,
    /// The client's address.
    pub address: String,
    /// What the client calls itself, where it says.
    pub user_agent: Option<String>,
    /// The method; empty where not even the first line could be read.
    pub method: String,
    /// The path as it was sent.
    pub path: String,
    /// The query as it was sent, masked.
    pub query: Option<String>,
}

/// A request while it is being answered: its head, and what turns up on the way.
#[derive(Debug)]
pub struct Draft {
    /// What is known of it from the beginning.
    pub head: Head,
    sender: OnceLock<Sender>,
    findings: Mutex<Findings>,
}

/// Whose request it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The organization that the token belongs to.
    pub organization: OrganizationId,
    /// The token.
    pub token: TokenId,
    /// Its name.
    pub name: String,
}

/// What turns up while a request is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The names of the tolerances that it relied on.
    pub deviations: Vec<&'static str>,
    /// What was accepted and not taken as sent, in sentences.
    pub remarks: Vec<String>,
    /// The id of the user or group that it is about.
    pub resource: Option<String>,
    /// Whether its organization records bodies.
    pub records_bodies: bool,
    /// Its body, masked; only where that is recorded.
    pub body: Option<String>,
    /// The row that was written in the transaction of its change.
    pub row: Option<i64>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The HTTP status.
    pub status: u16,
    /// RFC 7644 Table 9, where it was refused with one.
    pub scim_type: Option<&'static str>,
    /// Why it was refused.
    pub detail: Option<String>,
}

/// How many sentences one request keeps.
const MOST_REMARKS: usize = 20;
/// How many characters of a sentence are kept.
const REMARK_LENGTH: usize = 500;

impl Draft {
    /// A request of which only its head is known.
    pub fn new(head: Head) -> Draft {
        Draft { head, sender: OnceLock::new(), findings: Mutex::default() }
    }

    /// Its token is valid, and this one's.
    pub fn admit(&self, sender: Sender) {
        // A request is admitted once.
        let _ = self.sender.set(sender);
    }

    /// Whose it is, if its token was found valid.
    pub fn sender(&self) -> Option<&Sender> {
        self.sender.get()
    }

    /// It would have been refused without this tolerance.
    pub fn rely_on(&self, deviation: &'static str) {
        let mut findings = self.findings();
        if !findings.deviations.contains(&deviation) {
            findings.deviations.push(deviation);
        }
    }

    /// Something of it was left out; the first twenty different sentences are kept.
    pub fn remark(&self, sentence: &str) {
        let sentence = clipped(sentence, REMARK_LENGTH);
        let mut findings = self.findings();
        if findings.remarks.len() < MOST_REMARKS && !findings.remarks.contains(&sentence) {
            findings.remarks.push(sentence);
        }
    }

    /// The user or group that it is about.
    pub fn set_resource(&self, id: &str) {
        self.findings().resource = Some(id.to_owned());
    }

    /// Bodies are recorded; `body` is its own, masked, if it is of a kind to be kept.
    pub fn record_bodies(&self, body: Option<String>) {
        let mut findings = self.findings();
        (findings.records_bodies, findings.body) = (true, body);
    }

    /// Whether bodies are recorded.
    pub fn records_bodies(&self) -> bool {
        self.findings().records_bodies
    }

    /// The row that it has in the log already, or no longer, if the transaction was lost.
    pub fn set_row(&self, row: Option<i64>) {
        self.findings().row = row;
    }

    /// What turned up so far.
    pub fn findings(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds since it came.
    pub fn micros(&self) -> i64 {
        i64::try_from(self.head.received.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// `text`, or its first `most` characters and an ellipsis.
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A request with a valid token, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// Its place in the log, in the order of writing.
    pub number: i64,
    /// What its answer carried as `X-Request-Id`.
    pub id: String,
    /// When it came.
    pub at: Timestamp,
    /// Its token, which may have been revoked since.
    pub token: TokenId,
    /// The name of the token.
    pub token_name: String,
    /// The client's address.
    pub address: String,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path as it was sent.
    pub path: String,
    /// The query, masked.
    pub query: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// RFC 7644 Table 9, where it was refused with one.
    pub scim_type: Option<String>,
    /// Why it was refused.
    pub detail: Option<String>,
    /// Microseconds from its head to its answer.
    pub micros: i64,
    /// The id of the user or group that it was about.
    pub resource: Option<String>,
    /// The first and the last event that it caused.
    pub events: Option<(i64, i64)>,
    /// A JSON array of the tolerances that it relied on.
    pub deviations: String,
    /// A JSON array of sentences about what was left out.
    pub remarks: String,
}

/// Bodies of a request and its answer, masked, as JSON text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    /// The request's.
    pub request: Option<String>,
    /// The answer's.
    pub answer: Option<String>,
}

/// Requests without a valid token, from one address and with one beginning of the token: the newest, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRequests {
    /// The row; 0 before it is stored.
    pub number: i64,
    /// The client's address; `*` for many.
    pub address: String,
    /// The first characters of what was sent as a token; `*` for many.
    pub token_prefix: String,
    /// How many.
    pub count: i64,
    /// When the first came.
    pub first_at: Timestamp,
    /// When the newest came.
    pub at: Timestamp,
    /// The id of the newest.
    pub request_id: String,
    /// What its client calls itself.
    pub user_agent: Option<String>,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query, masked.
    pub query: Option<String>,
    /// The HTTP status of its answer.
    pub status: u16,
    /// RFC 7644 Table 9, where it was refused with one.
    pub scim_type: Option<String>,
    /// Why it was refused.
    pub detail: Option<String>,
}

/// What to look for in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// The lowest and the highest status.
    pub status: Option<(u16, u16)>,
    /// The HTTP method, in any letter case.
    pub method: Option<String>,
    /// What the path begins with, in any letter case.
    pub path: Option<String>,
    /// The token's id or name.
    pub token: Option<String>,
    /// The id of the user or group that the request was about.
    pub resource: Option<String>,
    /// The id of a user: also requests that changed the user's groups, places or role.
    pub user: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Words anywhere in path, query, detail, remarks, token, client and id.
    pub text: Option<String>,
}

impl RequestFilter {
    /// Reads a status such as `404`, or a class such as `4xx`: the lowest and the highest of it.
    ///
    /// # Errors
    /// `InvalidValue` saying what is expected.
    pub fn parse_status(text: &str) -> Result<(u16, u16)> {
        let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
        let range = match class.map(str::parse::<u16>) {
            Some(Ok(class)) if (1..=5).contains(&class) => Some((class * 100, class * 100 + 99)),
            Some(_) => None,
            None => text.parse().ok().filter(|status| (100..600).contains(status)).map(|only| (only, only)),
        };
        range.ok_or_else(|| {
            Error::invalid_value(format!(
                "status: \"{text}\" is not a status such as 404 or a class such as 4xx."
            ))
            .at("status")
        })
    }

    /// The beginning of a path below the SCIM base URL, or of a whole one, as the log has it.
    pub fn whole_path(text: &str) -> String {
        let below = text.trim_start_matches('/');
        let is_whole = below.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("scim"));
        if is_whole { format!("/{below}") } else { format!("/scim/v2/{below}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_one_or_a_class() {
        assert_eq!(RequestFilter::parse_status("404"), Ok((404, 404)));
        assert_eq!(RequestFilter::parse_status("4xx"), Ok((400, 499)));
        for wrong in ["", "xx", "9xx", "-1xx", "40x", "99", "600", "4xxx", "four"] {
            assert!(RequestFilter::parse_status(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_may_be_whole_or_below_the_base() {
        assert_eq!(RequestFilter::whole_path("/Users"), "/scim/v2/Users");
        assert_eq!(RequestFilter::whole_path("Users/1"), "/scim/v2/Users/1");
        assert_eq!(RequestFilter::whole_path("/scim/v2/Groups"), "/scim/v2/Groups");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!((clipped("grün", 3), clipped("grün", 4)), ("grü...".to_owned(), "grün".to_owned()));
    }
}

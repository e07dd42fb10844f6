//! A request of an IdP while it is being answered: what the request log will say of it.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use crate::model::id::{OrganizationId, TokenId};
use crate::model::secrecy::{without_secret_values, without_secrets};
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
/// How many characters of an id are kept; ours have 36, but anything can be asked for.
const RESOURCE_LENGTH: usize = 100;

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
            log::debug!("request {}: relied on the tolerance {deviation}", self.head.id);
            findings.deviations.push(deviation);
        }
    }

    /// Something of it was left out; the first twenty different sentences are kept.
    pub fn remark(&self, sentence: &str) {
        let sentence = clipped(&without_secrets(sentence), REMARK_LENGTH);
        let mut findings = self.findings();
        if findings.remarks.len() < MOST_REMARKS && !findings.remarks.contains(&sentence) {
            findings.remarks.push(sentence);
        }
    }

    /// The user or group that it is about.
    pub fn set_resource(&self, id: &str) {
        self.findings().resource = Some(clipped(&without_secret_values(id), RESOURCE_LENGTH));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!((clipped("grün", 3), clipped("grün", 4)), ("grü...".to_owned(), "grün".to_owned()));
    }
}

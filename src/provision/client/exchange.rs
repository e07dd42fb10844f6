//! One request and what comes back.

use std::time::Duration;

use serde_json::{Map, Value};

/// The methods that PingOne uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub(in crate::provision) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// A request; `target` follows the SCIM base URL.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Request {
    pub method: Method,
    pub target: String,
    pub body: Option<Map<String, Value>>,
}

impl Request {
    pub(in crate::provision) fn get(target: String) -> Request {
        Request { method: Method::Get, target, body: None }
    }

    pub(in crate::provision) fn post(target: &str, body: Map<String, Value>) -> Request {
        Request { method: Method::Post, target: target.to_owned(), body: Some(body) }
    }

    pub(in crate::provision) fn put(target: String, body: Map<String, Value>) -> Request {
        Request { method: Method::Put, target, body: Some(body) }
    }

    pub(in crate::provision) fn delete(target: String) -> Request {
        Request { method: Method::Delete, target, body: None }
    }

    /// `PUT /Users/1`
    pub(in crate::provision) fn line(&self) -> String {
        format!("{} {}", self.method.as_str(), self.target)
    }
}

/// What the target answered.
#[derive(Clone, Debug, Default)]
pub(in crate::provision) struct Answer {
    pub status: u16,
    /// How long it asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The body; null when it is no JSON.
    pub json: Value,
}

impl Answer {
    pub(in crate::provision) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The `id` of the resource in the body.
    pub(in crate::provision) fn id(&self) -> Option<String> {
        self.json.get("id").and_then(Value::as_str).map(str::to_owned)
    }

    /// What a person is told of an answer that is no success.
    pub(in crate::provision) fn reason(&self) -> String {
        let text = |key: &str| self.json.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let kind = text("scimType").map(|kind| format!(" {kind}")).unwrap_or_default();
        match text("detail") {
            Some(detail) => format!("answered {}{kind}: {detail}", self.status),
            None => format!("answered {}{kind}", self.status),
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(in crate::provision) enum Lost {
    /// The target cannot have seen the request.
    NotSent(String),
    /// Nobody knows what the target did with it.
    Unknown(String),
    /// It was not sent, and will not be the next time either: a certificate that is not trusted, a name that is none.
    Hopeless(String),
}

impl Lost {
    pub(super) fn reason(&self) -> &str {
        match self {
            Lost::NotSent(reason) | Lost::Unknown(reason) | Lost::Hopeless(reason) => reason,
        }
    }
}

/// A way to the target.
pub(in crate::provision) trait Exchange: Send + Sync {
    /// Sends a request once.
    ///
    /// # Errors
    /// Why there is no answer.
    fn exchange(&self, request: &Request) -> Result<Answer, Lost>;
}

/// A request that came to nothing, after all repetitions.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Failure {
    /// `PUT /Users/1: answered 400 invalidValue: ...`
    pub reason: String,
    /// The status of the last answer; `None` when there was none.
    pub status: Option<u16>,
}

impl Failure {
    pub(in crate::provision) fn of(request: &Request, answer: &Answer) -> Failure {
        Failure { reason: format!("{}: {}", request.line(), answer.reason()), status: Some(answer.status) }
    }

    /// One that no answer tells.
    pub(in crate::provision) fn new(reason: impl Into<String>) -> Failure {
        Failure { reason: reason.into(), status: None }
    }
}

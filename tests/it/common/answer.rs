//! What a request brought back, with the assertions that nearly every test makes.

use serde_json::Value;

use super::subset::assert_contains;
use super::wire::{self, RawAnswer};

const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null when it is none.
    pub json: Value,
    /// Method and target of the request, for failure messages.
    request: String,
}

impl Answer {
    pub fn new(request: String, raw: RawAnswer) -> Answer {
        let text = String::from_utf8_lossy(&raw.body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: raw.status, headers: raw.headers, text, json, request }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        wire::find(&self.headers, name)
    }

    /// Fails unless the status is `status`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{} was answered {}: {}", self.request, self.status, self.text);
        self
    }

    /// Fails unless the answer has that status and holds at least `expected` (see [`assert_contains`]).
    #[track_caller]
    pub fn expect_body(self, status: u16, expected: Value) -> Answer {
        let answer = self.expect(status);
        assert_contains(&answer.json, &expected);
        answer
    }

    /// Fails unless this is a SCIM error (RFC 7644 §3.12) of that status and `scimType`; gives its `detail`.
    #[track_caller]
    pub fn expect_scim_error(self, status: u16, scim_type: Option<&str>) -> String {
        let found = self.json["scimType"].as_str().map(str::to_owned);
        let text = self.text.clone();
        let detail = self.expect_any_scim_error(status);
        assert_eq!(found.as_deref(), scim_type, "{text}");
        detail
    }

    /// The same, whatever its `scimType`.
    #[track_caller]
    pub fn expect_any_scim_error(self, status: u16) -> String {
        let answer = self.expect(status);
        let text = &answer.text;
        assert!(
            answer.header("content-type").is_some_and(|value| value.starts_with("application/scim+json")),
            "{}: the error is not application/scim+json: {:?}",
            answer.request,
            answer.headers
        );
        assert!(
            answer.header("x-request-id").is_some_and(|id| !id.is_empty()),
            "no X-Request-Id: {answer:?}"
        );
        assert_eq!(answer.json["schemas"], serde_json::json!([ERROR_SCHEMA]), "{text}");
        assert_eq!(answer.json["status"], status.to_string(), "status is a string (RFC 7644 §3.12): {text}");
        let detail = answer.json["detail"].as_str().unwrap_or_default();
        assert!(detail.len() > 10, "{}: no useful detail in {text}", answer.request);
        detail.to_owned()
    }

    /// Fails unless these are problem details (RFC 9457) of that status; gives them.
    #[track_caller]
    pub fn expect_problem(self, status: u16) -> Value {
        let answer = self.expect(status);
        assert!(
            answer.header("content-type").is_some_and(|value| value.starts_with("application/problem+json")),
            "{}: the problem is not application/problem+json: {:?}",
            answer.request,
            answer.headers
        );
        assert_eq!(answer.json["status"], status, "{}", answer.text);
        assert!(answer.json["title"].is_string(), "no title: {}", answer.text);
        assert!(answer.json["detail"].as_str().is_some_and(|text| text.len() > 10), "{}", answer.text);
        answer.json
    }

    /// The `id` of the resource in the body.
    #[track_caller]
    pub fn id(&self) -> String {
        match self.json["id"].as_str() {
            Some(id) => id.to_owned(),
            None => panic!("{}: no id in {}", self.request, self.text),
        }
    }
}

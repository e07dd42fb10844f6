//! The dry run: prints what would be sent, and answers as a target that has nothing but what the state file knows.

use std::fmt::Write as _;
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use super::exchange::{Answer, Exchange, Lost, Method, Request};
use crate::provision::files::Connection;

/// Where printed requests go.
pub type Printer = Box<dyn FnMut(&str) + Send>;

/// No target at all.
pub(in crate::provision) struct DryRun {
    head: String,
    print: Mutex<Printer>,
    base_url: String,
}

impl DryRun {
    pub(in crate::provision) fn new(connection: &Connection, print: Printer) -> DryRun {
        let authorization = connection.authorization.as_ref().map(|header| header.masked());
        let head = authorization.map(|value| format!("Authorization: {value}\n")).unwrap_or_default();
        DryRun { head, print: Mutex::new(print), base_url: connection.base_url.clone() }
    }
}

impl Exchange for DryRun {
    fn exchange(&self, request: &Request) -> Result<Answer, Lost> {
        let mut text =
            format!("{} {}{}\n{}", request.method.as_str(), self.base_url, request.target, self.head);
        if let Some(body) = &request.body {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "Content-Type: application/scim+json\n\n{}\n",
                serde_json::to_string(body).unwrap_or_default()
            );
        }
        (self.print.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))(&text);
        Ok(answer(request))
    }
}

fn answer(request: &Request) -> Answer {
    let (status, json) = match request.method {
        Method::Get if request.target.contains("?filter=") => {
            (200, json!({"totalResults": 0, "Resources": []}))
        }
        Method::Get => (200, json!({"members": []})),
        Method::Post => (201, json!({"id": stand_in(request.body.as_ref())})),
        Method::Put => (200, Value::Object(request.body.clone().unwrap_or_default())),
        Method::Delete => (204, Value::Null),
    };
    Answer { status, retry_after: None, json }
}

/// What is printed for an id that only the target could give.
fn stand_in(body: Option<&Map<String, Value>>) -> String {
    let name = body.and_then(|body| body.get("userName").or(body.get("displayName"))).and_then(Value::as_str);
    format!("{{id of {}}}", name.unwrap_or("the new one"))
}

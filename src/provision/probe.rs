//! The connection test: what must be answered before anything is sent.

use super::client::{Answer, Client, Request, Web};
use super::expression::group_query;
use super::files::Inputs;

/// A value that nobody has.
const NOBODY: &str = "rollcall-connection-test@example.invalid";

/// One request of the connection test.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What it shows.
    pub what: &'static str,
    /// The request's method and target.
    pub request: String,
    /// Why it failed, if so.
    pub problem: Option<String>,
}

/// Tests the connection: a list of users, the user filter expression, and a look for a group if the rule has any.
/// Nothing is written.
pub fn test(inputs: &Inputs) -> Vec<Probe> {
    let connection = &inputs.connection;
    let client = Client::hasty(Box::new(Web::new(connection, 1)));
    let mut probes = vec![
        ("the address and the token", format!("{}?startIndex=1&count=1", connection.users)),
        (
            "the user filter expression",
            format!("{}?{}", connection.users, connection.preferences.filter.query(NOBODY)),
        ),
    ];
    if !inputs.groups.is_empty() {
        probes.push(("groups by their name", format!("{}?{}", connection.groups, group_query(NOBODY))));
    }
    let ask = |(what, target): (&'static str, String)| {
        let request = Request::get(target);
        let problem = match client.send(&request) {
            Ok(answer) => problem(&answer),
            Err(failure) => Some(failure.reason),
        };
        Probe { what, request: request.line(), problem }
    };
    probes.into_iter().map(ask).collect()
}

/// What is wrong with an answer that should be a list.
fn problem(answer: &Answer) -> Option<String> {
    if answer.status != 200 {
        return Some(answer.reason());
    }
    let is_list = answer.json.get("totalResults").is_some_and(serde_json::Value::is_number);
    (!is_list)
        .then(|| "answered 200, and what it answered is no SCIM list. Is this the SCIM base URL?".to_owned())
}

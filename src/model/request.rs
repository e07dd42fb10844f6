//! Requests of IdPs as the request log keeps them.

use crate::model::error::{Error, Result};
use crate::model::id::TokenId;
use crate::model::time::Timestamp;

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
}

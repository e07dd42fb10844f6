//! A request as handlers see it: parsed, decoded and authorized, free of HTTP's wire forms.

use std::net::IpAddr;
use std::sync::Arc;

use crate::model::draft::Draft;
use crate::model::id::{AdminId, SessionId};
use crate::model::organization::Organization;
use crate::model::session::CsrfToken;
use crate::model::time::Timestamp;

/// Whose credential a request came with, and how far it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name of the token or of the person, for history.
    pub name: String,
    /// The organization that the credential belongs to; `None` for a person who reaches the whole server.
    pub organization: Option<Organization>,
    /// Whether it reaches every organization.
    pub server_scope: bool,
    /// Set for a person who signed in; `None` for a token.
    pub session: Option<SignedIn>,
}

/// The sign-in that a request came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub admin: AdminId,
    /// By which sign-in.
    pub session: SessionId,
    /// What each form and each script of a page must send back.
    pub csrf: CsrfToken,
}

/// One authorized request.
#[derive(Clone, Debug)]
pub struct Call {
    /// The id that the answer carries and the request log keeps.
    pub request_id: String,
    /// When it arrived.
    pub at: Timestamp,
    /// Where it came from: the other end of the connection, or what a trusted proxy says of its own.
    pub client: IpAddr,
    /// The HTTP method.
    pub method: &'static str,
    /// Whose request it is; `None` on the routes that ask for no credential.
    pub actor: Option<Actor>,
    /// The organization that it is about: the token's own (SCIM), or the one that the path names (admin API).
    pub organization: Option<Organization>,
    /// The decoded path segments that stand for the route's placeholders, in order.
    pub parameters: Vec<String>,
    /// The decoded query, in order.
    pub query: Query,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came; empty when there is none.
    pub body: Vec<u8>,
    /// `public_url`, or what the request was sent to: without a slash at its end.
    pub base_url: String,
    /// Set when the call was parked and is asked again: true when its time is up, so that it must be answered now.
    pub time_is_up: Option<bool>,
    /// What the request log will say of it; `None` where it is not logged.
    pub log: Option<Arc<Draft>>,
}

impl Call {
    /// The header field of this lower-case name; several are joined by commas (RFC 9110 §5.3).
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> =
            self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The placeholder at `index`; empty where the route has none, which no handler asks for.
    pub fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", String::as_str)
    }
}

/// A decoded query string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// The first value of a parameter, whose name compares without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

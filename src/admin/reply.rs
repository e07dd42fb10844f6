//! What handlers answer.

use rouille::Response;
use serde_json::{Value, json};

use crate::admin::handle::organization;
use crate::admin::version::Versioned;
use crate::model::call::Call;
use crate::model::error::Result;
use crate::model::id::OrganizationId;

/// What a handler comes to.
pub enum Reply {
    /// An answer for the client.
    Answer(Response),
    /// Nothing to say yet: the front asks again when the organization's feed moves or the time is up.
    Park {
        /// Whose feed.
        organization: OrganizationId,
        /// How long at most.
        seconds: u64,
    },
    /// The same for the organization's request log.
    ParkForRequests {
        /// Whose log.
        organization: OrganizationId,
        /// How long at most.
        seconds: u64,
    },
}

impl Reply {
    /// The same with the version of what it shows.
    pub(super) fn of_version(self, shown: &impl Versioned) -> Reply {
        match self {
            Reply::Answer(answer) => Reply::Answer(answer.with_additional_header("ETag", shown.etag())),
            parked @ (Reply::Park { .. } | Reply::ParkForRequests { .. }) => parked,
        }
    }
}

/// 200 with this document.
pub(super) fn ok(document: &Value) -> Reply {
    ok_text(document.to_string())
}

/// 200 with JSON that is text already.
pub(super) fn ok_text(text: String) -> Reply {
    Reply::Answer(json_answer(text))
}

/// 200 with a page of a list; `next` is null when nothing follows.
pub(super) fn list(items: Vec<Value>, next: Option<String>) -> Reply {
    ok(&json!({"items": items, "next": next}))
}

/// 201 with this document, which is found under `path` below its organization from now on.
pub(super) fn created(call: &Call, path: &str, document: &Value) -> Result<Reply> {
    let slug = &organization(call)?.slug;
    Ok(created_at(format!("{}/api/v1/organizations/{slug}/{path}", call.base_url), document))
}

/// 201 with this document, which is found under this address from now on.
pub(super) fn created_at(location: String, document: &Value) -> Reply {
    let answer = json_answer(document.to_string()).with_status_code(201);
    Reply::Answer(answer.with_additional_header("Location", location))
}

/// 204.
pub(super) fn no_content() -> Reply {
    Reply::Answer(uncached(Response::empty_204()))
}

/// Answers are about people and change with every push: no cache may keep one.
pub(super) fn uncached(answer: Response) -> Response {
    answer.with_additional_header("Cache-Control", "no-store")
}

fn json_answer(text: String) -> Response {
    uncached(Response::from_data("application/json", text))
}

//! From requests and answers to the request log: what of them is kept, and for whom.

use std::io::Read;
use std::sync::Arc;

use rouille::{Request, Response, ResponseBody};

use crate::auth::{self, Admitted, Credential};
use crate::directory::Presented;
use crate::http::front::{Arrival, Refusal};
use crate::http::service::Rollcall;
use crate::model::call::Call;
use crate::model::draft::{Draft, Ending, Head, Sender, clipped};
use crate::model::error::{Error, Kind};
use crate::model::secrecy::without_secrets;
use crate::model::time::Timestamp;
use crate::scim::errors::status_of;
use crate::scim::log_notes;

/// How many characters are kept of a path, of what a client calls itself, and of a method.
const PATH_LENGTH: usize = 500;
const AGENT_LENGTH: usize = 200;
const METHOD_LENGTH: usize = 20;
const DETAIL_LENGTH: usize = 2_000;

impl Rollcall {
    /// A request to SCIM, for the log; `None` for others and where requests are not logged.
    pub(super) fn draft(&self, request: &Request, arrival: &Arrival, at: Timestamp) -> Option<Arc<Draft>> {
        let is_logged = self.scim.directory.requests().settings().enabled && is_scim(request);
        is_logged.then(|| Arc::new(Draft::new(self.head(Some(request), arrival, at))))
    }

    fn head(&self, request: Option<&Request>, arrival: &Arrival, at: Timestamp) -> Head {
        let target = request.map_or("", Request::raw_url);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let client =
            request.map_or(arrival.peer.ip().to_canonical(), |request| self.origin(request, arrival).client);
        let agent = request.and_then(|request| request.header("User-Agent"));
        Head {
            id: arrival.request_id.clone(),
            at,
            received: arrival.received,
            address: client.to_string(),
            user_agent: agent.map(|agent| clipped(&without_secrets(agent), AGENT_LENGTH)),
            method: clipped(request.map_or("", Request::method), METHOD_LENGTH),
            path: clipped(&self.masking.path(path), PATH_LENGTH),
            query: self.masking.query(query),
        }
    }

    /// Keeps the body of a call whose organization records bodies.
    pub(super) fn record_body(&self, call: &Call) {
        let until = call.organization.as_ref().and_then(|organization| organization.record_bodies_until);
        let records = self.scim.directory.requests().settings().record_bodies;
        if let Some(draft) = &call.log
            && records
            && until.is_some_and(|until| call.at < until)
        {
            draft.record_bodies(self.masking.body(&call.body));
        }
    }

    /// The body of an answer, masked; reading it takes it out of the answer, so it is put back.
    fn record_answer(&self, response: &mut Response) -> Option<String> {
        let data = std::mem::replace(&mut response.data, ResponseBody::empty());
        let mut body = Vec::new();
        let read = data.into_reader_and_size().0.read_to_end(&mut body);
        let masked = read.ok().and_then(|_| self.masking.body(&body));
        response.data = ResponseBody::from_data(body);
        masked
    }

    /// Leaves an answered request to the log.
    pub(super) fn log_answer(
        &self,
        draft: Arc<Draft>,
        request: &Request,
        response: &mut Response,
        error: Option<&Error>,
    ) {
        let ending = match error {
            Some(error) => ending(error),
            None => Ending { status: response.status_code, scim_type: None, detail: None },
        };
        let presented = if draft.sender().is_none() { presented(request) } else { None };
        let answer = if draft.records_bodies() { self.record_answer(response) } else { None };
        self.scim.directory.requests().leave(draft, ending, presented, answer);
    }

    /// Leaves a request to the log that the front refused.
    pub(super) fn log_refusal(&self, refusal: &Refusal, arrival: &Arrival, scim_type: Option<&'static str>) {
        let log = self.scim.directory.requests();
        let request = refusal.request.as_ref();
        if !log.settings().enabled || !request.is_none_or(is_scim) {
            return;
        }
        let draft = Draft::new(self.head(request, arrival, self.scim.directory.clock().now()));
        let detail = Some(without_secrets(&refusal.reason.to_string()));
        let ending = Ending { status: refusal.reason.status(), scim_type, detail };
        log.leave(Arc::new(draft), ending, request.and_then(presented), None);
    }
}

/// Says whose request it turned out to be, and what its credential relied on.
pub(super) fn note_admission(log: &Draft, admitted: &Admitted) {
    log_notes(Some(log), &admitted.notes);
    if let Credential::Token(token) = &admitted.credential {
        log.admit(Sender { organization: token.organization, token: token.id, name: token.name.clone() });
    }
}

/// Whether a request is for SCIM, in any letter case.
fn is_scim(request: &Request) -> bool {
    let path = request.raw_url().trim_start_matches('/');
    let rest = path.get(..4).filter(|start| start.eq_ignore_ascii_case("scim")).and_then(|_| path.get(4..));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

fn presented(request: &Request) -> Option<Presented> {
    let secret = auth::presented(request.header("Authorization")?)?;
    Some(Presented { hash: secret.hash(), prefix: secret.prefix() })
}

fn ending(error: &Error) -> Ending {
    let (status, scim_type) = status_of(error.kind);
    let detail = match error.kind {
        Kind::Internal => "Something went wrong in the server; its own log says what.".to_owned(),
        _ => clipped(&without_secrets(&error.detail), DETAIL_LENGTH),
    };
    Ending { status, scim_type, detail: Some(detail) }
}

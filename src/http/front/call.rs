//! Calling the service in a worker thread, without fear of its panics.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Uri};

use super::answer::Answer;
use super::peer::Peer;
use super::{Arrival, Outcome, Reason, Refusal, Service};

/// A request as it is kept while it waits and runs (rouille's own can be read only once); cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    peer: Peer,
    method: Method,
    target: Uri,
    headers: Arc<HeaderMap>,
    body: Arc<Vec<u8>>,
}

impl Kept {
    /// A request without its body.
    pub(super) fn new(peer: Peer, head: Parts) -> Kept {
        let headers = Arc::new(head.headers);
        Kept { peer, method: head.method, target: head.uri, headers, body: Arc::default() }
    }

    /// The body has come.
    pub(super) fn set_body(&mut self, body: Vec<u8>) {
        self.body = Arc::new(body);
    }

    /// A fresh request.
    pub(super) fn request(&self) -> rouille::Request {
        // Values are text in practice; what is not becomes U+FFFD, which no comparison takes for something else.
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            self.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        // The wire lets only targets through that have a path.
        let target = self.target.path_and_query().map_or("/", |target| target.as_str());
        self.peer.request(self.method.as_str(), target, headers, self.body.to_vec())
    }
}

/// What came of a request, ready for the asynchronous side.
pub(super) enum Done<A> {
    Answer(A),
    Park { key: u64, until: Duration },
    Drop,
}

/// Has the service answer; its panic becomes a refusal.
pub(super) fn answer(service: &Arc<dyn Service>, kept: &Kept, arrival: &Arrival) -> Done<Answer> {
    let run = || done(service.answer(&kept.request(), arrival), arrival);
    caught(arrival, run).unwrap_or_else(|| Done::Answer(panicked(service, kept, arrival)))
}

/// Has the service look at the head; no answer lets the body come.
pub(super) fn admit(service: &Arc<dyn Service>, kept: &Kept, arrival: &Arrival) -> Done<Option<Answer>> {
    let run = || match service.admit(&kept.request(), arrival) {
        Some(outcome) => done(outcome, arrival),
        None => Some(Done::Answer(None)),
    };
    caught(arrival, run).unwrap_or_else(|| Done::Answer(Some(panicked(service, kept, arrival))))
}

fn done<A: From<Answer>>(outcome: Outcome, arrival: &Arrival) -> Option<Done<A>> {
    Some(match outcome {
        Outcome::Answer(response) => Done::Answer(read(response, arrival)?.into()),
        Outcome::Park { key, until } => Done::Park { key, until },
        Outcome::Drop => Done::Drop,
    })
}

/// Has the service put a refusal into words.
pub(super) fn refuse(service: &Arc<dyn Service>, refusal: &Refusal, arrival: &Arrival) -> Answer {
    caught(arrival, || read(service.refuse(refusal, arrival), arrival))
        .unwrap_or_else(|| Answer::bare(arrival))
}

fn panicked(service: &Arc<dyn Service>, kept: &Kept, arrival: &Arrival) -> Answer {
    let refusal = Refusal { reason: Reason::Panicked, request: Some(kept.request()) };
    refuse(service, &refusal, arrival)
}

fn read(response: rouille::Response, arrival: &Arrival) -> Option<Answer> {
    Answer::read(response, arrival)
        .inspect_err(|error| {
            log::error!("request {}: the answer cannot be read: {error}", arrival.request_id)
        })
        .ok()
}

/// Runs `run`; `None` after a panic, which is logged. The service is shared by all workers anyway, and must keep its
/// own state whole (mutexes poison, transactions roll back).
fn caught<T>(arrival: &Arrival, run: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        log::error!("request {}: panic: {}", arrival.request_id, message(payload.as_ref()));
        None
    })
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

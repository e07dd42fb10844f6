//! What the front asks of the rest of the program.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::Refusal;

/// How a request came in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The id that the answer carries as `X-Request-Id` and the log names.
    pub request_id: String,
    /// The other end of the connection (a proxy, where there is one).
    pub peer: SocketAddr,
    /// When the head was complete; for measuring durations.
    pub received: Instant,
    /// Set when the request runs again after [`Outcome::Park`]: why.
    pub resumed: Option<Resumed>,
}

/// Why a parked request runs again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// Its feed moved.
    Woken,
    /// The time that it wanted to wait is over.
    TimeUp,
    /// The server is stopping: answer with what there is. Parking again is refused with 503.
    Stopping,
}

/// What a handler made of a request.
#[derive(Debug)]
pub enum Outcome {
    /// This is the answer. The front sets `Connection`, `Content-Length` and, if absent, `X-Request-Id`.
    Answer(rouille::Response),
    /// Run the request again when [`Waker::wake`](super::Waker::wake) is called with `key`, at the latest after
    /// `until`. A wake-up since the handler was called counts, so none is lost between its look and its waiting.
    Park {
        /// Which feed.
        key: u64,
        /// How long at most, from now.
        until: Duration,
    },
    /// Close the connection without an answer, as a broken network does; for the test mode.
    Drop,
}

/// The program behind the front. All of it runs in worker threads and may block on a commit, but must never sleep:
/// to wait, it parks.
pub trait Service: Send + Sync + 'static {
    /// Answers a request that is complete, body included. `request` is fresh each time, also after a park; its
    /// target is `raw_url()`, in origin form and percent-encoded.
    fn answer(&self, request: &rouille::Request, arrival: &Arrival) -> Outcome;

    /// Looks at the head alone before a body that is large (over 64 KiB) or of unknown length is read; the request
    /// has no body yet. `Some` refuses it, at once or after a park, and most of the body is never taken in.
    fn admit(&self, request: &rouille::Request, arrival: &Arrival) -> Option<Outcome>;

    /// Puts into words what the front itself refused, and logs it. Runs in a thread of its own, so that it works
    /// when all workers are busy; it must be quick.
    fn refuse(&self, refusal: &Refusal, arrival: &Arrival) -> rouille::Response;
}

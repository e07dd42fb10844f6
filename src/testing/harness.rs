//! What stands around the program in the test mode: faults before it, the journal behind it, the test routes beside it.

use std::io::Read;
use std::sync::Arc;

use rouille::{Request, Response, ResponseBody};

use crate::admin::problems;
use crate::http::audience::Audience;
use crate::http::front::{Arrival, Outcome, Refusal, Service};
use crate::http::service::Rollcall;
use crate::http::target::Target;
use crate::scim::errors;
use crate::testing::controls::Controls;
use crate::testing::faults::{DropWhen, Fault, Looked};
use crate::testing::journal::Entry;
use crate::testing::routes;
use crate::testing::tokens::TokenNames;
use crate::testing::waits::{Next, Visit, Waits};

/// The program and what stands around it.
pub(super) struct Harness {
    program: Arc<Rollcall>,
    controls: Arc<Controls>,
    waits: Waits,
    tokens: TokenNames,
}

impl Harness {
    pub(super) fn new(program: Arc<Rollcall>, controls: Arc<Controls>) -> Harness {
        Harness { program, controls, waits: Waits::default(), tokens: TokenNames::default() }
    }

    /// Carries a request out, or has it go wrong as its fault says.
    fn serve(&self, received: &Received, arrival: &Arrival) -> Outcome {
        let now = self.controls.now();
        let take = || self.controls.faults.take(received.looked());
        let (visit, resumed) = match self.waits.go_on(arrival, self.controls.generation(), now, take) {
            Next::Wait(outcome) => return outcome,
            Next::Run(visit, resumed) => (visit, resumed),
        };
        match visit.fault {
            Some(Fault { drop: Some(DropWhen::Before), .. }) => {
                self.record(received, arrival, &visit, None, Vec::new());
                return Outcome::Drop;
            }
            Some(Fault { drop: None, status: Some(status), retry_after, .. }) => {
                let answer = faulty(received, arrival, status, retry_after);
                return self.answered(received, arrival, &visit, answer);
            }
            Some(Fault { drop: Some(DropWhen::After), .. } | Fault { drop: None, status: None, .. })
            | None => {}
        }
        match self.program.answer(&received.request(), &Arrival { resumed, ..arrival.clone() }) {
            Outcome::Park { key, until } => self.waits.park_for_program(arrival, visit, now, key, until),
            Outcome::Answer(answer) => self.answered(received, arrival, &visit, answer),
            Outcome::Drop => Outcome::Drop,
        }
    }

    /// Gives an answer, or drops it where the fault says so, and writes it down.
    fn answered(&self, received: &Received, arrival: &Arrival, visit: &Visit, answer: Response) -> Outcome {
        let is_dropped = visit.fault.as_ref().is_some_and(|fault| fault.drop.is_some());
        let (answer, body) = read(answer);
        self.record(received, arrival, visit, (!is_dropped).then_some(answer.status_code), body);
        if is_dropped { Outcome::Drop } else { Outcome::Answer(answer) }
    }

    /// Gives and writes down an answer to a request that no fault could meet.
    fn refused(&self, request: &Request, arrival: &Arrival, answer: Response) -> Response {
        let (answer, body) = read(answer);
        let visit = Visit::without_fault(self.controls.now(), self.controls.generation());
        self.record(&Received::read(request), arrival, &visit, Some(answer.status_code), body);
        answer
    }

    fn record(
        &self,
        received: &Received,
        arrival: &Arrival,
        visit: &Visit,
        status: Option<u16>,
        answer: Vec<u8>,
    ) {
        if Audience::of(&received.request()) == Audience::Person || routes::is_below_test(&received.segments)
        {
            // Forms have passwords in them, and links sign in; and a test knows what it asked of the test routes.
            return;
        }
        let authorization = received.header("authorization");
        let token = authorization.and_then(|header| self.tokens.of(&self.controls.directory, header));
        let headers = received.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
        let shown = |(name, value): &(String, String)| match name.to_ascii_lowercase() {
            name if name == "authorization" => (name, token.clone().unwrap_or_else(|| "unknown".to_owned())),
            name => (name, value.clone()),
        };
        self.controls.journal.record(Entry {
            id: 0,
            at: visit.at,
            request_id: arrival.request_id.clone(),
            headers: headers.map(shown).collect(),
            token,
            method: received.method.clone(),
            target: received.target.clone(),
            body: received.body.clone(),
            status,
            answer,
            duration: arrival.received.elapsed(),
            is_faulty: visit.fault.is_some(),
        });
    }
}

impl Service for Harness {
    fn answer(&self, request: &Request, arrival: &Arrival) -> Outcome {
        let received = Received::read(request);
        if routes::is_below_test(&received.segments) {
            return Outcome::Answer(routes::answer(&self.controls, &received, arrival));
        }
        self.serve(&received, arrival)
    }

    fn admit(&self, request: &Request, arrival: &Arrival) -> Option<Outcome> {
        if routes::is_below_test(&Received::read(request).segments) {
            // Their bodies are small; whoever sends a large one is told so after it was read.
            return None;
        }
        Some(match self.program.admit(request, arrival)? {
            Outcome::Answer(refusal) => Outcome::Answer(self.refused(request, arrival, refusal)),
            other @ (Outcome::Park { .. } | Outcome::Drop) => other,
        })
    }

    fn refuse(&self, refusal: &Refusal, arrival: &Arrival) -> Response {
        let answer = self.program.refuse(refusal, arrival);
        match &refusal.request {
            Some(request) => self.refused(request, arrival, answer),
            None => answer,
        }
    }
}

/// A request, its body read, so that it can be looked at and still be given to the program.
pub(super) struct Received {
    peer: std::net::SocketAddr,
    pub(super) method: String,
    pub(super) target: String,
    /// Path segments; none where the target cannot be decoded, which the program refuses.
    pub(super) segments: Vec<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Received {
    fn read(request: &Request) -> Received {
        let mut body = Vec::new();
        if let Some(mut data) = request.data() {
            // The front gives bodies that are in memory, whole.
            let _ = data.read_to_end(&mut body);
        }
        let target = request.raw_url().to_owned();
        Received {
            peer: *request.remote_addr(),
            method: request.method().to_owned(),
            segments: Target::parse(&target).map(|target| target.segments).unwrap_or_default(),
            target,
            headers: request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body,
        }
    }

    /// The request again.
    fn request(&self) -> Request {
        let (headers, body) = (self.headers.clone(), self.body.clone());
        Request::fake_http_from(self.peer, self.method.as_str(), self.target.as_str(), headers, body)
    }

    /// The first header field of that name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn looked(&self) -> Looked<'_> {
        Looked { method: &self.method, segments: &self.segments, body: &self.body }
    }
}

/// The answer of a fault, in the words of the API that was asked.
fn faulty(received: &Received, arrival: &Arrival, status: u16, retry_after: Option<u64>) -> Response {
    let detail = "This answer was asked for with POST /test/faults; the request was not carried out.";
    let answer = match Audience::of(&received.request()) {
        Audience::Program => problems::of_status(status, detail, &arrival.request_id),
        Audience::Person => Response::text(detail).with_status_code(status),
        Audience::IdentityProvider => errors::respond(status, &errors::message(status, None, detail)),
    };
    match retry_after {
        Some(seconds) => answer.with_additional_header("Retry-After", seconds.to_string()),
        None => answer,
    }
}

/// A response and its body, which can be read only once.
fn read(response: Response) -> (Response, Vec<u8>) {
    let (mut reader, size) = response.data.into_reader_and_size();
    let mut body = Vec::with_capacity(size.unwrap_or_default());
    // Answers are made in memory.
    let _ = reader.read_to_end(&mut body);
    (Response { data: ResponseBody::from_data(body.clone()), ..response }, body)
}

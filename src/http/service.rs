//! From a whole HTTP request to a handler and back: the one place where routes, credentials and handlers meet.

use std::io::Read;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rouille::{Request, Response};

use crate::admin::page::{self, Frame};
use crate::admin::{Admin, Reply, problems};
use crate::auth::{self, Access, Admitted, Browser, Credential, LastUsed, Pace, check_origin};
use crate::http::front::{Arrival, Outcome, Refusal, Resumed, Service};
use crate::http::metrics::Metrics;
use crate::http::probes::Probes;
use crate::http::request_log::note_admission;
use crate::http::routes::{Found, Handler, Route, find};
use crate::http::target::Target;
use crate::model::call::Call;
use crate::model::draft::Draft;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::OrganizationId;
use crate::model::time::Timestamp;
use crate::scim::masking::Masking;
use crate::scim::{Scim, errors};

/// What never moves, for requests that wait for nothing but time.
const NO_FEED: u64 = u64::MAX;

/// The program behind the front.
pub struct Rollcall {
    /// The protocol.
    pub scim: Scim,
    /// The admin API.
    pub admin: Admin,
    /// The probes.
    pub probes: Probes,
    /// When tokens were used.
    pub last_used: LastUsed,
    /// How many days events are kept; `None`: for ever.
    pub keep_events_days: Option<u32>,
    /// What was done since the start.
    pub metrics: Metrics,
    /// How often tokens may ask, and failures may come.
    pub pace: Pace,
    /// What the request log may keep.
    pub masking: Masking,
    /// What the world sees this server as; without it, what a request was sent to.
    pub public_url: Option<String>,
}

/// A request that was looked up and admitted.
struct Admission {
    route: &'static Route,
    parameters: Vec<String>,
    target: Target,
    admitted: Option<Admitted>,
    at: Timestamp,
}

impl Rollcall {
    fn look_up(&self, request: &Request, at: Timestamp, log: Option<&Draft>) -> Result<Admission> {
        let target = Target::parse(request.raw_url())?;
        let (route, slug, parameters) = match find(request.method(), &target.segments) {
            Found::Route { route, slug, parameters } => (route, slug, parameters),
            Found::OtherMethods(methods) => {
                return Err(Error::new(
                    Kind::MethodNotAllowed,
                    format!("{} is not offered here; use {}.", request.method(), methods.join(", ")),
                ));
            }
            Found::Nothing => {
                return Err(Error::new(
                    Kind::NotFound,
                    format!(
                        "There is nothing at /{}. SCIM is at /scim/v2, the admin API at /api/v1/organizations.",
                        target.segments.join("/")
                    ),
                ));
            }
        };
        let base_url = self.base_url(request);
        let asked = auth::Request {
            header: request.header("Authorization"),
            browser: browser(request, &base_url),
            scope: route.scope,
            access: route.access,
            slug: slug.as_deref(),
            now: at,
            tolerance: self.scim.schemas.tolerance(),
        };
        let admitted = match route.scope.kind() {
            None => None,
            Some(_) => self.scim.directory.store().read(|db| auth::admit(db, &asked))?,
        };
        if let Some(admitted) = &admitted {
            self.last_used.note(&admitted.credential, at);
            if let Some(log) = log {
                note_admission(log, admitted);
            }
        }
        if let (Some(log), Some(id)) = (log, parameters.first())
            && ["/scim/v2/Users/{}", "/scim/v2/Groups/{}"].contains(&route.path)
        {
            log.set_resource(id);
        }
        Ok(Admission { route, parameters, target, admitted, at })
    }

    fn run(
        &self,
        request: &Request,
        arrival: &Arrival,
        at: Timestamp,
        log: Option<Arc<Draft>>,
    ) -> Result<Outcome> {
        if let Some(answer) = options(request) {
            return Ok(Outcome::Answer(answer));
        }
        let admission = self.look_up(request, at, log.as_deref())?;
        let (handler, operation) = (admission.route.handler, admission.route.operation);
        if let Some(admitted) = &admission.admitted {
            self.check_pace(admitted, arrival, at)?;
        }
        let access = admission.route.access;
        let call = self.call(request, arrival, admission, log)?;
        operation.map_or(Ok(()), |operation| operation.check(&call))?;
        match handler {
            Handler::Probe(probe) => Ok(Outcome::Answer(probe(&self.probes))),
            Handler::Fixed(fixed) => Ok(Outcome::Answer(fixed())),
            Handler::Metrics(read) => read(&self.metrics, &self.scim.directory).map(Outcome::Answer),
            Handler::Page(handler) => {
                if access == Access::Write {
                    check_origin(&browser(request, &call.base_url))?;
                    page::check_form(&call)?;
                }
                handler(&self.admin, &call).map(page::guarded).map(Outcome::Answer)
            }
            Handler::Scim(handler) => {
                if let Some(organization) = &call.organization {
                    self.scim.check_prerequisites(organization)?;
                }
                self.record_body(&call);
                handler(&self.scim, &call).map(Outcome::Answer)
            }
            Handler::Admin(handler) => Ok(match handler(&self.admin, &call)? {
                Reply::Answer(response) => Outcome::Answer(response),
                Reply::Park { organization, seconds } => {
                    Outcome::Park { key: organization.0.unsigned_abs(), until: Duration::from_secs(seconds) }
                }
                Reply::ParkForRequests { organization, seconds } => {
                    Outcome::Park { key: request_feed(organization), until: Duration::from_secs(seconds) }
                }
            }),
        }
    }

    /// Counts and logs an answered request.
    fn done(
        &self,
        request: &Request,
        arrival: &Arrival,
        draft: Option<Arc<Draft>>,
        response: &mut Response,
        error: Option<&Error>,
    ) {
        self.count(request, arrival, response.status_code);
        log(request, arrival, response.status_code);
        if let Some(draft) = draft {
            self.log_answer(draft, request, response, error);
        }
    }

    fn count(&self, request: &Request, arrival: &Arrival, status: u16) {
        let found = Target::parse(request.raw_url()).map(|target| find(request.method(), &target.segments));
        let (method, route) = match found {
            Ok(Found::Route { route, .. }) => (route.method, route.path),
            Ok(Found::OtherMethods(_) | Found::Nothing) | Err(_) => ("", ""),
        };
        self.metrics.count(method, route, status, arrival.received.elapsed());
    }

    /// A request counts once, however often it is parked.
    fn check_pace(&self, admitted: &Admitted, arrival: &Arrival, at: Timestamp) -> Result<()> {
        match &admitted.credential {
            Credential::Token(token) if arrival.resumed.is_none() => self.pace.request(token.id, at),
            Credential::Token(_) | Credential::Session { .. } => Ok(()),
        }
    }

    /// How long the answer to a request that failed to authenticate waits, where it does.
    fn slowed(&self, request: &Request, arrival: &Arrival, error: &Error) -> Option<Outcome> {
        let is_failure = error.kind == Kind::Unauthorized && Audience::of(request) != Audience::Person;
        if !is_failure || arrival.resumed.is_some() {
            return None;
        }
        let now = self.scim.directory.clock().now();
        let until = self.pace.failure(client(arrival), request.header("Authorization"), now)?;
        Some(Outcome::Park { key: NO_FEED, until })
    }

    fn call(
        &self,
        request: &Request,
        arrival: &Arrival,
        admission: Admission,
        log: Option<Arc<Draft>>,
    ) -> Result<Call> {
        let mut body = Vec::new();
        if let Some(mut data) = request.data() {
            data.read_to_end(&mut body).map_err(|error| {
                Error::new(Kind::InvalidSyntax, format!("The body cannot be read: {error}"))
            })?;
        }
        let headers =
            request.headers().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let (actor, organization) = match admission.admitted {
            Some(admitted) => (Some(admitted.actor), admitted.organization),
            None => (None, None),
        };
        Ok(Call {
            request_id: arrival.request_id.clone(),
            at: admission.at,
            client: client(arrival),
            method: admission.route.method,
            actor,
            organization,
            parameters: admission.parameters,
            query: admission.target.query,
            headers,
            body,
            base_url: self.base_url(request),
            time_is_up: arrival.resumed.map(|resumed| resumed != Resumed::Woken),
            log,
        })
    }

    fn base_url(&self, request: &Request) -> String {
        match &self.public_url {
            Some(url) => url.clone(),
            None => format!("http://{}", request.header("Host").unwrap_or("localhost")),
        }
    }

    /// An error in the words of the API that the request was for.
    fn error(&self, request: &Request, error: &Error, request_id: &str) -> Response {
        let response = match Audience::of(request) {
            Audience::Program => problems::answer(error, request_id),
            Audience::IdentityProvider => errors::error_response(error, request_id),
            Audience::Person => {
                let target = (request.method() == "GET").then(|| request.raw_url());
                let frame = Frame::of_base_url(&self.base_url(request));
                page::guarded(page::refusal(&frame, error, request_id, target))
            }
        };
        match (error.kind, Target::parse(request.raw_url())) {
            (Kind::MethodNotAllowed, Ok(target)) => match find(request.method(), &target.segments) {
                Found::OtherMethods(methods) => response.with_additional_header("Allow", methods.join(", ")),
                Found::Route { .. } | Found::Nothing => response,
            },
            _ => response,
        }
    }
}

/// The answer to OPTIONS: the methods of the path, for everybody, since the description is public (RFC 9110 §9.3.7).
fn options(request: &Request) -> Option<Response> {
    let target = Target::parse(request.raw_url()).ok().filter(|_| request.method() == "OPTIONS")?;
    match find("OPTIONS", &target.segments) {
        Found::OtherMethods(methods) => {
            Some(Response::empty_204().with_additional_header("Allow", methods.join(", ")))
        }
        Found::Route { .. } | Found::Nothing => None,
    }
}

impl Service for Rollcall {
    fn answer(&self, request: &Request, arrival: &Arrival) -> Outcome {
        let at = self.scim.directory.clock().now();
        let draft = self.draft(request, arrival, at);
        let (outcome, error) = match self.run(request, arrival, at, draft.clone()) {
            Ok(outcome) => (outcome, None),
            Err(error) => {
                if let Some(parked) = self.slowed(request, arrival, &error) {
                    return parked;
                }
                log::debug!("request {} was refused: {error}", arrival.request_id);
                (Outcome::Answer(self.error(request, &error, &arrival.request_id)), Some(error))
            }
        };
        match outcome {
            Outcome::Answer(mut response) => {
                self.done(request, arrival, draft, &mut response, error.as_ref());
                Outcome::Answer(response)
            }
            other @ (Outcome::Park { .. } | Outcome::Drop) => other,
        }
    }

    fn admit(&self, request: &Request, arrival: &Arrival) -> Option<Response> {
        let at = self.scim.directory.clock().now();
        let draft = self.draft(request, arrival, at);
        let error = self.look_up(request, at, draft.as_deref()).err()?;
        let mut response = self.error(request, &error, &arrival.request_id);
        self.done(request, arrival, draft, &mut response, Some(&error));
        Some(response)
    }

    fn refuse(&self, refusal: &Refusal, arrival: &Arrival) -> Response {
        let status = refusal.reason.status();
        let scim_type = matches!(status, 400).then_some("invalidSyntax");
        let detail = refusal.reason.to_string();
        let audience = refusal.request.as_ref().map_or(Audience::IdentityProvider, Audience::of);
        let response = match audience {
            Audience::IdentityProvider => {
                errors::respond(status, &errors::message(status, scim_type, &detail))
            }
            Audience::Program => problems::of_status(status, &detail, &arrival.request_id),
            Audience::Person => page::guarded(Response::text(detail.as_str()).with_status_code(status)),
        };
        self.log_refusal(refusal, arrival, scim_type);
        log::info!(
            "request {} from {}: {status} before it reached a route: {detail}",
            arrival.request_id,
            arrival.peer
        );
        match refusal.reason.retry_after() {
            Some(after) => response.with_additional_header("Retry-After", after.as_secs().to_string()),
            None => response,
        }
    }
}

/// Where a request came from.
pub(super) fn client(arrival: &Arrival) -> IpAddr {
    arrival.peer.ip().to_canonical()
}

/// The feed of an organization's request log, which is another than that of its events.
pub fn request_feed(organization: OrganizationId) -> u64 {
    organization.0.unsigned_abs() | 1 << 63
}

/// Who reads what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A program at the admin API: problem details.
    Program,
    /// A person at the admin page.
    Person,
    /// An identity provider, and whoever asks for anything else: SCIM errors.
    IdentityProvider,
}

impl Audience {
    /// By the first segment of the path.
    pub fn of(request: &Request) -> Audience {
        let path = request.raw_url().trim_start_matches('/');
        let first = path.split(['/', '?']).next().unwrap_or_default();
        match first {
            _ if first.eq_ignore_ascii_case("api") => Audience::Program,
            _ if first.eq_ignore_ascii_case("admin") => Audience::Person,
            _ => Audience::IdentityProvider,
        }
    }
}

/// What a browser says of itself.
fn browser<'r>(request: &'r Request, base_url: &'r str) -> Browser<'r> {
    Browser {
        cookies: request.header("Cookie"),
        csrf: request.header("X-CSRF-Token"),
        origin: request.header("Origin"),
        fetch_site: request.header("Sec-Fetch-Site"),
        host: request.header("Host"),
        base_url,
    }
}

fn log(request: &Request, arrival: &Arrival, status: u16) {
    // The query may hold names and addresses of people; the path holds ids only.
    let path = request.raw_url().split('?').next().unwrap_or_default();
    log::info!(
        "request {} from {}: {} {path} {status} in {:.1} ms",
        arrival.request_id,
        client(arrival),
        request.method(),
        arrival.received.elapsed().as_secs_f64() * 1000.0
    );
}

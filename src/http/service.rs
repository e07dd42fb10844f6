//! From a whole HTTP request to a handler and back: the one place where routes, credentials and handlers meet.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use rouille::{Request, Response};

use crate::admin::page;
use crate::admin::{Admin, Reply, problems};
use crate::auth::{self, Access, Admitted, Browser, Credential, LastUsed, Pace, check_origin};
use crate::config::Network;
use crate::http::audience::Audience;
use crate::http::front::{Arrival, Outcome, Refusal, Resumed, Service};
use crate::http::headers;
use crate::http::metrics::Metrics;
use crate::http::origin::Origin;
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
    /// Whether they are read on a listener of their own, and not here.
    pub metrics_elsewhere: bool,
    /// How often tokens may ask, and failures may come.
    pub pace: Pace,
    /// What the request log may keep.
    pub masking: Masking,
    /// What the world sees this server as; without it, what a request was sent to.
    pub public_url: Option<String>,
    /// Whose word about a client's address and scheme counts.
    pub trusted_proxies: Vec<Network>,
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
    fn look_up(
        &self,
        request: &Request,
        arrival: &Arrival,
        at: Timestamp,
        log: Option<&Draft>,
    ) -> Result<Admission> {
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
        let base_url = self.base_url(request, arrival);
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
        let admission = self.look_up(request, arrival, at, log.as_deref())?;
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
            Handler::Metrics(_) if self.metrics_elsewhere => Err(Error::new(
                Kind::NotFound,
                "The metrics have a listener of their own here ([server] metrics_listen).",
            )),
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

    /// A request counts once, however often it is parked.
    fn check_pace(&self, admitted: &Admitted, arrival: &Arrival, at: Timestamp) -> Result<()> {
        match &admitted.credential {
            Credential::Token(token) if arrival.resumed.is_none() => self.pace.request(token.id, at),
            Credential::Token(_) | Credential::Session { .. } => Ok(()),
        }
    }

    /// The answer to a request that is refused, at once or later.
    fn refused(
        &self,
        request: &Request,
        arrival: &Arrival,
        draft: Option<Arc<Draft>>,
        error: &Error,
    ) -> Outcome {
        if let Some(parked) = self.slowed(request, arrival, error) {
            return parked;
        }
        log::debug!("request {} was refused: {error}", arrival.request_id);
        let response = self.error(request, error, arrival);
        Outcome::Answer(self.finish(request, arrival, draft, response, Some(error)))
    }

    /// How long the answer to a request that failed to authenticate waits, where it does.
    fn slowed(&self, request: &Request, arrival: &Arrival, error: &Error) -> Option<Outcome> {
        let is_failure = error.kind == Kind::Unauthorized && Audience::of(request) != Audience::Person;
        if !is_failure || arrival.resumed.is_some() {
            return None;
        }
        let now = self.scim.directory.clock().now();
        let until =
            self.pace.failure(self.origin(request, arrival).client, request.header("Authorization"), now)?;
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
            client: self.origin(request, arrival).client,
            method: admission.route.method,
            actor,
            organization,
            parameters: admission.parameters,
            query: admission.target.query,
            headers,
            body,
            base_url: self.base_url(request, arrival),
            time_is_up: arrival.resumed.map(|resumed| resumed != Resumed::Woken),
            log,
        })
    }

    pub(super) fn origin(&self, request: &Request, arrival: &Arrival) -> Origin {
        Origin::of(request, arrival.peer, &self.trusted_proxies)
    }

    pub(super) fn base_url(&self, request: &Request, arrival: &Arrival) -> String {
        match &self.public_url {
            Some(url) => url.clone(),
            None => {
                let scheme = if self.origin(request, arrival).https { "https" } else { "http" };
                format!("{scheme}://{}", request.header("Host").unwrap_or("localhost"))
            }
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
        match self.run(request, arrival, at, draft.clone()) {
            Ok(Outcome::Answer(response)) => {
                Outcome::Answer(self.finish(request, arrival, draft, response, None))
            }
            Ok(other @ (Outcome::Park { .. } | Outcome::Drop)) => other,
            Err(error) => self.refused(request, arrival, draft, &error),
        }
    }

    fn admit(&self, request: &Request, arrival: &Arrival) -> Option<Outcome> {
        let at = self.scim.directory.clock().now();
        let draft = self.draft(request, arrival, at);
        let error = self.look_up(request, arrival, at, draft.as_deref()).err()?;
        Some(self.refused(request, arrival, draft, &error))
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
        let origin = refusal.request.as_ref().map(|request| self.origin(request, arrival));
        log::info!(
            "request {} from {}: {status} before it reached a route: {detail}",
            arrival.request_id,
            origin.map_or(arrival.peer.ip(), |origin| origin.client)
        );
        let response = headers::add(response, self.is_https(origin));
        match refusal.reason.retry_after() {
            Some(after) => response.with_additional_header("Retry-After", after.as_secs().to_string()),
            None => response,
        }
    }
}

/// The feed of an organization's request log, which is another than that of its events.
pub fn request_feed(organization: OrganizationId) -> u64 {
    organization.0.unsigned_abs() | 1 << 63
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

//! The last steps of a request: refusals in the words of the API that was asked, and what every answer goes through.

use std::net::IpAddr;
use std::sync::Arc;

use rouille::{Request, Response};

use crate::admin::page::{self, Refused};
use crate::admin::problems;
use crate::http::audience::Audience;
use crate::http::front::Arrival;
use crate::http::headers;
use crate::http::origin::Origin;
use crate::http::routes::{Found, find};
use crate::http::service::Rollcall;
use crate::http::target::Target;
use crate::model::draft::Draft;
use crate::model::error::{Error, Kind};
use crate::scim::errors;

impl Rollcall {
    /// An error in the words of the API that the request was for.
    pub(super) fn error(&self, request: &Request, error: &Error, arrival: &Arrival) -> Response {
        let response = match Audience::of(request) {
            Audience::Program => problems::answer(error, &arrival.request_id),
            Audience::IdentityProvider => errors::error_response(error, &arrival.request_id),
            Audience::Person => {
                let refused = Refused {
                    base_url: &self.base_url(request, arrival),
                    cookies: request.header("Cookie"),
                    request_id: &arrival.request_id,
                    target: (request.method() == "GET").then(|| request.raw_url()),
                };
                page::guarded(page::refusal(&refused, error))
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

    /// The last step of every answer: it is counted, logged, and told what all answers say.
    pub(super) fn finish(
        &self,
        request: &Request,
        arrival: &Arrival,
        draft: Option<Arc<Draft>>,
        mut response: Response,
        error: Option<&Error>,
    ) -> Response {
        let origin = self.origin(request, arrival);
        self.count(request, arrival, response.status_code);
        self.log(request, arrival, origin.client, response.status_code);
        if let Some(draft) = draft {
            self.log_answer(draft, request, &mut response, error);
        }
        headers::add(response, self.is_https(Some(origin)))
    }

    /// Whether the client reached this server by https, as far as that can be known.
    pub(super) fn is_https(&self, origin: Option<Origin>) -> bool {
        let public = self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
        origin.is_some_and(|origin| origin.https || (origin.proxied && public))
    }

    fn log(&self, request: &Request, arrival: &Arrival, client: IpAddr, status: u16) {
        if !log::log_enabled!(log::Level::Info) {
            return;
        }
        // The query may hold names and addresses of people; the path holds ids, and what was put there by mistake.
        let path = request.raw_url().split('?').next().unwrap_or_default();
        log::info!(
            "request {} from {}: {} {} {status} in {:.1} ms",
            arrival.request_id,
            client,
            request.method(),
            self.masking.path(path),
            arrival.received.elapsed().as_secs_f64() * 1000.0
        );
    }

    fn count(&self, request: &Request, arrival: &Arrival, status: u16) {
        let found = Target::parse(request.raw_url()).map(|target| find(request.method(), &target.segments));
        let (method, route) = match found {
            Ok(Found::Route { route, .. }) => (route.method, route.path),
            Ok(Found::OtherMethods(_) | Found::Nothing) | Err(_) => ("", ""),
        };
        self.metrics.count(method, route, status, arrival.received.elapsed());
    }
}

//! The table of test routes: reading it is reading what a test can do. Only the test mode has it.

use std::net::IpAddr;
use std::sync::Arc;

use rouille::Response;

use crate::admin::problems;
use crate::auth::{self, Access, Browser, Scope};
use crate::http::front::Arrival;
use crate::http::target::Target;
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::Tolerance;
use crate::testing::controls::Controls;
use crate::testing::handlers;
use crate::testing::harness::Received;

type Handler = fn(&Arc<Controls>, &Call) -> Result<Response>;

/// One row.
struct TestRoute {
    method: &'static str,
    path: [&'static str; 2],
    handler: Handler,
}

const fn route(method: &'static str, last: &'static str, handler: Handler) -> TestRoute {
    TestRoute { method, path: ["test", last], handler }
}

/// All test routes, below `test_url`.
const ROUTES: &[TestRoute] = &[
    route("POST", "reset", handlers::reset),
    route("GET", "faults", handlers::faults),
    route("POST", "faults", handlers::arm),
    route("DELETE", "faults", handlers::disarm),
    route("GET", "clock", handlers::clock),
    route("PUT", "clock", handlers::set_clock),
    route("GET", "journal", handlers::journal),
    route("DELETE", "journal", handlers::clear_journal),
];

/// Whether a path is one that the program need not see.
pub(super) fn is_below_test(segments: &[String]) -> bool {
    segments.first().is_some_and(|first| first.eq_ignore_ascii_case("test"))
}

/// Answers a request below `/test`.
pub(super) fn answer(controls: &Arc<Controls>, received: &Received, arrival: &Arrival) -> Response {
    run(controls, received, arrival).unwrap_or_else(|error| {
        let answer = problems::answer(&error, &arrival.request_id);
        match error.kind {
            Kind::MethodNotAllowed => {
                answer.with_additional_header("Allow", methods_of(&received.segments).join(", "))
            }
            _ => answer,
        }
    })
}

fn run(controls: &Arc<Controls>, received: &Received, arrival: &Arrival) -> Result<Response> {
    check_host(received.header("Host"))?;
    let handler = find(&received.method, &received.segments)?;
    let at = controls.now();
    let asked = auth::Request {
        header: received.header("Authorization"),
        browser: Browser::default(),
        scope: Scope::Test,
        access: Access::of_method(&received.method),
        slug: None,
        now: at,
        tolerance: Tolerance::Lenient,
    };
    let admitted = controls.directory.store().read(|db| auth::admit(db, &asked))?;
    handler(
        controls,
        &Call {
            request_id: arrival.request_id.clone(),
            at,
            client: arrival.peer.ip(),
            method: "",
            actor: admitted.map(|admitted| admitted.actor),
            organization: None,
            parameters: Vec::new(),
            query: Target::parse(&received.target)?.query,
            headers: Vec::new(),
            body: received.body.clone(),
            base_url: String::new(),
            time_is_up: None,
            log: None,
        },
    )
}

/// A web page that had its own name point here would have the browser send that name (DNS rebinding).
fn check_host(host: Option<&str>) -> Result<()> {
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match literal.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => Ok(()),
        _ => Err(Error::new(
            Kind::Forbidden,
            "The test routes are for this machine only: the Host header must be a loopback address, such as \
             127.0.0.1. Use test_url as the ready line gives it.",
        )),
    }
}

fn find(method: &str, segments: &[String]) -> Result<Handler> {
    let method = if method == "HEAD" { "GET" } else { method };
    if let Some(found) = ROUTES.iter().find(|route| route.method == method && fits(route, segments)) {
        return Ok(found.handler);
    }
    let others = methods_of(segments);
    if others.is_empty() {
        let all: Vec<String> =
            ROUTES.iter().map(|route| format!("{} /{}", route.method, route.path.join("/"))).collect();
        return Err(Error::new(
            Kind::NotFound,
            format!("There is nothing at /{}. The test routes are {}.", segments.join("/"), all.join(", ")),
        ));
    }
    Err(Error::new(
        Kind::MethodNotAllowed,
        format!("{method} is not offered here; use {}.", others.join(", ")),
    ))
}

fn methods_of(segments: &[String]) -> Vec<&'static str> {
    ROUTES.iter().filter(|route| fits(route, segments)).map(|route| route.method).collect()
}

fn fits(route: &TestRoute, segments: &[String]) -> bool {
    route.path.len() == segments.len()
        && route.path.iter().zip(segments).all(|(wanted, segment)| wanted.eq_ignore_ascii_case(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_loopback_literal_or_is_refused() {
        for host in ["127.0.0.1:8080", "127.0.0.1", "127.9.9.9:1", "[::1]:80", "[::1]"] {
            assert!(check_host(Some(host)).is_ok(), "{host}");
        }
        for host in ["localhost:80", "evil.example", "10.0.0.1:80", "127.0.0.1.evil.example", "[::2]:80", ""]
        {
            assert_eq!(check_host(Some(host)).unwrap_err().kind, Kind::Forbidden, "{host}");
        }
        assert!(check_host(None).is_err());
    }
}

//! `/metrics` on a listener of its own, without credentials and without anything else (`[server] metrics_listen`).

use std::sync::Arc;

use rouille::{Request, Response};

use crate::http::front::{Arrival, Outcome, Refusal, Service};
use crate::http::metrics;
use crate::http::service::Rollcall;

/// The service behind that listener.
pub struct MetricsService(Arc<Rollcall>);

impl MetricsService {
    /// The metrics of this program.
    pub fn of(program: Arc<Rollcall>) -> MetricsService {
        MetricsService(program)
    }
}

impl Service for MetricsService {
    fn answer(&self, request: &Request, arrival: &Arrival) -> Outcome {
        let path = request.raw_url().split('?').next().unwrap_or_default();
        Outcome::Answer(match (request.method(), path) {
            ("GET" | "HEAD", "/metrics") => metrics::read(&self.0.metrics, &self.0.scim.directory)
                .unwrap_or_else(|error| {
                    log::error!("request {}: the metrics cannot be read: {error}", arrival.request_id);
                    text(500, "The metrics cannot be read; the log says why.")
                }),
            _ => text(404, "This listener has /metrics only."),
        })
    }

    fn admit(&self, _: &Request, _: &Arrival) -> Option<Outcome> {
        None
    }

    fn refuse(&self, refusal: &Refusal, _: &Arrival) -> Response {
        text(refusal.reason.status(), &refusal.reason.to_string())
    }
}

fn text(status: u16, sentence: &str) -> Response {
    Response::text(format!("{sentence}\n")).with_status_code(status)
}

//! `/metrics`: what the server did, in Prometheus' text format (version 0.0.4).
//!
//! Counting a request is one lock and a few additions; what lies in the database is asked when somebody reads. Labels are
//! methods and paths of the route table and status classes: their number has a bound, and no name or id is among them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rouille::Response;

use crate::directory::Directory;
use crate::model::error::Result;

/// The upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// What a request is counted as: method, path in the route table, first digit of the status.
type Series = (&'static str, &'static str, u16);

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<Series, u64>,
    /// How many requests took no longer than each of [`BUCKETS`].
    within: [u64; BUCKETS.len()],
    requests_in_all: u64,
    seconds_in_all: f64,
}

impl Metrics {
    /// Counts an answered request; `route` is a path of the table, or empty for what no route answers.
    pub fn count(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((method, route, status / 100)).or_default() += 1;
        counts.requests_in_all += 1;
        counts.seconds_in_all += seconds;
        for (within, _) in counts.within.iter_mut().zip(BUCKETS).filter(|(_, limit)| seconds <= *limit) {
            *within += 1;
        }
    }

    fn text(&self) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = family("rollcall_requests_total", "counter", "Answered requests.");
        for ((method, route, class), count) in &counts.requests {
            line(
                &mut text,
                format_args!(
                    "rollcall_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{class}xx\"}} {count}"
                ),
            );
        }
        let name = "rollcall_request_duration_seconds";
        text.push_str(&family(name, "histogram", "From the head of a request to its answer."));
        for (limit, count) in BUCKETS.iter().zip(counts.within) {
            line(&mut text, format_args!("{name}_bucket{{le=\"{limit}\"}} {count}"));
        }
        line(&mut text, format_args!("{name}_bucket{{le=\"+Inf\"}} {}", counts.requests_in_all));
        line(&mut text, format_args!("{name}_sum {}", counts.seconds_in_all));
        line(&mut text, format_args!("{name}_count {}", counts.requests_in_all));
        text
    }
}

/// A number that is asked for when somebody reads.
struct Asked {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: fn(&Directory) -> Result<i64>,
}

const ASKED: &[Asked] = &[
    Asked {
        name: "rollcall_events_total",
        kind: "counter",
        help: "Events in the feeds of all organizations.",
        value: |directory| directory.store().read(|db| db.count_events()),
    },
    Asked {
        name: "rollcall_tokens_expiring",
        kind: "gauge",
        help: "Tokens that end within a week.",
        value: Directory::count_expiring_tokens,
    },
    Asked {
        name: "rollcall_requests_not_logged_total",
        kind: "counter",
        help: "Requests that are missing in the request log, because they came faster than they could be written.",
        value: |directory| Ok(i64::try_from(directory.requests().dropped()).unwrap_or(i64::MAX)),
    },
];

/// The whole answer.
///
/// # Errors
/// Those of the store.
pub fn read(metrics: &Metrics, directory: &Directory) -> Result<Response> {
    let mut text = family("rollcall_build_info", "gauge", "The version of the program.");
    line(&mut text, format_args!("rollcall_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
    text.push_str(&metrics.text());
    for asked in ASKED {
        text.push_str(&family(asked.name, asked.kind, asked.help));
        line(&mut text, format_args!("{} {}", asked.name, (asked.value)(directory)?));
    }
    let answer = Response::from_data("text/plain; version=0.0.4; charset=utf-8", text);
    Ok(answer.with_additional_header("Cache-Control", "no-store"))
}

fn family(name: &str, kind: &str, help: &str) -> String {
    format!("# HELP {name} {help}\n# TYPE {name} {kind}\n")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_by_method_route_and_class_and_in_each_bucket_that_holds_it() {
        let metrics = Metrics::default();
        metrics.count("GET", "/scim/v2/Users/{}", 200, Duration::from_millis(2));
        metrics.count("GET", "/scim/v2/Users/{}", 204, Duration::from_millis(20));
        metrics.count("GET", "/scim/v2/Users/{}", 404, Duration::from_secs(60));
        let text = metrics.text();
        for expected in [
            "# TYPE rollcall_requests_total counter",
            "rollcall_requests_total{method=\"GET\",route=\"/scim/v2/Users/{}\",status=\"2xx\"} 2",
            "rollcall_requests_total{method=\"GET\",route=\"/scim/v2/Users/{}\",status=\"4xx\"} 1",
            "rollcall_request_duration_seconds_bucket{le=\"0.001\"} 0",
            "rollcall_request_duration_seconds_bucket{le=\"0.0025\"} 1",
            "rollcall_request_duration_seconds_bucket{le=\"0.025\"} 2",
            "rollcall_request_duration_seconds_bucket{le=\"+Inf\"} 3",
            "rollcall_request_duration_seconds_count 3",
        ] {
            assert!(text.lines().any(|line| line == expected), "no {expected} in {text}");
        }
    }
}

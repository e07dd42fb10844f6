//! What is to go wrong: faults, each for so many of the requests that it fits.
//!
//! Pure, save for the lock. The first fault that fits a request is used, in the order in which they were armed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// When a connection is closed without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropWhen {
    /// Before the request is looked at: it has no effect.
    Before,
    /// After it was carried out: it has its effect, and the client does not know.
    After,
}

/// What goes wrong with a request. Without a status and a drop, it is only late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The status of the answer, given instead of carrying the request out.
    pub status: Option<u16>,
    /// The answer's `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// How long the request waits first.
    pub delay: Duration,
    /// Whether the connection is closed without an answer; goes before the status.
    pub drop: Option<DropWhen>,
    /// Which requests.
    pub matching: Matching,
}

/// Which requests a fault is for. What is `None` fits every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// The method, without case.
    pub method: Option<String>,
    /// The beginning of the path, in whole segments, `*` standing for any one; below the server's root or below
    /// `/scim/v2`.
    pub path: Option<String>,
    /// A part of the body, letter for letter.
    pub body: Option<String>,
}

/// A fault and how often it is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmedFault {
    /// Its number since the start or the last reset.
    pub id: u64,
    /// For how many requests more.
    pub left: u64,
    /// What goes wrong.
    pub fault: Fault,
}

/// All faults.
#[derive(Debug, Default)]
pub(super) struct Faults {
    armed: Mutex<Armed>,
}

#[derive(Debug, Default)]
struct Armed {
    last_id: u64,
    faults: Vec<ArmedFault>,
}

/// A request, as far as a fault looks at it.
#[derive(Clone, Copy)]
pub(super) struct Looked<'r> {
    pub(super) method: &'r str,
    /// Path segments, decoded.
    pub(super) segments: &'r [String],
    pub(super) body: &'r [u8],
}

impl Fault {
    /// An answer of this status instead of the request's own.
    pub fn status(status: u16) -> Fault {
        Fault { status: Some(status), ..Fault::default() }
    }

    /// A connection closed without an answer.
    pub fn drop(when: DropWhen) -> Fault {
        Fault { drop: Some(when), ..Fault::default() }
    }

    /// A request that waits, and is then carried out.
    pub fn delay(delay: Duration) -> Fault {
        Fault { delay, ..Fault::default() }
    }

    /// The same with a `Retry-After` of so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Fault {
        Fault { retry_after: Some(seconds), ..self }
    }

    /// The same for requests of this method and path only; see [`Matching`].
    #[must_use]
    pub fn on(self, method: &str, path: &str) -> Fault {
        let body = self.matching.body;
        Fault {
            matching: Matching { method: Some(method.to_owned()), path: Some(path.to_owned()), body },
            ..self
        }
    }
}

impl Faults {
    /// Has the next `count` requests that fit go wrong like this.
    pub(super) fn arm(&self, fault: Fault, count: u64) -> ArmedFault {
        let mut armed = self.lock();
        armed.last_id += 1;
        let new = ArmedFault { id: armed.last_id, left: count, fault };
        armed.faults.push(new.clone());
        new
    }

    /// What goes wrong with this request, if anything; counted from now on.
    pub(super) fn take(&self, request: Looked<'_>) -> Option<Fault> {
        let mut armed = self.lock();
        let at = armed.faults.iter().position(|armed| armed.fault.matching.fits(request))?;
        let found = armed.faults.get_mut(at)?;
        let fault = found.fault.clone();
        found.left = found.left.saturating_sub(1);
        if found.left == 0 {
            armed.faults.remove(at);
        }
        Some(fault)
    }

    /// What is still to come.
    pub(super) fn all(&self) -> Vec<ArmedFault> {
        self.lock().faults.clone()
    }

    /// Disarms all.
    pub(super) fn clear(&self) {
        self.lock().faults.clear();
    }

    /// Disarms all, and numbers from 1 again.
    pub(super) fn start_again(&self) {
        *self.lock() = Armed::default();
    }

    fn lock(&self) -> MutexGuard<'_, Armed> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Matching {
    fn fits(&self, request: Looked<'_>) -> bool {
        let method = self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(request.method));
        let path = self.path.as_ref().is_none_or(|path| fits_path(path, request.segments));
        let body = self.body.as_ref().is_none_or(|part| contains(request.body, part.as_bytes()));
        method && path && body
    }
}

fn fits_path(pattern: &str, segments: &[String]) -> bool {
    let wanted: Vec<&str> = pattern.split('/').filter(|segment| !segment.is_empty()).collect();
    let begins = |segments: &[String]| {
        segments.len() >= wanted.len()
            && wanted
                .iter()
                .zip(segments)
                .all(|(wanted, segment)| *wanted == "*" || wanted.eq_ignore_ascii_case(segment))
    };
    let below_scim = match segments {
        [scim, version, rest @ ..]
            if scim.eq_ignore_ascii_case("scim") && version.eq_ignore_ascii_case("v2") =>
        {
            begins(rest)
        }
        _ => false,
    };
    begins(segments) || below_scim
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    part.is_empty() || body.windows(part.len()).any(|window| window == part)
}

impl ArmedFault {
    /// The fault as the test routes show it.
    pub fn to_json(&self) -> Value {
        let Fault { status, retry_after, delay, drop, matching } = &self.fault;
        json!({
            "id": self.id,
            "count": self.left,
            "status": status,
            "retry_after": retry_after,
            "delay_ms": u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            "drop": drop.map(|when| match when {
                DropWhen::Before => "before",
                DropWhen::After => "after",
            }),
            "match": {"method": matching.method, "path": matching.path, "body": matching.body},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(matching: &Matching, method: &str, path: &str, body: &str) -> bool {
        let segments: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        matching.fits(Looked { method, segments: &segments, body: body.as_bytes() })
    }

    fn path(path: &str) -> Matching {
        Matching { path: Some(path.to_owned()), ..Matching::default() }
    }

    #[test]
    fn a_path_is_a_beginning_in_whole_segments_below_the_root_or_below_scim() {
        for (pattern, given, expected) in [
            ("/Users", "/scim/v2/Users", true),
            ("/Users", "/scim/v2/Users/7", true),
            ("/users/", "/scim/v2/Users", true),
            ("/scim/v2/Users", "/scim/v2/Users", true),
            ("/Users/*", "/scim/v2/Users", false),
            ("/Groups/*/x", "/scim/v2/Groups/7/x", true),
            ("/Users", "/scim/v2/UsersX", false),
            ("/Users", "/scim/v2/Groups", false),
            ("/api/v1/organizations/*/events", "/api/v1/organizations/default/events", true),
            ("/users", "/api/v1/organizations/default/users", false),
            ("", "/healthz", true),
        ] {
            assert_eq!(fits(&path(pattern), "GET", given, ""), expected, "{pattern} {given}");
        }
    }

    #[test]
    fn method_path_and_body_must_all_fit() {
        let matching = Matching {
            method: Some("patch".to_owned()),
            body: Some("\"remove\"".to_owned()),
            ..path("/Groups")
        };
        assert!(fits(&matching, "PATCH", "/scim/v2/Groups/1", "{\"op\":\"remove\"}"));
        assert!(!fits(&matching, "PUT", "/scim/v2/Groups/1", "{\"op\":\"remove\"}"));
        assert!(!fits(&matching, "PATCH", "/scim/v2/Groups/1", "{\"op\":\"add\"}"));
    }

    #[test]
    fn the_first_fault_that_fits_is_used_as_often_as_it_was_armed_for() {
        let faults = Faults::default();
        faults.arm(Fault::status(503).on("POST", "/Users"), 1);
        faults.arm(Fault::status(429), 2);
        let segments = ["scim", "v2", "Users"].map(str::to_owned);
        let take = |method| {
            faults.take(Looked { method, segments: &segments, body: b"" }).and_then(|fault| fault.status)
        };
        assert_eq!(take("GET"), Some(429));
        assert_eq!(take("POST"), Some(503));
        assert_eq!(take("POST"), Some(429));
        assert_eq!(take("POST"), None);
        assert_eq!(faults.arm(Fault::status(500), 1).id, 3);
    }
}

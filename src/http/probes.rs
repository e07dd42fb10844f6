//! Liveness and readiness.

use rouille::Response;

use crate::directory::Directory;

/// What the probes ask.
#[derive(Clone)]
pub struct Probes {
    /// The directory whose database must answer.
    pub directory: Directory,
}

/// `GET /healthz`: the process answers.
pub fn healthy(_: &Probes) -> Response {
    text(200, "ok\n")
}

/// `GET /readyz`: the database takes a write, asked through the queue that requests wait in too.
pub fn ready(probes: &Probes) -> Response {
    match probes.directory.store().write(|_| Ok(())) {
        Ok(()) => text(200, "ready\n"),
        Err(error) => {
            log::warn!("not ready: {error}");
            text(503, "not ready: the database does not take writes; the server's log says why\n")
        }
    }
}

fn text(status: u16, body: &'static str) -> Response {
    Response::text(body).with_status_code(status).with_additional_header("Cache-Control", "no-store")
}

//! Requests that wait without a thread: for a fault's delay, or in a long poll.
//!
//! The front runs a parked request again from its beginning. What must be remembered in between is kept here, by the id
//! and the connection of the request: which fault it met, since which reset it runs, and until when, by the server's
//! clock, it wants to wait.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::http::front::{Arrival, Outcome, Resumed};
use crate::model::time::Timestamp;
use crate::testing::faults::Fault;

/// The feed of delays: no organization has it.
const DELAYS: u64 = u64::MAX;

/// A request from its first run to its answer.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// What goes wrong with it.
    pub(super) fault: Option<Fault>,
    /// When it came, by the server's clock.
    pub(super) at: Timestamp,
    /// The reset before it.
    generation: u64,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its delay is not over.
    Delayed,
    /// The program has it, and parked it until then, if it did.
    Running(Option<Timestamp>),
}

impl Visit {
    /// A request that came at `at`, and goes right.
    pub(super) fn without_fault(at: Timestamp, generation: u64) -> Visit {
        Visit { fault: None, at, generation, stage: Stage::Running(None) }
    }
}

/// What is next for a visit.
pub(super) enum Next {
    /// It waits on.
    Wait(Outcome),
    /// It is the program's turn, which is to be told this.
    Run(Visit, Option<Resumed>),
}

/// All requests that wait.
#[derive(Debug, Default)]
pub(super) struct Waits {
    parked: Mutex<HashMap<(String, SocketAddr), Visit>>,
}

impl Waits {
    /// Goes on with a request: a new one meets `fault`; one that waited goes on where it was.
    pub(super) fn go_on(
        &self,
        arrival: &Arrival,
        generation: u64,
        now: Timestamp,
        fault: impl FnOnce() -> Option<Fault>,
    ) -> Next {
        let parked = self.lock().remove(&key(arrival)).filter(|_| arrival.resumed.is_some());
        let was_reset = parked.as_ref().is_some_and(|visit| visit.generation != generation);
        let mut visit = parked.unwrap_or_else(|| {
            let fault = fault();
            let is_late = fault.as_ref().is_some_and(|fault| !fault.delay.is_zero());
            let stage = if is_late { Stage::Delayed } else { Stage::Running(None) };
            Visit { fault, at: now, generation, stage }
        });
        if was_reset {
            (visit.fault, visit.generation) = (None, generation);
        }
        match visit.stage {
            Stage::Delayed => {
                let rest = rest_of_delay(&visit, arrival);
                if !rest.is_zero() {
                    return Next::Wait(self.park(arrival, visit, DELAYS, rest));
                }
                // The program sees it for the first time.
                Next::Run(Visit { stage: Stage::Running(None), ..visit }, None)
            }
            Stage::Running(until) => {
                let is_over = was_reset || until.is_some_and(|until| until <= now);
                let woken = arrival.resumed == Some(Resumed::Woken);
                let resumed = if woken && is_over { Some(Resumed::TimeUp) } else { arrival.resumed };
                Next::Run(visit, resumed)
            }
        }
    }

    /// Parks a request for the program.
    pub(super) fn park_for_program(
        &self,
        arrival: &Arrival,
        visit: Visit,
        now: Timestamp,
        key: u64,
        until: Duration,
    ) -> Outcome {
        let wanted = now.plus_millis(i64::try_from(until.as_millis()).unwrap_or(i64::MAX));
        let deadline = match visit.stage {
            Stage::Running(Some(before)) => before.min(wanted),
            Stage::Running(None) | Stage::Delayed => wanted,
        };
        self.park(arrival, Visit { stage: Stage::Running(Some(deadline)), ..visit }, key, until)
    }

    fn park(&self, arrival: &Arrival, visit: Visit, feed: u64, until: Duration) -> Outcome {
        self.lock().insert(key(arrival), visit);
        Outcome::Park { key: feed, until }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, SocketAddr), Visit>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(arrival: &Arrival) -> (String, SocketAddr) {
    (arrival.request_id.clone(), arrival.peer)
}

/// A delay is real time, whatever the server's clock says: it is the client that is to wait.
fn rest_of_delay(visit: &Visit, arrival: &Arrival) -> Duration {
    match (&visit.fault, arrival.resumed) {
        (Some(fault), None | Some(Resumed::Woken)) => fault.delay.saturating_sub(arrival.received.elapsed()),
        (_, Some(Resumed::TimeUp | Resumed::Stopping)) | (None, _) => Duration::ZERO,
    }
}

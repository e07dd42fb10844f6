//! What waits to be written into the request log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::directory::requests::unknown::Unknown;
use crate::model::draft::{Draft, Ending};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::OrganizationId;
use crate::model::request::Bodies;
use crate::model::time::Timestamp;

/// The most requests that wait with a token that is known to be valid, and with one that nobody has looked up.
pub(super) const MOST_KNOWN: usize = 16_384;
const MOST_PRESENTED: usize = 1_024;
/// So many waiting requests are written without waiting for more.
const MANY: usize = 2_000;
/// How long others may join a request that waits.
const PATIENCE: Duration = Duration::from_millis(250);

/// `[requests]` of the configuration, as far as the log itself goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLogSettings {
    /// Whether requests are logged.
    pub enabled: bool,
    /// Days that a request is kept; `None`: whatever its age.
    pub keep_days: Option<u32>,
    /// Bytes that the log may take; `None`: any number.
    pub keep_bytes: Option<i64>,
    /// Whether organizations may record bodies.
    pub record_bodies: bool,
}

impl Default for RequestLogSettings {
    /// Those of a directory without a server: nothing is logged.
    fn default() -> RequestLogSettings {
        RequestLogSettings { enabled: false, keep_days: None, keep_bytes: None, record_bodies: false }
    }
}

/// The longest that bodies are recorded before somebody must say so again, in seconds: a week.
const LONGEST_RECORDING: i64 = 7 * 86_400;

impl RequestLogSettings {
    /// Whether an organization may record bodies until then.
    ///
    /// # Errors
    /// `Forbidden` where the configuration says no; `InvalidValue` for a time that has passed or is more than a week away.
    pub fn check_recording(&self, now: Timestamp, until: Timestamp) -> Result<()> {
        if !self.record_bodies {
            return Err(Error::new(
                Kind::Forbidden,
                "record_bodies_until: this server does not let organizations record bodies; its operator allows it with \
                 record_bodies in the section [requests] of the configuration.",
            )
            .at("record_bodies_until"));
        }
        if until <= now || until > now.plus_seconds(LONGEST_RECORDING) {
            return Err(Error::invalid_value(format!(
                "record_bodies_until: {until} is not within the next seven days, which is the longest that bodies are \
                 recorded."
            ))
            .at("record_bodies_until"));
        }
        Ok(())
    }
}

/// A credential as a request sent it, before it is known whose it is. Nothing of it can be used as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// SHA-256, by which a token is found.
    pub hash: [u8; 32],
    /// Its first characters, where it looks like a token.
    pub prefix: String,
}

/// Called when an organization's log has grown.
type Listener = Box<dyn Fn(OrganizationId) + Send + Sync>;

/// The request log of a server: shared by all workers, cheap to clone.
#[derive(Clone, Default)]
pub struct RequestLog {
    pub(super) settings: RequestLogSettings,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    dropped: AtomicU64,
    listeners: Mutex<Vec<Listener>>,
    /// Held while what was taken is written, so that who finds nothing waiting finds it in the database.
    writing: Mutex<()>,
}

/// What waits.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) known: Vec<Known>,
    pub(super) presented: Vec<(Known, Presented)>,
    pub(super) unknown: Unknown,
    closed: bool,
}

/// A request whose sender is known.
pub(super) struct Known {
    pub(super) draft: Arc<Draft>,
    pub(super) ending: Ending,
    pub(super) micros: i64,
    pub(super) bodies: Option<Bodies>,
}

impl RequestLog {
    /// A log with nothing in it.
    pub fn new(settings: RequestLogSettings) -> RequestLog {
        RequestLog { settings, shared: Arc::default() }
    }

    /// The settings.
    pub fn settings(&self) -> RequestLogSettings {
        self.settings
    }

    /// How many requests were not logged because too many waited, or because they could not be written.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Leaves a request to be written. `presented` is what it sent as a token, where nobody has looked that up yet; of a
    /// request whose row was written with its change, only what was not known then is still to come. Never waits for
    /// the database.
    pub fn leave(
        &self,
        draft: Arc<Draft>,
        ending: Ending,
        presented: Option<Presented>,
        answer: Option<String>,
    ) {
        let request = draft.findings().body.take();
        let bodies = (request.is_some() || answer.is_some()).then_some(Bodies { request, answer });
        let micros = draft.micros();
        let is_known = draft.sender().is_some();
        let mut waiting = self.waiting();
        let before = waiting.len();
        match presented {
            _ if is_known && waiting.known.len() < MOST_KNOWN => {
                waiting.known.push(Known { draft, ending, micros, bodies });
            }
            Some(presented)
                if !is_known && ending.status != 401 && waiting.presented.len() < MOST_PRESENTED =>
            {
                waiting.presented.push((Known { draft, ending, micros, bodies }, presented));
            }
            presented if !is_known => {
                waiting.unknown.count(&draft, ending, presented.map(|sent| sent.prefix).unwrap_or_default());
            }
            _ => self.drop_some(1),
        }
        let after = waiting.len();
        drop(waiting);
        if before == 0 || (before < MANY && after >= MANY) {
            self.shared.arrived.notify_all();
        }
    }

    /// Waits until something is to be written and others had the time to join it, or the log is closed, which the
    /// answer says.
    pub fn wait(&self) -> bool {
        let mut waiting = self.waiting();
        while waiting.len() == 0 && !waiting.closed {
            waiting = self.shared.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let joined = self
            .shared
            .arrived
            .wait_timeout_while(waiting, PATIENCE, |waiting| waiting.len() < MANY && !waiting.closed);
        joined.unwrap_or_else(PoisonError::into_inner).0.closed
    }

    /// Ends [`RequestLog::wait`].
    pub fn close(&self) {
        self.waiting().closed = true;
        self.shared.arrived.notify_all();
    }

    /// Has `listener` called whenever an organization's log has grown.
    pub fn on_growth(&self, listener: impl Fn(OrganizationId) + Send + Sync + 'static) {
        self.listeners().push(Box::new(listener));
    }

    /// Tells the listeners.
    pub fn grew(&self, organization: OrganizationId) {
        self.listeners().iter().for_each(|listener| listener(organization));
    }

    /// Has `write` called with everything that waits, which then waits no longer; not at all when nothing does. Nobody
    /// else writes meanwhile.
    pub(super) fn take(&self, write: impl FnOnce(Waiting) -> Result<()>) -> Result<()> {
        let _writing = self.shared.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waiting = self.waiting();
        let closed = waiting.closed;
        let taken = std::mem::replace(&mut *waiting, Waiting { closed, ..Waiting::default() });
        drop(waiting);
        if taken.len() == 0 { Ok(()) } else { write(taken) }
    }

    pub(super) fn drop_some(&self, count: usize) {
        let before = self.shared.dropped.fetch_add(count as u64, Ordering::Relaxed);
        if before == 0 && count > 0 {
            ::log::warn!("requests come faster than they can be logged; some are missing in the request log");
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.known.len() + self.presented.len() + self.unknown.len()
    }
}

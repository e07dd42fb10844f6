//! Reset, faults, clock and journal: what a test holds in its hand, over HTTP or as direct calls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::clock::Hand;
use crate::directory::Directory;
use crate::http::front::Waker;
use crate::ids::Ids;
use crate::model::error::Result;
use crate::model::time::Timestamp;
use crate::testing::faults::Faults;
use crate::testing::journal::Journal;

/// All controls of one server.
pub(super) struct Controls {
    /// The directory that the server works on.
    pub(super) directory: Directory,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    hand: Hand,
    /// Where the clock stands at the start and after a reset; without one it follows the system's.
    start_clock: Option<Timestamp>,
    request_ids: Ids,
    /// Where the counters of resource and request ids stood when the seed was planted.
    start: (u64, u64),
    /// How often the server was reset.
    generation: AtomicU64,
    waker: OnceLock<Waker>,
}

impl Controls {
    /// Remembers the present state as the one to return to.
    ///
    /// # Errors
    /// Only those of the store.
    pub(super) fn new(
        directory: &Directory,
        hand: Hand,
        start_clock: Option<Timestamp>,
        request_ids: Ids,
    ) -> Result<Controls> {
        directory.store().write_large(|tx| tx.remember_state())?;
        let start = (directory.ids().position(), request_ids.position());
        Ok(Controls {
            directory: directory.clone(),
            faults: Faults::default(),
            journal: Journal::default(),
            hand,
            start_clock,
            request_ids,
            start,
            generation: AtomicU64::new(0),
            waker: OnceLock::new(),
        })
    }

    /// What wakes requests that wait; known once the front runs.
    pub(super) fn set_waker(&self, waker: Waker) {
        // A second front of the same controls does not exist.
        let _ = self.waker.set(waker);
    }

    /// Back to the seed, in one transaction that waits for the writes before it: tokens stay; faults, journal, clock and
    /// deterministic ids start again; requests that wait are answered.
    ///
    /// # Errors
    /// Only those of the store; then nothing was changed.
    pub(super) fn reset(self: &Arc<Controls>) -> Result<()> {
        // What waits to be logged came before.
        self.directory.write_requests()?;
        let controls = Arc::clone(self);
        self.directory.store().write_large(move |tx| {
            tx.return_to_state()?;
            controls.start_again();
            Ok(())
        })?;
        self.wake_all();
        Ok(())
    }

    /// What is not in the database. Called by the writer, so that no write comes between.
    fn start_again(&self) {
        let (resources, requests) = self.start;
        self.directory.ids().rewind(resources);
        self.request_ids.rewind(requests);
        put(&self.hand, self.start_clock);
        self.faults.start_again();
        self.journal.start_again();
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of the last reset.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// What time it is for the server.
    pub(super) fn now(&self) -> Timestamp {
        self.directory.clock().now()
    }

    /// Has the clock stand at `at`, or follow the system's again; requests that wait see it at once.
    pub(super) fn set_clock(&self, at: Option<Timestamp>) {
        put(&self.hand, at);
        self.wake_all();
    }

    fn wake_all(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_all();
        }
    }
}

/// Has the clock stand at `at`, or follow the system's.
pub(super) fn put(hand: &Hand, at: Option<Timestamp>) {
    match at {
        Some(at) => hand.set(at),
        None => hand.release(),
    }
}

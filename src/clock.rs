//! The one place that reads the time.
//!
//! Everything that needs "now" is handed a [`Clock`]; clippy forbids the other ways (clippy.toml). A transaction reads
//! it once, so that all its rows carry one instant.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::model::time::Timestamp;

/// Where the time comes from: the system, or a hand set by a test.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// A clock that stands still until it is set (`PUT /test/clock`); milliseconds since the Unix epoch.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock standing at `at`.
    pub fn manual(at: Timestamp) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(at.as_millis())))
    }

    /// The present instant.
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            Clock::Manual(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }
}

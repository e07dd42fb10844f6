//! The one place that reads the time.
//!
//! Everything that needs "now" is handed a [`Clock`]; clippy forbids the other ways (clippy.toml). A transaction reads
//! it once, so that all its rows carry one instant.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::time::Timestamp;

/// Where the time comes from: the system, or a hand set by a test.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// A clock that stands where a hand puts it, and follows the system as long as no hand is on it.
    Manual(Hand),
}

/// What moves a [`Clock::Manual`] (`PUT /test/clock`); all clones move the same clock.
#[derive(Clone, Debug, Default)]
pub struct Hand(Arc<Mutex<Option<Timestamp>>>);

impl Hand {
    /// Has the clock stand at `at` from now on.
    pub fn set(&self, at: Timestamp) {
        *self.lock() = Some(at);
    }

    /// Has the clock follow the system again.
    pub fn release(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// A clock standing at `at`.
    pub fn manual(at: Timestamp) -> Clock {
        let hand = Hand::default();
        hand.set(at);
        Clock::Manual(hand)
    }

    /// The present instant.
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            Clock::Manual(hand) => {
                let set = *hand.lock();
                set.unwrap_or_else(|| Clock::System.now())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_stands_where_it_was_put_until_it_is_released() {
        let hand = Hand::default();
        let clock = Clock::Manual(hand.clone());
        let then = Timestamp::from_millis(5);
        hand.set(then);
        assert_eq!((clock.now(), clock.now()), (then, then));
        hand.release();
        assert!(clock.now() > then);
    }
}

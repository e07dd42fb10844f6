//! How often something may happen: token buckets by key, in memory, bounded.
//!
//! A bucket is one number, the instant at which it will be full again (the "generic cell rate algorithm"): each event
//! moves it one interval on, and an event is allowed while it is less than the burst ahead of now. A key that was not
//! seen for long is as good as a new one and is forgotten.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::time::Timestamp;

/// The most keys that are remembered. Beyond, all are forgotten: who can come from so many addresses is not slowed
/// by this anyway, and memory has a bound.
const MOST_KEYS: usize = 20_000;

const NANOS_PER_MILLI: i64 = 1_000_000;

/// Buckets of one size.
#[derive(Debug)]
pub struct Limiter<K> {
    /// Between two events in the long run, in nanoseconds.
    interval: i64,
    /// How far ahead of now a bucket may be, in nanoseconds.
    burst: i64,
    /// When each is full again, in nanoseconds since the Unix epoch.
    full_at: Mutex<HashMap<K, i64>>,
}

impl<K: Eq + Hash> Limiter<K> {
    /// `rate` events each `period`, of which `burst` may come at once.
    pub fn new(rate: u32, period: Duration, burst: u32) -> Limiter<K> {
        let period = i64::try_from(period.as_nanos()).unwrap_or(i64::MAX);
        let interval = (period / i64::from(rate.max(1))).max(1);
        Limiter {
            interval,
            burst: interval.saturating_mul(i64::from(burst.max(1))),
            full_at: Mutex::default(),
        }
    }

    /// Counts an event.
    ///
    /// # Errors
    /// How long to wait until the next one is allowed; this one was not counted then.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let now = nanos(now);
        let mut buckets = self.lock();
        let full_at = buckets.get(&key).map_or(now, |at| now.max(*at));
        let after = full_at.saturating_add(self.interval);
        self.allowed(after, now)?;
        make_room(&mut buckets, now);
        buckets.insert(key, after);
        Ok(())
    }

    /// Whether an event would be allowed, without counting it.
    ///
    /// # Errors
    /// How long to wait until one is.
    pub fn look(&self, key: &K, now: Timestamp) -> Result<(), Duration> {
        let now = nanos(now);
        let full_at = self.lock().get(key).map_or(now, |at| now.max(*at));
        self.allowed(full_at.saturating_add(self.interval), now)
    }

    /// Forgets what a key did.
    pub fn forget(&self, key: &K) {
        self.lock().remove(key);
    }

    fn allowed(&self, after: i64, now: i64) -> Result<(), Duration> {
        match after.saturating_sub(now).saturating_sub(self.burst) {
            excess if excess <= 0 => Ok(()),
            excess => Err(Duration::from_nanos(excess.unsigned_abs())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, i64>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole seconds for `Retry-After`, never too few.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn make_room<K: Eq + Hash>(buckets: &mut HashMap<K, i64>, now: i64) {
    if buckets.len() >= MOST_KEYS {
        buckets.retain(|_, full_at| *full_at > now);
    }
    if buckets.len() >= MOST_KEYS {
        buckets.clear();
    }
}

fn nanos(at: Timestamp) -> i64 {
    at.as_millis().saturating_mul(NANOS_PER_MILLI)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn allowed(limiter: &Limiter<&str>, key: &'static str, at: Timestamp, tries: usize) -> usize {
        (0..tries).filter(|_| limiter.take(key, at).is_ok()).count()
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let limiter = Limiter::new(5, Duration::from_secs(1), 50);
        assert_eq!(allowed(&limiter, "a", START, 100), 50);
        assert_eq!(allowed(&limiter, "b", START, 1), 1, "keys do not share");
        assert_eq!(allowed(&limiter, "a", START.plus_seconds(1), 100), 5);
        assert_eq!(
            allowed(&limiter, "a", START.plus_seconds(100), 100),
            50,
            "a full bucket does not overflow"
        );
    }

    #[test]
    fn who_is_refused_is_told_when_to_come_again_and_that_is_true() {
        let limiter = Limiter::new(1, Duration::from_secs(60), 1);
        assert!(limiter.look(&"a", START).is_ok() && limiter.take("a", START).is_ok());
        let wait = limiter.take("a", START.plus_seconds(20)).unwrap_err();
        assert_eq!((wait, whole_seconds(wait)), (Duration::from_secs(40), 40));
        assert_eq!(limiter.look(&"a", START.plus_seconds(20)), Err(wait));
        assert!(limiter.take("a", START.plus_seconds(60)).is_ok());
    }

    #[test]
    fn what_is_forgotten_and_what_a_clock_set_back_does_not_lock_out() {
        let limiter = Limiter::new(1, Duration::from_secs(60), 1);
        assert!(limiter.take("a", START).is_ok());
        limiter.forget(&"a");
        assert!(limiter.take("a", START).is_ok());
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
    }

    #[test]
    fn memory_has_a_bound() {
        let limiter = Limiter::new(1, Duration::from_secs(60), 1);
        for key in 0..MOST_KEYS + 10 {
            assert!(limiter.take(key, START).is_ok());
        }
        assert!(limiter.lock().len() <= MOST_KEYS);
    }
}

//! How many requests there were, and how long they took.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

/// Counts while requests run.
pub(super) struct Meter {
    start: Instant,
    /// Of each answered request, in microseconds.
    times: Mutex<Vec<u64>>,
    repeated: AtomicU64,
}

impl Meter {
    pub(super) fn new() -> Meter {
        Meter { start: Instant::now(), times: Mutex::default(), repeated: AtomicU64::new(0) }
    }

    pub(super) fn took(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.times.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(micros);
    }

    pub(super) fn repeated(&self) {
        self.repeated.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn traffic(&self) -> Traffic {
        let mut times = self.times.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        times.sort_unstable();
        let seconds = self.start.elapsed().as_secs_f64();
        let sent = times.len();
        let per_second = if seconds > 0.0 { sent as f64 / seconds } else { 0.0 };
        Traffic {
            sent,
            repeated: self.repeated.load(Ordering::Relaxed),
            seconds,
            per_second,
            p50_ms: percentile(&times, 50),
            p99_ms: percentile(&times, 99),
        }
    }
}

/// What the requests of a run came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Traffic {
    /// Requests that were answered.
    pub sent: usize,
    /// Of all requests, those that were sent again.
    pub repeated: u64,
    /// How long the run took.
    pub seconds: f64,
    /// Answered requests a second.
    pub per_second: f64,
    /// Milliseconds that half of the requests took at most.
    pub p50_ms: f64,
    /// Milliseconds that 99 of 100 requests took at most.
    pub p99_ms: f64,
}

/// The time that `percent` of the sorted `times` (microseconds) stay within, in milliseconds.
fn percentile(times: &[u64], percent: usize) -> f64 {
    let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
    let micros = times.get(rank).copied().unwrap_or_default();
    Duration::from_micros(micros).as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_of_its_rank() {
        let times: Vec<u64> = (1..=200).map(|number| number * 1000).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 99)), (100.0, 198.0));
        assert_eq!(percentile(&[], 99), 0.0);
        assert_eq!(percentile(&[3000], 1), 3.0);
    }
}

//! What may be repeated, and when: pure.

use std::time::Duration;

/// How often a request is sent at most.
pub(super) const ATTEMPTS: u32 = 6;
/// The first pause; each later one is twice as long.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause of our own choice.
const LONGEST: Duration = Duration::from_secs(15);
/// The longest that a target may ask for; one that asks for more is reported as the failure it is.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// Whether the same request may succeed later (RFC 6585 section 4, RFC 9110 section 15.6).
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Whether the target says that it did nothing with the request.
pub(super) fn is_refusal(status: u16) -> bool {
    matches!(status, 425 | 429)
}

/// How long to wait after attempt number `attempt` (from 1). Requests that failed together must not come back together,
/// so each waits up to a half longer, by a number that `target` gives.
pub(super) fn pause(attempt: u32, target: &str) -> Duration {
    let exponential = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST);
    let mixed = target.bytes().fold(attempt, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    exponential + exponential.mul_f64(f64::from(mixed % 100) / 200.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_differ_between_requests() {
        let pauses: Vec<Duration> = (1..ATTEMPTS).map(|attempt| pause(attempt, "/Users/1")).collect();
        assert!(pauses.iter().zip(1..).all(|(pause, attempt)| {
            let least = FIRST * 2_u32.pow(attempt - 1);
            (least..=least.mul_f64(1.5)).contains(pause)
        }));
        assert!(pause(1000, "/Users/1") <= LONGEST.mul_f64(1.5));
        assert_ne!(pause(1, "/Users/1"), pause(1, "/Users/2"));
    }
}

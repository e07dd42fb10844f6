//! What may be repeated, and when: pure.

use std::time::Duration;

use jiff::fmt::rfc2822;

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

/// The header Retry-After (RFC 9110 section 10.2.3): seconds, or an instant, which counts from the answer's own Date, so
/// that no clock but the target's matters.
pub(super) fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let instant = |text: &str| rfc2822::parse(text.trim()).ok().map(|at| at.timestamp().as_second());
    let seconds = instant(value)? - instant(date?)?;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_an_instant_by_the_targets_own_clock() {
        assert_eq!(retry_after(" 7 ", None), Some(Duration::from_secs(7)));
        let date = Some("Sun, 06 Nov 1994 08:49:30 GMT");
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", date), Some(Duration::ZERO));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", None), None);
        assert_eq!(retry_after("-1", date), None);
        assert_eq!(retry_after("soon", date), None);
    }

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

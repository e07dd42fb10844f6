//! When to try again, and when to stop trying.

use std::time::Duration;

use crate::model::time::Timestamp;
use crate::model::webhook::Trouble;

/// The wait after the first failure, in milliseconds; each further one doubles it.
const FIRST: i64 = 5_000;
/// The longest wait, in milliseconds: half an hour.
const LONGEST: i64 = 30 * 60 * 1000;
/// The longest that an endpoint may ask for with `Retry-After`, in milliseconds: a mistake there must not end in silence.
const LONGEST_ASKED: i64 = 2 * LONGEST;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What is known after one more failure at `now`. `jitter` (0 to 999) makes the wait up to a quarter shorter or longer, so that
/// endpoints which failed together do not all come back at one moment. It is longer where the endpoint `asked` for longer.
pub(super) fn after_failure(
    before: Option<Trouble>,
    now: Timestamp,
    jitter: u32,
    asked: Option<Duration>,
) -> Trouble {
    let failures = before.map_or(0, |before| before.failures).saturating_add(1);
    let doubled = 1_i64.checked_shl(failures - 1).filter(|factor| *factor > 0);
    let wait = doubled.map_or(LONGEST, |factor| FIRST.saturating_mul(factor).min(LONGEST));
    let spread = wait / 4 * (i64::from(jitter) * 2 - 1000) / 1000;
    let asked = asked.map_or(0, |asked| i64::try_from(asked.as_millis()).unwrap_or(i64::MAX));
    let wait = wait.saturating_add(spread).max(asked.min(LONGEST_ASKED));
    let since = before.map_or(now, |before| before.since);
    Trouble { failures, since, next_attempt: now.plus_millis(wait) }
}

/// Whether it has failed for that many days.
pub(super) fn is_hopeless(trouble: Trouble, now: Timestamp, give_up_days: u32) -> bool {
    now.as_millis().saturating_sub(trouble.since.as_millis()) >= i64::from(give_up_days) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_795_529_154_120);

    fn waits(jitter: u32) -> Vec<i64> {
        let (mut now, mut trouble, mut waits) = (START, None, Vec::new());
        for _ in 0..80 {
            let next = after_failure(trouble, now, jitter, None);
            waits.push(next.next_attempt.as_millis() - now.as_millis());
            now = next.next_attempt;
            trouble = Some(next);
        }
        waits
    }

    #[test]
    fn the_wait_doubles_from_five_seconds_to_half_an_hour_and_stays_there() {
        let waits = waits(500);
        assert_eq!(waits[..4], [5_000, 10_000, 20_000, 40_000]);
        assert!(waits[9..].iter().all(|wait| *wait == LONGEST), "{waits:?}");
        assert!(waits.is_sorted());
    }

    #[test]
    fn jitter_moves_a_wait_by_at_most_a_quarter_either_way() {
        for ((least, middle), most) in waits(0).into_iter().zip(waits(500)).zip(waits(999)) {
            assert!(least == middle - middle / 4 && most > middle && most <= middle + middle / 4);
        }
    }

    #[test]
    fn an_endpoint_may_ask_for_a_longer_wait_but_not_for_ever_and_not_for_a_shorter_one() {
        let wait = |seconds| {
            let trouble = after_failure(None, START, 500, Some(Duration::from_secs(seconds)));
            trouble.next_attempt.as_millis() - START.as_millis()
        };
        assert_eq!([wait(0), wait(1), wait(7), wait(u64::MAX)], [5_000, 5_000, 7_000, LONGEST_ASKED]);
    }

    #[test]
    fn it_is_hopeless_after_the_days_and_not_before() {
        let trouble = after_failure(None, START, 0, None);
        let later = |millis| START.plus_millis(millis);
        assert!(!is_hopeless(trouble, later(2 * DAY - 1), 2));
        assert!(is_hopeless(trouble, later(2 * DAY), 2));
        let second = after_failure(Some(trouble), later(DAY), 0, None);
        assert_eq!((second.failures, second.since), (2, START));
    }
}

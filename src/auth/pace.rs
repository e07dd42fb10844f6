//! How often a token may ask, and what happens to those who fail to authenticate.
//!
//! Failures are slowed, not refused: beyond the pace an answer waits in the front, without a thread. They count by address
//! and by what the token looks like, and nobody with a valid token is ever asked about them: tenants of an identity
//! provider share its addresses.

use std::net::IpAddr;
use std::time::Duration;

use crate::auth::header;
use crate::limiter::{Limiter, network, whole_seconds};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::TokenId;
use crate::model::time::Timestamp;
use crate::scim::deviations::{Notes, Tolerance};

/// How many times its requests a second a token may send at once.
const BURST: u32 = 10;

/// The longest that a failure waits for its answer.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How many failures a second may begin to wait. With the longest wait it bounds how many wait at the same time, 120;
/// each holds a connection. Those beyond are answered at once.
const WAITING_PER_SECOND: u32 = 20;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Counts of requests and failures; one for the whole program.
#[derive(Debug)]
pub struct Pace {
    requests: Option<Limiter<TokenId>>,
    failures: Limiter<(IpAddr, String)>,
    waiting: Limiter<()>,
}

impl Pace {
    /// So many requests a second for a token, `None` for any number; so many failures a minute before they are slowed.
    pub fn new(requests_per_second: Option<u32>, failures_per_minute: u32) -> Pace {
        let requests = requests_per_second.map(|rate| Limiter::new(rate, SECOND, rate.saturating_mul(BURST)));
        Pace {
            requests,
            failures: Limiter::new(failures_per_minute, MINUTE, failures_per_minute),
            waiting: Limiter::new(WAITING_PER_SECOND, SECOND, WAITING_PER_SECOND),
        }
    }

    /// Counts a request of a token.
    ///
    /// # Errors
    /// `TooManyRequests` saying when to come again; nothing waits for it meanwhile.
    pub fn request(&self, token: TokenId, now: Timestamp) -> Result<()> {
        let Some(requests) = &self.requests else { return Ok(()) };
        requests.take(token, now).map_err(|wait| {
            let seconds = whole_seconds(wait);
            let detail = format!(
                "This token sends more requests a second than this server takes. Nothing was done; send the request again \
                 in {seconds} s, as Retry-After says."
            );
            Error { retry_after: Some(seconds), ..Error::new(Kind::TooManyRequests, detail) }
        })
    }

    /// Counts a failure of what came in an `Authorization` header; gives how long its answer should wait.
    pub fn failure(&self, address: IpAddr, header: Option<&str>, now: Timestamp) -> Option<Duration> {
        let presented = header::read(header, Tolerance::Lenient, &mut Notes::default());
        let prefix = presented.map(|secret| secret.prefix()).unwrap_or_default();
        let wait = self.failures.take((network(address), prefix), now).err()?;
        self.waiting.take((), now).ok().map(|()| wait.min(LONGEST_WAIT))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::model::token::{Secret, TokenKind};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn a_token_has_a_burst_of_ten_seconds_and_then_its_rate() {
        let pace = Pace::new(Some(2), 10);
        let taken = |seconds: i64| {
            (0..100).filter(|_| pace.request(TokenId(1), NOW.plus_seconds(seconds)).is_ok()).count()
        };
        assert_eq!((taken(0), taken(1), taken(2)), (20, 2, 2));
        assert!(pace.request(TokenId(2), NOW).is_ok(), "another token is not concerned");
        let refused = pace.request(TokenId(1), NOW.plus_seconds(2)).unwrap_err();
        assert_eq!((refused.kind, refused.retry_after), (Kind::TooManyRequests, Some(1)));
    }

    #[test]
    fn without_a_rate_a_token_may_ask_as_often_as_it_likes() {
        let pace = Pace::new(None, 10);
        assert!((0..10_000).all(|_| pace.request(TokenId(1), NOW).is_ok()));
    }

    #[test]
    fn failures_beyond_the_pace_wait_a_few_seconds_and_only_those_that_look_alike() {
        let pace = Pace::new(None, 3);
        let one = format!("Bearer {}", Secret::make(TokenKind::Scim, [1; 32]).reveal());
        let other = format!("Bearer {}", Secret::make(TokenKind::Scim, [2; 32]).reveal());
        for _ in 0..3 {
            assert_eq!(pace.failure(HERE, Some(&one), NOW), None);
        }
        assert_eq!(pace.failure(HERE, Some(&one), NOW), Some(LONGEST_WAIT));
        assert_eq!(pace.failure(HERE, Some(&other), NOW), None, "another token from the same address");
        assert_eq!(pace.failure(HERE, None, NOW), None, "none at all");
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
        assert_eq!(pace.failure(elsewhere, Some(&one), NOW), None);
        assert_eq!(pace.failure(HERE, Some(&one), NOW.plus_seconds(60)), None, "it drains by itself");
    }

    #[test]
    fn only_so_many_wait_at_the_same_time() {
        let pace = Pace::new(None, 1);
        let waiting = (0..1000).filter(|_| pace.failure(HERE, None, NOW).is_some()).count();
        assert_eq!(waiting, 20);
    }
}

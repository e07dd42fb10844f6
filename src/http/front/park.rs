//! Requests that wait for a feed to move, without a thread.
//!
//! No wake-up is lost. All wakes are numbered by one counter, and each feed remembers the number of its last one. The
//! number is read before a handler is called ([`Lot::now`]) and given back when it parks ([`Lot::moved`]). If the feed
//! moved after the handler looked, its last number is higher, and the request runs again at once. If the wake came
//! before, so did the change that it tells of (it is committed first and told afterwards), and the handler saw it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Wakes parked requests; cheap to clone, and usable from any thread.
#[derive(Clone, Debug)]
pub struct Waker {
    pub(super) lot: Arc<Lot>,
}

impl Waker {
    /// Runs again all requests parked with `key`. To be called after the change is visible to a reader.
    pub fn wake(&self, key: u64) {
        self.lot.wake(key);
    }

    /// Runs again all requests that are parked.
    pub fn wake_all(&self) {
        self.lot.wake_all();
    }
}

/// All feeds.
#[derive(Debug, Default)]
pub(super) struct Lot {
    feeds: Mutex<Feeds>,
}

#[derive(Debug, Default)]
struct Feeds {
    wakes: u64,
    /// The number of the last wake of all feeds, which holds for those that nobody has waited for yet.
    last_of_all: u64,
    /// The number of each feed's last wake, 0 before the first. There are as many as organizations: none is removed.
    last: HashMap<u64, watch::Sender<u64>>,
}

impl Lot {
    /// The number of the last wake of any feed.
    pub(super) fn now(&self) -> u64 {
        self.lock().wakes
    }

    /// Waits until the feed `key` has moved since [`Lot::now`] gave `seen`.
    pub(super) async fn moved(&self, key: u64, seen: u64) {
        let mut feed = self.lock().feed(key).subscribe();
        // An error would mean that the sender is gone, and it lives as long as `self`.
        let _ = feed.wait_for(|last| *last > seen).await;
    }

    fn wake(&self, key: u64) {
        let mut feeds = self.lock();
        feeds.wakes += 1;
        let number = feeds.wakes;
        feeds.feed(key).send_replace(number);
    }

    fn wake_all(&self) {
        let mut feeds = self.lock();
        feeds.wakes += 1;
        feeds.last_of_all = feeds.wakes;
        for feed in feeds.last.values() {
            feed.send_replace(feeds.last_of_all);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Feeds> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feeds {
    fn feed(&mut self, key: u64) -> &watch::Sender<u64> {
        self.last.entry(key).or_insert_with(|| watch::channel(self.last_of_all).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker as TaskWaker};

    fn is_ready(future: impl Future<Output = ()>) -> bool {
        pin!(future).poll(&mut Context::from_waker(TaskWaker::noop())) == Poll::Ready(())
    }

    #[test]
    fn a_wake_between_the_look_and_the_park_is_not_lost() {
        let lot = Arc::new(Lot::default());
        let waker = Waker { lot: Arc::clone(&lot) };
        waker.wake(7);
        let seen = lot.now();
        assert!(!is_ready(lot.moved(7, seen)));
        waker.wake(7);
        assert!(is_ready(lot.moved(7, seen)));
    }

    #[test]
    fn the_first_wake_of_a_feed_counts_and_other_feeds_do_not() {
        let lot = Lot::default();
        let seen = lot.now();
        lot.wake(1);
        assert!(is_ready(lot.moved(1, seen)));
        assert!(!is_ready(lot.moved(2, seen)));
        assert!(!is_ready(lot.moved(1, lot.now())));
    }

    #[test]
    fn a_wake_of_all_reaches_feeds_that_nobody_has_waited_for_yet() {
        let lot = Lot::default();
        assert!(!is_ready(lot.moved(1, lot.now())));
        let seen = lot.now();
        lot.wake_all();
        assert!(is_ready(lot.moved(1, seen)) && is_ready(lot.moved(2, seen)));
        assert!(!is_ready(lot.moved(2, lot.now())));
    }
}

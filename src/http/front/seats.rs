//! Who makes room when all connections are taken: the one nearest its deadline.
//!
//! A slow head has seconds left, an idle client up to a minute, and a client whose request is being answered none: so
//! those who hold a connection without using it lose it first. A request that is with a worker, or parked there, is
//! never cut off. Lives in the one asynchronous thread.
//!
//! The same when the bytes of all connections together are too many; but then only those make room who hold bytes of a
//! request that nobody has admitted yet: strangers must not be able to crowd out a large push by an IdP.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use tokio::task::AbortHandle;
use tokio::time::Instant;

/// What of a request a connection holds while it waits for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bytes {
    /// None that count: it is idle, shakes hands, or has an answer to take.
    None,
    /// Part of a request from whom nobody knows yet.
    OfStranger,
    /// Part of a request that was admitted by its head.
    Admitted,
}

/// All connections.
#[derive(Debug)]
pub(super) struct Seats {
    /// Parked requests are connections that nobody can make room of: only so many.
    most_parked: usize,
    parked: Cell<usize>,
    next: Cell<u64>,
    /// Those that wait for their client, the nearest deadline first.
    waiting: RefCell<BTreeMap<(Instant, u64), Bytes>>,
    tasks: RefCell<HashMap<u64, AbortHandle>>,
}

/// The place of one connection; given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Rc<Seats>,
    number: u64,
    deadline: Cell<Option<Instant>>,
}

/// The right to park; given back when dropped.
#[derive(Debug)]
pub(super) struct Parked {
    seats: Rc<Seats>,
}

impl Seats {
    /// Room for `cap` connections, which the caller counts; half of them may be parked.
    pub(super) fn new(cap: usize) -> Rc<Seats> {
        Rc::new(Seats {
            most_parked: cap.div_ceil(2),
            parked: Cell::default(),
            next: Cell::default(),
            waiting: RefCell::default(),
            tasks: RefCell::default(),
        })
    }

    /// A place for a new connection, safe until [`Seat::due`] is called.
    pub(super) fn take(self: &Rc<Seats>) -> Rc<Seat> {
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        Rc::new(Seat { seats: Rc::clone(self), number, deadline: Cell::default() })
    }

    /// Ends the connection nearest its deadline; `false` if all are busy.
    pub(super) fn evict(&self) -> bool {
        let first = self.waiting.borrow().first_key_value().map(|(key, _)| *key);
        first.is_some_and(|key| self.end(key))
    }

    /// Ends the connection nearest its deadline of those that hold bytes of strangers; `false` if there is none. The
    /// bytes are free when its task has been dropped, a moment later.
    pub(super) fn evict_bytes(&self) -> bool {
        let is_strangers = |(_, bytes): &(&(Instant, u64), &Bytes)| **bytes == Bytes::OfStranger;
        let first = self.waiting.borrow().iter().find(is_strangers).map(|(key, _)| *key);
        first.is_some_and(|key| self.end(key))
    }

    fn end(&self, key: (Instant, u64)) -> bool {
        self.waiting.borrow_mut().remove(&key);
        let task = self.tasks.borrow_mut().remove(&key.1);
        task.inspect(AbortHandle::abort).is_some()
    }

    /// Counts a request that parks; `None` if too many do.
    pub(super) fn park(self: &Rc<Seats>) -> Option<Parked> {
        let parked = self.parked.get();
        (parked < self.most_parked).then(|| {
            self.parked.set(parked + 1);
            Parked { seats: Rc::clone(self) }
        })
    }
}

impl Seat {
    /// Who ends when this place is taken away.
    pub(super) fn is_of(&self, task: AbortHandle) {
        self.seats.tasks.borrow_mut().insert(self.number, task);
    }

    /// It is the client's turn, until `deadline`; meanwhile `bytes` are held.
    pub(super) fn due(&self, deadline: Instant, bytes: Bytes) {
        self.move_to(Some((deadline, bytes)));
    }

    /// It is the server's turn: the connection keeps its place.
    pub(super) fn hold(&self) {
        self.move_to(None);
    }

    /// All other connections.
    pub(super) fn all(&self) -> &Seats {
        &self.seats
    }

    fn move_to(&self, turn: Option<(Instant, Bytes)>) {
        let mut waiting = self.seats.waiting.borrow_mut();
        if let Some(before) = self.deadline.replace(turn.map(|(deadline, _)| deadline)) {
            waiting.remove(&(before, self.number));
        }
        if let Some((deadline, bytes)) = turn {
            waiting.insert((deadline, self.number), bytes);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hold();
        self.seats.tasks.borrow_mut().remove(&self.number);
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.seats.parked.set(self.seats.parked.get().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Three connections that wait, one of which ends when it is evicted first.
    #[test]
    fn the_connection_nearest_its_deadline_makes_room_and_busy_ones_never() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let tasks = tokio::task::LocalSet::new();
        tasks.block_on(&runtime, async {
            let (seats, now) = (Seats::new(4), Instant::now());
            let seated = [60, 10, 30, 1].map(|seconds| {
                let seat = seats.take();
                seat.due(now + Duration::from_secs(seconds), Bytes::None);
                let task = tokio::task::spawn_local(std::future::pending::<()>());
                seat.is_of(task.abort_handle());
                (seat, task)
            });
            seated[3].0.hold();
            for expected in [1, 2, 0] {
                assert!(seats.evict());
                tokio::task::yield_now().await;
                let ended: Vec<usize> = (0..4).filter(|at| seated[*at].1.is_finished()).collect();
                assert!(ended.contains(&expected), "{ended:?}");
            }
            assert!(!seats.evict(), "the last one is busy");
            assert!(!seated[3].1.is_finished());
        });
    }

    #[test]
    fn for_bytes_only_strangers_who_hold_some_make_room() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let tasks = tokio::task::LocalSet::new();
        tasks.block_on(&runtime, async {
            let (seats, now) = (Seats::new(4), Instant::now());
            let seated = [Bytes::None, Bytes::Admitted, Bytes::OfStranger].map(|bytes| {
                let seat = seats.take();
                seat.due(now, bytes);
                let task = tokio::task::spawn_local(std::future::pending::<()>());
                seat.is_of(task.abort_handle());
                (seat, task)
            });
            assert!(seats.evict_bytes() && !seats.evict_bytes());
            tokio::task::yield_now().await;
            assert_eq!(seated.map(|(_, task)| task.is_finished()), [false, false, true]);
        });
    }

    #[test]
    fn half_of_the_places_may_be_parked() {
        let seats = Seats::new(3);
        let parked = [seats.park(), seats.park()];
        assert!(parked.iter().all(Option::is_some) && seats.park().is_none());
        drop(parked);
        assert!(seats.park().is_some());
    }
}

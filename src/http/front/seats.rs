//! Who makes room when all connections are taken: the one nearest its deadline.
//!
//! A slow head has seconds left, an idle client up to a minute, and a client whose request is being answered none: so
//! those who hold a connection without using it lose it first. A request that is with a worker, or parked there, is
//! never cut off. Lives in the one asynchronous thread.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use tokio::task::AbortHandle;
use tokio::time::Instant;

/// All connections.
#[derive(Debug)]
pub(super) struct Seats {
    /// Parked requests are connections that nobody can make room of: only so many.
    most_parked: usize,
    parked: Cell<usize>,
    next: Cell<u64>,
    /// Those that wait for their client, the nearest deadline first.
    waiting: RefCell<BTreeSet<(Instant, u64)>>,
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
        let Some((_, number)) = self.waiting.borrow_mut().pop_first() else { return false };
        let task = self.tasks.borrow_mut().remove(&number);
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

    /// It is the client's turn, until `deadline`.
    pub(super) fn due(&self, deadline: Instant) {
        self.move_to(Some(deadline));
    }

    /// It is the server's turn: the connection keeps its place.
    pub(super) fn hold(&self) {
        self.move_to(None);
    }

    fn move_to(&self, deadline: Option<Instant>) {
        let mut waiting = self.seats.waiting.borrow_mut();
        if let Some(before) = self.deadline.replace(deadline) {
            waiting.remove(&(before, self.number));
        }
        if let Some(deadline) = deadline {
            waiting.insert((deadline, self.number));
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
                seat.due(now + Duration::from_secs(seconds));
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
    fn half_of_the_places_may_be_parked() {
        let seats = Seats::new(3);
        let parked = [seats.park(), seats.park()];
        assert!(parked.iter().all(Option::is_some) && seats.park().is_none());
        drop(parked);
        assert!(seats.park().is_some());
    }
}

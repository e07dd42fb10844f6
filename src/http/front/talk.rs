//! The phases of a connection, shared by the adapter below hyper and the service above it.
//!
//! hyper reads ahead where it can. This is what keeps it to one request at a time: [`Wire`](super::wire::Wire) asks
//! here what it may hand over, and the service says here when it has begun and when its answer is done.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Held;
use super::chunks::Framing;
use super::seats::{Bytes, Seat};
use super::{Reason, Refusal};

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between requests: bytes are gathered until a head is complete.
    Head,
    /// hyper has a head, the service has not been called with it. What hyper writes now is its own refusal.
    Offered(Framing),
    /// The service has the request; so much of its body is still to be handed over.
    Body(Framing),
    /// The request is through to its end, its answer is being made. Nothing is read, so that a second request waits
    /// and a client that has closed its sending half still gets its answer.
    Busy,
    /// hyper has all of the answer; when it has been written, `Head` follows.
    Answered,
    /// The last answer is being written; nothing is read any more.
    Last,
}

/// A refusal that the service has not seen yet.
#[derive(Debug)]
pub(super) struct Pending {
    /// What the service is told.
    pub(super) refusal: Refusal,
    /// The request was a HEAD: its answer has no body.
    pub(super) is_head: bool,
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Talk {
    seat: Rc<Seat>,
    phase: Cell<Phase>,
    write_by: Cell<Option<Instant>>,
    stopping: Cell<bool>,
    silent: Cell<bool>,
    refused: RefCell<Option<Pending>>,
    /// The answer that is being written: hyper drops the body as soon as it has taken it over.
    answer: RefCell<Option<Held>>,
}

impl Talk {
    /// A connection on which nothing has been said.
    pub(super) fn new(seat: Rc<Seat>) -> Talk {
        Talk {
            seat,
            phase: Cell::new(Phase::Head),
            write_by: Cell::default(),
            stopping: Cell::default(),
            silent: Cell::default(),
            refused: RefCell::default(),
            answer: RefCell::default(),
        }
    }

    /// The place of the connection.
    pub(super) fn seat(&self) -> &Rc<Seat> {
        &self.seat
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// The wire hands a head to hyper.
    pub(super) fn offer(&self, framing: Framing) {
        self.phase.set(Phase::Offered(framing));
    }

    /// hyper calls the service. `false` if with something that the wire did not offer: then the two disagree about
    /// where a request ends, and nothing of it may be believed.
    pub(super) fn claim(&self) -> bool {
        let Phase::Offered(framing) = self.phase.get() else { return false };
        self.pass(framing);
        true
    }

    /// The wire has handed over body bytes, and `left` are to come.
    pub(super) fn pass(&self, left: Framing) {
        self.phase.set(if left.is_over() { Phase::Busy } else { Phase::Body(left) });
    }

    /// What the client sends makes no sense any more: the next answer is the last.
    pub(super) fn give_up(&self) {
        self.phase.set(Phase::Last);
    }

    /// Whether the request was taken in to its end, so that another one can follow.
    pub(super) fn is_read_to_its_end(&self) -> bool {
        self.phase.get() == Phase::Busy
    }

    /// An answer of so many bytes begins to be written, and the client has `time` to take it.
    pub(super) fn begin_answer(&self, time: Duration, bytes: Held) {
        self.answer.replace(Some(bytes));
        let by = Instant::now() + time;
        self.write_by.set(Some(by));
        self.seat.due(by, Bytes::None);
    }

    /// hyper has taken the whole answer.
    pub(super) fn end_answer(&self) {
        self.phase.set(if self.is_read_to_its_end() { Phase::Answered } else { Phase::Last });
    }

    /// All that hyper wrote is with the system.
    pub(super) fn flushed(&self) {
        if self.phase.get() == Phase::Answered {
            self.write_by.set(None);
            self.answer.take();
            self.phase.set(Phase::Head);
        }
    }

    /// Until when the client must have taken the answer.
    pub(super) fn write_by(&self) -> Option<Instant> {
        self.write_by.get()
    }

    /// The server is stopping: this answer is the last, and an idle connection ends.
    pub(super) fn stop(&self) {
        self.stopping.set(true);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// There is nobody left to read a last answer, or there is none: the connection may end abruptly.
    pub(super) fn fall_silent(&self) {
        self.silent.set(true);
    }

    pub(super) fn is_silent(&self) -> bool {
        self.silent.get()
    }

    /// The wire turns the request down; the first reason counts.
    pub(super) fn refuse(&self, reason: Reason, request: Option<rouille::Request>, is_head: bool) {
        self.phase.set(Phase::Last);
        self.refused.borrow_mut().get_or_insert(Pending { refusal: Refusal { reason, request }, is_head });
    }

    /// Whether a refusal waits for its answer; what hyper writes meanwhile is not for the client.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.borrow().is_some()
    }

    /// What the wire turned down, once.
    pub(super) fn take_refusal(&self) -> Option<Pending> {
        self.refused.borrow_mut().take()
    }
}

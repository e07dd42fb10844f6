//! Reading from the stream: gathers whole heads, within their limits of size and time.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Instant;

use super::budget::Held;
use super::head::{self, Head};
use super::seats::{self, Seat};
use super::timer::Timer;
use super::tls::HANDSHAKE_RECORD;
use super::{Limits, Reason};

/// How much is read from the stream at once.
pub(super) const READ_BYTES: usize = 8 * 1024;

/// What was read and not yet handed on.
#[derive(Debug)]
pub(super) struct Intake {
    limits: Rc<Limits>,
    seat: Rc<Seat>,
    bytes: BytesMut,
    /// So many of `bytes` hold no end of a head.
    scanned: usize,
    held: Held,
    waiting: Waiting,
    timer: Timer,
}

/// What the timer is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    No,
    /// The first byte of a head.
    Idle,
    /// The rest of a head.
    Head,
}

/// The end of gathering a head.
#[derive(Debug)]
pub(super) enum Gathered {
    /// A head fit for hyper, and as it came.
    Whole { head: Head, raw: Bytes },
    /// What came must be refused.
    Refused { reason: Reason, raw: Bytes },
    /// The client has gone, or said nothing for too long.
    Nobody,
}

impl Intake {
    pub(super) fn new(limits: Rc<Limits>, seat: Rc<Seat>, held: Held) -> Intake {
        let (bytes, timer) = (BytesMut::new(), Timer::default());
        Intake { limits, seat, bytes, scanned: 0, held, waiting: Waiting::No, timer }
    }

    /// Waits for a whole head. An idle client is not waited for if the server `is_stopping`.
    pub(super) fn poll_head<S: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut S,
        is_stopping: bool,
    ) -> Poll<Gathered> {
        loop {
            // RFC 9112, 2.2: empty lines before a request line are ignored.
            let empty = self.bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.bytes.advance(empty);
            if self.bytes.first() == Some(&HANDSHAKE_RECORD) {
                // TLS, on a port that does not speak it: the client waits for what will never come.
                return Poll::Ready(Gathered::Nobody);
            }
            if let Some(length) = head::length(&self.bytes, self.scanned) {
                return Poll::Ready(self.check(length));
            }
            self.scanned = self.bytes.len();
            if self.bytes.len() >= self.limits.head_bytes {
                let reason = self.too_large();
                return Poll::Ready(self.refuse(reason));
            }
            if self.held.resize(self.bytes.len()).is_err() {
                if !self.seat.all().evict_bytes() {
                    return Poll::Ready(self.refuse(Reason::BuffersFull));
                }
                // Again when the one that makes room has gone; it may be this one.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match self.poll_fill(cx, stream) {
                Poll::Ready(Ok(0)) | Poll::Ready(Err(_)) => return Poll::Ready(Gathered::Nobody),
                Poll::Ready(Ok(_)) => {}
                Poll::Pending if self.bytes.is_empty() && is_stopping => {
                    return Poll::Ready(Gathered::Nobody);
                }
                Poll::Pending => return self.poll_deadline(cx),
            }
        }
    }

    /// Waits until there are bytes of a body; none means that the client sends no more.
    pub(super) fn poll_bytes<S: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<io::Result<&[u8]>> {
        if self.bytes.is_empty() {
            ready!(self.poll_fill(cx, stream))?;
        }
        Poll::Ready(Ok(&self.bytes))
    }

    /// The first `count` bytes are handed on.
    pub(super) fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }

    /// Reads once; `Ok(0)` is the end of what the client sends.
    fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<io::Result<usize>> {
        let mut scratch = [0; READ_BYTES];
        let mut buffer = ReadBuf::new(&mut scratch);
        ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
        self.bytes.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Judges the complete head of `length` bytes.
    fn check(&mut self, length: usize) -> Gathered {
        if length > self.limits.head_bytes {
            let reason = self.too_large();
            return self.refuse(reason);
        }
        match head::check(self.bytes.get(..length).unwrap_or_default(), self.limits.body_bytes) {
            Err(reason) => self.refuse(reason),
            Ok(head) => {
                self.scanned = 0;
                self.waiting = Waiting::No;
                self.timer.set(None);
                Gathered::Whole { head, raw: self.bytes.split_to(length).freeze() }
            }
        }
    }

    fn refuse(&mut self, reason: Reason) -> Gathered {
        Gathered::Refused { reason, raw: self.bytes.split().freeze() }
    }

    /// The reason for refusing a head over the limit: its headers, or its first line alone.
    fn too_large(&self) -> Reason {
        let limit = self.limits.head_bytes;
        match self.bytes.iter().position(|byte| *byte == b'\n') {
            Some(first_line) if first_line < limit => Reason::HeadTooLarge { limit },
            _ => Reason::TargetTooLong { limit },
        }
    }

    /// Nothing came: has it been too long?
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Gathered> {
        let (waiting, time) = match self.bytes.is_empty() {
            true => (Waiting::Idle, self.limits.idle),
            false => (Waiting::Head, self.limits.head),
        };
        if self.waiting != waiting {
            self.waiting = waiting;
            let deadline = Instant::now() + time;
            self.timer.set(Some(deadline));
            let bytes = if waiting == Waiting::Head { seats::Bytes::OfStranger } else { seats::Bytes::None };
            self.seat.due(deadline, bytes);
        }
        if !self.timer.has_passed(cx) {
            return Poll::Pending;
        }
        Poll::Ready(match waiting {
            Waiting::Head => self.refuse(Reason::HeadTimeout { limit: time }),
            Waiting::Idle | Waiting::No => Gathered::Nobody,
        })
    }
}

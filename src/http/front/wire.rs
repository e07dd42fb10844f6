//! The adapter between a byte stream and hyper.
//!
//! A head is gathered, checked and rewritten before hyper sees any of it; then hyper is given exactly the bytes of that
//! request's body, and nothing more until the answer has been written. So hyper never sees a byte of a request that
//! was not checked, and body bytes that look like a request line are body bytes, pipelined or not.
//!
//! What is refused here, and what hyper refuses by itself, ends hyper's part without a word to the client: the
//! refusal waits in [`Talk`], and `connection` has it answered.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::Reason;
use super::chunks::Framing;
use super::head;
use super::intake::{Gathered, Intake, READ_BYTES};
use super::peer::Peer;
use super::seats;
use super::talk::{Phase, Talk};
use super::timer::Timer;

/// Unread bytes that are still taken after the last answer, and for how long, so that the client can read it: a
/// connection closed with unread bytes is reset, and the answer lost.
const LINGER_BYTES: usize = 1024 * 1024;
const LINGER: Duration = Duration::from_secs(2);

/// A byte stream as hyper sees it.
pub(super) struct Wire<S> {
    stream: S,
    peer: Peer,
    talk: Rc<Talk>,
    intake: Intake,
    /// The head in hand as it came, and what hyper has not taken yet of its rewritten form.
    raw: Bytes,
    outbound: Bytes,
    write_timer: Timer,
    /// hyper asked for bytes when there were none for it: it is to be asked to ask again.
    asked: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S, peer: Peer, talk: Rc<Talk>, intake: Intake) -> Wire<S> {
        let (raw, outbound) = (Bytes::new(), Bytes::new());
        Wire { stream, peer, talk, intake, raw, outbound, write_timer: Timer::default(), asked: false }
    }

    /// Makes up a request, so that hyper writes the answer to the one that was refused.
    pub(super) fn pretend(&mut self, is_head: bool) {
        self.outbound = Bytes::from_static(match is_head {
            true => b"HEAD / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n",
            false => b"GET / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n",
        });
        self.talk.offer(Framing::Length(0));
    }

    /// Ends the connection. A client that may still be sending gets the time to see its last answer.
    pub(super) async fn close(mut self) {
        self.talk.seat().due(Instant::now() + LINGER, seats::Bytes::None);
        if self.talk.phase() == Phase::Last && !self.talk.is_silent() {
            linger(&mut self.stream).await;
        } else {
            // Says goodbye where TLS wants one, and does not wait for it to be heard.
            let _ = poll_fn(|cx| Poll::Ready(Pin::new(&mut self.stream).poll_shutdown(cx))).await;
        }
    }

    /// Takes the next head; `false` if there is none to come.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let gathered = ready!(self.intake.poll_head(cx, &mut self.stream, self.talk.is_stopping()));
        Poll::Ready(match gathered {
            Gathered::Whole { head, raw } => {
                self.raw = raw;
                self.outbound = head.bytes;
                self.talk.offer(head.framing);
                true
            }
            Gathered::Refused { reason, raw } => {
                self.refuse(reason, &raw);
                false
            }
            Gathered::Nobody => {
                self.talk.fall_silent();
                false
            }
        })
    }

    /// Hands over what there is of the body.
    fn poll_body(
        &mut self,
        cx: &mut Context<'_>,
        left: Framing,
        buf: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = ready!(self.intake.poll_bytes(cx, &mut self.stream))?;
        let (passed, left) = left.pass(bytes.get(..buf.remaining()).unwrap_or(bytes));
        buf.put_slice(bytes.get(..passed).unwrap_or_default());
        self.intake.advance(passed);
        self.talk.pass(left);
        Poll::Ready(Ok(()))
    }

    fn refuse(&mut self, reason: Reason, raw: &[u8]) {
        self.talk.refuse(reason, head::sketch(raw, self.peer), head::is_head_method(raw));
    }

    /// Turns down the request that hyper answers by itself, with the status line in `written`.
    fn refuse_for_hyper(&mut self, written: &[u8]) {
        let reason = match written.get(9..12) {
            Some(b"414") => Reason::TargetTooLong { limit: usize::from(u16::MAX) },
            Some(b"431") => Reason::TooManyHeaders,
            _ => Reason::Header,
        };
        let raw = std::mem::take(&mut self.raw);
        self.refuse(reason, &raw);
    }

    /// A write that does not go on: has the client had its time?
    fn check_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            self.write_timer.set(self.talk.write_by());
            if self.write_timer.has_passed(cx) {
                self.talk.fall_silent();
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        written
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Read for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.outbound.is_empty() && this.talk.phase() == Phase::Head && !ready!(this.poll_head(cx)) {
            return Poll::Ready(Ok(()));
        }
        if !this.outbound.is_empty() {
            buf.put_slice(&this.outbound.split_to(buf.remaining().min(this.outbound.len())));
            return Poll::Ready(Ok(()));
        }
        match this.talk.phase() {
            Phase::Body(left) => this.poll_body(cx, left, &mut buf),
            Phase::Head | Phase::Offered(_) => {
                // hyper has a whole head and thinks that it goes on.
                this.refuse_for_hyper(b"");
                Poll::Ready(Ok(()))
            }
            Phase::Busy | Phase::Answered | Phase::Last => {
                this.asked = true;
                this.raw = Bytes::new();
                Poll::Pending
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Write for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let Phase::Offered(_) = this.talk.phase() {
            this.refuse_for_hyper(bufs.first().map(|buf| &**buf).unwrap_or_default());
        }
        if this.talk.has_refused() {
            return Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()));
        }
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.check_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        ready!(this.check_write(cx, flushed))?;
        this.talk.flushed();
        if this.asked && this.talk.phase() == Phase::Head {
            this.asked = false;
            cx.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Says that no more is to come, and drops what the client still sends, for a time. Whatever comes of it, the
/// connection is over.
pub(super) async fn linger<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) {
    let _ = tokio::time::timeout(LINGER, drain(stream)).await;
}

async fn drain<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_shutdown(cx)).await?;
    let mut dropped = 0;
    while dropped < LINGER_BYTES {
        let mut scratch = [0; READ_BYTES];
        let mut buffer = ReadBuf::new(&mut scratch);
        poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, &mut buffer)).await?;
        match buffer.filled().len() {
            0 => break,
            read => dropped += read,
        }
    }
    Ok(())
}

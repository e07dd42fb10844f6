//! One request from its head to its answer.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::{Request, Response};
use tokio::sync::watch;

use super::answer::{Answer, AnswerBody};
use super::budget::{Budget, Held};
use super::call::{self, Done, Kept};
use super::limits::ONE_HOP_BYTES;
use super::park::Lot;
use super::peer::Peer;
use super::pool::{Pool, Room};
use super::seats::{Bytes, Seats};
use super::talk::Talk;
use super::{Arrival, Limits, Reason, Refusal, Resumed, Service, Tls};
use crate::clock::Clock;
use crate::ids::Ids;

/// What all connections share.
pub(super) struct House {
    pub(super) service: Arc<dyn Service>,
    pub(super) limits: Rc<Limits>,
    pub(super) ids: Ids,
    pub(super) clock: Clock,
    pub(super) budget: Budget,
    pub(super) lot: Arc<Lot>,
    pub(super) seats: Rc<Seats>,
    /// Absent on a port of plain HTTP.
    pub(super) tls: Option<Tls>,
    /// For the service's answers.
    pub(super) workers: Pool,
    /// For its refusals, which must come when all workers are busy.
    pub(super) refusers: Pool,
    /// Becomes true when the server stops.
    pub(super) stop: watch::Receiver<bool>,
}

impl House {
    /// A request that has just come in.
    pub(super) fn arrival(&self, peer: Peer) -> Arrival {
        let request_id = self.ids.uuid_at(self.clock.now());
        Arrival { request_id, peer: peer.address, received: Instant::now(), resumed: None }
    }

    /// Has a refusal put into words.
    pub(super) async fn refuse(&self, refusal: Refusal, arrival: &Arrival) -> Answer {
        let (service, theirs) = (Arc::clone(&self.service), arrival.clone());
        let job = self.refusers.run(Room::Always, move || call::refuse(&service, &refusal, &theirs));
        match job {
            Ok(answer) => answer.await.unwrap_or_else(|_| Answer::bare(arrival)),
            Err(_) => Answer::bare(arrival),
        }
    }

    /// Resolves when the server stops.
    pub(super) async fn stopped(&self) {
        // An error would mean that the server is gone without a word: that is a stop too.
        let _ = self.stop.clone().wait_for(|stop| *stop).await;
    }
}

/// The service wants the connection closed without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is to be closed without an answer")
    }
}

impl std::error::Error for Dropped {}

/// Answers a request; each failure has an answer, unless the service wants none. `claimed` is what [`Talk::claim`] said.
pub(super) async fn exchange(
    house: Rc<House>,
    talk: Rc<Talk>,
    peer: Peer,
    request: Request<Incoming>,
    claimed: bool,
) -> Result<Response<AnswerBody>, Dropped> {
    let (head, body) = request.into_parts();
    let (arrival, kept) = (house.arrival(peer), Kept::new(peer, head));
    let mut exchange = Exchange { house: Rc::clone(&house), talk: Rc::clone(&talk), arrival, kept };
    let mut request_bytes = house.budget.share();
    let answer = match claimed {
        true => exchange.run(body, &mut request_bytes).await,
        false => {
            Ok(exchange.give_up(Reason::Framing { found: "a request follows a body without an end" }).await)
        }
    };
    let answer = answer.inspect_err(|_| talk.fall_silent())?;
    let close = !talk.is_read_to_its_end() || talk.is_stopping();
    talk.begin_answer(house.limits.write_time(answer.len()), house.budget.hold(answer.len()));
    Ok(answer.into_response(close, talk))
}

/// What a worker does with a request.
type Hop<A> = fn(&Arc<dyn Service>, &Kept, &Arrival) -> Done<A>;

/// A request and what it needs to be answered.
struct Exchange {
    house: Rc<House>,
    talk: Rc<Talk>,
    arrival: Arrival,
    kept: Kept,
}

impl Exchange {
    async fn run(&mut self, body: Incoming, held: &mut Held) -> Result<Answer, Dropped> {
        let one_hop = body.size_hint().exact().is_some_and(|bytes| bytes <= ONE_HOP_BYTES);
        let seat = Rc::clone(self.talk.seat());
        seat.hold();
        if self.house.budget.is_exhausted() {
            return Ok(self.refuse(Reason::BuffersFull).await);
        }
        if !one_hop {
            if let Some(answer) = self.hops(call::admit).await? {
                return Ok(answer);
            }
            self.arrival.resumed = None;
        }
        let bytes = if one_hop { Bytes::OfStranger } else { Bytes::Admitted };
        seat.due(tokio::time::Instant::now() + self.house.limits.body, bytes);
        match collect(body, &self.house, held).await {
            Ok(body) => self.kept.set_body(body),
            Err(reason) => return Ok(self.give_up(reason).await),
        }
        seat.hold();
        self.hops(call::answer).await
    }

    /// The hop on the head alone or with the body, again after each park.
    async fn hops<A: From<Answer> + Send + 'static>(&mut self, call: Hop<A>) -> Result<A, Dropped> {
        let mut room = Room::IfAny;
        loop {
            let seen = self.house.lot.now();
            let (service, kept, arrival) = self.for_worker();
            let Ok(done) = self.house.workers.run(room, move || call(&service, &kept, &arrival)) else {
                return Ok(self.refuse(Reason::QueueFull).await.into());
            };
            let reason_to_run = match done.await {
                Ok(Done::Answer(answer)) => return Ok(answer),
                Ok(Done::Drop) => return Err(Dropped),
                Ok(Done::Park { .. }) if self.arrival.resumed == Some(Resumed::Stopping) => {
                    return Ok(self.refuse(Reason::Stopping).await.into());
                }
                Ok(Done::Park { key, until }) => {
                    let Some(_parked) = self.house.seats.park() else {
                        return Ok(self.refuse(Reason::TooManyParked).await.into());
                    };
                    self.wait(key, seen, until).await
                }
                Err(_) => return Ok(self.refuse(Reason::Stopping).await.into()),
            };
            self.arrival.resumed = Some(reason_to_run);
            room = Room::Always;
        }
    }

    /// Parks.
    async fn wait(&self, key: u64, seen: u64, until: Duration) -> Resumed {
        let mut stopped = pin!(self.house.stopped());
        let mut moved = pin!(self.house.lot.moved(key, seen));
        let mut time_up = pin!(tokio::time::sleep(until));
        poll_fn(|cx| {
            if stopped.as_mut().poll(cx).is_ready() {
                Poll::Ready(Resumed::Stopping)
            } else if moved.as_mut().poll(cx).is_ready() {
                Poll::Ready(Resumed::Woken)
            } else {
                time_up.as_mut().poll(cx).map(|()| Resumed::TimeUp)
            }
        })
        .await
    }

    /// Refuses, and believes nothing that follows on this connection.
    async fn give_up(&self, reason: Reason) -> Answer {
        self.talk.give_up();
        self.refuse(reason).await
    }

    async fn refuse(&self, reason: Reason) -> Answer {
        let refusal = Refusal { reason, request: Some(self.kept.request()) };
        self.house.refuse(refusal, &self.arrival).await
    }

    fn for_worker(&self) -> (Arc<dyn Service>, Kept, Arrival) {
        (Arc::clone(&self.house.service), self.kept.clone(), self.arrival.clone())
    }
}

/// Takes in a body, within its limits of size and time. `held` accounts for it.
async fn collect(mut body: Incoming, house: &House, held: &mut Held) -> Result<Vec<u8>, Reason> {
    let limits = &house.limits;
    let whole = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            // Trailers say nothing that a request needs.
            let Ok(data) = frame.map_err(|_| Reason::BodyBroken)?.into_data() else { continue };
            let length = bytes.len() + data.len();
            if length > limits.body_bytes {
                return Err(Reason::BodyTooLarge { limit: limits.body_bytes });
            }
            while held.resize(length).is_err() {
                if !house.seats.evict_bytes() {
                    return Err(Reason::BuffersFull);
                }
                tokio::task::yield_now().await;
            }
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
    };
    let late = Reason::BodyTimeout { limit: limits.body };
    tokio::time::timeout(limits.body, whole).await.unwrap_or(Err(late))
}

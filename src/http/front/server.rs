//! Start, accept, stop.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::LocalSet;

use super::budget::Budget;
use super::connection;
use super::exchange::House;
use super::park::Lot;
use super::peer::Peer;
use super::pool::{Pool, Threads};
use super::seats::{Bytes, Seat, Seats};
use super::tls::Greeting;
use super::wire::linger;
use super::{Limits, Service, Tls, Waker};
use crate::clock::Clock;
use crate::ids::Ids;

/// After an accept error: there may be descriptors again soon, and until then trying at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// While all connections are busy: how soon to look again for one that is not.
const EVICT_PAUSE: Duration = Duration::from_millis(20);

/// The running front. Dropping it asks it to stop without waiting.
pub struct Front {
    address: SocketAddr,
    grace: Duration,
    waker: Waker,
    stop: StopHandle,
    running: Option<Running>,
}

struct Running {
    thread: JoinHandle<()>,
    workers: Threads,
    refusers: Threads,
}

/// Stops the front from any thread, such as one that waits for signals.
#[derive(Clone, Debug)]
pub struct StopHandle {
    stop: watch::Sender<bool>,
}

impl StopHandle {
    /// Begins the stop and returns at once; [`Front::wait`] returns when it is done. Nothing is accepted any more,
    /// idle connections end, parked requests run a last time, requests in flight have the grace period.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

impl Front {
    /// Serves `listener` from now on, by https if there is `tls`. `ids` gives the request ids, which begin
    /// with `clock`'s time.
    ///
    /// # Errors
    /// The system refuses threads, a poller or the listener.
    pub fn start(
        listener: TcpListener,
        tls: Option<Tls>,
        limits: Limits,
        ids: Ids,
        clock: Clock,
        service: Arc<dyn Service>,
    ) -> io::Result<Front> {
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (workers, worker_threads) = Pool::start("worker", limits.workers, limits.queue)?;
        let (refusers, refuser_threads) = Pool::start("refuser", 1, usize::MAX)?;
        let (stop, stopped) = watch::channel(false);
        let lot = Arc::new(Lot::default());
        let waker = Waker { lot: Arc::clone(&lot) };
        let grace = limits.grace;
        let thread = std::thread::Builder::new().name("front".to_owned()).spawn(move || {
            let budget = Budget::new(limits.buffered_bytes);
            let seats = Seats::new(limits.connection_cap());
            let limits = Rc::new(limits);
            let house = House {
                service,
                limits,
                ids,
                clock,
                budget,
                lot,
                seats,
                tls,
                workers,
                refusers,
                stop: stopped,
            };
            run(runtime, listener, Rc::new(house));
        })?;
        let running = Running { thread, workers: worker_threads, refusers: refuser_threads };
        Ok(Front { address, grace, waker, stop: StopHandle { stop }, running: Some(running) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What wakes parked requests.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// What stops the front from elsewhere.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Stops and waits for it.
    pub fn stop(self) {
        self.stop.stop();
        self.wait();
    }

    /// Waits until somebody stops the front and it is done; its threads have ended then, except those whose handlers
    /// took longer than the grace period, which is logged.
    pub fn wait(mut self) {
        let Some(Running { thread, workers, refusers }) = self.running.take() else { return };
        if thread.join().is_err() {
            log::error!("the thread of the HTTP front panicked");
        }
        // The connections have used up their grace; a handler that still runs has no client any more.
        let deadline = Instant::now() + self.grace.min(Duration::from_secs(1));
        let stuck = workers.close(deadline) + refusers.close(deadline);
        if stuck > 0 {
            log::warn!("{stuck} requests were still running when the server stopped");
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// The life of the front's thread.
fn run(runtime: Runtime, listener: tokio::net::TcpListener, house: Rc<House>) {
    let tasks = LocalSet::new();
    tasks.block_on(&runtime, async {
        let cap = house.limits.connection_cap();
        let slots = Arc::new(Semaphore::new(cap));
        accept_all(listener, &slots, &house).await;
        // All slots free: no connection is left.
        let all = slots.acquire_many(u32::try_from(cap).unwrap_or(u32::MAX));
        if tokio::time::timeout(house.limits.grace, all).await.is_err() {
            log::warn!("connections were cut off after {} seconds of grace", house.limits.grace.as_secs());
        }
    });
}

/// Accepts until the server stops.
async fn accept_all(listener: tokio::net::TcpListener, slots: &Arc<Semaphore>, house: &Rc<House>) {
    let mut failing = false;
    while let Some(accepted) = unless_stopped(house, listener.accept()).await {
        match accepted {
            Ok((stream, address)) => {
                failing = false;
                let Some(slot) = unless_stopped(house, slot(slots, &house.seats)).await else { return };
                let (theirs, seat) = (Rc::clone(house), house.seats.take());
                let task = tokio::task::spawn_local({
                    let seat = Rc::clone(&seat);
                    async move {
                        greet(stream, address, theirs, seat).await;
                        drop(slot);
                    }
                });
                seat.is_of(task.abort_handle());
            }
            Err(error) => {
                if !failing {
                    log::error!("no connection can be accepted at the moment: {error}");
                }
                failing = true;
                // It is descriptors that are missing, nearly always: somebody has to make room.
                match house.seats.evict() {
                    true => tokio::task::yield_now().await,
                    false => tokio::time::sleep(ACCEPT_PAUSE).await,
                }
            }
        }
    }
}

/// Waits for room for one more connection, and has it made.
async fn slot(slots: &Arc<Semaphore>, seats: &Seats) -> Option<OwnedSemaphorePermit> {
    if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
        return Some(slot);
    }
    loop {
        if seats.evict() {
            log::debug!("all connections are in use: the one nearest its deadline makes room");
        }
        // Where all are busy, one of them may be done with its request soon.
        let free = tokio::time::timeout(EVICT_PAUSE, Arc::clone(slots).acquire_owned()).await;
        if let Ok(slot) = free {
            return slot.ok();
        }
    }
}

/// A connection that was just made. TLS shakes hands here, in the connection's own task.
async fn greet(stream: TcpStream, address: SocketAddr, house: Rc<House>, seat: Rc<Seat>) {
    // Without this, an answer larger than one packet waits for the client's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!("{address}: no TCP_NODELAY: {error}");
    }
    let peer = Peer { address, tls: house.tls.is_some() };
    let Some(tls) = house.tls.clone() else {
        return connection::serve(stream, peer, house, seat).await;
    };
    let time = house.limits.handshake;
    seat.due(tokio::time::Instant::now() + time, Bytes::None);
    let shaken = unless_stopped(&house, tokio::time::timeout(time, tls.greet(stream))).await;
    match shaken {
        Some(Ok(Ok(Greeting::Tls(stream)))) => connection::serve(*stream, peer, house, seat).await,
        Some(Ok(Ok(Greeting::Plain(mut stream)))) => {
            log::info!("{address} spoke plain http to this port of https");
            linger(&mut stream).await;
        }
        Some(Ok(Err(error))) => log::debug!("{address}: no TLS: {error}"),
        Some(Ok(Ok(Greeting::Nothing)) | Err(_)) | None => {}
    }
}

/// The result of `future`, or `None` if the server stops first.
async fn unless_stopped<F: Future>(house: &House, future: F) -> Option<F::Output> {
    let mut stopped = pin!(house.stopped());
    let mut future = pin!(future);
    poll_fn(|cx| match stopped.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => future.as_mut().poll(cx).map(Some),
    })
    .await
}

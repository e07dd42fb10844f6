//! Who has a turn when: one thread that looks, and a thread for each turn, at most one per endpoint.
//!
//! What there is to do is in the database; this keeps only who is at it. It looks when the feed moves, when a turn ends,
//! and, while there are endpoints, a few times a second: for waits that are over and for what a command wrote.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::config::AddressPolicy;
use crate::directory::Directory;
use crate::model::error::{Error, Result};
use crate::model::id::WebhookId;
use crate::webhooks::sender;
use crate::webhooks::turn::Courier;

/// The most turns at once.
const TURNS: usize = 32;
/// How many of them endpoints may have that are not known to be quick, so that those that are always find one.
const OTHER_TURNS: usize = 24;
/// A turn no longer than this was quick.
const QUICK: Duration = Duration::from_millis(1_500);
/// How often it looks while there are endpoints.
const TICK: Duration = Duration::from_millis(250);
/// How often it looks while there are none: making one wakes it.
const IDLE: Duration = Duration::from_secs(600);
/// How long events gather after the first one, so that a burst costs one look.
const GATHER: Duration = Duration::from_millis(3);
/// How long an endpoint rests after a turn that could not be written.
const REST: Duration = Duration::from_secs(10);
/// How long the end of the server waits for turns; what is not written by then is sent again after the start.
const LAST_WAIT: Duration = Duration::from_secs(5);
/// How often old messages are dropped from the log, how old they get (in seconds), and how many are dropped at once.
const PRUNE: (Duration, i64, i64) = (Duration::from_secs(600), 30 * 24 * 60 * 60, 1_000);

/// How the dispatcher is configured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What may be called.
    pub addresses: AddressPolicy,
    /// Days of failure after which an endpoint is disabled.
    pub give_up_days: u32,
}

/// A running dispatcher.
pub struct Dispatcher {
    courier: Arc<Courier>,
    inbox: Sender<Note>,
    thread: JoinHandle<()>,
}

/// What the looking thread is told.
enum Note {
    /// Something may be due.
    Look,
    /// A turn ended.
    Done(Ended),
    /// The server ends.
    Stop,
}

/// How a turn ended.
#[derive(Clone, Copy)]
struct Ended {
    id: WebhookId,
    took: Duration,
    /// Whether the endpoint was called, which alone says whether it is quick.
    was_called: bool,
    written: bool,
}

impl Dispatcher {
    /// Starts sending what is due, now and from now on.
    ///
    /// # Errors
    /// `Internal` if the system gives no thread.
    pub fn start(directory: &Directory, settings: Settings) -> Result<Dispatcher> {
        let courier = Arc::new(Courier {
            directory: directory.clone(),
            sender: sender::Sender::new(settings.addresses),
            give_up_days: settings.give_up_days,
            stopping: AtomicBool::new(false),
        });
        let (inbox, notes) = channel();
        let is_told = Arc::new(AtomicBool::new(false));
        let looker = Looker {
            courier: courier.clone(),
            notes,
            outbox: inbox.clone(),
            is_told: is_told.clone(),
            ready: VecDeque::new(),
            busy: HashSet::new(),
            quick: HashSet::new(),
            resting: HashMap::new(),
            tick: TICK,
            pruned: None,
        };
        let thread = std::thread::Builder::new()
            .name("webhooks".into())
            .spawn(move || looker.run())
            .map_err(|error| Error::internal(format!("A thread cannot start: {error}")))?;
        let waker = inbox.clone();
        directory.store().on_events(move |_| {
            if !is_told.swap(true, Ordering::AcqRel) {
                // It is gone only when the server ends.
                let _ = waker.send(Note::Look);
            }
        });
        Ok(Dispatcher { courier, inbox, thread })
    }

    /// Begins no further message, waits a little for those on their way, and ends.
    pub fn stop(self) {
        self.courier.stopping.store(true, Ordering::Relaxed);
        let _ = self.inbox.send(Note::Stop);
        if self.thread.join().is_err() {
            log::error!("the webhook dispatcher ended by a panic");
        }
    }
}

struct Looker {
    courier: Arc<Courier>,
    notes: Receiver<Note>,
    outbox: Sender<Note>,
    /// Whether a note to look is on its way already.
    is_told: Arc<AtomicBool>,
    /// Those that wait for a turn, the longest waiting first.
    ready: VecDeque<WebhookId>,
    busy: HashSet<WebhookId>,
    /// Those that were quick the last time that they were called.
    quick: HashSet<WebhookId>,
    resting: HashMap<WebhookId, Instant>,
    tick: Duration,
    pruned: Option<Instant>,
}

impl Looker {
    fn run(mut self) {
        loop {
            self.look();
            self.start_turns();
            self.prune();
            match self.notes.recv_timeout(self.tick) {
                Ok(Note::Look) => std::thread::sleep(GATHER),
                Ok(Note::Done(ended)) => self.done(ended),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Note::Stop) | Err(RecvTimeoutError::Disconnected) => return self.wait_for_turns(),
            }
        }
    }

    /// Reads who is due. Those that waited already keep their place.
    fn look(&mut self) {
        self.is_told.store(false, Ordering::Release);
        let directory = &self.courier.directory;
        let now = directory.clock().now();
        match directory.store().read(|db| db.due_webhooks(now)) {
            Ok(found) => {
                self.tick = if found.count == 0 { IDLE } else { TICK };
                self.resting.retain(|_, until| *until > Instant::now());
                let mut due: HashSet<WebhookId> = found.due.iter().copied().collect();
                due.retain(|id| !self.busy.contains(id) && !self.resting.contains_key(id));
                self.ready.retain(|id| due.remove(id));
                self.ready.extend(found.due.into_iter().filter(|id| due.contains(id)));
            }
            Err(error) => {
                self.tick = TICK;
                log::warn!("webhooks: what is due cannot be read: {error}");
            }
        }
    }

    fn start_turns(&mut self) {
        for _ in 0..self.ready.len() {
            let Some(id) = self.ready.pop_front() else { return };
            let others = self.busy.difference(&self.quick).count();
            let has_room = self.busy.len() < TURNS && (others < OTHER_TURNS || self.quick.contains(&id));
            if has_room {
                self.start_turn(id);
            } else {
                self.ready.push_back(id);
            }
        }
    }

    fn start_turn(&mut self, id: WebhookId) {
        let courier = self.courier.clone();
        let mut report = Report {
            outbox: self.outbox.clone(),
            start: Instant::now(),
            ended: Ended { id, took: Duration::ZERO, was_called: false, written: false },
        };
        let work = move || match courier.turn(id) {
            Ok(was_called) => report.is_written(was_called),
            Err(error) => log::warn!("webhooks: a turn of endpoint {id} could not be ended: {error}"),
        };
        self.busy.insert(id);
        // A thread that cannot start drops its report, which then says so.
        if let Err(error) = std::thread::Builder::new().name("webhook".into()).spawn(work) {
            log::warn!("webhooks: a thread cannot start: {error}");
        }
    }

    fn done(&mut self, ended: Ended) {
        self.busy.remove(&ended.id);
        if ended.took > QUICK {
            self.quick.remove(&ended.id);
        } else if ended.was_called {
            self.quick.insert(ended.id);
        }
        if !ended.written {
            self.resting.insert(ended.id, Instant::now() + REST);
        }
    }

    /// Drops what is old in the log of deliveries, a bounded part at a time.
    fn prune(&mut self) {
        let (every, age, most) = PRUNE;
        if self.tick == IDLE || self.pruned.is_some_and(|last| last.elapsed() < every) {
            return;
        }
        let before = self.courier.directory.clock().now().plus_seconds(-age);
        match self.courier.directory.store().write(move |tx| tx.prune_deliveries_by_age(before, most)) {
            Ok(_) => {}
            Err(error) => log::warn!("webhooks: old deliveries cannot be dropped: {error}"),
        }
        self.pruned = Some(Instant::now());
    }

    fn wait_for_turns(mut self) {
        let deadline = Instant::now() + LAST_WAIT;
        while !self.busy.is_empty() {
            match self.notes.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Note::Done(ended)) => self.done(ended),
                Ok(Note::Look | Note::Stop) => {}
                Err(_) => {
                    return log::info!(
                        "{} webhooks have not answered; left to the next start",
                        self.busy.len()
                    );
                }
            }
        }
    }
}

/// Tells the looking thread that a turn ended, however it did.
struct Report {
    outbox: Sender<Note>,
    start: Instant,
    ended: Ended,
}

impl Report {
    fn is_written(&mut self, was_called: bool) {
        (self.ended.written, self.ended.was_called) = (true, was_called);
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let ended = Ended { took: self.start.elapsed(), ..self.ended };
        // Nobody listens any more when the server has ended.
        let _ = self.outbox.send(Note::Done(ended));
    }
}

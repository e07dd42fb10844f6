//! Worker threads behind a bounded queue.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// How often the end of the threads is looked for when the pool closes.
const JOIN_STEP: Duration = Duration::from_millis(2);

type Job = Box<dyn FnOnce() + Send>;

/// Threads that take jobs from one queue.
#[derive(Clone)]
pub(super) struct Pool {
    queue: Arc<Queue>,
}

/// The threads of a pool, to be joined at the end.
pub(super) struct Threads {
    queue: Arc<Queue>,
    handles: Vec<JoinHandle<()>>,
}

/// Whether a job may be turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Only if there is room in the queue: new work.
    IfAny,
    /// Always: work that was let in before, so that its amount is bounded already.
    Always,
}

/// The queue is full.
#[derive(Debug)]
pub(super) struct Full;

struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    bound: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Pool {
    /// Starts `threads` threads with names that start with `name`; `bound` jobs may wait.
    pub(super) fn start(name: &str, threads: usize, bound: usize) -> io::Result<(Pool, Threads)> {
        let queue = Arc::new(Queue { state: Mutex::default(), filled: Condvar::new(), bound });
        let mut handles = Vec::with_capacity(threads);
        for number in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            let builder = std::thread::Builder::new().name(format!("{name}-{number}"));
            handles.push(builder.spawn(move || queue.work())?);
        }
        Ok((Pool { queue: Arc::clone(&queue) }, Threads { queue, handles }))
    }

    /// Has a thread do `job`. Nothing comes back if the pool closes before. A job for which nobody waits any more
    /// when its turn comes is not done.
    pub(super) fn run<T: Send + 'static>(
        &self,
        room: Room,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, Full> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            if !sender.is_closed() {
                // If the client has gone meanwhile, the result has no use.
                let _ = sender.send(job());
            }
        });
        let mut state = self.queue.lock();
        if room == Room::IfAny && state.jobs.len() >= self.queue.bound {
            return Err(Full);
        }
        state.jobs.push_back(job);
        drop(state);
        self.queue.filled.notify_one();
        Ok(receiver)
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a thread. Jobs do not panic: `call` catches what the service does.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                job();
                state = self.lock();
            } else if state.closed {
                return;
            } else {
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

impl Threads {
    /// Drops what waits, lets the threads end what they are at until `deadline`, and says how many have not.
    pub(super) fn close(self, deadline: Instant) -> usize {
        let mut state = self.queue.lock();
        state.closed = true;
        state.jobs.clear();
        drop(state);
        self.queue.filled.notify_all();
        while Instant::now() < deadline && !self.handles.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(JOIN_STEP);
        }
        let (ended, stuck): (Vec<_>, Vec<_>) = self.handles.into_iter().partition(JoinHandle::is_finished);
        for handle in ended {
            // A thread's panic was printed when it happened.
            let _ = handle.join();
        }
        stuck.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[test]
    fn a_job_beyond_the_queue_is_turned_away_unless_it_was_let_in_before() {
        let (pool, threads) = Pool::start("test", 1, 1).unwrap();
        let (release, wait) = mpsc::channel::<()>();
        let (began, begin) = mpsc::channel();
        let first = pool.run(Room::IfAny, move || {
            began.send(()).unwrap();
            wait.recv().unwrap();
            1
        });
        begin.recv().unwrap();
        let second = pool.run(Room::IfAny, || 2);
        assert!(pool.run(Room::IfAny, || 3).is_err());
        let fourth = pool.run(Room::Always, || 4);
        release.send(()).unwrap();
        let results = [first, second, fourth].map(|result| result.unwrap().blocking_recv().unwrap());
        assert_eq!(results, [1, 2, 4]);
        assert_eq!(threads.close(soon()), 0);
    }

    #[test]
    fn closing_drops_what_waits_and_reports_threads_that_do_not_end() {
        let (pool, threads) = Pool::start("test", 1, 9).unwrap();
        let (release, wait) = mpsc::channel::<()>();
        let (began, begin) = mpsc::channel();
        let _stuck = pool.run(Room::IfAny, move || {
            began.send(()).unwrap();
            wait.recv().unwrap();
        });
        begin.recv().unwrap();
        let waiting = pool.run(Room::IfAny, || 1).unwrap();
        assert_eq!(threads.close(Instant::now() + Duration::from_millis(20)), 1);
        assert!(waiting.blocking_recv().is_err());
        drop(release);
    }
}

//! Sending with repetitions: what is idempotent again and again, a create only after a look at the target.

use std::sync::{Mutex, RwLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::exchange::{Answer, Exchange, Failure, Lost, Request};
use super::meter::{Meter, Traffic};
use super::retry::{ATTEMPTS, PATIENCE, is_passing, is_refusal, pause};

/// Sends, repeats, waits and counts; shared by all workers.
pub(in crate::provision) struct Client {
    way: Box<dyn Exchange>,
    /// How often a request is sent at most.
    attempts: u32,
    meter: Meter,
    /// Until when the target wants to be left alone by everybody.
    quiet_until: Mutex<Option<Instant>>,
    /// Why nothing more is sent.
    stopped: RwLock<Option<Failure>>,
}

/// What became of a create.
pub(in crate::provision) enum Created {
    /// The target answered with success.
    New(Answer),
    /// The answer was lost, and a look at the target found the resource.
    Found(Answer),
}

impl Client {
    pub(in crate::provision) fn new(way: Box<dyn Exchange>) -> Client {
        Client {
            way,
            attempts: ATTEMPTS,
            meter: Meter::new(),
            quiet_until: Mutex::default(),
            stopped: RwLock::default(),
        }
    }

    /// The same for somebody who waits for the answer: repeats once.
    pub(in crate::provision) fn hasty(way: Box<dyn Exchange>) -> Client {
        Client { attempts: 2, ..Client::new(way) }
    }

    /// What was sent so far.
    pub(in crate::provision) fn traffic(&self) -> Traffic {
        self.meter.traffic()
    }

    /// Why nothing more is sent, if so.
    pub(in crate::provision) fn stopped(&self) -> Option<Failure> {
        self.stopped.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Sends a request that may be repeated: GET, PUT, DELETE (RFC 9110 section 9.2.2). Any final answer is one, also
    /// a refusal.
    ///
    /// # Errors
    /// There is no answer, or only ones that mean "later", after all repetitions; or the sync has stopped.
    pub(in crate::provision) fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            let outcome = self.once(request)?;
            let wait = match &outcome {
                Ok(answer) if is_passing(answer.status) => self.wait_after(answer, attempt, request)?,
                Ok(answer) => return Ok(answer.clone()),
                Err(lost) => self.wait_lost(lost, attempt, request)?,
            };
            self.pause(wait);
            attempt += 1;
        }
    }

    /// Sends a create. When nobody knows what the target did with it, `look` says whether it is there now.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(in crate::provision) fn create(
        &self,
        request: &Request,
        look: impl Fn() -> Result<Option<Answer>, Failure>,
    ) -> Result<Created, Failure> {
        let mut attempt = 1;
        loop {
            let outcome = self.once(request)?;
            let (wait, is_known) = match &outcome {
                Ok(answer) if is_passing(answer.status) => {
                    (self.wait_after(answer, attempt, request)?, is_refusal(answer.status))
                }
                Ok(answer) => return Ok(Created::New(answer.clone())),
                Err(lost) => (self.wait_lost(lost, attempt, request)?, !matches!(lost, Lost::Unknown(_))),
            };
            self.pause(wait);
            if !is_known && let Some(found) = look()? {
                return Ok(Created::Found(found));
            }
            attempt += 1;
        }
    }

    fn once(&self, request: &Request) -> Result<Result<Answer, Lost>, Failure> {
        self.keep_quiet();
        if let Some(failure) = self.stopped() {
            return Err(failure);
        }
        let start = Instant::now();
        let outcome = self.way.exchange(request);
        if let Ok(answer) = &outcome {
            self.meter.took(start.elapsed());
            if answer.status == 401 {
                return Err(self.stop(Failure::of(request, answer)));
            }
        }
        Ok(outcome)
    }

    /// How long to wait before the request is sent again.
    fn wait_after(&self, answer: &Answer, attempt: u32, request: &Request) -> Result<Duration, Failure> {
        let wait = answer.retry_after.unwrap_or_else(|| pause(attempt, &request.target));
        if attempt >= self.attempts || wait > PATIENCE {
            let mut failure = Failure::of(request, answer);
            failure.reason.push_str(&match answer.retry_after.filter(|wait| *wait > PATIENCE) {
                Some(wait) => format!(
                    "; it asks to wait {} seconds, longer than {}",
                    wait.as_secs(),
                    PATIENCE.as_secs()
                ),
                None => format!("; {attempt} attempts"),
            });
            return Err(failure);
        }
        if is_refusal(answer.status) || answer.retry_after.is_some() {
            self.quiet_for(wait);
        }
        Ok(wait)
    }

    /// A target that cannot be reached at all will not be by the next request either.
    fn wait_lost(&self, lost: &Lost, attempt: u32, request: &Request) -> Result<Duration, Failure> {
        if attempt < self.attempts && !matches!(lost, Lost::Hopeless(_)) {
            return Ok(pause(attempt, &request.target));
        }
        let failure = Failure::new(format!("{}: {}; {attempt} attempts", request.line(), lost.reason()));
        Err(match lost {
            Lost::NotSent(_) | Lost::Hopeless(_) => self.stop(failure),
            Lost::Unknown(_) => failure,
        })
    }

    fn pause(&self, wait: Duration) {
        self.meter.repeated();
        sleep(wait);
    }

    /// Nobody sends for that long.
    fn quiet_for(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut quiet = self.quiet_until.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *quiet = Some(quiet.map_or(until, |other| other.max(until)));
    }

    fn keep_quiet(&self) {
        let until = *self.quiet_until.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(left) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
            sleep(left);
        }
    }

    /// Nothing more is sent; the first reason counts.
    fn stop(&self, failure: Failure) -> Failure {
        let mut stopped = self.stopped.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        stopped.get_or_insert(failure).clone()
    }
}

//! A whole server within the process that tests: [`Appliance::start`].

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::app::{self, Credentials, FirstAdmin, Running};
use crate::clock::{Clock, Hand};
use crate::config::Config;
use crate::directory::Directory;
use crate::ids::Ids;
use crate::model::error::{Error, Result};
use crate::model::time::Timestamp;
use crate::store::{Store, Target};
use crate::testing::controls::{Controls, put};
use crate::testing::faults::{ArmedFault, Fault};
use crate::testing::harness::Harness;
use crate::testing::journal::Entry;
use crate::testing::seed::Seed;

/// A server of the test's own: in memory, on a free port of 127.0.0.1, stopped when dropped.
///
/// It takes nothing from the environment and writes nothing anywhere. What it does over HTTP at
/// [`test_url`](Appliance::test_url) it does by these methods too.
///
/// ```
/// use rollcall::testing::Appliance;
///
/// let appliance = Appliance::start()?;
/// assert!(appliance.scim_base_url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), rollcall::model::error::Error>(())
/// ```
pub struct Appliance {
    controls: Arc<Controls>,
    credentials: Credentials,
    base_url: String,
    /// There until it is dropped or handed out.
    running: Option<Running>,
}

/// What an [`Appliance`] is to start with.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    config: Option<String>,
    seed: Option<(PathBuf, String)>,
    deterministic: bool,
    clock: Option<Timestamp>,
}

impl Builder {
    /// The text of a configuration file. Listeners, TLS, the database's path and webhooks do not apply.
    #[must_use]
    pub fn config(self, text: impl Into<String>) -> Builder {
        Builder { config: Some(text.into()), ..self }
    }

    /// The text of a seed: what the server begins with and returns to.
    #[must_use]
    pub fn seed(self, text: impl Into<String>) -> Builder {
        Builder { seed: Some((PathBuf::from("seed"), text.into())), ..self }
    }

    /// Whether ids count from 1, so that a test can write them down.
    #[must_use]
    pub fn deterministic(self, deterministic: bool) -> Builder {
        Builder { deterministic, ..self }
    }

    /// Where the clock stands at the start and after each reset, instead of following the system's.
    #[must_use]
    pub fn clock(self, at: Timestamp) -> Builder {
        Builder { clock: Some(at), ..self }
    }

    /// Starts the server; requests are accepted when this returns.
    ///
    /// # Errors
    /// A sentence with place and expectation for a configuration or seed that cannot be used; `Internal` when the system
    /// refuses a port or threads.
    pub fn start(self) -> Result<Appliance> {
        let file = self.config.as_deref().map(|text| (Path::new("config"), text));
        let config = Config::ephemeral(file, std::iter::empty())?;
        self.start_with(&config)
    }

    /// The same with a configuration that was read already, and a seed from a file.
    pub(super) fn start_with(self, config: &Config) -> Result<Appliance> {
        let listener = app::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let base_url = format!("http://{}", app::local_address(&listener)?);
        // Requests must not use up the ids of resources.
        let (ids, request_ids) = match self.deterministic {
            true => (Ids::deterministic(), Ids::deterministic()),
            false => (Ids::Random, Ids::Random),
        };
        let hand = Hand::default();
        put(&hand, self.clock);
        let store = Arc::new(Store::open(&Target::Memory)?);
        let directory = Directory::new(store, Clock::Manual(hand.clone()), ids, app::policy(config))
            .with_requests(app::request_log(&config.requests));
        let credentials = app::create_first(&directory, config, &base_url, FirstAdmin::Link)?;
        let program = Arc::new(app::compose(config, &directory));
        if let Some((path, text)) = &self.seed {
            Seed::parse(path, text)?.plant(&program.scim, &program.admin, &base_url)?;
        }
        let controls = Arc::new(Controls::new(&directory, hand, self.clock, request_ids.clone())?);
        let service = Arc::new(Harness::new(program.clone(), controls.clone()));
        let running = Running::start(config, listener, None, request_ids, program, service)?;
        controls.set_waker(running.front().waker());
        Ok(Appliance { controls, credentials, base_url, running: Some(running) })
    }

    /// The seed in this file.
    pub(super) fn seed_file(self, path: &Path) -> Result<Builder> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::invalid_value(format!("The seed {} cannot be read: {error}.", path.display()))
        })?;
        Ok(Builder { seed: Some((path.to_owned(), text)), ..self })
    }

    /// Whether ids count, and nothing else.
    pub(super) fn new(deterministic: bool) -> Builder {
        Builder { deterministic, ..Builder::default() }
    }
}

impl Appliance {
    /// A server with an empty organization `default`, every feature on.
    ///
    /// # Errors
    /// `Internal` when the system refuses a port or threads.
    pub fn start() -> Result<Appliance> {
        Appliance::builder().start()
    }

    /// A server that begins with something.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The SCIM base URL, without a slash at its end.
    pub fn scim_base_url(&self) -> &str {
        &self.credentials.scim_base_url
    }

    /// A bearer token for it, of the organization `default`.
    pub fn scim_token(&self) -> &str {
        self.credentials.scim_token.reveal()
    }

    /// The base URL of the admin API.
    pub fn api_url(&self) -> &str {
        &self.credentials.api_url
    }

    /// A bearer token for the admin API, of server scope, and for the test routes.
    pub fn api_token(&self) -> &str {
        self.credentials.api_token.reveal()
    }

    /// An address of the admin page that signs in, once (and once more after each reset).
    pub fn admin_url(&self) -> &str {
        &self.credentials.admin_url
    }

    /// Below what the test routes are: `{test_url}/test/reset`.
    pub fn test_url(&self) -> &str {
        &self.base_url
    }

    /// The ready line (interface.md §5).
    pub fn ready(&self) -> Value {
        json!({
            "scim_base_url": self.scim_base_url(),
            "scim_token": self.scim_token(),
            "admin_url": self.admin_url(),
            "api_url": self.api_url(),
            "api_token": self.api_token(),
            "test_url": self.test_url(),
            "organization": "default",
            "pid": std::process::id(),
        })
    }

    /// Back to what the server began with. Tokens stay; faults, journal, clock and deterministic ids start again. Waits
    /// for the writes that are in progress; requests that wait for events are answered.
    ///
    /// # Errors
    /// `Internal`, when the database fails.
    pub fn reset(&self) -> Result<()> {
        self.controls.reset()
    }

    /// Has the next `count` requests that fit go wrong.
    pub fn arm(&self, fault: Fault, count: u64) -> ArmedFault {
        self.controls.faults.arm(fault, count)
    }

    /// The faults that are still to come.
    pub fn faults(&self) -> Vec<ArmedFault> {
        self.controls.faults.all()
    }

    /// Disarms all faults.
    pub fn disarm(&self) {
        self.controls.faults.clear();
    }

    /// What time it is for the server.
    pub fn now(&self) -> Timestamp {
        self.controls.now()
    }

    /// Has the server's clock stand at `at`; `None` has it follow the system's again. Long polls and expiry see it at once.
    pub fn set_clock(&self, at: Option<Timestamp>) {
        self.controls.set_clock(at);
    }

    /// The requests received so far that were answered or dropped, oldest first; those to the test routes are not among
    /// them.
    pub fn journal(&self) -> Vec<Arc<Entry>> {
        self.controls.journal.all().0
    }

    /// The same, and takes them out.
    pub fn take_journal(&self) -> Vec<Arc<Entry>> {
        self.controls.journal.take().0
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// `Internal`, when the system refuses what is needed to wait for them.
    pub fn run(self) -> Result<()> {
        let Some(running) = self.into_running() else { return Ok(()) };
        running.watch_signals(app::Reloads::of_config(None))?;
        running.run()
    }

    /// The running server, for one who waits for its end.
    pub(super) fn into_running(mut self) -> Option<Running> {
        self.running.take()
    }

    /// The same, to stop it from elsewhere.
    pub(super) fn running(&self) -> Option<&Running> {
        self.running.as_ref()
    }
}

impl Drop for Appliance {
    /// Stops the server and waits until it has.
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }
}

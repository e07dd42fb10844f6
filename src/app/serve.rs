//! `serve`: from a configuration to a running server, and to its end.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use sd_notify::NotifyState;

use crate::app::certificate::Certificate;
use crate::app::compose::{compose, front_limits};
use crate::app::first_run::first_run;
use crate::app::housekeeping::Housekeeping;
use crate::app::request_writer::RequestWriter;
use crate::app::signals::{self, Reloads};
use crate::app::{logging, policy, request_log, target};
use crate::clock::Clock;
use crate::config::{self, AddressPolicy, Config};
use crate::directory::Directory;
use crate::http::front::{Front, Limits, Service, Tls};
use crate::http::metrics_service::MetricsService;
use crate::http::service::{Rollcall, request_feed};
use crate::ids::Ids;
use crate::model::error::{Error, Result};
use crate::store::{self, Store, Target};
use crate::webhooks::{Dispatcher, Settings};

/// Runs a server on the configured database until SIGTERM or SIGINT. `named` is the configuration file, where one is.
///
/// # Errors
/// A sentence for the operator: what of the configuration, the database or the address cannot be used.
pub fn serve(named: Option<&Path>) -> Result<()> {
    let (server, reloads) = durable(named)?;
    server.watch_signals(reloads)?;
    server.run()
}

/// Whether a server could speak TLS with the files that are configured, if any are.
///
/// # Errors
/// `InvalidValue` with a sentence that names the file and what is wrong with it.
pub fn check_tls(config: &Config) -> Result<()> {
    let files = config.server.tls();
    files.map(|files| Certificate::load(files, Clock::System)).transpose().map(drop)
}

/// A server that listens.
pub struct Running {
    front: Front,
    program: Arc<Rollcall>,
    dispatcher: Dispatcher,
    /// The metrics, where they have a listener of their own.
    metrics: Option<Front>,
    requests: RequestWriter,
}

fn durable(named: Option<&Path>) -> Result<(Running, Reloads)> {
    let config = Config::load(named)?;
    logging::start(&config.log);
    let certificate = config.server.tls().map(|files| Certificate::load(files, Clock::System)).transpose()?;
    let listener = listen(config.server.listen)?;
    let address = local_address(&listener)?;
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let base_url = config
        .server
        .public_url
        .as_ref()
        .map_or_else(|| format!("{scheme}://{address}"), |url| url.as_str().to_owned());
    let store = Arc::new(open_file(&config.database, &target(&config, Target::Serve))?);
    let directory = Directory::new(store, Clock::System, Ids::Random, policy(&config))
        .with_requests(request_log(&config.requests));
    first_run(&directory, &config, &base_url)?;
    let program = Arc::new(compose(&config, &directory));
    let tls = certificate.as_ref().map(Certificate::tls);
    let metrics =
        config.server.metrics_listen.map(|address| metrics_front(address, program.clone())).transpose()?;
    let mut running = Running::start(&config, listener, tls, Ids::Random, program.clone(), program)?;
    running.metrics = metrics;
    log::info!(
        "listening on {address}; SCIM base URL: {base_url}/scim/v2; database: {}",
        config.database.path.display()
    );
    Ok((running, Reloads { config: named.map(Path::to_owned), certificate }))
}

/// The listener of the metrics: small, since one Prometheus asks it now and then.
fn metrics_front(address: SocketAddr, program: Arc<Rollcall>) -> Result<Front> {
    let listener = listen(address)?;
    log::info!("metrics: http://{}/metrics", local_address(&listener)?);
    let limits = Limits { workers: 1, connections: Some(16), ..Limits::default() };
    Front::start(listener, None, limits, Ids::Random, Clock::System, Arc::new(MetricsService::of(program)))
        .map_err(|error| Error::internal(format!("The metrics cannot be served: {error}")))
}

/// Opens the database file, with a copy before an upgrade, and with a look for damage after an unclean stop.
fn open_file(settings: &config::Database, target: &Target) -> Result<Store> {
    let path = settings.path.clone();
    let left_open = store::left_open(&path);
    if let Some(copy) = store::before_upgrade(&path, settings.backup_before_upgrade)? {
        log::info!("the database as it was before the upgrade is kept as {}", copy.display());
    }
    let opened = Store::open(target)?;
    if left_open {
        log::info!("the last server did not close the database; looking for damage in the background");
        let look = move || match store::quick_check(&path) {
            Ok(()) => log::info!("the database is whole"),
            Err(error) => log::error!("{error}"),
        };
        std::thread::Builder::new().name("quick check".into()).spawn(look).map_err(no_thread)?;
    }
    Ok(opened)
}

impl Running {
    /// Serves `program` on `listener` from now on, through `service`: the program itself, or what stands around it.
    ///
    /// # Errors
    /// The system refuses threads or the listener.
    pub fn start(
        config: &Config,
        listener: TcpListener,
        tls: Option<Tls>,
        request_ids: Ids,
        program: Arc<Rollcall>,
        service: Arc<dyn Service>,
    ) -> Result<Running> {
        let (limits, clock) = (front_limits(&config.server), program.scim.directory.clock().clone());
        let front = Front::start(listener, tls, limits, request_ids, clock, service)
            .map_err(|error| Error::internal(format!("The server cannot start: {error}")))?;
        let waker = front.waker();
        program.scim.directory.store().on_events(move |organizations| {
            organizations.iter().for_each(|organization| waker.wake(organization.0.unsigned_abs()));
        });
        let waker = front.waker();
        program
            .scim
            .directory
            .requests()
            .on_growth(move |organization| waker.wake(request_feed(organization)));
        let requests = RequestWriter::start(program.scim.directory.clone())?;
        let settings = Settings {
            addresses: AddressPolicy::of(&config.webhooks),
            give_up_days: config.webhooks.give_up_days,
        };
        let dispatcher = Dispatcher::start(&program.scim.directory, settings)?;
        Ok(Running { front, program, dispatcher, requests, metrics: None })
    }

    /// The front, to wake requests and to stop.
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// Has SIGTERM and SIGINT stop the server, and SIGHUP have read again what `reloads` names. To be called before anybody is
    /// told that it runs: who was told may end it at once.
    ///
    /// # Errors
    /// The system refuses a thread or the signals.
    pub fn watch_signals(&self, reloads: Reloads) -> Result<()> {
        signals::watch(self.front.stop_handle(), reloads)
    }

    /// Waits until the server is stopped and done, with the tasks that no request waits for.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn run(self) -> Result<()> {
        let housekeeping = Housekeeping::start(self.program)?;
        signals::tell(&[NotifyState::Ready]);
        self.front.wait();
        if let Some(metrics) = self.metrics {
            metrics.stop();
        }
        self.dispatcher.stop();
        self.requests.finish();
        housekeeping.finish();
        log::info!("stopped");
        Ok(())
    }

    /// Stops the server and waits until it is done.
    pub fn stop(self) {
        self.front.stop();
        self.dispatcher.stop();
        self.requests.finish();
    }
}

/// A listener on this address.
///
/// # Errors
/// `Internal` with a sentence for the operator.
pub fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        Error::internal(format!(
            "The server cannot listen on {address}: {error}. Set [server] listen to a free address."
        ))
    })
}

/// Where a listener listens.
///
/// # Errors
/// `Internal` if the system does not say.
pub fn local_address(listener: &TcpListener) -> Result<SocketAddr> {
    listener
        .local_addr()
        .map_err(|error| Error::internal(format!("The listening address is not known: {error}")))
}

fn no_thread(error: std::io::Error) -> Error {
    Error::internal(format!("A thread cannot start: {error}"))
}

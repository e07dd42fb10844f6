//! `serve`: from a configuration to a running server, and to its end.

use std::io::{Read, Write, stdin, stdout};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::app::compose::{compose, front_limits};
use crate::app::first_run::{Credentials, FirstAdmin, create_first, first_run};
use crate::app::housekeeping::Housekeeping;
use crate::app::request_writer::RequestWriter;
use crate::app::{logging, policy, request_log, target};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::directory::Directory;
use crate::http::front::{Front, StopHandle};
use crate::http::service::{Rollcall, request_feed};
use crate::ids::Ids;
use crate::model::error::{Error, Result};
use crate::store::{self, Store, Target};

/// What the command line says of a server.
#[derive(Clone, Debug, Default)]
pub struct ServeOptions {
    /// The configuration file, where one is named.
    pub config: Option<PathBuf>,
    /// In memory, on a free port.
    pub ephemeral: bool,
    /// Whether the end of standard input ends the server.
    pub until_stdin_closes: bool,
    /// Whether ids follow a counter.
    pub deterministic: bool,
}

/// Runs a server until SIGTERM or SIGINT.
///
/// # Errors
/// A sentence for the operator: what of the configuration, the database or the address cannot be used.
pub fn serve(options: &ServeOptions) -> Result<()> {
    let server = if options.ephemeral { ephemeral(options)? } else { durable(options)? };
    if options.until_stdin_closes {
        stop_when_stdin_closes(server.front.stop_handle())?;
    }
    server.run()
}

/// A server that listens.
struct Running {
    front: Front,
    program: Arc<Rollcall>,
    requests: RequestWriter,
}

fn durable(options: &ServeOptions) -> Result<Running> {
    let config = Config::load(options.config.as_deref())?;
    logging::start(&config.log);
    if config.server.tls().is_some() {
        return Err(Error::invalid_value(
            "[server] tls_certificate: this version does not speak TLS itself yet. Put a proxy that does in front, and set \
             allow_plain_http.",
        ));
    }
    for key in without_effect(&config) {
        log::warn!("{key} is set, and has no effect in this version");
    }
    let listener = listen(config.server.listen)?;
    let address = local_address(&listener)?;
    let base_url = config
        .server
        .public_url
        .as_ref()
        .map_or_else(|| format!("http://{address}"), |url| url.as_str().to_owned());
    let store = Arc::new(open_file(&config.database, &target(&config, Target::Serve))?);
    let directory = Directory::new(store, Clock::System, Ids::Random, policy(&config))
        .with_requests(request_log(&config.requests));
    first_run(&directory, &config, &base_url)?;
    let running = start(&config, listener, &directory, Ids::Random)?;
    log::info!(
        "listening on {address}; SCIM base URL: {base_url}/scim/v2; database: {}",
        config.database.path.display()
    );
    Ok(running)
}

/// The keys that are set to something else than their default and that nothing reads yet.
fn without_effect(config: &Config) -> Vec<&'static str> {
    let default = Config::default();
    let (limits, usual) = (&config.server.limits, &default.server.limits);
    let keys = [
        ("server.trusted_proxies", config.server.trusted_proxies != default.server.trusted_proxies),
        ("server.metrics_listen", config.server.metrics_listen != default.server.metrics_listen),
        ("server.limits.requests_per_second", limits.requests_per_second != usual.requests_per_second),
        ("events", config.events != default.events),
        ("webhooks", config.webhooks != default.webhooks),
    ];
    keys.into_iter().filter_map(|(key, is_set)| is_set.then_some(key)).collect()
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

fn ephemeral(options: &ServeOptions) -> Result<Running> {
    let config = Config::load_ephemeral(options.config.as_deref())?;
    logging::start(&config.log);
    let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let base_url = format!("http://{}", local_address(&listener)?);
    let ids = if options.deterministic { Ids::deterministic() } else { Ids::Random };
    let store = Arc::new(Store::open(&Target::Memory)?);
    let directory = Directory::new(store, Clock::System, ids, policy(&config))
        .with_requests(request_log(&config.requests));
    let credentials = create_first(&directory, &config, &base_url, FirstAdmin::Link)?;
    // Requests must not use up the ids of resources.
    let request_ids = if options.deterministic { Ids::deterministic() } else { Ids::Random };
    let running = start(&config, listener, &directory, request_ids)?;
    announce(&credentials, &base_url)?;
    Ok(running)
}

fn start(config: &Config, listener: TcpListener, directory: &Directory, request_ids: Ids) -> Result<Running> {
    let program = Arc::new(compose(config, directory));
    let front = Front::start(listener, front_limits(&config.server), request_ids, program.clone())
        .map_err(|error| Error::internal(format!("The server cannot start: {error}")))?;
    // Before anybody is told that the server runs: who was told may end it at once.
    stop_on_signals(front.stop_handle())?;
    let waker = front.waker();
    directory.store().on_events(move |organizations| {
        organizations.iter().for_each(|organization| waker.wake(organization.0.unsigned_abs()));
    });
    let waker = front.waker();
    directory.requests().on_growth(move |organization| waker.wake(request_feed(organization)));
    let requests = RequestWriter::start(directory.clone())?;
    Ok(Running { front, program, requests })
}

impl Running {
    fn run(self) -> Result<()> {
        let housekeeping = Housekeeping::start(self.program)?;
        self.front.wait();
        self.requests.finish();
        housekeeping.finish();
        log::info!("stopped");
        Ok(())
    }
}

/// The ready line of interface.md §5: one JSON object, and nothing else, on standard output.
fn announce(credentials: &Credentials, base_url: &str) -> Result<()> {
    let line = json!({
        "scim_base_url": credentials.scim_base_url,
        "scim_token": credentials.scim_token.reveal(),
        "admin_url": credentials.admin_url,
        "api_url": credentials.api_url,
        "api_token": credentials.api_token.reveal(),
        "test_url": base_url,
        "organization": "default",
        "pid": std::process::id(),
    });
    let mut out = stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| Error::internal(format!("The ready line cannot be written: {error}")))
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        Error::internal(format!(
            "The server cannot listen on {address}: {error}. Set [server] listen to a free address."
        ))
    })
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr> {
    listener
        .local_addr()
        .map_err(|error| Error::internal(format!("The listening address is not known: {error}")))
}

fn stop_on_signals(stop: StopHandle) -> Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])
        .map_err(|error| Error::internal(format!("Signals cannot be watched: {error}")))?;
    let work = move || {
        if let Some(signal) = signals.forever().next() {
            log::info!("signal {signal}: finishing what is in flight");
            stop.stop();
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(work).map(|_| ()).map_err(no_thread)
}

/// A test run that crashed leaves no server behind.
fn stop_when_stdin_closes(stop: StopHandle) -> Result<()> {
    let work = move || {
        let mut buffer = [0; 256];
        while matches!(stdin().read(&mut buffer), Ok(read) if read > 0) {}
        stop.stop();
    };
    std::thread::Builder::new().name("stdin".into()).spawn(work).map(|_| ()).map_err(no_thread)
}

fn no_thread(error: std::io::Error) -> Error {
    Error::internal(format!("A thread cannot start: {error}"))
}

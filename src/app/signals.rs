//! What is done on signals, and what systemd is told of it.
//!
//! SIGTERM and SIGINT stop the server; SIGHUP, like a changed file, has the certificate read again, and the level of
//! the log too.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use sd_notify::NotifyState;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::app::certificate::Certificate;
use crate::app::logging;
use crate::config::Config;
use crate::http::front::StopHandle;
use crate::model::error::{Error, Result};

/// How often the certificate's files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What can be read again while the server runs.
pub struct Reloads {
    /// The file that the server was started with, where one was named.
    pub(super) config: Option<PathBuf>,
    /// Where the server speaks TLS.
    pub(super) certificate: Option<Certificate>,
}

impl Reloads {
    /// For a server without TLS that was started with this configuration file.
    pub fn of_config(config: Option<PathBuf>) -> Reloads {
        Reloads { config, certificate: None }
    }
}

/// Watches signals and files from now on.
///
/// # Errors
/// `Internal` if the system gives no thread, or no signals.
pub(super) fn watch(stop: StopHandle, reloads: Reloads) -> Result<()> {
    let signals = Signals::new([SIGTERM, SIGINT, SIGHUP])
        .map_err(|error| Error::internal(format!("Signals cannot be watched: {error}")))?;
    let (hang_up, hung_up) = channel();
    spawn("signals", move || obey(signals, &stop, &hang_up))?;
    spawn("reload", move || reload(reloads, &hung_up))
}

/// Says `state` to systemd, if it started this program and wants to know.
pub(super) fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        log::warn!("systemd cannot be told {state:?}: {error}");
    }
}

/// Until the stop is asked for.
fn obey(mut signals: Signals, stop: &StopHandle, hang_up: &Sender<()>) {
    for signal in signals.forever() {
        if signal != SIGHUP {
            log::info!("signal {signal}: finishing what is in flight");
            tell(&[NotifyState::Stopping]);
            return stop.stop();
        }
        if hang_up.send(()).is_err() {
            log::error!("nothing is reloaded any more: the thread that does it has ended");
        }
    }
}

/// Until the signals' thread ends.
fn reload(mut reloads: Reloads, hung_up: &Receiver<()>) {
    loop {
        match hung_up.recv_timeout(LOOK) {
            Ok(()) => reloads.all(),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(certificate) = &mut reloads.certificate {
                    certificate.look();
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Reloads {
    fn all(&mut self) {
        let reloading = NotifyState::monotonic_usec_now().map(|now| vec![NotifyState::Reloading, now]);
        tell(&reloading.unwrap_or_else(|_| vec![NotifyState::Reloading]));
        match Config::load(self.config.as_deref()) {
            Ok(config) => {
                logging::set_level(config.log.level);
                log::info!(
                    "SIGHUP: the level of the log is {}; other settings need a restart",
                    config.log.level
                );
            }
            Err(error) => {
                log::error!("SIGHUP: the configuration cannot be read, nothing of it changes: {error}")
            }
        }
        if let Some(certificate) = &mut self.certificate {
            certificate.reload();
        }
        tell(&[NotifyState::Ready]);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| Error::internal(format!("A thread cannot start: {error}")))
}

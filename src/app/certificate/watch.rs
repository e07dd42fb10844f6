//! Takes over what has changed; what is broken changes nothing and is said.

use std::path::PathBuf;

use rustls::sign::CertifiedKey;

use super::files::{Stamp, load, stamps};
use super::validity::{Age, Validity};
use crate::clock::Clock;
use crate::config;
use crate::http::front::Tls;
use crate::model::error::{Error, Result};
use crate::model::time::Timestamp;

/// How often a certificate's age is mentioned again.
const REMIND_SECONDS: i64 = 24 * 60 * 60;

type Stamps = [Option<Stamp>; 2];

/// The certificate in use and the files that it comes from.
pub(in crate::app) struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    tls: Tls,
    clock: Clock,
    validity: Option<Validity>,
    /// The files as they were read last, and as they were seen last.
    read: Stamps,
    seen: Stamps,
    remind: Option<Timestamp>,
}

impl Certificate {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// `InvalidValue` with a sentence that names the file and what is wrong with it.
    pub(in crate::app) fn load(files: config::Tls<'_>, clock: Clock) -> Result<Certificate> {
        let read = stamps(files);
        let refused = |reason| Error::invalid_value(format!("The server cannot speak TLS. {reason}"));
        let identity = load(files).map_err(refused)?;
        let validity = validity(&identity);
        let tls = Tls::new(identity)
            .map_err(|error| Error::internal(format!("The server cannot speak TLS: {error}")))?;
        let (certificate, key) = (files.certificate.to_owned(), files.key.to_owned());
        let mut loaded =
            Certificate { certificate, key, tls, clock, validity, read, seen: read, remind: None };
        loaded.speak_of_age();
        Ok(loaded)
    }

    /// What the front needs.
    pub(in crate::app) fn tls(&self) -> Tls {
        self.tls.clone()
    }

    /// Reads the files if they are others than before, and have been so for one look: certificate and key are
    /// replaced one after the other.
    pub(in crate::app) fn look(&mut self) {
        let now = stamps(self.files());
        let before = std::mem::replace(&mut self.seen, now);
        if now != self.read && now == before {
            self.reload();
        }
        self.speak_of_age();
    }

    /// Reads the files.
    pub(in crate::app) fn reload(&mut self) {
        self.read = stamps(self.files());
        self.seen = self.read;
        match load(self.files()) {
            Ok(identity) => {
                self.validity = validity(&identity);
                self.tls.replace(identity);
                self.remind = None;
                log::info!(
                    "new connections get the certificate that {} holds now",
                    self.certificate.display()
                );
            }
            Err(reason) => {
                log::error!("the certificate was not replaced, the old one stays in use. {reason}")
            }
        }
    }

    fn files(&self) -> config::Tls<'_> {
        config::Tls { certificate: &self.certificate, key: &self.key }
    }

    /// Once a day, if there is something to say.
    fn speak_of_age(&mut self) {
        let now = self.clock.now();
        let Some(validity) = self.validity.filter(|_| self.remind.is_none_or(|at| now >= at)) else { return };
        self.remind = Some(now.plus_seconds(REMIND_SECONDS));
        let (file, Validity { not_before, not_after }) = (self.certificate.display(), validity);
        match validity.age(now) {
            Age::Good => {}
            Age::NotYet => log::warn!("the certificate in {file} is not valid before {not_before}"),
            Age::EndsSoon => log::warn!("the certificate in {file} expires at {not_after}: renew it"),
            Age::Expired => {
                log::error!("the certificate in {file} expired at {not_after}: clients refuse it; renew it");
            }
        }
    }
}

fn validity(identity: &CertifiedKey) -> Option<Validity> {
    identity.cert.first().and_then(|certificate| Validity::of(certificate))
}

//! PEM files to a certificate and key that fit together, or a sentence for the operator.
//!
//! Nothing of what is read here is ever part of a sentence: it may be the key, in the wrong file.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::SystemTime;

use rustls::crypto::ring;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Tls;

/// Far more than any chain has; a device or a log that was named by mistake is not read to its end.
const MOST_BYTES: u64 = 1024 * 1024;

/// What tells that a file was replaced: compared, never interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

/// The stamps of both files; a file that cannot be looked at has none.
pub(super) fn stamps(files: Tls<'_>) -> [Option<Stamp>; 2] {
    [files.certificate, files.key].map(|path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Stamp { modified: metadata.modified().ok(), bytes: metadata.len(), inode: metadata.ino() })
    })
}

/// Reads both files.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn load(files: Tls<'_>) -> Result<CertifiedKey, String> {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    let (chain_text, _) = read(files.certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain_text)
        .collect::<Result<_, _>>()
        .map_err(|_| format!("{certificate} is not a PEM file: a part of it is cut off or is no base64."))?;
    if chain.is_empty() {
        return Err(format!(
            "{certificate} holds no certificate. Expected is a PEM file with the server's own certificate first, and \
             those of the authorities between it and the root after it."
        ));
    }
    let (key_text, metadata) = read(files.key)?;
    warn_of_readers(files.key, &metadata);
    let private = PrivateKeyDer::from_pem_slice(&key_text).map_err(|_| {
        format!(
            "{key} holds no private key that can be used. Expected is a PEM file with an RSA, ECDSA (P-256, P-384) or \
             Ed25519 key in PKCS #8, PKCS #1 or SEC1 form, without a password."
        )
    })?;
    CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => format!(
            "The private key in {key} does not belong to the first certificate in {certificate}. Name the files of one \
             pair, the server's own certificate first in its file."
        ),
        rustls::Error::InvalidCertificate(_) => {
            format!("The first certificate in {certificate} cannot be understood: it is not an X.509 certificate.")
        }
        _ => format!("The private key in {key} is of a kind that is not supported; use RSA, ECDSA or Ed25519."),
    })
}

fn read(path: &Path) -> Result<(Vec<u8>, Metadata), String> {
    let attempt = || {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Ok((bytes, metadata))
    };
    attempt().map_err(|error: std::io::Error| format!("{} cannot be read: {error}.", path.display()))
}

/// A group may be meant; everybody never is.
fn warn_of_readers(path: &Path, metadata: &Metadata) {
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o007 != 0 {
        log::warn!(
            "every user of this machine can use the private key {} (mode {mode:o}): chmod 600 it",
            path.display()
        );
    }
}

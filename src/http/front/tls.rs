//! TLS: one certificate, which can be replaced while the server runs.
//!
//! Versions 1.2 and 1.3, only the cipher suites that rustls has (all with forward secrecy). Sessions are resumed by
//! tickets or, where a client has none, by ids; both live in memory and end with the process. A request is never taken
//! before the handshake is complete (no 0-RTT): it could be replayed.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Sessions that clients without tickets can resume.
const SESSION_IDS: usize = 4096;

/// The first byte of every TLS connection: a record that holds a handshake (RFC 8446, 5.1).
pub(super) const HANDSHAKE_RECORD: u8 = 0x16;

/// What is said to a client that speaks plain HTTP here.
const SPEAK_HTTPS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 74\r\n\
    Cache-Control: no-store\r\nConnection: close\r\n\r\n\
    This port speaks https, and got http. Use a URL that begins with https://\n";

/// The server's side of TLS; cheap to clone, and all clones change together.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    identity: Arc<Identity>,
}

/// The certificate of new connections.
#[derive(Debug)]
struct Identity(RwLock<Arc<CertifiedKey>>);

/// What a new connection began with.
pub(super) enum Greeting {
    /// A handshake, which is done.
    Tls(Box<TlsStream<TcpStream>>),
    /// Plain HTTP; the answer was given.
    Plain(TcpStream),
    /// Neither, or nothing.
    Nothing,
}

impl Tls {
    /// Serves with this certificate and key.
    ///
    /// # Errors
    /// The system gives no randomness for the key of tickets.
    pub fn new(identity: CertifiedKey) -> Result<Tls, rustls::Error> {
        let identity = Arc::new(Identity(RwLock::new(Arc::new(identity))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&identity) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.session_storage = ServerSessionMemoryCache::new(SESSION_IDS);
        config.ticketer = ring::Ticketer::new()?;
        Ok(Tls { config: Arc::new(config), identity })
    }

    /// New connections get this certificate from now on; those that are open keep theirs.
    pub fn replace(&self, identity: CertifiedKey) {
        let mut current = self.identity.0.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(identity);
    }

    /// Shakes hands on a new connection.
    pub(super) async fn greet(&self, stream: TcpStream) -> io::Result<Greeting> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Ok(Greeting::Nothing);
        }
        match first {
            [HANDSHAKE_RECORD] => {
                let stream = TlsAcceptor::from(Arc::clone(&self.config)).accept(stream).await?;
                Ok(Greeting::Tls(Box::new(stream)))
            }
            // The first letter of a method.
            [letter] if letter.is_ascii_uppercase() => {
                // It fits into the buffer of a connection on which nothing was written yet.
                stream.try_write(SPEAK_HTTPS)?;
                Ok(Greeting::Plain(stream))
            }
            _ => Ok(Greeting::Nothing),
        }
    }
}

impl ResolvesServerCert for Identity {
    /// The one certificate there is, whatever name the client asks for: a probe that names none is served too.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_plain_http_has_the_length_that_it_says() {
        let text = std::str::from_utf8(SPEAK_HTTPS).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }
}

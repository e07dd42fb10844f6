//! Certificates made for the test, the program with one of them, and a client that trusts exactly one.

use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;

use crate::common::{Program, command, wait_for};

/// A certificate for `localhost` and its key.
pub struct Pair {
    pub certificate: String,
    pub key: String,
    der: CertificateDer<'static>,
}

impl Pair {
    pub fn new() -> Pair {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        Pair { certificate: pem, key: key.serialize_pem(), der }
    }

    /// Puts both files where the server looks.
    pub fn write(&self, folder: &Path) {
        std::fs::write(folder.join("chain.pem"), &self.certificate).unwrap();
        let key = folder.join("key.pem");
        std::fs::write(&key, &self.key).unwrap();
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// A client that trusts only this certificate.
    pub fn client(&self) -> Client {
        Client::new(self, rustls::ALL_VERSIONS, Resumption::default())
    }
}

/// `rollcall serve` with TLS, on a database of its own.
pub struct Secured {
    pub program: Program,
    pub address: SocketAddr,
    pub folder: TempDir,
}

impl Secured {
    pub fn start(pair: &Pair) -> Secured {
        Secured::start_with(pair, |_, _| {})
    }

    /// The same, after `adjust` has changed how the process is started, or the folder that it starts in.
    pub fn start_with(pair: &Pair, adjust: impl FnOnce(&mut Command, &Path)) -> Secured {
        let folder = tempfile::tempdir().unwrap();
        pair.write(folder.path());
        std::fs::write(folder.path().join("config.toml"), "").unwrap();
        let mut command = serve_command(folder.path());
        adjust(&mut command, folder.path());
        let mut program = Program::spawn(&mut command);
        let address = wait_for("the server listens", || {
            let log = program.log();
            let (address, _) = log.split_once("listening on ")?.1.split_once(';')?;
            address.parse().ok()
        });
        Secured { program, address, folder }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.program.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits until the log has these words, and gives all of it.
    pub fn log_with(&mut self, words: &str) -> String {
        wait_for(&format!("the log says {words:?}"), || {
            Some(self.program.log()).filter(|log| log.contains(words))
        })
    }

    pub fn scim_token(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("first-run.txt")).unwrap();
        text.lines().find_map(|line| line.strip_prefix("scim_token: ")).unwrap().to_owned()
    }
}

/// `rollcall serve` on what lies in `folder`.
pub fn serve_command(folder: &Path) -> Command {
    let mut command = command();
    command
        .arg("serve")
        .env("ROLLCALL_CONFIG", folder.join("config.toml"))
        .env("ROLLCALL_SERVER__LISTEN", "127.0.0.1:0")
        .env("ROLLCALL_SERVER__TLS_CERTIFICATE", folder.join("chain.pem"))
        .env("ROLLCALL_SERVER__TLS_KEY", folder.join("key.pem"))
        .env("ROLLCALL_DATABASE__PATH", folder.join("rollcall.db"))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// A client with a memory for sessions.
#[derive(Clone)]
pub struct Client {
    pub config: Arc<ClientConfig>,
}

/// What came of a request.
#[derive(Debug)]
pub struct Exchange {
    pub kind: HandshakeKind,
    pub version: ProtocolVersion,
    pub protocol: Option<Vec<u8>>,
    pub answer: String,
}

impl Client {
    pub fn new(
        pair: &Pair,
        versions: &[&'static rustls::SupportedProtocolVersion],
        resumption: Resumption,
    ) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(pair.der.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = resumption;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Client { config: Arc::new(config) }
    }

    /// One GET on a connection of its own, which the server must end as TLS wants it.
    pub fn get(&self, address: SocketAddr, target: &str, headers: &str) -> Result<Exchange> {
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(Duration::from_secs(10)))?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut connection = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        let mut stream = rustls::Stream::new(&mut connection, &mut socket);
        let head = format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(Exchange {
            kind: connection.handshake_kind().unwrap(),
            version: connection.protocol_version().unwrap(),
            protocol: connection.alpn_protocol().map(<[u8]>::to_vec),
            answer,
        })
    }

    /// A request that anybody may make.
    pub fn probe(&self, address: SocketAddr) -> Result<Exchange> {
        let exchange = self.get(address, "/healthz", "")?;
        assert!(exchange.answer.starts_with("HTTP/1.1 200 "), "{exchange:?}");
        Ok(exchange)
    }
}

//! What is spoken, and how fast the second time.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use rollcall::http::front::{Limits, Tls};
use rustls::client::{Resumption, Tls12Resumption};
use rustls::crypto::ring;
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, ProtocolVersion, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::support::{Client, Pair, Secured, serve_command};
use crate::common::{Output, Program};
use crate::front::support::{self, SHORT, Served, limits, serve_with};

/// The front alone, with TLS.
fn front(pair: &Pair, limits: Limits) -> Served {
    let chain = vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let identity = CertifiedKey::from_der(chain, key, &ring::default_provider()).unwrap();
    serve_with(Some(Tls::new(identity).unwrap()), limits)
}

#[test]
fn both_versions_are_spoken_and_a_session_of_either_is_resumed() {
    let pair = Pair::new();
    let served = front(&pair, limits());
    let ids = || Resumption::in_memory_sessions(8).tls12_resumption(Tls12Resumption::SessionIdOnly);
    let cases: [(&'static SupportedProtocolVersion, Resumption, ProtocolVersion); 3] = [
        (&TLS13, Resumption::default(), ProtocolVersion::TLSv1_3),
        (&TLS12, Resumption::default(), ProtocolVersion::TLSv1_2),
        (&TLS12, ids(), ProtocolVersion::TLSv1_2),
    ];
    for (version, resumption, expected) in cases {
        let client = Client::new(&pair, &[version], resumption);
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed] {
            let found = client.probe(served.front.address()).unwrap();
            assert_eq!((found.kind, found.version), (kind, expected));
            assert_eq!(found.protocol.as_deref(), Some(&b"http/1.1"[..]), "chosen of h2 and http/1.1");
        }
    }
}

#[test]
fn a_request_over_tls_reaches_scim_and_is_told_of_https() {
    let pair = Pair::new();
    let mut server = Secured::start(&pair);
    let headers = format!("Authorization: Bearer {}\r\n", server.scim_token());
    let found = pair.client().get(server.address, "/scim/v2/ServiceProviderConfig", &headers).unwrap();
    let location = format!("\"location\":\"https://{}/scim/v2/ServiceProviderConfig\"", server.address);
    assert!(found.answer.contains(&location), "{}", found.answer);
    assert!(found.answer.contains("strict-transport-security: max-age=31536000\r\n"), "{}", found.answer);
    let log = server.program.log();
    assert!(log.contains(&format!("SCIM base URL: https://{}/scim/v2", server.address)), "{log}");
    let secret = pair.key.lines().nth(1).unwrap();
    assert!(!log.contains(secret), "{log}");
    assert!(!log.contains("private key") && !log.contains("expire"), "nothing to warn of: {log}");
}

#[test]
fn plain_http_on_a_port_of_https_is_told_so() {
    let served = front(&Pair::new(), limits());
    let answer = served.ask(support::get("/scim/v2/Users"));
    assert_eq!((answer.status, answer.closes()), (400, true));
    assert!(answer.body.contains("https://"), "{}", answer.body);
    assert_eq!(served.probe.calls(), [""; 0], "nothing of it was believed");
}

#[test]
fn what_is_neither_is_closed_and_a_handshake_has_its_time() {
    let served = front(&Pair::new(), Limits { handshake: SHORT, ..limits() });
    let mut noise = served.connect();
    noise.send(b"\x00\x01\x02");
    assert_eq!(noise.rest(), b"");
    let began = Instant::now();
    let [silent, mut half] = [(); 2].map(|()| served.connect());
    half.send(b"\x16\x03\x01\x02\x00\x01\x00");
    assert_eq!((half.rest(), silent.rest()), (Vec::new(), Vec::new()));
    assert!((SHORT..Duration::from_secs(5)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[test]
fn a_broken_handshake_ends_its_own_connection_only() {
    let pair = Pair::new();
    let served = front(&pair, limits());
    for garbage in [&b"\x16\x03\x01\xff\xff"[..], b"\x16\x03\x01\x00\x05hello", b"\x16\x00\x00\x00\x00"] {
        let mut socket = TcpStream::connect(served.front.address()).unwrap();
        socket.write_all(&[garbage, &[0; 70_000]].concat()).ok();
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).ok();
        assert!(rest.len() < 100, "an alert at most");
    }
    pair.client().probe(served.front.address()).unwrap();
}

#[test]
fn files_that_do_not_fit_together_stop_the_start_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Pair::new(), Pair::new());
    one.write(folder.path());
    std::fs::write(folder.path().join("config.toml"), "").unwrap();
    std::fs::write(folder.path().join("key.pem"), &other.key).unwrap();
    let mut program = Program::spawn(&mut serve_command(folder.path()));
    assert_eq!(program.wait().code(), Some(1));
    let log = program.log();
    assert!(log.contains("key.pem does not belong to the first certificate in"), "{log}");
    assert!(!log.contains(other.key.lines().nth(1).unwrap()), "{log}");
    let mut check = with_arguments(&serve_command(folder.path()), &["config", "check"]);
    let refused = Output::of(&mut check).expect(1).stderr;
    assert!(refused.contains("key.pem does not belong"), "{refused}");
}

/// The same program in the same surroundings with other arguments.
fn with_arguments(serve: &Command, arguments: &[&str]) -> Command {
    let mut command = Command::new(serve.get_program());
    command.args(arguments);
    serve.get_envs().filter_map(|(key, value)| Some((key, value?))).for_each(|(key, value)| {
        command.env(key, value);
    });
    command
}

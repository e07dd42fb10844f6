//! A certificate and a log level that change while the server runs.

use std::os::unix::fs::PermissionsExt;

use rustls::HandshakeKind;

use super::support::{Pair, Secured};
use crate::common::wait_for;

#[test]
fn a_certificate_that_was_replaced_is_used_without_a_word_from_anybody() {
    let (old, new) = (Pair::new(), Pair::new());
    let mut server = Secured::start(&old);
    old.client().probe(server.address).unwrap();
    new.write(server.folder.path());
    let client = new.client();
    wait_for("the new certificate is used", || client.probe(server.address).ok());
    assert!(old.client().probe(server.address).is_err(), "the old one is not");
    assert!(server.log_with("new connections get the certificate that").contains("chain.pem holds now"));
}

#[test]
fn a_broken_file_keeps_the_old_certificate_and_says_so() {
    let (old, new) = (Pair::new(), Pair::new());
    let mut server = Secured::start(&old);
    let folder = server.folder.path().to_owned();
    let client = old.client();
    client.probe(server.address).unwrap();
    // One after the other, as a deployment that was interrupted leaves it.
    std::fs::write(folder.join("chain.pem"), &new.certificate).unwrap();
    let log = server.log_with("was not replaced");
    assert!(log.contains("key.pem does not belong to the first certificate in"), "{log}");
    old.client().probe(server.address).unwrap();
    std::fs::remove_file(folder.join("key.pem")).unwrap();
    let log = server.log_with("key.pem cannot be read");
    assert_eq!(log.matches("was not replaced").count(), 2, "once for each change: {log}");
    old.client().probe(server.address).unwrap();
    assert_eq!(client.probe(server.address).unwrap().kind, HandshakeKind::Resumed);
    new.write(&folder);
    wait_for("the pair is whole", || new.client().probe(server.address).ok());
    assert!(!server.program.log().contains(new.key.lines().nth(1).unwrap()));
}

#[test]
fn sighup_reads_the_certificate_and_the_level_of_the_log_again() {
    let pair = Pair::new();
    let mut server = Secured::start_with(&pair, |command, folder| {
        command.env_remove("ROLLCALL_LOG__LEVEL");
        std::fs::set_permissions(folder.join("key.pem"), PermissionsExt::from_mode(0o644)).unwrap();
    });
    pair.client().get(server.address, "/nothing", "").unwrap();
    let log = server.log_with("/nothing 404");
    assert!(!log.contains("DEBUG"), "{log}");
    assert!(log.contains("every user of this machine can use the private key"), "{log}");
    std::fs::write(server.folder.path().join("config.toml"), "[log]\nlevel = \"debug\"\n").unwrap();
    server.signal("-HUP");
    server.log_with("the level of the log is DEBUG");
    server.log_with("new connections get the certificate");
    pair.client().get(server.address, "/nothing", "").unwrap();
    server.log_with("DEBUG rollcall::http::service");
    std::fs::write(server.folder.path().join("config.toml"), "[log]\nlevel = \"loud\"\n").unwrap();
    server.signal("-HUP");
    server.log_with("the configuration cannot be read, nothing of it changes");
    pair.client().probe(server.address).unwrap();
}

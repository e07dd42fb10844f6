//! What systemd is told: sd_notify(3).

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::support::{Pair, Secured};

#[test]
fn systemd_is_told_of_readiness_reloading_and_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let next = || {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap().trim().to_owned()
    };
    let pair = Pair::new();
    let mut server = Secured::start_with(&pair, |command, _| {
        command.env("NOTIFY_SOCKET", &path);
    });
    assert_eq!(next(), "READY=1");
    pair.client().probe(server.address).unwrap();
    server.signal("-HUP");
    let reloading = next();
    assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
    assert_eq!(next(), "READY=1");
    server.signal("-TERM");
    assert_eq!(next(), "STOPPING=1");
    assert_eq!(server.program.wait().code(), Some(0));
}

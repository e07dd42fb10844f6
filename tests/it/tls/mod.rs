//! TLS: handshakes and resumption, requests over it, and a certificate that changes while the server runs.

mod handshakes;
mod reload;
mod support;
mod systemd;

//! The other end of a connection.

use std::net::SocketAddr;

/// Who is connected, and over what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// A client, or a proxy.
    pub(super) address: SocketAddr,
    /// Whether the connection is encrypted.
    pub(super) tls: bool,
}

impl Peer {
    /// A request from here, in rouille's form.
    pub(super) fn request(
        self,
        method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> rouille::Request {
        match self.tls {
            true => rouille::Request::fake_https_from(self.address, method, target, headers, body),
            false => rouille::Request::fake_http_from(self.address, method, target, headers, body),
        }
    }
}

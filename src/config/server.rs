//! `[server]` and `[server.limits]`: where it listens, and how much it takes.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::network::Network;
use super::public_url::PublicUrl;
use super::section::{Section, key};
use super::value::{Flag, Line, Lines, Number, NumberOrZero, OptionalLine};

/// `[server]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Where to accept connections; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What IdPs see: the base of `meta.location`. `None`: made from the address that is listened on.
    pub public_url: Option<PublicUrl>,
    /// A PEM file with the certificate chain; set together with the key. See [`Server::tls`].
    pub tls_certificate: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
    /// Peers whose `X-Forwarded-*` fields are believed; from anyone else they are ignored.
    pub trusted_proxies: Vec<Network>,
    /// Whether to speak plain HTTP on an address that others can reach, behind a proxy that does TLS.
    pub allow_plain_http: bool,
    /// A listener of its own for `/metrics`, without credentials.
    pub metrics_listen: Option<SocketAddr>,
    /// Worker threads, each busy with one request.
    pub workers: usize,
    /// `[server.limits]`.
    pub limits: Limits,
}

/// The two files that TLS needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tls<'c> {
    /// The certificate chain, PEM.
    pub certificate: &'c Path,
    /// The private key, PEM.
    pub key: &'c Path,
}

/// `[server.limits]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Open connections; `None`: what the limit on file descriptors allows.
    pub connections: Option<u32>,
    /// Seconds from the first byte of a request to the end of its head.
    pub head_seconds: u64,
    /// Seconds for a request's body.
    pub body_seconds: u64,
    /// Seconds that a connection may stay open without a request.
    pub idle_seconds: u64,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of bodies held at once, over all connections.
    pub buffered_bytes: usize,
    /// How deep JSON may nest.
    pub json_depth: usize,
    /// Operations in one `/Bulk` request.
    pub bulk_operations: usize,
    /// Bytes of one `/Bulk` request.
    pub bulk_bytes: usize,
    /// Resources on one page, whatever `count` asks for.
    pub page_size: usize,
    /// Comparisons in one filter.
    pub filter_terms: usize,
    /// Requests a second per token, with a burst of ten times that; `None`: no limit.
    pub requests_per_second: Option<u32>,
    /// Failed sign-ins a minute before an address is slowed.
    pub failed_signins_per_minute: u32,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            allow_plain_http: false,
            metrics_listen: None,
            workers: 64,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: None,
            head_seconds: 10,
            body_seconds: 30,
            idle_seconds: 60,
            head_bytes: 64 * KIB,
            body_bytes: 16 * MIB,
            buffered_bytes: 256 * MIB,
            json_depth: 32,
            bulk_operations: 100,
            bulk_bytes: 16 * MIB,
            page_size: 1000,
            filter_terms: 100,
            requests_per_second: None,
            failed_signins_per_minute: 10,
        }
    }
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

impl Server {
    /// The files of the certificate and its key, where TLS is configured.
    pub fn tls(&self) -> Option<Tls<'_>> {
        Some(Tls { certificate: self.tls_certificate.as_deref()?, key: self.tls_key.as_deref()? })
    }

    pub(super) fn sections(&mut self) -> [Section<'_>; 2] {
        let keys = vec![
            key("listen", Line(&mut self.listen)),
            key("public_url", OptionalLine(&mut self.public_url)),
            key("tls_certificate", OptionalLine(&mut self.tls_certificate)),
            key("tls_key", OptionalLine(&mut self.tls_key)),
            key("trusted_proxies", Lines(&mut self.trusted_proxies)),
            key("allow_plain_http", Flag(&mut self.allow_plain_http)),
            key("metrics_listen", OptionalLine(&mut self.metrics_listen)),
            key("workers", Number(&mut self.workers, 1..=1024)),
        ];
        [Section { path: "server", keys }, self.limits.section()]
    }
}

impl Limits {
    fn section(&mut self) -> Section<'_> {
        let connections =
            NumberOrZero { place: &mut self.connections, most: 1_000_000, zero: "what the system allows" };
        let requests_per_second =
            NumberOrZero { place: &mut self.requests_per_second, most: 1_000_000, zero: "no limit" };
        let keys = vec![
            key("connections", connections),
            key("head_seconds", Number(&mut self.head_seconds, 1..=3600)),
            key("body_seconds", Number(&mut self.body_seconds, 1..=3600)),
            key("idle_seconds", Number(&mut self.idle_seconds, 1..=3600)),
            key("head_bytes", Number(&mut self.head_bytes, 4 * KIB..=MIB)),
            key("body_bytes", Number(&mut self.body_bytes, 64 * KIB..=1024 * MIB)),
            key("buffered_bytes", Number(&mut self.buffered_bytes, MIB..=65_536 * MIB)),
            // The JSON parser itself gives up at 128.
            key("json_depth", Number(&mut self.json_depth, 8..=127)),
            key("bulk_operations", Number(&mut self.bulk_operations, 1..=10_000)),
            key("bulk_bytes", Number(&mut self.bulk_bytes, 64 * KIB..=1024 * MIB)),
            key("page_size", Number(&mut self.page_size, 1..=10_000)),
            key("filter_terms", Number(&mut self.filter_terms, 1..=1000)),
            key("requests_per_second", requests_per_second),
            key("failed_signins_per_minute", Number(&mut self.failed_signins_per_minute, 1..=10_000)),
        ];
        Section { path: "server.limits", keys }
    }
}

//! How much, how many and how long: `[server.limits]` of the configuration.

use std::time::Duration;

/// A body up to this size with a known length is read before anybody looks at the head: one hop to a worker.
pub(super) const ONE_HOP_BYTES: u64 = 64 * 1024;

/// Descriptors kept for the database, logs, webhooks and standard streams.
const RESERVED_DESCRIPTORS: usize = 64;

/// More connections than this are not taken, whatever the system allows.
const MOST_CONNECTIONS: usize = 100_000;

/// The limits of the front. The defaults are those of the specification.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at the same time; for a further one, the one nearest its deadline makes room. `None`: as many as the process's
    /// limit of open files leaves room for.
    pub connections: Option<usize>,
    /// For the handshake of TLS.
    pub handshake: Duration,
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// For the body of a request, all of it.
    pub body: Duration,
    /// For which a connection may stay open between two requests.
    pub idle: Duration,
    /// For the client to take an answer: this long, and ...
    pub write: Duration,
    /// ... a second more for each so many bytes.
    pub write_rate: u32,
    /// The largest head of a request, in bytes.
    pub head_bytes: usize,
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// The most bytes of requests and answers buffered over all connections.
    pub buffered_bytes: usize,
    /// Worker threads.
    pub workers: usize,
    /// Requests waiting for a worker; one more is refused.
    pub queue: usize,
    /// For requests in flight to end when the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: None,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            write: Duration::from_secs(30),
            write_rate: 64 * 1024,
            head_bytes: 64 * 1024,
            body_bytes: 8 * 1024 * 1024,
            buffered_bytes: 256 * 1024 * 1024,
            workers: 64,
            queue: 1024,
            grace: Duration::from_secs(20),
        }
    }
}

impl Limits {
    /// How many connections to take at the same time; at least one.
    pub(super) fn connection_cap(&self) -> usize {
        self.connections.unwrap_or_else(system_cap).clamp(1, MOST_CONNECTIONS)
    }

    /// How long the client may take for an answer of `bytes` bytes.
    pub(super) fn write_time(&self, bytes: usize) -> Duration {
        let seconds = bytes / usize::try_from(self.write_rate.max(1)).unwrap_or(usize::MAX);
        self.write + Duration::from_secs(seconds as u64)
    }
}

/// The process's soft limit of open files, less what the rest of the program needs.
fn system_cap() -> usize {
    let soft = std::fs::read_to_string("/proc/self/limits").ok().and_then(|table| parse_open_files(&table));
    // 1024 is the usual default of systems that do not tell.
    soft.unwrap_or(1024).saturating_sub(RESERVED_DESCRIPTORS).max(16)
}

/// The soft limit in the row `Max open files` of `/proc/self/limits`.
fn parse_open_files(table: &str) -> Option<usize> {
    let row = table.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match row.split_whitespace().next()? {
        "unlimited" => Some(MOST_CONNECTIONS),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_of_open_files_is_read_from_the_kernels_table() {
        let table = "Limit                     Soft Limit           Hard Limit           Units\n\
                     Max processes             63432                63432                processes\n\
                     Max open files            4096                 524288               files\n";
        assert_eq!(parse_open_files(table), Some(4096));
        assert_eq!(parse_open_files("Max open files            unlimited  unlimited  files"), Some(100_000));
        assert_eq!(parse_open_files("Max processes 1 2 processes"), None);
    }

    #[test]
    fn an_answer_gets_thirty_seconds_and_one_more_per_64_kib() {
        let limits = Limits::default();
        assert_eq!(limits.write_time(0), Duration::from_secs(30));
        assert_eq!(limits.write_time(10 * 64 * 1024), Duration::from_secs(40));
    }

    #[test]
    fn at_least_one_connection_is_taken() {
        assert_eq!(Limits { connections: Some(0), ..Limits::default() }.connection_cap(), 1);
        assert!(Limits::default().connection_cap() >= 16);
    }
}

//! What the front refuses without asking the service, and why.

use std::fmt;
use std::time::Duration;

/// A request that the front itself turned down.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// As much of the request as could be read, without its body; `None` if not even the first line made sense.
    pub request: Option<rouille::Request>,
}

/// Why the front turned a request down. `Display` gives the sentences for an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The first line is not `METHOD target HTTP/1.1`.
    RequestLine {
        /// The line, shortened, with unprintable bytes escaped.
        found: String,
    },
    /// A header line is malformed (RFC 9112, 5).
    Header,
    /// It is not certain where the request ends (RFC 9112, 6.3).
    Framing {
        /// Which headers contradict each other.
        found: &'static str,
    },
    /// HTTP/1.1 needs exactly one `Host` (RFC 9112, 3.2).
    Host {
        /// How many there are.
        found: usize,
    },
    /// `Host` is no host (RFC 9110, 7.2).
    HostInvalid,
    /// More than one `Authorization`.
    Authorization,
    /// The request line alone fills the head.
    TargetTooLong {
        /// Bytes.
        limit: usize,
    },
    /// The head is too large.
    HeadTooLarge {
        /// Bytes.
        limit: usize,
    },
    /// More headers than the parser takes.
    TooManyHeaders,
    /// The head did not become complete in time.
    HeadTimeout {
        /// From its first byte.
        limit: Duration,
    },
    /// The body is announced or turned out to be too large.
    BodyTooLarge {
        /// Bytes.
        limit: usize,
    },
    /// The body did not become complete in time.
    BodyTimeout {
        /// From the end of the head.
        limit: Duration,
    },
    /// The body ended early or its chunks are malformed.
    BodyBroken,
    /// All workers are busy and enough requests wait for them.
    QueueFull,
    /// The connections together hold as many bytes as they may.
    BuffersFull,
    /// As many requests wait for something to happen as may.
    TooManyParked,
    /// A handler panicked.
    Panicked,
    /// The server is stopping.
    Stopping,
}

impl Reason {
    /// The HTTP status that says this.
    pub fn status(&self) -> u16 {
        match self {
            Reason::RequestLine { .. }
            | Reason::Header
            | Reason::Framing { .. }
            | Reason::Host { .. }
            | Reason::HostInvalid
            | Reason::Authorization
            | Reason::BodyBroken => 400,
            Reason::HeadTimeout { .. } | Reason::BodyTimeout { .. } => 408,
            Reason::BodyTooLarge { .. } => 413,
            Reason::TargetTooLong { .. } => 414,
            Reason::HeadTooLarge { .. } | Reason::TooManyHeaders => 431,
            Reason::Panicked => 500,
            Reason::QueueFull | Reason::BuffersFull | Reason::TooManyParked | Reason::Stopping => 503,
        }
    }

    /// For `Retry-After`: when the same request may succeed, where it may.
    pub fn retry_after(&self) -> Option<Duration> {
        (self.status() == 503).then(|| Duration::from_secs(1))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::RequestLine { found } => write!(
                f,
                "The first line of the request is not a method, a path and HTTP/1.1 or HTTP/1.0, each separated by a \
                 space. Found: \"{found}\". Check that the client speaks HTTP/1.1 to this port."
            ),
            Reason::Header => f.write_str(
                "A header of the request is malformed. Expected are lines of the form \"Name: value\", without a space \
                 before the colon and without control characters.",
            ),
            Reason::Framing { found } => write!(
                f,
                "The headers do not say without doubt where the request ends: {found}. Send either one Content-Length \
                 in digits or \"Transfer-Encoding: chunked\"."
            ),
            Reason::HostInvalid => f.write_str(
                "The Host header is no host with an optional port, such as \"scim.example.com:8080\" (RFC 9110, section 7.2).",
            ),
            Reason::Host { found } => write!(
                f,
                "The request has {found} Host headers. HTTP/1.1 needs exactly one (RFC 9112, section 3.2)."
            ),
            Reason::Authorization => f.write_str(
                "The request has more than one Authorization header. Send exactly one, with the bearer token; if a \
                 proxy adds one, take out the other.",
            ),
            Reason::TargetTooLong { limit } => write!(
                f,
                "The path and query of the request are longer than this server takes, about {limit} bytes. Shorten \
                 the filter, or send it with POST to \"/.search\"."
            ),
            Reason::HeadTooLarge { limit } => write!(
                f,
                "The headers of the request are larger than this server takes, {limit} bytes. Send fewer or shorter \
                 ones, or raise head_bytes in the section [server.limits] of the configuration."
            ),
            Reason::TooManyHeaders => {
                f.write_str("The request has more headers than this server takes, 100. Send fewer.")
            }
            Reason::HeadTimeout { limit } => write!(
                f,
                "The headers of the request did not arrive completely within {} seconds of their first byte.",
                limit.as_secs_f32()
            ),
            Reason::BodyTooLarge { limit } => write!(
                f,
                "The body of the request is larger than this server takes, {limit} bytes. Send it in parts, or raise \
                 body_bytes in the section [server.limits] of the configuration."
            ),
            Reason::BodyTimeout { limit } => write!(
                f,
                "The body of the request did not arrive completely within {} seconds.",
                limit.as_secs_f32()
            ),
            Reason::BodyBroken => f.write_str(
                "The body of the request ended before its announced length, or its chunks are malformed. Nothing was \
                 changed.",
            ),
            Reason::QueueFull => f.write_str(
                "The server is busy and already has as many requests waiting as it takes. Nothing was changed; send \
                 the request again.",
            ),
            Reason::BuffersFull => f.write_str(
                "The server holds as many bytes of unfinished requests and answers as it may. Nothing was changed; \
                 send the request again.",
            ),
            Reason::TooManyParked => f.write_str(
                "Half of the connections that this server takes already wait for something to happen. Ask without \
                 waiting, or again a little later.",
            ),
            Reason::Panicked => f.write_str(
                "The server failed while it handled this request. Its log has the reason under this request's id.",
            ),
            Reason::Stopping => {
                f.write_str("The server is stopping. Nothing was changed; send the request again.")
            }
        }
    }
}

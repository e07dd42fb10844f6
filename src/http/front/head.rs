//! What is checked and rewritten in the head of a request before hyper sees it. Pure.
//!
//! hyper's parser (httparse) judges names and values; here stands only what it lets pass, drops without a word, or
//! answers by itself. Both must see the same lines: a line ends at LF, a CR before it belongs to the line's end, the
//! first empty line ends the head.

use bytes::{BufMut, Bytes, BytesMut};

use super::Reason;
use super::chunks::Framing;
use super::peer::Peer;

/// A head that may go to hyper.
#[derive(Debug)]
pub(super) struct Head {
    /// The head, its target in origin form and percent-encoded.
    pub(super) bytes: Bytes,
    /// How long the body is that follows it.
    pub(super) framing: Framing,
}

/// How much of a bad request line is repeated in an error.
const SHOWN_BYTES: usize = 120;

/// The length of the head at the start of `buffer`, if it is complete; `scanned` bytes are known to hold no end of a
/// line that ends it.
pub(super) fn length(buffer: &[u8], scanned: usize) -> Option<usize> {
    // The end of the line before the empty one may be among the last three bytes of what was scanned.
    let from = scanned.saturating_sub(3);
    let line_ends = buffer.iter().enumerate().skip(from).filter(|(_, byte)| **byte == b'\n');
    for (at, _) in line_ends {
        match buffer.get(at + 1..) {
            Some([b'\n', ..]) => return Some(at + 2),
            Some([b'\r', b'\n', ..]) => return Some(at + 3),
            _ => {}
        }
    }
    None
}

/// Checks a complete head and makes it fit for hyper. `body_limit` is the largest body taken, in bytes.
pub(super) fn check(raw: &[u8], body_limit: usize) -> Result<Head, Reason> {
    let (first, rest) = split_line(raw);
    let line = RequestLine::parse(first)?;
    let facts = Facts::gather(rest);
    match facts.hosts {
        1 => {}
        0 if line.version == "HTTP/1.0" => {}
        found => return Err(Reason::Host { found }),
    }
    if facts.host.is_some_and(|host| !is_host(host)) {
        return Err(Reason::HostInvalid);
    }
    if facts.authorizations > 1 {
        return Err(Reason::Authorization);
    }
    let framing = facts.framing(body_limit)?;
    Ok(Head { bytes: line.rewrite(rest), framing })
}

/// The request as far as a refused head lets it be known, for the log.
pub(super) fn sketch(raw: &[u8], peer: Peer) -> Option<rouille::Request> {
    let (first, rest) = split_line(raw);
    let line = RequestLine::parse(first).ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = headers(rest).map(|(name, value)| (text(name), text(value))).collect();
    let mut target = BytesMut::new();
    encode_target(line.target, &mut target);
    Some(peer.request(&text(line.method), &text(&target), headers, Vec::new()))
}

/// Whether the refused request asks for an answer without a body.
pub(super) fn is_head_method(raw: &[u8]) -> bool {
    raw.starts_with(b"HEAD ")
}

/// The three parts of a request line.
struct RequestLine<'a> {
    method: &'a [u8],
    /// In origin form, or `*`; as sent.
    target: &'a [u8],
    version: &'static str,
}

impl<'a> RequestLine<'a> {
    /// Splits at the first and the last space: those between belong to the target, where IdPs send them in filters.
    fn parse(line: &'a [u8]) -> Result<RequestLine<'a>, Reason> {
        let split = || {
            let method_end = line.iter().position(|byte| *byte == b' ')?;
            let target_end = line.iter().rposition(|byte| *byte == b' ')?;
            let version = match line.get(target_end + 1..)? {
                b"HTTP/1.1" => "HTTP/1.1",
                b"HTTP/1.0" => "HTTP/1.0",
                _ => return None,
            };
            let method = line.get(..method_end).filter(|method| is_method(method))?;
            let target = origin_form(line.get(method_end + 1..target_end)?)?;
            Some(RequestLine { method, target, version })
        };
        split().ok_or_else(|| Reason::RequestLine { found: shorten(line) })
    }

    /// The head again, with this line in the form that hyper takes, and `rest` untouched.
    fn rewrite(&self, rest: &[u8]) -> Bytes {
        // Most targets grow little; the buffer grows by itself where one does not.
        let mut bytes = BytesMut::with_capacity(self.method.len() + self.target.len() + rest.len() + 64);
        bytes.put_slice(self.method);
        bytes.put_u8(b' ');
        encode_target(self.target, &mut bytes);
        bytes.put_u8(b' ');
        bytes.put_slice(self.version.as_bytes());
        bytes.put_slice(b"\r\n");
        bytes.put_slice(rest);
        bytes.freeze()
    }
}

/// A method is a token (RFC 9110, 9.1); letters are all that is in use.
fn is_method(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'))
}

/// Path and query of a target; those of a proxy request too (absolute form, RFC 9112, 3.2.2).
fn origin_form(target: &[u8]) -> Option<&[u8]> {
    if target.starts_with(b"/") || target == b"*" {
        return Some(target);
    }
    let scheme = ["http://", "https://"].into_iter().find(|scheme| {
        target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })?;
    let after = target.get(scheme.len()..)?;
    let path = after.iter().position(|byte| *byte == b'/')?;
    after.get(path..)
}

/// Percent-encodes each byte of a target that RFC 3986 allows neither in a path nor in a query. What is encoded
/// already stays as it is, a stray `%` too: the handler refuses it and names the place.
fn encode_target(target: &[u8], out: &mut BytesMut) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| HEX.get(usize::from(value & 0xf)).copied().unwrap_or(b'0');
    for byte in target {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.put_u8(*byte),
            b'-' | b'.' | b'_' | b'~' | b'%' | b'/' | b'?' | b':' | b'@' => out.put_u8(*byte),
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => out.put_u8(*byte),
            _ => out.put_slice(&[b'%', digit(byte >> 4), digit(*byte)]),
        }
    }
}

/// What of the headers decides over the request as a whole.
#[derive(Default)]
struct Facts<'a> {
    hosts: usize,
    host: Option<&'a [u8]>,
    authorizations: usize,
    lengths: Vec<&'a [u8]>,
    codings: Vec<&'a [u8]>,
}

impl<'a> Facts<'a> {
    fn gather(lines: &'a [u8]) -> Facts<'a> {
        let mut facts = Facts::default();
        for (name, value) in headers(lines) {
            if name.eq_ignore_ascii_case(b"host") {
                facts.hosts += 1;
                facts.host = Some(value);
            } else if name.eq_ignore_ascii_case(b"authorization") {
                facts.authorizations += 1;
            } else if name.eq_ignore_ascii_case(b"content-length") {
                facts.lengths.push(value);
            } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
                facts.codings.push(value);
            }
        }
        facts
    }

    /// RFC 9112, 6.3, without the cases that it leaves to the recipient: whatever is doubtful is refused.
    fn framing(&self, body_limit: usize) -> Result<Framing, Reason> {
        match (self.lengths.as_slice(), self.codings.as_slice()) {
            ([], []) => Ok(Framing::Length(0)),
            ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::chunked()),
            ([], _) => Err(Reason::Framing { found: "Transfer-Encoding is something else than \"chunked\"" }),
            ([length], []) => parse_length(length, body_limit),
            (_, []) => Err(Reason::Framing { found: "Content-Length is there more than once" }),
            (_, _) => Err(Reason::Framing { found: "both Content-Length and Transfer-Encoding are there" }),
        }
    }
}

/// Whether a value is a host and perhaps a port (RFC 9110, 7.2, and RFC 3986, 3.2.2): it becomes part of addresses that this
/// server gives out. A user before an `@` is none.
fn is_host(value: &[u8]) -> bool {
    let is_fit = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':' | b'[' | b']')
    };
    !value.is_empty() && value.iter().all(is_fit)
}

fn parse_length(digits: &[u8], body_limit: usize) -> Result<Framing, Reason> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Reason::Framing { found: "Content-Length is not a number" });
    }
    // Only digits that do not fit in 64 bits fail to parse, and those are too many for any limit.
    let length =
        std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(u64::MAX);
    if length > body_limit as u64 {
        return Err(Reason::BodyTooLarge { limit: body_limit });
    }
    Ok(Framing::Length(length))
}

/// Names and trimmed values of the lines before the empty one. Lines without a colon are left to hyper, which
/// refuses them.
fn headers(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = lines.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((line.get(..colon)?, line.get(colon + 1..)?.trim_ascii()))
    })
}

/// The first line without its end, and everything after it.
fn split_line(raw: &[u8]) -> (&[u8], &[u8]) {
    let end = raw.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (raw.get(..end).unwrap_or(raw), raw.get(end + 1..).unwrap_or_default()),
        None => (raw, Default::default()),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn shorten(line: &[u8]) -> String {
    let shown = line
        .get(..SHOWN_BYTES)
        .map_or(line.escape_ascii().to_string(), |start| format!("{}...", start.escape_ascii()));
    // The quotes around it are ours.
    shown.replace("\\\"", "\"")
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;

//! Where the body of a request ends. Pure.
//!
//! hyper decodes the body; this only counts along, so that hyper is never handed a byte of the next request before
//! its head was checked. What is malformed here is malformed there too, and hyper's word counts: then this stays
//! unfinished, and the connection ends after the answer.

/// How much of a body is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks, up to this point.
    Chunked(Chunk),
}

/// The next byte of a chunked body (RFC 9112, 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// The first digit of a size.
    Start,
    /// Another digit of the size so far, or its end.
    Size(u64),
    /// What follows the size on its line.
    Extension(u64),
    /// The LF of the size line.
    SizeEnd(u64),
    /// So many bytes of data.
    Data(u64),
    /// The CR and LF after the data.
    DataEnd {
        /// The CR is there.
        cr: bool,
    },
    /// The first byte of a line after the last chunk: of a trailer, or the CR of the end.
    Line,
    /// The rest of a trailer.
    Trailer,
    /// The LF that ends a trailer.
    TrailerLf,
    /// The LF that ends the body.
    LastLf,
    /// The body is over.
    Over,
    /// Malformed: hyper finds it too.
    Broken,
}

impl Framing {
    /// A chunked body of which nothing has come yet.
    pub(super) fn chunked() -> Framing {
        Framing::Chunked(Chunk::Start)
    }

    /// Whether the whole body has gone through.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Framing::Length(0) | Framing::Chunked(Chunk::Over))
    }

    /// How many of the bytes `available` belong to the body, and the framing after them.
    pub(super) fn pass(self, available: &[u8]) -> (usize, Framing) {
        match self {
            Framing::Length(left) => {
                let passed = available.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                (passed, Framing::Length(left - passed as u64))
            }
            Framing::Chunked(chunk) => {
                let (passed, chunk) = pass_chunks(chunk, available);
                (passed, Framing::Chunked(chunk))
            }
        }
    }
}

fn pass_chunks(mut chunk: Chunk, available: &[u8]) -> (usize, Chunk) {
    let mut at = 0;
    while let Some(byte) = available.get(at) {
        let step = match chunk {
            Chunk::Over => return (at, chunk),
            Chunk::Broken => return (available.len(), chunk),
            Chunk::Data(left) => (available.len() - at).min(usize::try_from(left).unwrap_or(usize::MAX)),
            _ => 1,
        };
        chunk = match chunk {
            Chunk::Data(left) if left > step as u64 => Chunk::Data(left - step as u64),
            Chunk::Data(_) => Chunk::DataEnd { cr: false },
            other => next(other, *byte),
        };
        at += step;
    }
    (at, chunk)
}

/// What is expected after `byte`.
fn next(chunk: Chunk, byte: u8) -> Chunk {
    match (chunk, byte) {
        (Chunk::Size(size) | Chunk::Extension(size), b'\r') => Chunk::SizeEnd(size),
        (Chunk::Size(size), b';' | b' ' | b'\t') => Chunk::Extension(size),
        (Chunk::Start, digit) => more_of_size(0, digit),
        (Chunk::Size(size), digit) => more_of_size(size, digit),
        (Chunk::Extension(size), _) => Chunk::Extension(size),
        (Chunk::SizeEnd(0), b'\n') => Chunk::Line,
        (Chunk::SizeEnd(size), b'\n') => Chunk::Data(size),
        (Chunk::DataEnd { cr: false }, b'\r') => Chunk::DataEnd { cr: true },
        (Chunk::DataEnd { cr: true }, b'\n') => Chunk::Start,
        (Chunk::Line, b'\r') => Chunk::LastLf,
        (Chunk::Trailer, b'\r') => Chunk::TrailerLf,
        (Chunk::TrailerLf, b'\n') => Chunk::Line,
        (Chunk::Line | Chunk::Trailer, _) => Chunk::Trailer,
        (Chunk::LastLf, b'\n') => Chunk::Over,
        _ => Chunk::Broken,
    }
}

fn more_of_size(size: u64, digit: u8) -> Chunk {
    match char::from(digit).to_digit(16) {
        Some(value) => Chunk::Size(size.saturating_mul(16).saturating_add(u64::from(value))),
        None => Chunk::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"4\r\nGET \r\nA;x=\"y\"\r\n0\r\n\r\nabcde\r\n0\r\nTrailer: t\r\n\r\n";

    #[test]
    fn a_length_passes_so_many_bytes_and_no_more() {
        let (passed, left) = Framing::Length(5).pass(b"abc");
        assert_eq!((passed, left.is_over()), (3, false));
        let (passed, left) = left.pass(b"deGET /");
        assert_eq!((passed, left.is_over()), (2, true));
        assert_eq!(left.pass(b"GET").0, 0);
    }

    #[test]
    fn a_chunked_body_ends_after_its_trailers_however_it_is_cut() {
        let stream = [BODY, b"GET / HTTP/1.1"].concat();
        for cut in 0..BODY.len() {
            let (first, left) = Framing::chunked().pass(&stream[..cut]);
            assert_eq!((first, left.is_over()), (cut, false));
            let (second, left) = left.pass(&stream[cut..]);
            assert_eq!((first + second, left.is_over()), (BODY.len(), true), "cut at {cut}");
        }
    }

    #[test]
    fn a_malformed_chunk_never_ends() {
        for body in [
            &b"2\r\nabc\r\n0\r\n\r\n"[..],
            b"2\rx",
            b"0\r\n\rx",
            b"\r\n\r\n",
            b"zz\r\n0\r\n\r\n",
            b"FFFFFFFFFFFFFFFFFFFF\r\nabc",
        ] {
            let (passed, left) = Framing::chunked().pass(body);
            assert_eq!((passed, left.is_over()), (body.len(), false), "{body:?}");
        }
    }
}

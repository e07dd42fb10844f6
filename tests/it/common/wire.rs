//! HTTP/1.1 over a blocking socket: just enough to send exact bytes and read what comes back.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a read or write may take before the test fails.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The parts of a response as they came.
pub struct RawAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// One connection, kept open between requests.
pub struct Connection {
    reader: BufReader<TcpStream>,
    used: bool,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Connection { reader: BufReader::new(stream), used: false })
    }

    /// Whether an answer was read from it before, so that the server may have closed it since.
    pub fn was_used(&self) -> bool {
        self.used
    }

    /// Sends the bytes unchanged. An error here is no verdict: the server may have answered and closed early.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.reader.get_mut().write_all(bytes)
    }

    /// Says that nothing more will be sent.
    pub fn finish_sending(&mut self) {
        let _ = self.reader.get_mut().shutdown(std::net::Shutdown::Write);
    }

    /// Reads the next answer that is not an interim one.
    pub fn receive(&mut self, to_head: bool) -> Result<RawAnswer> {
        loop {
            let (status, headers) = self.read_head()?;
            if (100..200).contains(&status) {
                continue;
            }
            let body = if to_head || status == 204 || status == 304 {
                Vec::new()
            } else {
                self.read_body(&headers)?
            };
            self.used = true;
            return Ok(RawAnswer { status, headers, body });
        }
    }

    fn read_head(&mut self) -> Result<(u16, Vec<(String, String)>)> {
        let first = self.read_line()?;
        let status = first
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.split(' ').nth(1))
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| malformed(format!("not a status line: {first:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.read_line()?;
            if line.is_empty() {
                return Ok((status, headers));
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| malformed(format!("not a header: {line:?}")))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn read_line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn read_body(&mut self, headers: &[(String, String)]) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        if find(headers, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            self.read_chunks(&mut body)?;
        } else if let Some(length) = find(headers, "content-length") {
            let length = length.parse().map_err(|_| malformed(format!("Content-Length {length:?}")))?;
            body.resize(length, 0);
            self.reader.read_exact(&mut body)?;
        } else {
            self.reader.read_to_end(&mut body)?;
        }
        Ok(body)
    }

    fn read_chunks(&mut self, body: &mut Vec<u8>) -> Result<()> {
        loop {
            let line = self.read_line()?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(digits, 16).map_err(|_| malformed(format!("chunk {line:?}")))?;
            if size == 0 {
                while !self.read_line()?.is_empty() {}
                return Ok(());
            }
            (&mut self.reader).take(size).read_to_end(body)?;
            self.read_line()?;
        }
    }
}

/// The value of the first header of that name, compared without case.
pub fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn malformed(what: String) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

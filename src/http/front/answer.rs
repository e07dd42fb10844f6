//! rouille's response becomes hyper's.

use std::io::{self, Read};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONNECTION, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::Arrival;
use super::talk::Talk;

/// Headers of a handler that are dropped: the front decides over connection and length.
const OURS: [&str; 5] = ["connection", "content-length", "trailer", "transfer-encoding", "upgrade"];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An answer in full.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// Reads a response to its end (in a worker: it may come from a file). An error is one of reading its body.
    pub(super) fn read(response: rouille::Response, arrival: &Arrival) -> io::Result<Answer> {
        let mut headers = HeaderMap::with_capacity(response.headers.len() + 2);
        for (name, value) in &response.headers {
            if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                continue;
            }
            match (HeaderName::try_from(name.as_ref()), HeaderValue::try_from(value.as_ref())) {
                (Ok(name), Ok(value)) => drop(headers.append(name, value)),
                _ => log::error!(
                    "request {}: the answer's header {name:?} is malformed; dropped",
                    arrival.request_id
                ),
            }
        }
        if let Ok(id) = HeaderValue::try_from(arrival.request_id.as_str()) {
            headers.entry(REQUEST_ID).or_insert(id);
        }
        let (mut reader, size) = response.data.into_reader_and_size();
        let mut body = Vec::with_capacity(size.unwrap_or_default());
        reader.read_to_end(&mut body)?;
        let status = StatusCode::from_u16(response.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Ok(Answer { status, headers, body: body.into() })
    }

    /// What is said when even saying what is wrong went wrong.
    pub(super) fn bare(arrival: &Arrival) -> Answer {
        let headers =
            HeaderValue::try_from(arrival.request_id.as_str()).map(|id| (REQUEST_ID, id)).into_iter();
        Answer { status: StatusCode::INTERNAL_SERVER_ERROR, headers: headers.collect(), body: Bytes::new() }
    }

    /// Bytes of the body.
    pub(super) fn len(&self) -> usize {
        self.body.len()
    }

    /// The answer as hyper takes it, with its last word on the connection.
    pub(super) fn into_response(mut self, close: bool, talk: Rc<Talk>) -> Response<AnswerBody> {
        if close {
            self.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let mut response = Response::new(AnswerBody { bytes: self.body, talk });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// The body of an answer: one piece of known length. hyper drops it as soon as it has all of it.
#[derive(Debug)]
pub(super) struct AnswerBody {
    bytes: Bytes,
    talk: Rc<Talk>,
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.talk.end_answer();
    }
}

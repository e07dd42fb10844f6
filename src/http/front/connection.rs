//! One connection, from its first byte to its end.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};

use super::answer::AnswerBody;
use super::exchange::{Dropped, House, exchange};
use super::intake::Intake;
use super::peer::Peer;
use super::seats::Seat;
use super::talk::{Pending, Talk};
use super::wire::Wire;

type Answering = Pin<Box<dyn Future<Output = Result<Response<AnswerBody>, Dropped>>>>;

/// Serves requests on `stream` until one side ends it.
pub(super) async fn serve<S>(stream: S, peer: Peer, house: Rc<House>, seat: Rc<Seat>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let talk = Rc::new(Talk::new(Rc::clone(&seat)));
    let intake = Intake::new(Rc::clone(&house.limits), seat, house.budget.share());
    let wire = Wire::new(stream, peer, Rc::clone(&talk), intake);
    let wire = drive(wire, &talk, &house, |request| {
        // Now and not when the future is first polled: before hyper reads on.
        let claimed = talk.claim();
        Box::pin(exchange(Rc::clone(&house), Rc::clone(&talk), peer, request, claimed))
    });
    let mut wire = wire.await;
    if let Some(Pending { refusal, is_head }) = talk.take_refusal() {
        let answer = house.refuse(refusal, &house.arrival(peer)).await;
        wire.pretend(is_head);
        let wire_after = drive(wire, &talk, &house, |_| {
            talk.give_up();
            talk.begin_answer(house.limits.write_time(answer.len()), house.budget.hold(answer.len()));
            let response = answer.clone().into_response(true, Rc::clone(&talk));
            Box::pin(std::future::ready(Ok(response)))
        });
        wire = wire_after.await;
    }
    wire.close().await;
}

/// Lets hyper speak over `wire` until it is done, with `answer` to answer, and gives the wire back. What hyper thinks
/// of the end is of no use: either the client has gone, or `talk` knows the reason.
async fn drive<S, F>(wire: Wire<S>, talk: &Talk, house: &House, answer: F) -> Wire<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<Incoming>) -> Answering + Unpin,
{
    let service = service_fn(answer);
    let mut connection = http1::Builder::new().header_read_timeout(None).serve_connection(wire, service);
    let mut stopped = pin!(house.stopped());
    let _ = poll_fn(|cx| {
        if !talk.is_stopping() && stopped.as_mut().poll(cx).is_ready() {
            talk.stop();
        }
        connection.poll_without_shutdown(cx)
    })
    .await;
    connection.into_parts().io
}

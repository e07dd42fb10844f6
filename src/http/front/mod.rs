//! The HTTP front: everything between a socket and a handler, and the only asynchronous code of the program.
//!
//! One thread runs all connections; worker threads run the [`Service`], which is synchronous and sees whole requests.
//! hyper parses heads and bodies and writes every answer, but never touches a socket itself: between the two stands
//! `wire`, which hands it one checked request at a time. In the order in which a request passes them:
//!
//! | module | job |
//! | --- | --- |
//! | `server` | start, accept, stop |
//! | `tls`, `peer` | the handshake of a new connection, and who is at its other end |
//! | `seats` | who makes room when all connections are taken |
//! | `connection` | one connection from its first byte to its end |
//! | `wire`, `intake`, `timer` | the adapter between byte stream and hyper: one head at a time, and deadlines |
//! | `head`, `chunks` | pure: what a request line must look like, where a request ends |
//! | `talk` | the phases of a connection, shared by `wire` and `exchange` |
//! | `exchange` | one request: admit, body, answer, park |
//! | `pool`, `call` | worker threads, and calling the service in one of them without fear of its panics |
//! | `park` | requests that wait for a feed without holding a thread |
//! | `answer` | rouille's response becomes hyper's |
//! | `service`, `refusal`, `limits`, `budget` | what the rest of the program sees and sets |

mod answer;
mod budget;
mod call;
mod chunks;
mod connection;
mod exchange;
mod head;
mod intake;
mod limits;
mod park;
mod peer;
mod pool;
mod refusal;
mod seats;
mod server;
mod service;
mod talk;
mod timer;
mod tls;
mod wire;

pub use limits::Limits;
pub use park::Waker;
pub use refusal::{Reason, Refusal};
pub use server::{Front, StopHandle};
pub use service::{Arrival, Outcome, Resumed, Service};
pub use tls::Tls;

//! HTTP: from the socket to the handlers.
//!
//! | module | job |
//! | --- | --- |
//! | `front` | connections, limits, deadlines, worker threads; knows nothing of SCIM |
//! | `target` | path and query, decoded once |
//! | `routes` | the one table of method, path, scope, handler |
//! | `service` | a request through target, route and credentials to its handler, and its error to an answer |
//! | `request_log` | what is kept of requests and answers |
//! | `probes` | liveness and readiness |

pub mod front;
pub mod probes;
mod request_log;
pub mod routes;
pub mod service;
pub mod target;

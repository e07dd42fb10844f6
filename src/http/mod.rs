//! HTTP: from the socket to the handlers.
//!
//! | module | job |
//! | --- | --- |
//! | `front` | connections, limits, deadlines, worker threads; knows nothing of SCIM |
//! | `target` | path and query, decoded once |
//! | `routes` | the one table of method, path, scope, handler |
//! | `openapi` | the description of the admin API, from that table |
//! | `service` | a request through target, route and credentials to its handler, and its error to an answer |
//! | `request_log` | what is kept of requests and answers |
//! | `probes` | liveness and readiness |
//! | `metrics` | what the server did, for Prometheus |

pub mod front;
pub mod metrics;
pub mod openapi;
pub mod probes;
mod request_log;
pub mod routes;
pub mod service;
pub mod target;

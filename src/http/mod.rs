//! HTTP: from the socket to the handlers.
//!
//! | module | job |
//! | --- | --- |
//! | `front` | connections, limits, deadlines, worker threads; knows nothing of SCIM |
//! | `target` | path and query, decoded once |
//! | `routes` | the one table of method, path, scope, handler |
//! | `service` | a request through target, route and credentials to its handler, and its error to an answer |
//! | `origin` | the client's address and scheme, also behind trusted proxies |
//! | `headers` | what every answer says to browsers and caches |
//! | `probes` | liveness and readiness |
//! | `metrics` | what the server did, for Prometheus |

pub mod front;
pub mod headers;
pub mod metrics;
pub mod origin;
pub mod probes;
pub mod routes;
pub mod service;
pub mod target;

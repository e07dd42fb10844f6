//! HTTP: from the socket to the handlers.
//!
//! | module | job |
//! | --- | --- |
//! | `front` | connections, limits, deadlines, worker threads; knows nothing of SCIM |
//! | `target` | path and query, decoded once |
//! | `routes` | the one table of method, path, scope, handler |
//! | `pages` | the pages, a part of that table |
//! | `openapi` | the description of the admin API, from that table |
//! | `service` | a request through target, route and credentials to its handler, and its error to an answer |
//! | `answers` | the words of refusals, and what every answer goes through |
//! | `audience` | who reads what goes wrong |
//! | `request_log` | what is kept of requests and answers |
//! | `origin` | the client's address and scheme, also behind trusted proxies |
//! | `headers` | what every answer says to browsers and caches |
//! | `probes` | liveness and readiness |
//! | `metrics` | what the server did, for Prometheus; `metrics_service`: on a listener of its own |

mod answers;
pub mod audience;
pub mod front;
pub mod headers;
pub mod metrics;
pub mod metrics_service;
pub mod openapi;
pub mod origin;
mod pages;
pub mod probes;
mod request_log;
pub mod routes;
pub mod service;
pub mod target;

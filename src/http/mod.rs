//! HTTP: from the socket to the handlers.
//!
//! | module | job |
//! | --- | --- |
//! | `front` | connections, limits, deadlines, worker threads; knows nothing of SCIM |

pub mod front;

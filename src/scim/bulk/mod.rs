//! `/Bulk`: many operations in one request, committed together, each of which lands or fails alone (RFC 7644 §3.7).
//!
//! | module | job |
//! | --- | --- |
//! | `handler` | the route: limits, transaction, answer |
//! | `request` | the BulkRequest and its operations |
//! | `operation` | what one operation does, from its method and path |
//! | `references` | `bulkId:` in the data of operations |
//! | `order` | which operation comes first, and which are a circle |
//! | `run` | the operations one by one, within the transaction |
//! | `result` | the BulkResponse |

mod handler;
mod operation;
mod order;
mod references;
mod request;
mod result;
mod run;

pub use handler::process;

//! The integration tests: the real server over HTTP, one theme per file.

mod front;
mod front_support;

//! The integration tests: the real server over HTTP, one theme per file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is tests: a panic is how they fail"
)]

mod filters;

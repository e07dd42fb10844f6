//! The integration tests: the real server over HTTP, one theme per file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for; clippy.toml covers test functions only, not their helpers"
)]

mod front;

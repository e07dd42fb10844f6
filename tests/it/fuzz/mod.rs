//! Mutated inputs for everything that reads what strangers send: it never panics, never takes long, and what it takes
//! means the same when it is written and read again.
//!
//! A few thousand inputs each time; `ROLLCALL_FUZZ_SECONDS=600 cargo test --release --test it fuzz:: -- --nocapture
//! --test-threads 1` runs every target for so long, and says how many inputs that were. `ROLLCALL_FUZZ_SEED` draws
//! others. The inputs begin as what identity providers send (`tests/it/idp`).

mod mutate;
mod run;
mod seeds;
mod targets;
mod wire;

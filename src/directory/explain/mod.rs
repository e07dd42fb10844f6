//! Explain: why a user has what they have, is kept from something, or no longer has it (mapping.md §9.2).
//!
//! Everything is read from one snapshot by a fixed number of statements. Neither the events nor the request log are
//! asked: what explains a place is stored with it, and outlives them.

mod document;
mod explanation;
mod read;
#[cfg(test)]
mod tests;
mod words;

pub use explanation::Explanation;
pub use read::explain;

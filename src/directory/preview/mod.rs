//! Preview: what a change would come to, computed on a snapshot without writing anything (mapping.md §9.1).
//!
//! The organization is laid out in memory by a fixed number of statements, the change runs there by the engine's own
//! functions, and the users whom it touches are settled as the end of a real change would settle them. Writers do not
//! wait for it.

mod compute;
mod document;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) mod world;

pub use compute::Preview;

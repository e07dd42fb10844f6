//! The engine: facts in, plan out. No clock, no database, no request; `directory` gathers and applies.
//!
//! Two questions, each a pure function: what a group's mappings should be ([`targets`], from the [`rules`]), and which
//! places a user has ([`places`], from the candidates of their groups and the [`conflicts`] between them). Preview and
//! explanation ask the same functions.

pub mod approval;
pub mod board;
pub mod conflicts;
pub mod explain;
pub mod memory;
pub mod names;
pub mod places;
pub mod preview;
pub mod rule_changes;
pub mod rules;
pub mod targets;

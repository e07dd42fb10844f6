//! Filters and PATCH paths (RFC 7644 §3.4.2.2 and §3.5.2): text to syntax tree, syntax tree to typed filter.
//!
//! Pure: nothing here knows the database. `store::filter` turns the typed filter into SQL.

mod ast;
mod grammar;
mod lexer;
mod limits;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use ast::{Condition, Expression, Literal, Name, Operator, PatchPath, Test};
pub use limits::Limits;
pub use parse::{parse_filter, parse_path};

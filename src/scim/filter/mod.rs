//! Filters and PATCH paths (RFC 7644 §3.4.2.2 and §3.5.2): text to syntax tree, syntax tree to typed filter.
//!
//! | file | job |
//! | --- | --- |
//! | `parse`, `grammar`, `lexer`, `limits` | text to syntax tree |
//! | `ast`, `print` | the syntax tree, and back to text |
//! | `resolve`, `target`, `compare` | syntax tree to typed filter |
//! | `sort` | `sortBy` to typed sort order |
//!
//! Pure: nothing here knows the database. `store::filter` turns the typed filter into SQL.

mod ast;
mod compare;
mod grammar;
mod lexer;
mod limits;
mod parse;
#[cfg(test)]
mod parse_tests;
mod print;
mod resolve;
#[cfg(test)]
mod resolve_tests;
mod sort;
mod target;

pub use ast::{Condition, Expression, Literal, Name, Operator, PatchPath, Test};
pub use limits::Limits;
pub use parse::{parse_filter, parse_path};
pub use resolve::{Reach, Resolver};

//! Typed filters and sort orders to SQL over `users` and `groups` (schema.sql), with every value a bound parameter.
//!
//! The text of the SQL is put together from fixed pieces only; names, values and JSON paths are parameters.
//!
//! Filters are two-valued and SQL is not, so NULL must not leak: a test of an absent value may yield NULL, which counts as
//! false everywhere except under NOT, and a negation is therefore always written `(...) IS NOT TRUE`.
//!
//! | file | job |
//! | --- | --- |
//! | `tables` | which attributes are columns, relations or looked up through an index; all others are read from the JSON |
//! | `sql` | a piece of SQL with its parameters |
//! | `operand` | the SQL for the value at a path |
//! | `condition` | filters |
//! | `order` | sort orders |
//! | `functions` | the SQL functions that the rest relies on |
//! | `statistics` | what SQLite's planner shall assume, so that the look-ups use their indexes |

mod condition;
mod functions;
mod operand;
mod order;
mod sql;
mod statistics;
mod tables;
#[cfg(test)]
mod tests;

pub use condition::{groups, users};
pub use functions::register;
pub use order::{groups_key, users_key};
pub use sql::{Context, Sql};
pub use statistics::assume_statistics;

//! SQLite: the only place that knows the database.

pub mod filter;

//! The command line: what can be typed, and how answers are printed.

pub mod arguments;
pub mod output;

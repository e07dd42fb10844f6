//! A sync: users who left, users who are there, groups that left, groups that are there.
//!
//! Who leaves goes first, so that access ends first and a name is free before somebody else takes it.

mod earlier;
mod groups;
mod ledger;
mod look;
mod run;
mod users;
mod work;

pub use run::{Options, sync};

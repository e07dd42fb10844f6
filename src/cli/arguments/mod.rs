//! What can be typed: every command with its arguments, read into types. What commands do stands in their own files.
//!
//! Wrong usage ends with exit code 2 (clap's own), a refused or failed operation with 1 ([`super::output::Outcome`]).

mod admin;
mod command;
mod duration;
mod mapping;
mod operations;
mod parse;
mod people;
mod provision;
mod requests;
mod tenant;
#[cfg(test)]
mod tests;

pub use admin::{AdminCommand, NewAdmin, PasswordSource};
pub use command::{Arguments, Command, Common, ConfigCommand, Events, Serve};
pub use duration::parse_duration;
pub use mapping::{Approve, GroupCommand, GroupStatus, MapGroup, NewRule, RuleChange, RuleCommand, RuleFile};
pub use operations::{Restore, SystemdUnit};
pub use parse::Recording;
pub use people::{ConflictCommand, EntityCommand, UserCommand};
pub use provision::{Demo, ProvisionCommand, ProvisionFiles, ProvisionSync};
pub use requests::{OneRequest, RequestSearch, RequestsCommand};
pub use tenant::{NewToken, OrganizationCommand, OrganizationSettings, TokenCommand};

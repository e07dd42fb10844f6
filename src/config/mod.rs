//! TOML and environment variables in, one typed [`Config`] out (interface.md, section 2).
//!
//! A section is a struct of values and one table that names its keys (`section::Section`); reading, environment
//! variables, error texts and `config show` all follow from that table. Nothing outside this folder parses settings.

mod addresses;
mod check;
mod database;
mod load;
mod log;
mod network;
mod public_url;
mod raw;
mod read;
mod records;
mod scim;
mod section;
mod server;
mod settings;
mod tenants;
#[cfg(test)]
mod tests;
mod urn;
mod value;

pub use addresses::AddressPolicy;
pub use database::{Database, Synchronous};
pub use log::{Log, LogFormat};
pub use network::Network;
pub use public_url::PublicUrl;
pub use records::{Events, Requests, Webhooks};
pub use scim::{
    DeleteUser, GroupPatchAnswer, NameOwner, Profile, Scim, UnknownAttributes, UserNameMutability,
    UserNameScope,
};
pub use server::{Limits, Server, Tls};
pub use settings::Config;
pub use tenants::{Defaults, Prerequisites, RequiredPlan};
pub use urn::Urn;

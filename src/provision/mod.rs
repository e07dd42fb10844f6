//! PingOne's side: a provisioner that does to any SCIM server what PingOne's SCIM outbound connection does
//! (interface.md, section 6; requests as idp/README.md has them).
//!
//! Three files say what is to be true ([`Inputs`]); [`sync`] makes it true with as few requests as the state file allows,
//! and [`test()`] asks whether the target would listen. It is a client and nothing else: of this crate it knows the model.

mod attributes;
mod client;
mod expression;
mod files;
mod lock;
mod mapping;
mod observer;
mod probe;
pub mod sample;
mod state;
mod summary;
mod sync;
mod user_filter;

pub use client::{Printer, Traffic};
pub use files::{Connection, Inputs, Paths, Refused};
pub use observer::{Observer, Silent};
pub use probe::{Probe, test};
pub use summary::{Counts, Failed, Memberships, Summary};
pub use sync::{Options, sync};

/// The three files with comments, by name, as `provision init` writes them.
pub const EXAMPLES: [(&str, &str); 3] = [
    ("directory.toml", include_str!("../../tests/it/provision/example/directory.toml")),
    ("connection.toml", include_str!("../../tests/it/provision/example/connection.toml")),
    ("rule.toml", include_str!("../../tests/it/provision/example/rule.toml")),
];

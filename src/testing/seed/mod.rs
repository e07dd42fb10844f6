//! The seed: a TOML file that says what a server begins with, and returns to when it is reset.
//!
//! Users and groups are SCIM resources, everything else is written as the admin API takes it; both are planted through
//! the handlers of these APIs, so that what can be written here is what could be sent, and is refused in the same words.
//!
//! | module | job |
//! | --- | --- |
//! | `file` | TOML to entries that know their lines |
//! | `parts` | the table of what a seed can hold, and how an entry becomes a request |
//! | `plant` | requests, organization by organization |

mod file;
mod parts;
mod plant;

pub(super) use file::Seed;

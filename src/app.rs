//! Composition root: from a configuration to the parts of the program. `serve`, the commands and the tests start here.

mod certificate;
mod compose;
mod first_run;
mod housekeeping;
mod logging;
mod request_writer;
mod serve;
mod signals;

use std::path::PathBuf;
use std::sync::Arc;

pub use compose::compose;
pub use first_run::{Credentials, FirstAdmin, create_first, first_run};
pub use logging::start as start_logging;
pub use serve::{Running, check_tls, listen, local_address, serve};
pub use signals::Reloads;

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::directory::{DeleteUser, Directory, Policy, RequestLogSettings};
use crate::ids::Ids;
use crate::model::error::Result;
use crate::store::{Store, Synchronous, Target};

/// The configured database file, opened `as_what`: [`Target::Serve`] or [`Target::Command`].
pub fn target(config: &Config, as_what: fn(PathBuf, Synchronous) -> Target) -> Target {
    let synchronous = match config.database.synchronous {
        config::Synchronous::Full => Synchronous::Full,
        config::Synchronous::Normal => Synchronous::Normal,
    };
    as_what(config.database.path.clone(), synchronous)
}

/// The directory over a database, with the system's clock and randomness and the configured policies.
///
/// # Errors
/// Those of [`Store::open`].
pub fn open_directory(config: &Config, target: &Target) -> Result<Directory> {
    let store = Arc::new(Store::open(target)?);
    Ok(Directory::new(store, Clock::System, Ids::Random, policy(config)))
}

/// What the configuration decides about the request log.
pub fn request_log(requests: &config::Requests) -> RequestLogSettings {
    RequestLogSettings {
        enabled: requests.enabled,
        keep_days: requests.keep_days,
        keep_bytes: requests.keep_megabytes.map(|megabytes| i64::from(megabytes) * 1_000_000),
        record_bodies: requests.record_bodies,
    }
}

/// What the configuration decides about changes.
pub fn policy(config: &Config) -> Policy {
    Policy {
        delete_user: match config.scim.delete_user {
            config::DeleteUser::SoftDelete => DeleteUser::SoftDelete,
            config::DeleteUser::Deactivate => DeleteUser::Deactivate,
        },
        user_name_mutable: match config.scim.user_name {
            config::UserNameMutability::Mutable => true,
            config::UserNameMutability::Immutable => false,
        },
        user_names_global: match config.scim.user_names {
            config::UserNameScope::Organization => false,
            config::UserNameScope::Global => true,
        },
        skip_deleted_members: !config.scim.strict,
        purge_deleted_days: config.scim.purge_deleted_days,
    }
}

//! From a configuration and a directory to the program behind the front.

use std::sync::Arc;
use std::time::Duration;

use crate::admin::{Admin, Extensions};
use crate::auth::{LastUsed, Pace};
use crate::config::{self, AddressPolicy, Config};
use crate::directory::{Directory, SignIn};
use crate::http::front::Limits;
use crate::http::metrics::Metrics;
use crate::http::probes::Probes;
use crate::http::service::Rollcall;
use crate::scim::deviations::Tolerance;
use crate::scim::filter;
use crate::scim::masking::Masking;
use crate::scim::schema::{SchemaSettings, Schemas, UnknownAttributes};
use crate::scim::{GroupPatchAnswer, Scim, ScimSettings};

/// The program: both APIs and the probes over one directory.
pub fn compose(config: &Config, directory: &Directory) -> Rollcall {
    let scim = Scim {
        directory: directory.clone(),
        schemas: Arc::new(Schemas::new(schema_settings(&config.scim))),
        settings: scim_settings(config),
    };
    let limits = &config.server.limits;
    Rollcall {
        masking: Masking::new(&scim.schemas),
        scim,
        admin: Admin {
            directory: directory.clone(),
            defaults: config.defaults.clone(),
            prerequisites: config.prerequisites.clone(),
            extensions: Extensions {
                user: config.scim.user_extension_urn.as_str().to_owned(),
                group: config.scim.group_extension_urn.as_str().to_owned(),
            },
            addresses: AddressPolicy::of(&config.webhooks),
            sign_in: SignIn::new(config.server.limits.failed_signins_per_minute),
        },
        probes: Probes { directory: directory.clone() },
        last_used: LastUsed::default(),
        keep_events_days: config.events.keep_days,
        trusted_proxies: config.server.trusted_proxies.clone(),
        metrics: Metrics::default(),
        metrics_elsewhere: config.server.metrics_listen.is_some(),
        pace: Pace::new(limits.requests_per_second, limits.failed_signins_per_minute),
        public_url: config.server.public_url.as_ref().map(|url| url.as_str().to_owned()),
    }
}

fn schema_settings(scim: &config::Scim) -> SchemaSettings {
    SchemaSettings {
        user_extension_urn: scim.user_extension_urn.as_str().to_owned(),
        group_extension_urn: scim.group_extension_urn.as_str().to_owned(),
        user_name_mutable: scim.user_name == config::UserNameMutability::Mutable,
        user_names_global: scim.user_names == config::UserNameScope::Global,
        names_owned_by_account: scim.names == config::NameOwner::Account,
        require_email_user_name: scim.require_email_user_name,
        unknown_attributes: match scim.unknown_attributes {
            config::UnknownAttributes::Ignore => UnknownAttributes::Ignore,
            config::UnknownAttributes::Reject => UnknownAttributes::Reject,
        },
        tolerance: if scim.strict { Tolerance::Strict } else { Tolerance::Lenient },
    }
}

fn scim_settings(config: &Config) -> ScimSettings {
    let limits = &config.server.limits;
    ScimSettings {
        group_patch_answer: match config.scim.group_patch_answer {
            config::GroupPatchAnswer::Auto => GroupPatchAnswer::Auto,
            config::GroupPatchAnswer::Resource => GroupPatchAnswer::Resource,
            config::GroupPatchAnswer::NoContent => GroupPatchAnswer::NoContent,
        },
        page_size: i64::try_from(limits.page_size).unwrap_or(i64::MAX),
        filter: filter::Limits { terms: limits.filter_terms, ..filter::Limits::default() },
        json_depth: limits.json_depth,
        bulk_operations: limits.bulk_operations,
        bulk_bytes: limits.bulk_bytes.min(limits.body_bytes),
        prerequisites: config.prerequisites.clone(),
    }
}

/// The limits of the front.
pub fn front_limits(server: &config::Server) -> Limits {
    let limits = &server.limits;
    Limits {
        connections: limits.connections.and_then(|cap| usize::try_from(cap).ok()),
        head: Duration::from_secs(limits.head_seconds),
        body: Duration::from_secs(limits.body_seconds),
        idle: Duration::from_secs(limits.idle_seconds),
        head_bytes: limits.head_bytes,
        body_bytes: limits.body_bytes,
        buffered_bytes: limits.buffered_bytes,
        workers: server.workers,
        ..Limits::default()
    }
}

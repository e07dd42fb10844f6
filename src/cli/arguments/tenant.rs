//! `organization` and `token`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration::parse_duration;
use super::parse::{Recording, grace, recording, switch, token_id};
use crate::model::id::TokenId;

/// `organization`
#[derive(Debug, Subcommand)]
pub enum OrganizationCommand {
    /// List all organizations
    List,
    /// Create an organization
    Create {
        /// Its name in URLs and commands: lower-case letters, digits and hyphens
        slug: String,
        /// Its name for people [default: the slug]
        #[arg(long)]
        name: Option<String>,
    },
    /// Show an organization and its settings
    Show {
        /// Which one [default: that of --organization]
        slug: Option<String>,
    },
    /// Change an organization's settings
    Set(OrganizationSettings),
}

/// `organization set`
#[derive(Debug, Args)]
#[group(id = "settings", required = true, multiple = true, args = [
    "name", "plan", "sso", "group_provisioning", "teams", "concurrency_groups", "sub_organizations",
    "record_bodies",
])]
pub struct OrganizationSettings {
    /// Which one [default: that of --organization]
    pub slug: Option<String>,
    /// Its name for people
    #[arg(long)]
    pub name: Option<String>,
    /// Its plan; "" for none
    #[arg(long)]
    pub plan: Option<String>,
    /// Whether its single sign-on connection is set up
    #[arg(long, value_name = "on|off", value_parser = switch)]
    pub sso: Option<bool>,
    /// Whether groups may be pushed
    #[arg(long, value_name = "on|off", value_parser = switch)]
    pub group_provisioning: Option<bool>,
    /// Whether mappings to teams take effect
    #[arg(long, value_name = "on|off", value_parser = switch)]
    pub teams: Option<bool>,
    /// Whether mappings to concurrency groups take effect
    #[arg(long, value_name = "on|off", value_parser = switch)]
    pub concurrency_groups: Option<bool>,
    /// Whether mappings to sub-organizations take effect
    #[arg(long, value_name = "on|off", value_parser = switch)]
    pub sub_organizations: Option<bool>,
    /// Record the bodies of its IdP's requests and answers for so long, such as 2h (masked; a week at most)
    #[arg(long, value_name = "TIME|off", value_parser = recording)]
    pub record_bodies: Option<Recording>,
}

/// `token`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List the organization's tokens
    List,
    /// Create a token and show it, once
    Create(NewToken),
    /// Replace a token by a new one and show that, once; the old one works a while longer
    Rotate {
        /// The token's id, as `token list` shows it
        #[arg(value_parser = token_id)]
        id: TokenId,
        /// How much longer the old one works, such as 7d or 30m; 0 ends it at once
        #[arg(long, value_name = "TIME", value_parser = grace, default_value = "1d")]
        grace: Duration,
    },
    /// End a token, at once
    Revoke {
        /// The token's id, as `token list` shows it
        #[arg(value_parser = token_id)]
        id: TokenId,
    },
}

/// `token create`
#[derive(Debug, Args)]
pub struct NewToken {
    /// What to call it
    pub name: String,
    /// How long it works, such as 90d, 12h or 30m [default: until it is revoked]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub expires: Option<Duration>,
    /// For the admin API instead of SCIM
    #[arg(long)]
    pub admin: bool,
    /// For the whole server instead of one organization
    #[arg(long, requires = "admin")]
    pub server: bool,
    /// May read only
    #[arg(long)]
    pub read_only: bool,
}

//! The commands, and those that belong to no noun: `serve`, `config`, `check`, `completions`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::admin::AdminCommand;
use super::mapping::{GroupCommand, RuleCommand};
use super::operations::{Restore, SystemdUnit};
use super::people::{ConflictCommand, EntityCommand, UserCommand};
use super::provision::{Demo, ProvisionCommand};
use super::requests::RequestsCommand;
use super::tenant::{OrganizationCommand, TokenCommand};

/// SCIM 2.0 provisioning in one executable: stores what an identity provider pushes and decides what its groups mean.
#[derive(Debug, Parser)]
#[command(name = "rollcall", version, propagate_version = true)]
pub struct Arguments {
    /// What every command understands.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
pub struct Common {
    /// The configuration file [default: the one named by ROLLCALL_CONFIG, else ./config.toml if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long, global = true)]
    pub json: bool,
    /// The organization that the command is about
    #[arg(long, global = true, value_name = "SLUG", default_value = "default")]
    pub organization: String,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(Serve),
    /// Show the whole thing: a server in memory, a sample directory provisioned into it, a conflict to resolve
    Demo(Demo),
    /// Do what PingOne does: push a directory into any SCIM server
    #[command(subcommand)]
    Provision(ProvisionCommand),
    /// Organizations and their settings
    #[command(subcommand)]
    Organization(OrganizationCommand),
    /// SCIM and admin tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// People who sign in to the admin page
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Mapping rules: what pushed groups become
    #[command(subcommand)]
    Rule(RuleCommand),
    /// SCIM groups, and what each is mapped to
    #[command(subcommand)]
    Group(GroupCommand),
    /// Users, and what each has
    #[command(subcommand)]
    User(UserCommand),
    /// Conflicts: two groups that claim one person for places that exclude each other
    #[command(subcommand)]
    Conflict(ConflictCommand),
    /// Teams: a person can be in several
    #[command(subcommand)]
    Team(EntityCommand),
    /// Concurrency groups: a person is in one, the default one where nothing else says so
    #[command(subcommand)]
    ConcurrencyGroup(EntityCommand),
    /// Sub-organizations: a person is in one at most
    #[command(subcommand)]
    SubOrganization(EntityCommand),
    /// Why a person has what they have, is kept from something, or no longer has it
    Explain {
        /// The user's id or userName
        user: String,
    },
    /// The event feed: what happened, in order
    Events(Events),
    /// The log of IdP requests, newest first: answered and refused ones
    Requests(RequestsCommand),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check the database file, its schema and what must always be true of its content
    Check,
    /// Copy the database to a file while everything runs
    Backup {
        /// The copy; it must not exist yet
        file: PathBuf,
    },
    /// Put a backup in the place of the database; no server may run
    Restore(Restore),
    /// Print everything that is so now, one JSON object a line: for other systems and for reviews, not for `restore`
    Export,
    /// Print a systemd unit for this program and this configuration, with what systemd has to confine it
    SystemdUnit(SystemdUnit),
    /// Print a completion script
    Completions {
        /// For which shell
        shell: Shell,
    },
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// For tests: a database in memory, a free port, and one JSON line on standard output once it is ready
    #[arg(long)]
    pub ephemeral: bool,
    /// End when standard input is closed, so that a crashed test run leaves no server
    #[arg(long, requires = "ephemeral")]
    pub until_stdin_closes: bool,
    /// What the server begins with and returns to, as TOML: users, groups, rules and so on
    #[arg(long, requires = "ephemeral", value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// Give ids that follow a counter
    #[arg(long, requires = "ephemeral")]
    pub deterministic: bool,
}

/// `events`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct Events {
    /// Go on, and print each event as it happens: with --json one object a line
    #[arg(long)]
    pub follow: bool,
    /// Begin after the event with this id [default: the oldest that is kept; with --follow the last ten]
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(0..))]
    pub after: Option<i64>,
}

/// `config`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Check the configuration and say what is wrong with it
    Check,
    /// Show the configuration in effect: file, variables and defaults together
    Show,
}

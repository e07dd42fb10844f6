//! `admin`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration::parse_duration;

/// `admin`
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// List the people who can sign in to the admin page
    List,
    /// Make an admin of the organization; the password is made up and shown, once, unless it is given
    Create(NewAdmin),
    /// Give an admin a new password, made up and shown once unless it is given, and end their sessions
    Password {
        /// The admin's name
        name: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Print an address that signs an admin in, once and without a password
    Link {
        /// The admin's name
        name: String,
        /// How long it works
        #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10m")]
        expires: Duration,
    },
    /// Let an admin sign in again
    Enable {
        /// The admin's name
        name: String,
    },
    /// Sign an admin out, and do not let them in again
    Disable {
        /// The admin's name
        name: String,
    },
    /// Remove an admin and end their sessions
    Remove {
        /// The admin's name
        name: String,
    },
}

/// `admin create`
#[derive(Debug, Args)]
pub struct NewAdmin {
    /// What the person signs in with
    pub name: String,
    /// For the whole server instead of one organization
    #[arg(long)]
    pub server: bool,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordSource,
}

/// Where a password comes from.
#[derive(Clone, Copy, Debug, Args)]
pub struct PasswordSource {
    /// Read the password from standard input: asked for, unseen, on a terminal, else the first line
    #[arg(long)]
    pub password_stdin: bool,
}

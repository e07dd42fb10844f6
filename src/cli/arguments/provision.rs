//! `provision` and `demo`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `provision`
#[derive(Debug, Subcommand)]
pub enum ProvisionCommand {
    /// Write the three files, commented, into a folder
    Init {
        /// The folder; files that are there already are left alone
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// Check the files and ask the target whether it would listen; nothing is written there
    Test(ProvisionFiles),
    /// Make the target what the files say; the next time, only what has changed is sent
    Sync(ProvisionSync),
}

/// Where the files are.
#[derive(Debug, Args)]
pub struct ProvisionFiles {
    /// The folder of directory.toml, connection.toml and rule.toml
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// The people and groups [default: DIR/directory.toml]
    #[arg(long, value_name = "FILE")]
    pub directory: Option<PathBuf>,
    /// Where to send, with which token [default: DIR/connection.toml]
    #[arg(long, value_name = "FILE")]
    pub connection: Option<PathBuf>,
    /// Whom to send, and how attributes are called there [default: DIR/rule.toml]
    #[arg(long, value_name = "FILE")]
    pub rule: Option<PathBuf>,
}

/// `provision sync`
#[derive(Debug, Args)]
pub struct ProvisionSync {
    /// Where the files are.
    #[command(flatten)]
    pub files: ProvisionFiles,
    /// What the target is known to have, kept between runs [default: DIR/state.json]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Print the requests instead of sending them, as if the target had nothing that the state file does not know
    #[arg(long)]
    pub dry_run: bool,
    /// How many requests are under way at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// End once everything is provisioned and printed, instead of running until Ctrl-C
    #[arg(long)]
    pub exit: bool,
}

//! `restore` and `systemd-unit`: what an operator types.

use std::path::PathBuf;

use clap::Args;

/// `restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup, as `rollcall backup` made it
    pub file: PathBuf,
    /// Replace the database that is there; it is kept beside, with `.before-restore` (then `-2`, `-3`, …) at the end of its name
    #[arg(long)]
    pub force: bool,
}

/// `systemd-unit`
#[derive(Debug, Args)]
pub struct SystemdUnit {
    /// The user that the server runs as
    #[arg(long, default_value = "rollcall")]
    pub user: String,
}

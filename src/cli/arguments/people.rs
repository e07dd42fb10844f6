//! `user`, `conflict`, and `team`, `concurrency-group`, `sub-organization`.

use clap::Subcommand;

use super::parse::{conflict_id, decision};
use crate::directory::Answer;
use crate::model::id::ConflictId;

/// `user`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List the users
    List {
        /// Only those with this in their userName, name or an address
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
    },
    /// Show what a user has; `explain` says why
    Show {
        /// The user's id or userName
        user: String,
    },
    /// Erase a user whom the identity provider deleted: the record and its history, for good
    Purge {
        /// The user's id or userName
        user: String,
    },
}

/// `conflict`
#[derive(Debug, Subcommand)]
pub enum ConflictCommand {
    /// List conflicts
    List {
        /// Also those that were decided or went away
        #[arg(long)]
        all: bool,
    },
    /// Decide one conflict, or all that are open between two groups
    Resolve {
        /// keep_current or use_incoming
        #[arg(value_parser = decision)]
        decision: Answer,
        /// The conflict's id, as `conflict list` shows it
        #[arg(long, value_name = "ID", value_parser = conflict_id, required_unless_present = "current_group",
            conflicts_with_all = ["current_group", "incoming_group"])]
        id: Option<ConflictId>,
        /// All conflicts in which this group gave what people have: its id or its name
        #[arg(long, value_name = "GROUP", requires = "incoming_group")]
        current_group: Option<String>,
        /// ... and this group claims them
        #[arg(long, value_name = "GROUP", requires = "current_group")]
        incoming_group: Option<String>,
    },
}

/// `team`, `concurrency-group` and `sub-organization`
#[derive(Debug, Subcommand)]
pub enum EntityCommand {
    /// List them
    List {
        /// Only those with this in their name
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
    },
    /// Create one
    Create {
        /// Its name
        name: String,
    },
    /// Rename one; the next rename of the group that is mapped to it writes over that
    Rename {
        /// Its id or its name
        entity: String,
        /// The new name
        name: String,
    },
    /// Delete one: people lose it at once
    Delete {
        /// Its id or its name
        entity: String,
    },
    /// List who is in it, and by what
    Members {
        /// Its id or its name
        entity: String,
    },
    /// Put a user in by hand
    Add {
        /// Its id or its name
        entity: String,
        /// The user's id or userName
        user: String,
    },
    /// Take a user out by hand; the identity provider puts them back when it asserts the membership again
    Remove {
        /// Its id or its name
        entity: String,
        /// The user's id or userName
        user: String,
    },
}

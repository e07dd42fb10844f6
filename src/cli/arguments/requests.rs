//! `requests`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration::parse_duration;
use super::parse::status;

/// `requests`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RequestsCommand {
    /// Show one request in full
    #[command(subcommand)]
    pub one: Option<OneRequest>,
    /// What to list
    #[command(flatten)]
    pub search: RequestSearch,
}

/// `requests show`
#[derive(Debug, Subcommand)]
pub enum OneRequest {
    /// Show a request in full: what it relied on, what it changed, its bodies where they were recorded
    Show {
        /// The request's id, as its answer carried it in X-Request-Id
        id: String,
    },
}

/// `requests` without a subcommand
#[derive(Debug, Args)]
pub struct RequestSearch {
    /// Go on as requests come, until it is interrupted
    #[arg(long)]
    pub follow: bool,
    /// Only answers of this status, such as 404, or this class, such as 4xx
    #[arg(long, value_parser = status)]
    pub status: Option<(u16, u16)>,
    /// Only this method
    #[arg(long)]
    pub method: Option<String>,
    /// Only paths that begin so, such as /Users
    #[arg(long)]
    pub path: Option<String>,
    /// Only requests with this token, by name or id
    #[arg(long, value_name = "NAME|ID")]
    pub token: Option<String>,
    /// Only requests about the user or group of this id
    #[arg(long, value_name = "ID")]
    pub resource: Option<String>,
    /// Only requests about the user of this id, or that changed the user's groups, places or role
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
    /// Only requests that have these words in path, query, detail, remarks, token, client or id
    #[arg(long, value_name = "TEXT")]
    pub query: Option<String>,
    /// Only requests of the last while, such as 2h
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub since: Option<Duration>,
    /// How many to list
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// List requests without a valid token instead, which belong to no organization, counted by address and token
    #[arg(long, conflicts_with_all = ["follow", "status", "method", "path", "token", "resource", "user", "query", "since"])]
    pub unknown: bool,
}

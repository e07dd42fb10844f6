//! The command line: one file per command group, what can be typed, and how answers are printed.

mod admins;
pub mod arguments;
mod backup;
mod check;
mod completions;
mod configuration;
mod conflicts;
mod demo;
mod entities;
mod events;
mod explain;
mod export;
mod groups;
mod organizations;
pub mod output;
mod password;
mod preview;
mod progress;
mod provision;
mod requests;
mod rule_file;
mod rules;
mod serve;
mod session;
mod systemd_unit;
mod tokens;
mod users;

use std::process::ExitCode;

use crate::model::entity::TargetType;
use crate::model::error::Result;
use arguments::{Arguments, Command};
use output::Outcome;

/// Does what was typed; a refusal is a sentence on standard error.
pub fn run(arguments: Arguments) -> ExitCode {
    let outcome = dispatch(arguments).unwrap_or_else(|error| {
        output::complain(&error);
        Outcome::Failure
    });
    outcome.into()
}

fn dispatch(Arguments { common, command }: Arguments) -> Result<Outcome> {
    match command {
        Command::Serve(serve) => serve::run(&serve, &common),
        Command::Demo(demo) => demo::run(&demo),
        Command::Provision(command) => provision::run(command, &common),
        Command::Organization(command) => organizations::run(command, &common),
        Command::Token(command) => tokens::run(command, &common),
        Command::Admin(command) => admins::run(command, &common),
        Command::Rule(command) => rules::run(command, &common),
        Command::Group(command) => groups::run(command, &common),
        Command::User(command) => users::run(command, &common),
        Command::Conflict(command) => conflicts::run(command, &common),
        Command::Team(command) => entities::run(TargetType::Team, command, &common),
        Command::ConcurrencyGroup(command) => entities::run(TargetType::ConcurrencyGroup, command, &common),
        Command::SubOrganization(command) => entities::run(TargetType::SubOrganization, command, &common),
        Command::Explain { user } => explain::run(&user, &common),
        Command::Events(chosen) => events::run(chosen, &common),
        Command::Requests(command) => requests::run(command, &common),
        Command::Config(command) => configuration::run(command, &common),
        Command::Check => check::run(&common),
        Command::Backup { file } => backup::backup(&file, &common),
        Command::Restore(restore) => backup::restore(&restore, &common),
        Command::Export => export::run(&common),
        Command::SystemdUnit(options) => systemd_unit::run(&options, &common),
        Command::Completions { shell } => completions::run(shell),
    }
}

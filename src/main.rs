//! The executable: arguments → cli → exit code.

use std::process::ExitCode;

use clap::Parser;
use rollcall::cli::{self, arguments::Arguments};

fn main() -> ExitCode {
    cli::run(Arguments::parse())
}

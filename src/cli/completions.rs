//! `completions SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::arguments::Arguments;
use crate::cli::output::{self, Outcome};
use crate::model::error::Result;

pub(super) fn run(shell: Shell) -> Result<Outcome> {
    // Into memory first: clap_complete panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "rollcall", &mut script);
    output::print_text(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Success)
}

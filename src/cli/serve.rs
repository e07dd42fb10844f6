//! `serve`: the server until it is told to stop.

use crate::app::{self, ServeOptions};
use crate::cli::arguments::{Common, Serve};
use crate::cli::output::Outcome;
use crate::model::error::Result;

pub(super) fn run(serve: &Serve, common: &Common) -> Result<Outcome> {
    app::serve(&ServeOptions {
        config: common.config.clone(),
        ephemeral: serve.ephemeral,
        until_stdin_closes: serve.until_stdin_closes,
        deterministic: serve.deterministic,
    })?;
    Ok(Outcome::Success)
}

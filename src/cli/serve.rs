//! `serve`: the server until it is told to stop.

use crate::app;
use crate::cli::arguments::{Common, Serve};
use crate::cli::output::Outcome;
use crate::model::error::Result;
use crate::testing::{self, EphemeralOptions};

pub(super) fn run(serve: &Serve, common: &Common) -> Result<Outcome> {
    if serve.ephemeral {
        testing::serve(&EphemeralOptions {
            config: common.config.clone(),
            seed: serve.seed.clone(),
            until_stdin_closes: serve.until_stdin_closes,
            deterministic: serve.deterministic,
        })?;
    } else {
        app::serve(common.config.as_deref())?;
    }
    Ok(Outcome::Success)
}

//! `serve`: the server until it is told to stop.

use crate::app::{self, ServeOptions};
use crate::cli::arguments::{Common, Serve};
use crate::cli::output::Outcome;
use crate::model::error::{Error, Kind, Result};

pub(super) fn run(serve: &Serve, common: &Common) -> Result<Outcome> {
    if serve.seed.is_some() {
        return Err(Error::new(
            Kind::NotImplemented,
            "--seed: this version cannot read a seed file yet. Leave it out and create what is needed over the APIs.",
        ));
    }
    app::serve(&ServeOptions {
        config: common.config.clone(),
        ephemeral: serve.ephemeral,
        until_stdin_closes: serve.until_stdin_closes,
        deterministic: serve.deterministic,
    })?;
    Ok(Outcome::Success)
}

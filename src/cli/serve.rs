//! `serve`: the configuration, then the server until it is told to stop.

use crate::app;
use crate::cli::arguments::{Common, Serve};
use crate::cli::output::Outcome;
use crate::config::Config;
use crate::model::error::Result;

pub(super) fn run(serve: &Serve, common: &Common) -> Result<Outcome> {
    let named = common.config.as_deref();
    let config = if serve.ephemeral { Config::load_ephemeral(named) } else { Config::load(named) }?;
    app::serve(&config)?;
    Ok(Outcome::Success)
}

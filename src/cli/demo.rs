//! `demo`.
use crate::cli::arguments::Demo;
use crate::cli::output::Outcome;
use crate::model::error::Result;

pub(super) fn run(_demo: &Demo) -> Result<Outcome> {
    Ok(Outcome::Failure)
}

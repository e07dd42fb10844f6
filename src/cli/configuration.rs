//! `config check|show`.

use serde_json::json;

use crate::app::check_tls;
use crate::cli::arguments::{Common, ConfigCommand};
use crate::cli::output::{self, Format, Outcome};
use crate::config::Config;
use crate::model::error::{Error, Result};

pub(super) fn run(command: ConfigCommand, common: &Common) -> Result<Outcome> {
    let format = Format::from_flag(common.json);
    let config = Config::load(common.config.as_deref())?;
    match (command, format) {
        (ConfigCommand::Check, _) => {
            check_tls(&config)?;
            output::say(format, &json!({"valid": true}), "The configuration is valid.")
        }
        (ConfigCommand::Show, Format::Table) => output::print_text(&config.show()),
        (ConfigCommand::Show, Format::Json) => show_json(&config),
    }?;
    Ok(Outcome::Success)
}

fn show_json(config: &Config) -> Result<()> {
    let table: toml::Table = toml::from_str(&config.show())
        .map_err(|error| Error::internal(format!("the configuration does not read back: {error}")))?;
    let value = serde_json::to_value(table)
        .map_err(|error| Error::internal(format!("the configuration is not JSON: {error}")))?;
    output::print(Format::Json, &value, || output::Table::new(&[]))
}

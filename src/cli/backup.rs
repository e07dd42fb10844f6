//! `backup FILE` and `restore FILE`.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::{Common, Restore};
use crate::cli::output::{self, Format, Outcome};
use crate::config::Config;
use crate::model::error::{Error, Kind, Result};
use crate::store;

pub(super) fn backup(file: &Path, common: &Common) -> Result<Outcome> {
    let config = Config::load(common.config.as_deref())?;
    let database = &config.database.path;
    if !database.exists() {
        let missing = format!(
            "There is no database at {}. Set [database] path to the one that you mean.",
            database.display()
        );
        return Err(Error::new(Kind::NotFound, missing));
    }
    store::backup(database, file)?;
    let value = json!({"database": database, "backup": file});
    let sentence = format!("{} is a copy of {}, and whole.", file.display(), database.display());
    output::say(Format::from_flag(common.json), &value, &sentence)?;
    Ok(Outcome::Success)
}

pub(super) fn restore(asked: &Restore, common: &Common) -> Result<Outcome> {
    let config = Config::load(common.config.as_deref())?;
    let database = &config.database.path;
    let kept = store::restore(&asked.file, database, asked.force)?;
    let value = json!({"database": database, "backup": asked.file, "kept": kept});
    let old = kept.map(|kept| format!(" What was there is kept as {}.", kept.display())).unwrap_or_default();
    let sentence = format!("{} is what {} holds now.{old}", asked.file.display(), database.display());
    output::say(Format::from_flag(common.json), &value, &sentence)?;
    Ok(Outcome::Success)
}

//! What every command on the database file starts with: configuration, directory, organization.

use serde_json::Value;

use crate::app;
use crate::cli::arguments::Common;
use crate::cli::output::{self, Format, Table};
use crate::config::Config;
use crate::directory::{About, Cause, Change, Directory};
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Organization;
use crate::store::{Db, Page, Target};

/// Whole lists: a command prints everything.
pub(super) const ALL: Page = Page { after: 0, limit: i64::MAX };

/// A command at work on the database, beside a running server or without one.
pub(super) struct Session {
    /// The configuration in effect.
    pub config: Config,
    /// The directory on the configured file.
    pub directory: Directory,
    format: Format,
    slug: String,
}

impl Session {
    /// Loads the configuration and opens the file.
    ///
    /// # Errors
    /// Those of [`Config::load`] and of opening the database.
    pub fn open(common: &Common) -> Result<Session> {
        let config = Config::load(common.config.as_deref())?;
        let directory = app::open_directory(&config, &app::target(&config, Target::Command))?;
        let format = Format::from_flag(common.json);
        Ok(Session { config, directory, format, slug: common.organization.clone() })
    }

    /// The organization that `--organization` names.
    ///
    /// # Errors
    /// `NotFound` saying where the names are.
    pub fn organization(&self) -> Result<Organization> {
        self.organization_named(&self.slug)
    }

    /// The organization of this slug.
    ///
    /// # Errors
    /// As [`Session::organization`].
    pub fn organization_named(&self, slug: &str) -> Result<Organization> {
        self.read(|db| db.organization(slug))?.ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("There is no organization \"{slug}\". \"rollcall organization list\" shows those there are."),
            )
        })
    }

    /// Reads from one snapshot.
    ///
    /// # Errors
    /// What `read` answers.
    pub fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        self.directory.store().read(read)
    }

    /// Changes an organization, with the command as the cause in history and events.
    ///
    /// # Errors
    /// What `operation` answers; then nothing was changed.
    pub fn change<T: Send + 'static>(
        &self,
        organization: &Organization,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.change_about(organization, &About::Nobody, operation)
    }

    /// The same for a change that may move the members of whole groups.
    ///
    /// # Errors
    /// What `operation` answers; then nothing was changed.
    pub fn change_about<T: Send + 'static>(
        &self,
        organization: &Organization,
        about: &About,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.directory.change_about(organization.id, self.cause(), about, operation)
    }

    /// The command as the cause in history and events.
    pub fn cause(&self) -> Cause {
        Cause {
            request_id: format!("cli-{}", self.directory.ids().uuid()),
            token: "cli".to_owned(),
            at: self.directory.clock().now(),
        }
    }

    /// Prints an answer.
    ///
    /// # Errors
    /// Those of writing.
    pub fn print(&self, value: &Value, table: impl FnOnce() -> Table) -> Result<()> {
        output::print(self.format, value, table)
    }

    /// Prints an answer of several tables.
    ///
    /// # Errors
    /// Those of writing.
    pub fn print_tables(&self, value: &Value, tables: impl FnOnce() -> Vec<Table>) -> Result<()> {
        output::print_tables(self.format, value, tables)
    }

    /// Prints one line of an answer that goes on: `value` on a line for programs, `line` for people. False when nobody
    /// reads any more.
    ///
    /// # Errors
    /// Those of writing.
    pub fn print_line(&self, value: &Value, line: impl FnOnce() -> String) -> Result<bool> {
        output::print_line(self.format, value, line)
    }

    /// Prints that something is done.
    ///
    /// # Errors
    /// Those of writing.
    pub fn say(&self, value: &Value, sentence: &str) -> Result<()> {
        output::say(self.format, value, sentence)
    }
}

/// `on` or `off`.
pub(super) fn switch(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

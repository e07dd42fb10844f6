//! `explain USER`: the sentences for people, the whole document with `--json` (mapping.md §9.2).

use crate::cli::arguments::Common;
use crate::cli::output::{Outcome, Table};
use crate::cli::session::Session;
use crate::directory::explain;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::{OrganizationId, ResourceId};
use crate::model::user::User;
use crate::store::Db;

pub(super) fn run(user: &str, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    let organization = session.organization()?.id;
    let explanation = session.read(|db| explain(db, find(db, organization, user)?))?;
    session.print(&explanation.to_json(), || {
        let mut lines = Table::new(&[]);
        for sentence in explanation.sentences() {
            lines.row([sentence.to_string()]);
        }
        lines
    })?;
    Ok(Outcome::Success)
}

/// The user of this id, else the living one of this name, else the one of this name who was deleted last.
pub(super) fn find(db: &Db<'_>, organization: OrganizationId, text: &str) -> Result<User> {
    let mut found = db.user_ever(organization, &ResourceId::from(text))?;
    if found.is_none() {
        found = db.user_named(organization, text)?;
    }
    if found.is_none() {
        found = db.deleted_user_named(organization, text)?;
    }
    found.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!(
                "There is no user with the id or the userName \"{text}\" in this organization, and never was."
            ),
        )
    })
}

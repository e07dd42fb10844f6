//! Who a name in history stands for: a token, an admin who signed in, the command line, or Rollcall itself.

use std::collections::{BTreeSet, HashMap};

use crate::directory::sentence::{Part, Sentence, say};
use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::store::{Db, Named};

/// Names in history that are no credential's.
const OURS: [(&str, &str); 4] = [
    ("cli", "on the command line"),
    ("first run", "by Rollcall at its first start"),
    ("rollcall", "by Rollcall itself"),
    ("webhooks", "by Rollcall itself"),
];

/// What is known of some names.
#[derive(Clone, Debug, Default)]
pub struct Actors(HashMap<String, Named>);

impl Actors {
    /// Looks names up.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn read(db: &Db<'_>, organization: OrganizationId, names: BTreeSet<String>) -> Result<Actors> {
        Ok(Actors(db.credentials_named(organization, names)?.into_iter().collect()))
    }

    /// `with the token "PingOne"`, `by the admin "jane"`. Revoked tokens are known for ever, removed admins are not: a
    /// name of neither was an admin's.
    pub fn told(&self, name: &str) -> Sentence {
        if let Some((_, words)) = OURS.iter().find(|(ours, _)| *ours == name) {
            return (*words).into();
        }
        let before = match self.0.get(name).copied().unwrap_or_default() {
            Named { token: true, admin: false } => "with the token \"",
            Named { token: true, admin: true } => "by \"",
            Named { token: false, .. } => "by the admin \"",
        };
        say!(before, Part::Name(name.to_owned()), "\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_who_signed_in_is_told_from_a_token_and_from_the_command_line() {
        let known = |token, admin| Named { token, admin };
        let names = [("PingOne", known(true, false)), ("jane", known(false, true)), ("x", known(true, true))];
        let actors = Actors(names.map(|(name, known)| (name.to_owned(), known)).into());
        let told = |name| actors.told(name).to_string();
        assert_eq!(told("PingOne"), "with the token \"PingOne\"");
        assert_eq!(told("jane"), "by the admin \"jane\"");
        assert_eq!(told("removed"), "by the admin \"removed\"");
        assert_eq!(told("x"), "by \"x\"");
        assert_eq!(told("cli"), "on the command line");
    }
}

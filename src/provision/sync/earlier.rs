//! Who was about to be created by a run that was killed, and is called otherwise since: looked for by the earlier name, so
//! that nobody stays at the target unknown.

use super::work::Work;
use crate::model::fold::fold;
use crate::provision::client::{Answer, Failure};
use crate::provision::expression::group_query;
use crate::provision::files::{Group, Person};

impl Work<'_> {
    /// The user by the identifier that they had when they were about to be created, and were not heard of again.
    ///
    /// # Errors
    /// Those of looking; the state file cannot be written.
    pub(super) fn look_by_earlier_identifier(
        &self,
        person: &Person,
        identifier: Option<&str>,
    ) -> Result<Option<Answer>, Failure> {
        let Some(identifier) = identifier else { return Ok(None) };
        // Somebody else of the directory is called so now, and takes what is there.
        if self.inputs.people.iter().any(|other| fold(&other.identifier) == fold(identifier)) {
            return Ok(None);
        }
        let connection = &self.inputs.connection;
        let found = self.look_up(&connection.users, &connection.preferences.filter.query(identifier))?;
        let Some((found, id)) = found.and_then(|found| found.id().map(|id| (found, id))) else {
            return Ok(None);
        };
        let is_ours = self.ledger.with(|state| {
            let mut others = state.users.iter().filter(|(key, _)| **key != person.key);
            let is_ours = !others.any(|(_, known)| known.id.as_ref() == Some(&id));
            if is_ours {
                state.users.entry(person.key.clone()).or_default().id = Some(id);
            }
            is_ours
        });
        // Before a PUT takes the name away by which a next run would find it.
        self.ledger.save().map_err(Failure::new)?;
        Ok(is_ours.then_some(found))
    }

    /// Remembers the identifier by which the next run looks for the user, if this one is killed after creating them.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn intend_user(&self, person: &Person) -> Result<(), Failure> {
        let is_news = self.ledger.with(|state| {
            let known = state.users.entry(person.key.clone()).or_default();
            let is_news = known.id.is_some() || known.identifier != person.identifier;
            known.id = None;
            known.identifier.clone_from(&person.identifier);
            is_news
        });
        if is_news { self.ledger.save().map_err(Failure::new) } else { Ok(()) }
    }

    /// The group by the name that it had when it was about to be created, and was not heard of again.
    ///
    /// # Errors
    /// Those of looking; the state file cannot be written.
    pub(super) fn look_by_earlier_name(
        &self,
        group: &Group,
        name: Option<&str>,
    ) -> Result<Option<Answer>, Failure> {
        let Some(name) = name else { return Ok(None) };
        // Another group of the directory is called so now, and takes what is there.
        if self.inputs.groups.iter().any(|other| fold(&other.name) == fold(name)) {
            return Ok(None);
        }
        let found = self.look_up(&self.inputs.connection.groups, &group_query(name))?;
        let Some((found, id)) = found.and_then(|found| found.id().map(|id| (found, id))) else {
            return Ok(None);
        };
        let is_ours = self.ledger.with(|state| {
            let mut others = state.groups.iter().filter(|(key, _)| **key != group.key);
            let is_ours = !others.any(|(_, known)| known.id.as_ref() == Some(&id));
            if is_ours {
                state.groups.entry(group.key.clone()).or_default().id = Some(id);
            }
            is_ours
        });
        // Before a PUT takes the name away by which a next run would find it.
        self.ledger.save().map_err(Failure::new)?;
        Ok(is_ours.then_some(found))
    }

    /// Remembers the name by which the next run looks for the group, if this one is killed after creating it.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn intend_group(&self, group: &Group) -> Result<(), Failure> {
        let is_news = self.ledger.with(|state| {
            let known = state.groups.entry(group.key.clone()).or_default();
            let is_news = known.id.is_some() || known.name != group.name;
            known.id = None;
            known.name.clone_from(&group.name);
            is_news
        });
        if is_news { self.ledger.save().map_err(Failure::new) } else { Ok(()) }
    }
}

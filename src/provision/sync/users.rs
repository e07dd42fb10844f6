//! Users: matched, created, replaced, disabled, deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::look::{covers, id_of};
use super::work::{Kind, Work};
use crate::provision::client::{Answer, Created, Failure, Request};
use crate::provision::files::{Person, Preferences, RemoveAction};
use crate::provision::state::{State, UserState};
use crate::provision::summary::Outcome;

/// A user to be sent.
struct Push<'j> {
    person: &'j Person,
    known: Option<UserState>,
}

/// A user who has left the rule.
struct Leave {
    key: String,
    known: UserState,
}

impl Work<'_> {
    /// Disables or deletes who has left the rule.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn users_leave(&self) -> Result<(), String> {
        let staying: BTreeSet<&str> = self.inputs.people.iter().map(|person| person.key.as_str()).collect();
        let jobs: Vec<Leave> = self.ledger.with(|state| {
            let leaving = state
                .users
                .iter_mut()
                .filter(|(key, known)| !known.removed && !staying.contains(key.as_str()));
            let leave = |(key, known): (&String, &mut UserState)| {
                let job = Leave { key: key.clone(), known: known.clone() };
                known.settled = false;
                job
            };
            leaving.map(leave).collect()
        });
        // Who comes back after a run that was killed here is to be sent again.
        if !jobs.is_empty() {
            self.ledger.save()?;
        }
        let phase = match self.inputs.connection.preferences.remove_action {
            RemoveAction::Disable => "users to disable",
            RemoveAction::Delete => "users to delete",
        };
        self.run(Kind::User, phase, &jobs, |job| job.known.identifier.clone(), |job| self.leave(job))
    }

    /// Sends who is in the rule and is not at the target as they shall be.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn users_arrive(&self) -> Result<(), String> {
        let preferences = &self.inputs.connection.preferences;
        let mut jobs = Vec::new();
        self.ledger.with(|state| {
            for person in &self.inputs.people {
                let known = state.users.get(&person.key).cloned();
                if known.as_ref().is_some_and(|known| is_settled(known, person, preferences)) {
                    self.count(Kind::User, Outcome::Unchanged);
                    continue;
                }
                let intended = state.users.entry(person.key.clone()).or_default();
                if intended.identifier.is_empty() {
                    intended.identifier.clone_from(&person.identifier);
                }
                intended.settled = false;
                intended.removed = false;
                if known.is_none() {
                    intended.body = person.body.clone();
                }
                jobs.push(Push { person, known });
            }
        });
        if !jobs.is_empty() {
            self.ledger.save()?;
        }
        self.run(Kind::User, "users", &jobs, |job| job.person.identifier.clone(), |job| self.push_user(job))
    }

    fn push_user(&self, job: &Push<'_>) -> Result<Outcome, Failure> {
        let (person, known) = (job.person, job.known.as_ref());
        if let Some((known, id)) = known.and_then(|known| Some((known, known.id.as_ref()?))) {
            let body = effective(&person.body, Some(&known.body), &self.inputs.connection.preferences);
            if self.put_user(id, &body)? {
                self.settle(person, id, &body);
                return Ok(changed(Some(&known.body), &body));
            }
        }
        if let Some(found) = self.look_by_earlier_identifier(person, job.earlier_identifier())? {
            return self.adopt(person, &found, true);
        }
        self.intend_user(person)?;
        self.match_or_create(person, known.is_some())
    }

    /// `is_intended`: a run that was killed may have sent this user, with other values perhaps.
    fn match_or_create(&self, person: &Person, is_intended: bool) -> Result<Outcome, Failure> {
        let connection = &self.inputs.connection;
        let query = connection.preferences.filter.query(&person.identifier);
        let look = || self.look_up(&connection.users, &query);
        if let Some(found) = look()? {
            return self.adopt(person, &found, is_intended);
        }
        if !connection.preferences.create_users {
            self.ledger.with(|state| state.users.remove(&person.key));
            return Ok(Outcome::Skipped);
        }
        let request = Request::post(&connection.users, person.body.clone());
        let answer = match self.client.create(&request, look)? {
            Created::New(answer) if !answer.is_success() => return Err(Failure::of(&request, &answer)),
            Created::New(answer) | Created::Found(answer) => answer,
        };
        let id = id_of(&request, &answer)?;
        self.ledger.with(|state| doubt_memberships(state, &id));
        self.settle(person, &id, &person.body);
        Ok(Outcome::Created)
    }

    /// Takes over a user whom the target has already.
    fn adopt(&self, person: &Person, found: &Answer, is_intended: bool) -> Result<Outcome, Failure> {
        let users = &self.inputs.connection.users;
        let id = id_of(&Request::get(users.clone()), found)?;
        let last = found.json.as_object();
        let body = effective(&person.body, last, &self.inputs.connection.preferences);
        let preferences = &self.inputs.connection.preferences;
        // What an own earlier request set and the directory no longer has would not show as a difference.
        let differs = !covers(&found.json, &body) || (is_intended && preferences.update_users);
        if differs && !self.put_user(&id, &body)? {
            return Err(Failure::new(format!(
                "PUT {users}/{id}: answered 404, and the filter has just found it"
            )));
        }
        self.ledger.with(|state| {
            forget_leaver(state, &id);
            doubt_memberships(state, &id);
        });
        let sent = if preferences.update_users { &body } else { &person.body };
        self.settle(person, &id, sent);
        Ok(Outcome::Adopted)
    }

    fn leave(&self, job: &Leave) -> Result<Outcome, Failure> {
        let connection = &self.inputs.connection;
        let id = match &job.known.id {
            Some(id) => Some(id.clone()),
            // A run that was killed may have created it.
            None => {
                let query = connection.preferences.filter.query(&job.known.identifier);
                self.look_up(&connection.users, &query)?.and_then(|found| found.id())
            }
        };
        let forget = || self.ledger.with(|state| drop(state.users.remove(&job.key)));
        let Some(id) = id else {
            forget();
            return Ok(Outcome::Unchanged);
        };
        if connection.preferences.remove_action == RemoveAction::Delete {
            self.send_unless_gone(&Request::delete(format!("{}/{id}", connection.users)))?;
            forget();
            return Ok(Outcome::Removed);
        }
        let mut known = UserState { id: Some(id.clone()), settled: true, removed: true, ..job.known.clone() };
        let was_active = is_active(&known.body) || !job.known.settled;
        if !connection.preferences.disable_users {
            self.ledger.with(|state| state.users.insert(job.key.clone(), known));
            return Ok(Outcome::Skipped);
        }
        known.body.insert("active".to_owned(), Value::Bool(false));
        if was_active && !self.put_user(&id, &known.body)? {
            forget();
            return Ok(Outcome::Unchanged);
        }
        self.ledger.with(|state| state.users.insert(job.key.clone(), known));
        Ok(if was_active { Outcome::Disabled } else { Outcome::Unchanged })
    }

    /// Whether the user is there.
    fn put_user(&self, id: &str, body: &Map<String, Value>) -> Result<bool, Failure> {
        let request = Request::put(format!("{}/{id}", self.inputs.connection.users), body.clone());
        Ok(self.send_unless_gone(&request)?.is_some())
    }

    fn settle(&self, person: &Person, id: &str, body: &Map<String, Value>) {
        let settled = UserState {
            id: Some(id.to_owned()),
            identifier: person.identifier.clone(),
            body: body.clone(),
            settled: true,
            removed: false,
        };
        self.ledger.with(|state| state.users.insert(person.key.clone(), settled));
    }

    /// Ids at the target, by key, of those who are in the rule.
    pub(super) fn ids(&self) -> BTreeMap<String, String> {
        self.ledger.with(|state| {
            let present = state.users.iter().filter(|(_, user)| !user.removed);
            present.filter_map(|(key, user)| Some((key.clone(), user.id.clone()?))).collect()
        })
    }
}

impl Push<'_> {
    /// The identifier of a user who was about to be created when they had another one.
    fn earlier_identifier(&self) -> Option<&str> {
        let known = self.known.as_ref().filter(|known| known.id.is_none())?;
        let is_earlier = !known.identifier.is_empty() && known.identifier != self.person.identifier;
        is_earlier.then_some(known.identifier.as_str())
    }
}

/// Who left as another entry of the directory and came back as this one is one user.
fn forget_leaver(state: &mut State, id: &str) {
    state.users.retain(|_, user| !user.removed || user.id.as_deref() != Some(id));
}

/// A user whom the target had deleted may come back with the same id, and is in no group then.
fn doubt_memberships(state: &mut State, id: &str) {
    let groups = state.groups.values_mut().filter(|group| group.members.contains(id));
    groups.for_each(|group| group.settled = false);
}

fn is_settled(known: &UserState, person: &Person, preferences: &Preferences) -> bool {
    known.settled
        && !known.removed
        && known.id.is_some()
        && known.body == effective(&person.body, Some(&known.body), preferences)
}

fn is_active(body: &Map<String, Value>) -> bool {
    body.get("active").and_then(Value::as_bool) != Some(false)
}

/// What may be sent of `wanted` by the preferences, where `last` is what the target has.
fn effective(
    wanted: &Map<String, Value>,
    last: Option<&Map<String, Value>>,
    preferences: &Preferences,
) -> Map<String, Value> {
    let Some(last) = last else { return wanted.clone() };
    let mut body = if preferences.update_users { wanted.clone() } else { last.clone() };
    let is_switched_off = is_active(last) && !is_active(wanted);
    let active = is_active(wanted) || (is_switched_off && !preferences.disable_users);
    // Who comes back must be enabled, also where the rule does not map `active`.
    if wanted.contains_key("active") || is_active(last) != active {
        body.insert("active".to_owned(), Value::Bool(active));
    }
    body
}

fn changed(last: Option<&Map<String, Value>>, body: &Map<String, Value>) -> Outcome {
    let was_active = last.is_none_or(is_active);
    if was_active && !is_active(body) { Outcome::Disabled } else { Outcome::Updated }
}

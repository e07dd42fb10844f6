//! Groups: adopted by name, created empty, given their members by PUT, deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::look::{id_of, members_of};
use super::work::{Kind, Work};
use crate::provision::client::{Answer, Created, Failure, Request};
use crate::provision::expression::group_query;
use crate::provision::files::{Group, Membership};
use crate::provision::state::GroupState;
use crate::provision::summary::Outcome;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A group to be sent.
struct Push<'j> {
    group: &'j Group,
    /// Ids at the target of those who shall be in it.
    wanted: BTreeSet<String>,
    /// Whether these are all; who could not be created has no id.
    is_complete: bool,
    known: GroupState,
}

/// A group that has left the rule.
struct Leave {
    key: String,
    known: GroupState,
}

/// A group as the target has it, as far as is known.
struct Found {
    id: String,
    name: String,
    members: Option<BTreeSet<String>>,
    outcome: Outcome,
}

impl Work<'_> {
    /// Deletes the groups that have left the rule.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn groups_leave(&self) -> Result<(), String> {
        let staying: BTreeSet<&str> = self.inputs.groups.iter().map(|group| group.key.as_str()).collect();
        let removes = self.inputs.connection.preferences.remove_groups;
        let jobs: Vec<Leave> = self.ledger.with(|state| {
            if !removes {
                state.groups.retain(|key, _| staying.contains(key.as_str()));
            }
            let leaving = state.groups.iter_mut().filter(|(key, _)| !staying.contains(key.as_str()));
            let leave = |(key, known): (&String, &mut GroupState)| {
                let job = Leave { key: key.clone(), known: known.clone() };
                known.settled = false;
                job
            };
            leaving.map(leave).collect()
        });
        // What comes back after a run that was killed here is to be sent again.
        if !jobs.is_empty() {
            self.ledger.save()?;
        }
        self.run(
            Kind::Group,
            "groups to delete",
            &jobs,
            |job| job.known.name.clone(),
            |job| self.delete_group(job),
        )
    }

    /// Sends the groups that the target does not have as they shall be.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub(super) fn groups_arrive(&self) -> Result<(), String> {
        let ids = self.ids();
        let mut jobs = Vec::new();
        self.ledger.with(|state| {
            for group in &self.inputs.groups {
                let job = Push::new(group, &ids, state.groups.get(&group.key));
                if job.is_settled() {
                    self.count(Kind::Group, Outcome::Unchanged);
                    continue;
                }
                let intended = state.groups.entry(group.key.clone()).or_default();
                intended.members.extend(job.wanted.iter().cloned());
                intended.settled = false;
                if intended.name.is_empty() {
                    intended.name.clone_from(&group.name);
                }
                jobs.push(job);
            }
        });
        if !jobs.is_empty() {
            self.ledger.save()?;
        }
        self.run(Kind::Group, "groups", &jobs, |job| job.group.name.clone(), |job| self.push_group(job))
    }

    fn push_group(&self, job: &Push<'_>) -> Result<Outcome, Failure> {
        let known = job.known.id.as_ref().map(|id| Found {
            id: id.clone(),
            name: job.known.name.clone(),
            members: None,
            outcome: Outcome::Updated,
        });
        if let Some(known) = known
            && let Some(outcome) = self.bring_up_to_date(job, known)?
        {
            return Ok(outcome);
        }
        let earlier = self.look_by_earlier_name(job.group, job.earlier_name())?;
        if earlier.is_none() {
            self.intend_group(job.group)?;
        }
        let found = self.match_or_create_group(job.group, earlier)?;
        let gone = format!(
            "PUT {}/{}: answered 404, and it was there a moment ago",
            self.inputs.connection.groups, found.id
        );
        self.bring_up_to_date(job, found)?.ok_or_else(|| Failure::new(gone))
    }

    /// `earlier`: what a run that was killed created by an earlier name.
    fn match_or_create_group(&self, group: &Group, earlier: Option<Answer>) -> Result<Found, Failure> {
        let resource = &self.inputs.connection.groups;
        let look = || self.look_up(resource, &group_query(&group.name));
        let body = self.body(&group.name, None);
        let request = Request::post(resource, body);
        let (answer, outcome) = match earlier.map_or_else(look, |found| Ok(Some(found)))? {
            Some(answer) => (answer, Outcome::Adopted),
            None => match self.client.create(&request, look)? {
                Created::New(answer) if !answer.is_success() => return Err(Failure::of(&request, &answer)),
                Created::New(answer) | Created::Found(answer) => (answer, Outcome::Created),
            },
        };
        let id = id_of(&request, &answer)?;
        let intended = |known: &mut GroupState| known.id = Some(id.clone());
        self.ledger.with(|state| state.groups.get_mut(&group.key).map(intended));
        let name = answer.json.get("displayName").and_then(Value::as_str).unwrap_or(&group.name).to_owned();
        let members = members_of(&answer.json);
        // What was just created without members has none.
        let members = members.or_else(|| (outcome == Outcome::Created).then(BTreeSet::new));
        Ok(Found { id, name, members, outcome })
    }

    /// Gives a group its name and members where they differ; `None` when the target no longer has it.
    fn bring_up_to_date(&self, job: &Push<'_>, mut found: Found) -> Result<Option<Outcome>, Failure> {
        let target = format!("{}/{}", self.inputs.connection.groups, found.id);
        let membership = self.inputs.connection.preferences.membership;
        if membership == Membership::Merge && found.members.is_none() {
            let Some(answer) = self.send_unless_gone(&Request::get(target.clone()))? else { return Ok(None) };
            found.members = Some(members_of(&answer.json).unwrap_or_default());
        }
        let wanted = match (membership, &found.members) {
            (Membership::Merge, Some(members)) => merged(members, &job.known.members, &job.wanted),
            (Membership::Merge, None) | (Membership::Overwrite, _) => job.wanted.clone(),
        };
        let before = found.members.as_ref().unwrap_or(&job.known.members);
        if found.members.as_ref() != Some(&wanted) || found.name != job.group.name {
            let request = Request::put(target, self.body(&job.group.name, Some(&wanted)));
            if self.send_unless_gone(&request)?.is_none() {
                return Ok(None);
            }
        }
        self.count_members(wanted.difference(before).count(), before.difference(&wanted).count());
        let settled = GroupState {
            id: Some(found.id),
            name: job.group.name.clone(),
            members: job.wanted.clone(),
            settled: job.is_complete,
        };
        self.ledger.with(|state| state.groups.insert(job.group.key.clone(), settled));
        Ok(Some(found.outcome))
    }

    fn delete_group(&self, job: &Leave) -> Result<Outcome, Failure> {
        let resource = &self.inputs.connection.groups;
        let id = match &job.known.id {
            Some(id) => Some(id.clone()),
            // A run that was killed may have created it.
            None => self.look_up(resource, &group_query(&job.known.name))?.and_then(|found| found.id()),
        };
        let outcome = match id {
            Some(id) => {
                self.send_unless_gone(&Request::delete(format!("{resource}/{id}")))?;
                Outcome::Removed
            }
            None => Outcome::Unchanged,
        };
        self.ledger.with(|state| state.groups.remove(&job.key));
        Ok(outcome)
    }

    fn body(&self, name: &str, members: Option<&BTreeSet<String>>) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("schemas".to_owned(), json!([SCHEMA]));
        body.insert("displayName".to_owned(), Value::from(name));
        if let Some(members) = members {
            body.insert("members".to_owned(), members.iter().map(|id| json!({"value": id})).collect());
        }
        body
    }
}

impl<'j> Push<'j> {
    fn new(group: &'j Group, ids: &BTreeMap<String, String>, known: Option<&GroupState>) -> Push<'j> {
        let wanted: BTreeSet<String> = group.members.iter().filter_map(|key| ids.get(key).cloned()).collect();
        let is_complete = wanted.len() == group.members.len();
        Push { group, wanted, is_complete, known: known.cloned().unwrap_or_default() }
    }

    /// The name of a group that was about to be created when it was called otherwise.
    fn earlier_name(&self) -> Option<&str> {
        let name = Some(self.known.name.as_str()).filter(|name| !name.is_empty() && *name != self.group.name);
        name.filter(|_| self.known.id.is_none())
    }

    fn is_settled(&self) -> bool {
        let known = &self.known;
        known.settled && self.is_complete && known.name == self.group.name && known.members == self.wanted
    }
}

/// The members of a group that others put there, and those whom this provisioner wants there: whom it put there itself
/// and no longer wants goes.
fn merged(there: &BTreeSet<String>, own: &BTreeSet<String>, wanted: &BTreeSet<String>) -> BTreeSet<String> {
    there.iter().filter(|id| !own.contains(*id)).chain(wanted).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_keeps_whom_others_put_there_and_takes_its_own_away() {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(
            merged(&set(&["other", "left", "stays"]), &set(&["left", "stays"]), &set(&["stays", "new"])),
            set(&["other", "stays", "new"])
        );
        assert_eq!(merged(&set(&[]), &set(&["lost"]), &set(&["lost"])), set(&["lost"]));
    }
}

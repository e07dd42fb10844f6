//! Users and groups as the IdP pushes them: §2, §6 and §8 of mapping.md.

use std::collections::BTreeSet;

use rollcall::model::entity::TargetType;
use rollcall::model::error::Kind;
use rollcall::model::role::Role;

use super::rules::Occasion;
use super::{End, Group, Outcome, Reference, State, User, Wait};
use crate::model::history::{Body, MemberStep, NOBODY};

impl Reference {
    /// 8.1, 8.3: unique among the living; a deleted one comes back.
    pub(super) fn push_user(&mut self, user: usize, body: &Body) -> Outcome {
        if self.living_user(user).is_ok() {
            return Err(Kind::Uniqueness);
        }
        let (attribute, bound) = self.read_attribute(&User::default(), body)?;
        let pushed = User { living: true, active: body.active, own_role: body.role, attribute, bound };
        self.users.insert(user, pushed);
        Ok(())
    }

    pub(super) fn put_user(&mut self, user: usize, body: &Body) -> Outcome {
        self.living_user(user)?;
        let before = self.users[&user].clone();
        let (attribute, bound) = match self.read_attribute(&before, body) {
            // 5.7: who takes access away is never refused for this; the attribute stays as it was.
            Err(_) if !body.active => (before.attribute, before.bound),
            read => read?,
        };
        let written = User { living: true, active: body.active, own_role: body.role, attribute, bound };
        self.users.insert(user, written);
        Ok(())
    }

    /// 5.7: an existing concurrency group by name, asked only where the value is another one.
    fn read_attribute(&self, before: &User, body: &Body) -> Result<(Option<String>, Option<usize>), Kind> {
        let Some(name) = body.concurrency_group else { return Ok((None, None)) };
        let same = before.attribute.as_deref() == Some(name);
        if same && before.bound.is_some_and(|bound| self.entities[bound].living) {
            return Ok((before.attribute.clone(), before.bound));
        }
        let found = self.named(TargetType::ConcurrencyGroup, name);
        if found.is_none() && !same && self.features.concurrency_groups {
            return Err(Kind::InvalidValue);
        }
        Ok((Some(name.to_owned()), found))
    }

    /// 8.3: out of all groups; hand-made places, decisions and the own role end.
    pub(super) fn delete_user(&mut self, user: usize) -> Outcome {
        self.living_user(user)?;
        self.users.insert(user, User::default());
        for group in &mut self.groups {
            group.members.remove(&user);
        }
        self.by_hand.retain(|(who, _)| *who != user);
        self.taken.retain(|(who, _)| *who != user);
        self.decisions.retain(|(who, _, _)| *who != user);
        Ok(())
    }

    /// 6.2: a name pushed again restores the group that had it last.
    pub(super) fn push_group(&mut self, name: &str, members: &[usize], roles: &[Role]) -> Outcome {
        self.group_provisioning()?;
        self.group_name_is_free(name, None)?;
        let has_name = |group: &usize| self.groups[*group].name.eq_ignore_ascii_case(name);
        let deleted =
            (0..self.groups.len()).filter(has_name).max_by_key(|group| self.groups[*group].deletion);
        let group = match deleted {
            Some(group) => group,
            None => {
                self.groups.push(Group {
                    name: String::new(),
                    roles: Vec::new(),
                    members: BTreeSet::new(),
                    living: true,
                    deletion: 0,
                });
                self.groups.len() - 1
            }
        };
        self.groups[group].living = true;
        self.groups[group].name = name.to_owned();
        self.groups[group].roles = roles.to_vec();
        self.set_members(group, members)?;
        // 6.3: not on restoration either.
        for mapping in self.mappings.iter_mut().filter(|mapping| mapping.group == group) {
            if mapping.state == State::Rejected(End::GroupDeleted(true)) {
                mapping.state = State::Pending(Wait::TargetDeleted);
            }
        }
        self.run_rules(group, Occasion::Appeared);
        Ok(())
    }

    /// PUT, and PATCH of the name alone.
    pub(super) fn put_group(
        &mut self,
        group: usize,
        name: &str,
        members: Option<&[usize]>,
        roles: Option<&[Role]>,
    ) -> Outcome {
        self.group_to_change(group)?;
        self.group_name_is_free(name, Some(group))?;
        if let Some(members) = members {
            self.set_members(group, members)?;
        }
        if let Some(roles) = roles {
            self.groups[group].roles = roles.to_vec();
        }
        if self.groups[group].name != name {
            self.groups[group].name = name.to_owned();
            self.group_renamed(group);
        }
        Ok(())
    }

    pub(super) fn patch_members(&mut self, group: usize, steps: &[MemberStep]) -> Outcome {
        self.group_to_change(group)?;
        let mut wanted = self.groups[group].members.clone();
        let mut asserted = BTreeSet::new();
        for step in steps {
            match step {
                MemberStep::Add(users) => {
                    wanted.extend(users);
                    asserted.extend(users);
                }
                MemberStep::Remove(users) => {
                    wanted.retain(|user| !users.contains(user));
                    asserted.retain(|user| !users.contains(user));
                }
                MemberStep::RemoveAll => {
                    wanted.clear();
                    asserted.clear();
                }
            }
        }
        self.change_members(group, &wanted, &asserted)
    }

    fn set_members(&mut self, group: usize, members: &[usize]) -> Outcome {
        let members = members.iter().copied().collect();
        self.change_members(group, &members, &members)
    }

    /// 2.3, 2.4: the unknown are refused, the deleted skipped; who is asserted gets back what an admin took.
    fn change_members(
        &mut self,
        group: usize,
        wanted: &BTreeSet<usize>,
        asserted: &BTreeSet<usize>,
    ) -> Outcome {
        if wanted.contains(&NOBODY) || wanted.iter().any(|user| !self.users.contains_key(user)) {
            return Err(Kind::InvalidValue);
        }
        let living = |user: &&usize| self.users[*user].living;
        let wanted: BTreeSet<usize> = wanted.iter().filter(living).copied().collect();
        let mappings = &self.mappings;
        self.taken.retain(|(user, (mapping, _))| {
            mappings[*mapping].group != group || (wanted.contains(user) && !asserted.contains(user))
        });
        self.groups[group].members = wanted;
        Ok(())
    }

    /// 6.2: soft; mappings rejected, entities kept and free.
    pub(super) fn delete_group(&mut self, group: usize) -> Outcome {
        self.group_to_change(group)?;
        for mapping in 0..self.mappings.len() {
            let of_group = self.mappings[mapping].group == group;
            if of_group && !matches!(self.mappings[mapping].state, State::Rejected(_)) {
                let target_deleted = self.mappings[mapping].state == State::Pending(Wait::TargetDeleted);
                self.let_go(mapping, State::Rejected(End::GroupDeleted(target_deleted)));
            }
        }
        self.deletions += 1;
        let deleted = &mut self.groups[group];
        (deleted.living, deleted.deletion) = (false, self.deletions);
        deleted.members.clear();
        Ok(())
    }

    /// 2.5.
    fn group_provisioning(&self) -> Outcome {
        if self.features.group_provisioning { Ok(()) } else { Err(Kind::Forbidden) }
    }

    fn group_to_change(&self, group: usize) -> Outcome {
        self.group_provisioning()?;
        if self.groups[group].living { Ok(()) } else { Err(Kind::NotFound) }
    }

    /// 2.2.
    fn group_name_is_free(&self, name: &str, except: Option<usize>) -> Outcome {
        let taken = self.groups.iter().enumerate().any(|(other, group)| {
            group.living && Some(other) != except && group.name.eq_ignore_ascii_case(name)
        });
        if taken { Err(Kind::Uniqueness) } else { Ok(()) }
    }
}

//! Changes of a group's members, as deltas (mapping.md §2).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use crate::directory::change::Change;
use crate::directory::documents::user_json;
use crate::model::error::{Error, Result};
use crate::model::event::EventKind;
use crate::model::group::MemberChange;
use crate::model::id::{GroupId, MappingId, UserId};
use crate::model::mapping::Status;

/// What skipping deleted users is called among the deviations of the protocol.
const DELETED_MEMBER: &str = "deleted-member";

/// What a series of steps comes to, before anything is looked up.
#[derive(Debug, Default)]
struct Wanted {
    /// Whether everybody who is not named leaves.
    cleared: bool,
    /// Who is named, and whether to be in or out.
    named: BTreeMap<String, bool>,
}

impl Wanted {
    fn of(steps: &[MemberChange]) -> Wanted {
        let mut wanted = Wanted::default();
        for step in steps {
            match step {
                MemberChange::Replace(ids) => {
                    wanted =
                        Wanted { cleared: true, named: ids.iter().map(|id| (id.clone(), true)).collect() };
                }
                MemberChange::Add(ids) => wanted.named.extend(ids.iter().map(|id| (id.clone(), true))),
                MemberChange::Remove(ids) => wanted.named.extend(ids.iter().map(|id| (id.clone(), false))),
                MemberChange::RemoveAll => wanted = Wanted { cleared: true, named: BTreeMap::new() },
            }
        }
        wanted
    }
}

impl Change<'_> {
    /// Applies steps to a group's members; says whether anybody came or left.
    ///
    /// # Errors
    /// `InvalidValue` naming a value that never was a user of this organization.
    pub(super) fn change_members(&mut self, group: GroupId, steps: &[MemberChange]) -> Result<bool> {
        let wanted = Wanted::of(steps);
        if !wanted.cleared && wanted.named.is_empty() {
            return Ok(false);
        }
        let named = self.resolve(&wanted)?;
        let rows: Vec<UserId> = named.keys().copied().collect();
        let present: BTreeSet<UserId> = if wanted.cleared {
            self.tx.member_rows(group)?.into_iter().collect()
        } else {
            self.tx.members_among(group, &rows)?.into_iter().collect()
        };
        let is_in = |user: &UserId| named.get(user).copied();
        let added: Vec<UserId> = rows
            .iter()
            .filter(|user| is_in(user) == Some(true) && !present.contains(user))
            .copied()
            .collect();
        let leaves = |user: &UserId| is_in(user).map_or(wanted.cleared, |stays| !stays);
        let removed: Vec<UserId> = present.iter().filter(|user| leaves(user)).copied().collect();
        let asserted: BTreeSet<UserId> =
            present.iter().filter(|user| is_in(user) == Some(true)).copied().collect();

        let fresh = self.claims_of(group)?;
        self.assert_again(group, &asserted, &fresh)?;
        self.add(group, &added, &fresh)?;
        self.remove(group, &removed)?;
        Ok(!added.is_empty() || !removed.is_empty())
    }

    /// The rows of the named users. Deleted ones are skipped with a note, where the policy says so;
    /// an unknown one may only leave.
    fn resolve(&mut self, wanted: &Wanted) -> Result<BTreeMap<UserId, bool>> {
        let ids: Vec<String> = wanted.named.keys().cloned().collect();
        let found: HashMap<String, (UserId, bool)> = self
            .tx
            .users_by_id(self.organization.id, &ids)?
            .into_iter()
            .map(|(id, row, living)| (id.0, (row, living)))
            .collect();
        let mut named = BTreeMap::new();
        for (id, stays) in &wanted.named {
            match found.get(id) {
                Some((row, true)) => {
                    named.insert(*row, *stays);
                }
                Some((_, false)) if *stays && !self.policy.skip_deleted_members => return Err(deleted(id)),
                Some((_, false)) if *stays => {
                    self.rely_on(DELETED_MEMBER);
                    self.note(format!("members: the user \"{id}\" was deleted and was skipped."));
                }
                Some((_, false)) => {
                    self.note(format!("members: the user \"{id}\" was deleted; nobody to remove."))
                }
                None if *stays => {
                    return Err(Error::invalid_value(format!(
                        "members: \"{id}\" is not the id of a user here. Create the user first, and send the id that \
                         the answer gives. Nothing was changed."
                    ))
                    .at("members"));
                }
                None => {
                    self.note(format!("members: \"{id}\" is not the id of a user here; nobody to remove."))
                }
            }
        }
        Ok(named)
    }

    /// What a new member of a group is claimed by.
    fn claims_of(&self, group: GroupId) -> Result<Vec<MappingId>> {
        let mappings = self.tx.mappings_of(group)?.into_iter();
        let approved = mappings.filter(|mapping| matches!(mapping.status, Status::Approved { .. }));
        Ok(approved.map(|mapping| mapping.id).collect())
    }

    /// What an admin had taken away holds until the IdP asserts the membership again (mapping.md §2.4 and §5.6).
    fn assert_again(
        &mut self,
        group: GroupId,
        asserted: &BTreeSet<UserId>,
        fresh: &[MappingId],
    ) -> Result<()> {
        if asserted.is_empty() {
            return Ok(());
        }
        for user in self.tx.withheld_in(group)? {
            if asserted.contains(&user) {
                self.tx.end_withholding(group, user)?;
                self.touch(user, fresh.iter().copied());
            }
        }
        Ok(())
    }

    fn add(&mut self, group: GroupId, users: &[UserId], fresh: &[MappingId]) -> Result<()> {
        let cause = self.cause.clone();
        self.tx.add_members(group, users, cause.at, &cause.request_id, &cause.token)?;
        self.note_membership(group, users, EventKind::GroupMemberAdded)?;
        for user in users {
            self.tx.end_withholding(group, *user)?;
            self.touch_moved(*user, fresh.iter().copied());
        }
        Ok(())
    }

    fn remove(&mut self, group: GroupId, users: &[UserId]) -> Result<()> {
        self.tx.remove_members(group, users)?;
        self.note_membership(group, users, EventKind::GroupMemberRemoved)?;
        for user in users {
            self.tx.end_withholding(group, *user)?;
            self.touch_moved(*user, None);
        }
        Ok(())
    }

    fn note_membership(&mut self, group: GroupId, users: &[UserId], kind: EventKind) -> Result<()> {
        if users.is_empty() {
            return Ok(());
        }
        self.tx.set_groups_changed(users, self.cause.at)?;
        let described = self.describe_group(group)?;
        self.membership_cause = json!({"kind": "membership", "group": described});
        for (id, user_name) in self.tx.user_names(users)? {
            self.record(kind, json!({"group": described, "user": user_json(&id, &user_name)}));
        }
        Ok(())
    }
}

fn deleted(id: &str) -> Error {
    Error::invalid_value(format!(
        "members: the user \"{id}\" was deleted. Nothing was changed. This server is set to strict; its tolerance \
         \"{DELETED_MEMBER}\" is off (RFC 7643 §4.2)."
    ))
    .at("members")
}

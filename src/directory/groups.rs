//! What happens when a group is pushed, changed or deleted (mapping.md §2 and §6).

use serde_json::{Value, json};

use crate::directory::change::Change;
use crate::mapping::targets;
use crate::model::error::{Error, Kind, Result};
use crate::model::event::EventKind;
use crate::model::group::{Group, GroupDocument, MemberChange};
use crate::model::id::{GroupId, ResourceId};

/// What an edit makes of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// Its attributes.
    pub document: GroupDocument,
    /// The steps to its members.
    pub members: Vec<MemberChange>,
}

impl Change<'_> {
    /// Stores a pushed group, or restores the one of that name that was deleted: same id, with what is pushed now.
    ///
    /// # Errors
    /// `Forbidden` while group provisioning is off; `Uniqueness` when a live group has the name; `InvalidValue` for an
    /// unknown member.
    pub fn create_group(&mut self, pushed: &Pushed) -> Result<Group> {
        self.require_group_provisioning()?;
        let document = &pushed.document;
        self.check_group_name_is_free(&document.display_name, None)?;
        let deleted = self.tx.deleted_group_named(self.organization.id, &document.display_name)?;
        let (id, kind) = match deleted {
            Some(group) => {
                self.tx.update_group(group.id, document, self.cause.at)?;
                (group.id, EventKind::GroupRestored)
            }
            None => {
                let resource_id = self.ids.resource_id(self.cause.at);
                let id = self.tx.insert_group(self.organization.id, &resource_id, document, self.cause.at)?;
                (id, EventKind::GroupCreated)
            }
        };
        let data = describe(&self.stored_group(id)?);
        self.record(kind, data);
        self.change_members(id, &pushed.members)?;
        targets::group_appeared(&mut self.board()?, id, &document.display_name)?;
        self.stored_group(id)
    }

    /// Changes a group to what `edit` makes of it. A change without effect leaves the version alone and records nothing.
    ///
    /// # Errors
    /// As [`Change::create_group`]; `NotFound`; what `edit` answers.
    pub fn update_group(
        &mut self,
        id: &ResourceId,
        edit: impl FnOnce(&mut Change<'_>, &Group) -> Result<Pushed>,
    ) -> Result<Group> {
        self.require_group_provisioning()?;
        let group = self.live_group(id)?;
        let pushed = edit(self, &group)?;
        let document = &pushed.document;
        if document.display_name != group.display_name {
            self.check_group_name_is_free(&document.display_name, Some(group.id))?;
        }
        let same = serde_json::from_str::<Value>(&group.resource)
            .is_ok_and(|stored| stored.as_object() == Some(&document.resource));
        if !same {
            self.tx.update_group(group.id, document, self.cause.at)?;
            self.forget_descriptions();
        }
        let renamed = document.display_name != group.display_name;
        if renamed {
            let mut data = describe(&self.stored_group(group.id)?);
            if let Value::Object(data) = &mut data {
                data.insert("old_name".to_owned(), json!(group.display_name));
            }
            self.record(EventKind::GroupRenamed, data);
        }
        self.change_roles(&group, document)?;
        let moved = self.change_members(group.id, &pushed.members)?;
        if renamed {
            targets::group_renamed(&mut self.board()?, group.id, &document.display_name)?;
        }
        if moved && same {
            self.tx.touch_group(group.id, self.cause.at)?;
        }
        if moved || !same { self.stored_group(group.id) } else { Ok(group) }
    }

    /// Deletes a group softly: members out, roles recomputed, mappings rejected, entities kept and free.
    ///
    /// # Errors
    /// `Forbidden` while group provisioning is off; `NotFound`; what `check` answers.
    pub fn delete_group(&mut self, id: &ResourceId, check: impl FnOnce(&Group) -> Result<()>) -> Result<()> {
        self.require_group_provisioning()?;
        let group = self.live_group(id)?;
        check(&group)?;
        self.role_cause = json!({"kind": "group_deleted", "group": self.describe_group(group.id)?});
        let data = describe(&group);
        self.record(EventKind::GroupDeleted, data);
        let members = self.tx.member_rows(group.id)?;
        for user in &members {
            self.touch_by_meaning(*user, None);
        }
        self.tx.set_groups_changed(&members, self.cause.at)?;
        targets::group_deleted(&mut self.board()?, group.id)?;
        self.tx.remove_all_members(group.id)?;
        self.tx.delete_group(group.id, self.cause.at)
    }

    fn change_roles(&mut self, group: &Group, document: &GroupDocument) -> Result<()> {
        if group.roles == document.roles {
            return Ok(());
        }
        let described = self.describe_group(group.id)?;
        self.role_cause = json!({"kind": "group_roles", "group": described});
        self.record(
            EventKind::GroupRolesChanged,
            json!({"group": described, "old": group.roles, "new": document.roles}),
        );
        if group.roles.iter().max() == document.roles.iter().max() {
            return Ok(());
        }
        self.touch_members(group.id, None)
    }

    /// What every change of groups asks first, and who reads a document before it asks for one.
    ///
    /// # Errors
    /// `Forbidden` while group provisioning is off.
    pub fn require_group_provisioning(&self) -> Result<()> {
        if self.organization.features.group_provisioning {
            return Ok(());
        }
        Err(Error::new(
            Kind::Forbidden,
            format!(
                "Group provisioning is switched off for this organization; nothing was changed and nothing stored is \
                 lost. Switch it on with \"rollcall organization set --organization {0} --group-provisioning on\", or \
                 with PATCH /api/v1/organizations/{0}.",
                self.organization.slug
            ),
        ))
    }

    fn check_group_name_is_free(&self, name: &str, except: Option<GroupId>) -> Result<()> {
        let holder = self.tx.group_named(self.organization.id, name)?;
        match holder.filter(|holder| Some(holder.id) != except) {
            None => Ok(()),
            Some(holder) => Err(Error::new(
                Kind::Uniqueness,
                format!(
                    "displayName: another group (id \"{}\") is called \"{}\" already; names are compared without case. \
                     Update that group, or choose another name.",
                    holder.resource_id, holder.display_name
                ),
            )
            .at("displayName")),
        }
    }

    pub(super) fn live_group(&self, id: &ResourceId) -> Result<Group> {
        self.tx.group(self.organization.id, id)?.ok_or_else(|| Error::not_found("group", id))
    }

    pub(super) fn stored_group(&self, id: GroupId) -> Result<Group> {
        self.tx.group_by_row(id)?.ok_or_else(|| Error::internal("a group is not there after it was written"))
    }
}

/// A group as its own events show it.
fn describe(group: &Group) -> Value {
    json!({
        "group": {
            "id": group.resource_id,
            "display_name": group.display_name,
            "external_id": group.external_id,
            "roles": group.roles,
        }
    })
}

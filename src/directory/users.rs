//! What happens when a user is pushed, changed or deleted (mapping.md §8).

use serde_json::{Value, json};

use crate::directory::change::Change;
use crate::directory::documents::{user_json, user_state_json};
use crate::directory::handle::DeleteUser;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Kind, Result};
use crate::model::event::EventKind;
use crate::model::id::{EntityId, ResourceId, UserId};
use crate::model::role::Role;
use crate::model::user::{User, UserDocument};

impl Change<'_> {
    /// Stores a pushed user, or restores the one of that name who was deleted: same id, with what is pushed now.
    ///
    /// # Errors
    /// `Uniqueness` when a living user has the name; `InvalidValue` when another organization's user has it and names
    /// are unique over the server, or when `LambdatestGroup` names no concurrency group.
    pub fn create_user(&mut self, document: UserDocument) -> Result<User> {
        self.check_name_is_free(&document.user_name, None)?;
        let deleted = self.tx.deleted_user_named(self.organization.id, &document.user_name)?;
        let bound = self.bind(None, &document)?;
        let (id, kind) = match deleted {
            Some(user) => {
                self.tx.update_user(&user, &document, self.cause.at)?;
                (user.id, EventKind::UserRestored)
            }
            None => {
                let resource_id = self.ids.resource_id(self.cause.at);
                let id = self.tx.insert_user(self.organization.id, &resource_id, &document, self.cause.at)?;
                (id, EventKind::UserCreated)
            }
        };
        self.tx.bind_concurrency_group(id, bound)?;
        let user = self.stored_user(id)?;
        let mut shown = user_state_json(&user);
        if let Value::Object(members) = &mut shown {
            members.extend(self.nowhere()?);
        }
        self.record(kind, json!({"user": shown}));
        self.role_cause = json!({"kind": "own_role"});
        // Who is new and brings neither a role nor a concurrency group has what everybody has.
        if kind == EventKind::UserRestored || bound.is_some() || user.own_role.is_some() {
            self.touch(id, None);
        }
        Ok(user)
    }

    /// Changes a user to what `edit` makes of it. A change without effect leaves the version alone and records nothing.
    ///
    /// # Errors
    /// `NotFound`; what `edit` answers; `Mutability` when `userName` may not change; as [`Change::create_user`].
    pub fn update_user(
        &mut self,
        id: &ResourceId,
        edit: impl FnOnce(&mut Change<'_>, &User) -> Result<UserDocument>,
    ) -> Result<User> {
        let user = self.tx.user(self.organization.id, id)?.ok_or_else(|| Error::not_found("user", id))?;
        let mut document = edit(self, &user)?;
        self.check_user_name(&user, &document.user_name)?;
        let before = self.tx.bound_concurrency_group(user.id)?;
        let bound = match self.bind(Some((&user, before)), &document) {
            // A request that takes access away is never refused for another attribute's value (mapping.md §5.7).
            Err(error) if !document.active.unwrap_or(user.active) => {
                self.note(format!(
                    "{} The attribute stays as it was, since the user is inactive.",
                    error.detail
                ));
                keep_concurrency_group(&user, &mut document);
                before
            }
            bound => bound?,
        };
        let same = serde_json::from_str::<Value>(&user.resource)
            .is_ok_and(|stored| stored.as_object() == Some(&document.resource));
        if !same {
            self.tx.update_user(&user, &document, self.cause.at)?;
        }
        if bound != before {
            self.tx.bind_concurrency_group(user.id, bound)?;
        }
        if same && bound == before {
            return Ok(user);
        }
        let changed = self.stored_user(user.id)?;
        let kind = match (user.active, changed.active) {
            (false, true) => EventKind::UserActivated,
            (true, false) => EventKind::UserDeactivated,
            (true, true) | (false, false) => EventKind::UserUpdated,
        };
        if !same {
            self.record(kind, json!({"user": user_state_json(&changed)}));
        }
        self.role_cause = json!({"kind": "own_role"});
        self.touch(user.id, None);
        Ok(changed)
    }

    /// Deletes a user, or deactivates one where the policy says so.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn delete_user(
        &mut self,
        id: &ResourceId,
        check: impl FnOnce(&User) -> Result<()>,
        deactivated: impl FnOnce(&User) -> Result<UserDocument>,
    ) -> Result<()> {
        let user = self.tx.user(self.organization.id, id)?.ok_or_else(|| Error::not_found("user", id))?;
        check(&user)?;
        match self.policy.delete_user {
            DeleteUser::Deactivate => {
                self.update_user(id, |_, user| deactivated(user))?;
                Ok(())
            }
            DeleteUser::SoftDelete => self.soft_delete(&user),
        }
    }

    /// Out of all groups, without places, role, decisions and manual choices; the record stays for a restoration.
    fn soft_delete(&mut self, user: &User) -> Result<()> {
        for group in self.tx.group_rows_of(user.id)? {
            self.tx.remove_members(group, &[user.id])?;
            self.tx.touch_group(group, self.cause.at)?;
        }
        self.tx.forget_manual(user.id)?;
        if user.effective_role != Role::User {
            let why = json!({"kind": "user_deleted"}).to_string();
            for facts in self.tx.user_facts(&[user.id])? {
                self.tx.keep_role_change(&facts, Role::User, &self.cause, &why)?;
            }
        }
        self.tx.delete_user(user.id, self.cause.at)?;
        self.record(EventKind::UserDeleted, json!({"user": user_json(&user.resource_id, &user.user_name)}));
        self.touch(user.id, None);
        Ok(())
    }

    /// Whether a user may bear a name.
    ///
    /// # Errors
    /// `Mutability` when it is another one and may not change; `Uniqueness` and `InvalidValue` when it is taken.
    pub fn check_user_name(&self, user: &User, name: &str) -> Result<()> {
        if name == user.user_name {
            return Ok(());
        }
        if !self.policy.user_name_mutable {
            let detail = format!(
                "userName: it is \"{}\" and cannot be changed to \"{name}\" here ([scim] user_name = \"immutable\").",
                user.user_name
            );
            return Err(Error::new(Kind::Mutability, detail).at("userName"));
        }
        self.check_name_is_free(name, Some(user.id))
    }

    fn check_name_is_free(&self, user_name: &str, except: Option<UserId>) -> Result<()> {
        let holder = self.tx.user_named(self.organization.id, user_name)?;
        if let Some(holder) = holder.filter(|holder| Some(holder.id) != except) {
            return Err(Error::new(
                Kind::Uniqueness,
                format!(
                    "userName: another user (id \"{}\") has \"{}\" already; names are compared without case. Update that \
                     user, or choose another name.",
                    holder.resource_id, holder.user_name
                ),
            )
            .at("userName"));
        }
        if self.policy.user_names_global && self.tx.user_name_elsewhere(self.organization.id, user_name)? {
            return Err(Error::invalid_value(format!(
                "userName: \"{user_name}\" belongs to another organization on this server, and must be invited from \
                 there instead of being created."
            ))
            .at("userName"));
        }
        Ok(())
    }

    /// The entity that `LambdatestGroup` names, checked only where the value is new (mapping.md §5.7).
    fn bind(
        &mut self,
        before: Option<(&User, Option<EntityId>)>,
        document: &UserDocument,
    ) -> Result<Option<EntityId>> {
        let Some(name) = &document.concurrency_group else { return Ok(None) };
        let unchanged = before.filter(|(user, _)| user.concurrency_group.as_ref() == Some(name));
        if let Some((_, Some(bound))) = unchanged
            && self.tx.entity_by_row(bound)?.is_some()
        {
            return Ok(Some(bound));
        }
        let found = self.tx.entity_named(self.organization.id, TargetType::ConcurrencyGroup, name)?;
        if let Some(entity) = found {
            return Ok(Some(entity.id));
        }
        if let Some((_, bound)) = unchanged {
            self.note(format!(
                "LambdatestGroup: there is no concurrency group \"{name}\" any more; it has no effect."
            ));
            return Ok(bound);
        }
        if !self.organization.features.concurrency_groups {
            self.note(format!(
                "LambdatestGroup: \"{name}\" was stored without effect, since concurrency groups are switched off."
            ));
            return Ok(None);
        }
        Err(Error::invalid_value(format!(
            "LambdatestGroup: there is no concurrency group \"{name}\". Create it first, or send the name of an existing \
             one."
        ))
        .at("LambdatestGroup"))
    }

    pub(super) fn stored_user(&self, id: UserId) -> Result<User> {
        self.tx.user_by_row(id)?.ok_or_else(|| Error::internal("a user is not there after it was written"))
    }
}

/// Puts the stored `LambdatestGroup` back into a document.
fn keep_concurrency_group(user: &User, document: &mut UserDocument) {
    let stored: Value = serde_json::from_str(&user.resource).unwrap_or_default();
    document.concurrency_group.clone_from(&user.concurrency_group);
    let mut emptied = Vec::new();
    for (urn, extension) in &mut document.resource {
        let Value::Object(extension) = extension else { continue };
        if !urn.starts_with("urn:") || !extension.contains_key("LambdatestGroup") {
            continue;
        }
        match stored.get(urn).and_then(|stored| stored.get("LambdatestGroup")) {
            Some(value) => {
                extension.insert("LambdatestGroup".to_owned(), value.clone());
            }
            None => {
                extension.shift_remove("LambdatestGroup");
            }
        }
        if extension.is_empty() {
            emptied.push(urn.clone());
        }
    }
    for urn in emptied {
        document.resource.shift_remove(&urn);
        if let Some(Value::Array(schemas)) = document.resource.get_mut("schemas") {
            schemas.retain(|schema| schema.as_str() != Some(&urn));
        }
    }
}

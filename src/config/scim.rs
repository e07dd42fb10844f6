//! `[scim]`: the decisions that the RFCs leave to the server.

use super::section::{Section, key};
use super::urn::Urn;
use super::value::{Choice, Flag, Line, NumberOrZero, Word};

/// A set of defaults for the policy keys; a key that is set itself stays as set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Rollcall's own defaults.
    Default,
    /// As TestMu AI documents its service.
    Testmu,
}

/// Whether a push may change `userName`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserNameMutability {
    /// It may.
    Mutable,
    /// Once created, it stays.
    Immutable,
}

/// Where a `userName` is unique (mapping.md 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserNameScope {
    /// Within its organization.
    Organization,
    /// Over the whole server.
    Global,
}

/// Whose word counts for a user's name after creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOwner {
    /// The IdP's: a push changes it.
    Idp,
    /// The account's: a push leaves it alone.
    Account,
}

/// What `DELETE` of a user does (mapping.md 8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteUser {
    /// Gone from SCIM, out of all groups, restorable by a push.
    SoftDelete,
    /// Readable and listed, inactive, in their groups.
    Deactivate,
}

/// What a PATCH of a group answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupPatchAnswer {
    /// The resource up to 200 members, nothing above.
    Auto,
    /// 200 with the resource.
    Resource,
    /// 204.
    NoContent,
}

/// What happens to an attribute that no schema declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAttributes {
    /// It is skipped, and the request log says so.
    Ignore,
    /// The request is refused.
    Reject,
}

impl Word for Profile {
    const WORDS: &'static [(&'static str, Profile)] =
        &[("default", Profile::Default), ("testmu", Profile::Testmu)];
}

impl Word for UserNameMutability {
    const WORDS: &'static [(&'static str, UserNameMutability)] =
        &[("mutable", UserNameMutability::Mutable), ("immutable", UserNameMutability::Immutable)];
}

impl Word for UserNameScope {
    const WORDS: &'static [(&'static str, UserNameScope)] =
        &[("organization", UserNameScope::Organization), ("global", UserNameScope::Global)];
}

impl Word for NameOwner {
    const WORDS: &'static [(&'static str, NameOwner)] =
        &[("idp", NameOwner::Idp), ("account", NameOwner::Account)];
}

impl Word for DeleteUser {
    const WORDS: &'static [(&'static str, DeleteUser)] =
        &[("soft-delete", DeleteUser::SoftDelete), ("deactivate", DeleteUser::Deactivate)];
}

impl Word for GroupPatchAnswer {
    const WORDS: &'static [(&'static str, GroupPatchAnswer)] = &[
        ("auto", GroupPatchAnswer::Auto),
        ("resource", GroupPatchAnswer::Resource),
        ("no-content", GroupPatchAnswer::NoContent),
    ];
}

impl Word for UnknownAttributes {
    const WORDS: &'static [(&'static str, UnknownAttributes)] =
        &[("ignore", UnknownAttributes::Ignore), ("reject", UnknownAttributes::Reject)];
}

/// `[scim]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scim {
    /// Where the defaults of the other keys come from.
    pub profile: Profile,
    /// The extension with `OrganizationRole` and `LambdatestGroup`.
    pub user_extension_urn: Urn,
    /// The extension with `LambdatestRoles`.
    pub group_extension_urn: Urn,
    /// Whether a push may change `userName`.
    pub user_name: UserNameMutability,
    /// Where a `userName` is unique.
    pub user_names: UserNameScope,
    /// Whether a `userName` must be an e-mail address.
    pub require_email_user_name: bool,
    /// Whose word counts for a user's name after creation.
    pub names: NameOwner,
    /// What `DELETE` of a user does.
    pub delete_user: DeleteUser,
    /// What a PATCH of a group answers.
    pub group_patch_answer: GroupPatchAnswer,
    /// What happens to an attribute that no schema declares.
    pub unknown_attributes: UnknownAttributes,
    /// Whether the named deviations from the RFCs are off.
    pub strict: bool,
    /// Days after which a deleted user or group is erased; `None`: never.
    pub purge_deleted_days: Option<u32>,
}

impl Default for Scim {
    fn default() -> Scim {
        Scim {
            profile: Profile::Default,
            user_extension_urn: Urn::lambdatest("User"),
            group_extension_urn: Urn::lambdatest("Group"),
            user_name: UserNameMutability::Mutable,
            user_names: UserNameScope::Organization,
            require_email_user_name: true,
            names: NameOwner::Idp,
            delete_user: DeleteUser::SoftDelete,
            group_patch_answer: GroupPatchAnswer::Auto,
            unknown_attributes: UnknownAttributes::Ignore,
            strict: false,
            purge_deleted_days: None,
        }
    }
}

impl Scim {
    /// The defaults of `profile`.
    pub(super) fn of(profile: Profile) -> Scim {
        let own = Scim { profile, ..Scim::default() };
        match profile {
            Profile::Default => own,
            Profile::Testmu => Scim {
                user_name: UserNameMutability::Immutable,
                user_names: UserNameScope::Global,
                names: NameOwner::Account,
                delete_user: DeleteUser::Deactivate,
                group_patch_answer: GroupPatchAnswer::Resource,
                ..own
            },
        }
    }

    pub(super) fn section(&mut self) -> Section<'_> {
        let purge = NumberOrZero { place: &mut self.purge_deleted_days, most: 36_500, zero: "never" };
        let keys = vec![
            key("profile", Choice(&mut self.profile)),
            key("user_extension_urn", Line(&mut self.user_extension_urn)),
            key("group_extension_urn", Line(&mut self.group_extension_urn)),
            key("user_name", Choice(&mut self.user_name)),
            key("user_names", Choice(&mut self.user_names)),
            key("require_email_user_name", Flag(&mut self.require_email_user_name)),
            key("names", Choice(&mut self.names)),
            key("delete_user", Choice(&mut self.delete_user)),
            key("group_patch_answer", Choice(&mut self.group_patch_answer)),
            key("unknown_attributes", Choice(&mut self.unknown_attributes)),
            key("strict", Flag(&mut self.strict)),
            key("purge_deleted_days", purge),
        ];
        Section { path: "scim", keys }
    }
}

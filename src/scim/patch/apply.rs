//! PATCH operations on a resource (RFC 7644 §3.5.2.1 to §3.5.2.3): in order, and all of them or none.

use serde_json::{Map, Value};

use super::paths::{Paths, WrittenPath};
use super::request::{Action, Operation, PatchRequest, in_operation};
use super::target::Target;
use super::values::{at_target, within};
use crate::model::attribute::Returned;
use crate::model::error::{Error, Kind, Result};
use crate::model::group::{GroupDocument, MemberChange};
use crate::model::user::UserDocument;
use crate::scim::deviations::{Deviation, Notes};
use crate::scim::schema::{Place, Reader, ResourceKind, Schemas, finish_group, finish_user};

/// How many operations are tried one by one.
const PARTS: usize = 500;

/// What a PATCH makes of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPatch {
    /// The group without its members.
    pub document: GroupDocument,
    /// What happens to the members, in order; empty when the request says nothing about them.
    pub members: Vec<MemberChange>,
    /// For the request log.
    pub notes: Notes,
}

/// Applies `request` to the stored user `current`. `read_only` holds what the server itself puts into an answer (`id`,
/// `meta`, `groups`), so that a client may write back what it has read.
///
/// Comparing the result's `resource` with `current` tells whether anything changed.
///
/// # Errors
/// What RFC 7644 §3.5.2 gives for the first operation that cannot be applied.
pub fn apply_user(
    schemas: &Schemas,
    request: PatchRequest,
    current: &Map<String, Value>,
    read_only: &Map<String, Value>,
) -> Result<(UserDocument, Notes)> {
    let mut patch = Patch::new(schemas, ResourceKind::User, current, read_only, request.paths);
    patch.run(request.operations, request.notes)?;
    let document = finish_user(&mut patch.reader, patch.resource, Some(current))?;
    Ok((document, patch.reader.notes))
}

/// The same one by one, also the members of an operation without a path: what cannot be applied is left out and noted,
/// where `note` has words for it.
///
/// # Errors
/// As for [`apply_user`], where `note` has no words; `TooMany` for more operations than can be tried.
pub fn apply_user_in_parts(
    schemas: &Schemas,
    request: PatchRequest,
    current: &Map<String, Value>,
    read_only: &Map<String, Value>,
    note: impl Fn(&Error) -> Option<String>,
) -> Result<(UserDocument, Notes)> {
    let mut patch = Patch::new(schemas, ResourceKind::User, current, read_only, request.paths);
    patch.reader.notes.extend(request.notes);
    let parts: Vec<Operation> = request.operations.into_iter().flat_map(Operation::in_parts).collect();
    if parts.len() > PARTS {
        return Err(Error::new(Kind::TooMany, "There are too many operations to try them one by one."));
    }
    for operation in parts {
        let before = patch.resource.clone();
        let tried = patch
            .one(operation)
            .and_then(|()| finish_user(&mut patch.reader, patch.resource.clone(), Some(current)));
        if let Err(error) = tried {
            let Some(sentence) = note(&error) else { return Err(error) };
            patch.resource = before;
            patch.reader.notes.remark(sentence);
        }
    }
    let document = finish_user(&mut patch.reader, patch.resource, Some(current))?;
    Ok((document, patch.reader.notes))
}

/// Applies `request` to the stored group `current`, which is without members; `read_only` as for [`apply_user`].
///
/// # Errors
/// As for [`apply_user`]; `InvalidFilter` for a filter on members that would need them loaded.
pub fn apply_group(
    schemas: &Schemas,
    request: PatchRequest,
    current: &Map<String, Value>,
    read_only: &Map<String, Value>,
) -> Result<GroupPatch> {
    let mut patch = Patch::new(schemas, ResourceKind::Group, current, read_only, request.paths);
    patch.run(request.operations, request.notes)?;
    let document = finish_group(&patch.reader, patch.resource)?;
    Ok(GroupPatch { document, members: patch.members, notes: patch.reader.notes })
}

/// A resource while operations are applied to it.
pub(super) struct Patch<'a> {
    pub reader: Reader<'a>,
    kind: ResourceKind,
    resource: Map<String, Value>,
    read_only: &'a Map<String, Value>,
    pub members: Vec<MemberChange>,
    paths: Paths,
}

/// How a client named what it changes; whole resources are written back without paths, read-only attributes included.
#[derive(Clone, Copy)]
enum Named {
    ByPath,
    InValue,
}

impl<'a> Patch<'a> {
    fn new(
        schemas: &'a Schemas,
        kind: ResourceKind,
        current: &Map<String, Value>,
        read_only: &'a Map<String, Value>,
        paths: Paths,
    ) -> Patch<'a> {
        let reader = Reader::new(schemas);
        Patch { reader, kind, resource: current.clone(), read_only, members: Vec::new(), paths }
    }

    fn run(&mut self, operations: Vec<Operation>, notes: Notes) -> Result<()> {
        self.reader.notes.extend(notes);
        for (index, operation) in operations.into_iter().enumerate() {
            self.one(operation).map_err(in_operation(index))?;
        }
        Ok(())
    }

    fn one(&mut self, operation: Operation) -> Result<()> {
        match (operation.path, operation.action) {
            (Some(path), action) => self.at_path(&path, action, Named::ByPath),
            (None, action) => self.without_path(action),
        }
    }

    /// An operation without a path: each member of its value is an operation of its own.
    fn without_path(&mut self, action: Action) -> Result<()> {
        let (value, again): (_, fn(Value) -> Action) = match action {
            Action::Add(value) => (value, Action::Add),
            Action::Replace(value) => (value, Action::Replace),
            Action::Remove(_) => return Ok(()),
        };
        let Value::Object(members) = value else {
            return Err(
                Place::Root("value").expected("an object of attributes, as there is no \"path\"", &value)
            );
        };
        let shape = self.reader.schemas.shape(self.kind);
        for (name, value) in members {
            match shape.member(&name) {
                Some(attribute) => {
                    let text = &attribute.name;
                    let target = Target { extension: None, attribute, filter: None, sub: None, text };
                    self.at(&target, again(value), Named::InValue)?;
                }
                None => self.key_as_path(name, again(value))?,
            }
        }
        Ok(())
    }

    /// A key that is no attribute may be a path, as Entra ID sends them.
    fn key_as_path(&mut self, key: String, action: Action) -> Result<()> {
        let resolved = self.reader.schemas.resolve(self.kind, &key);
        // As for paths: nothing is written through an alias.
        let is_path = resolved.is_some_and(|found| found.deviation != Some(Deviation::EmailAlias));
        if !key.contains('[') && !is_path {
            return self.reader.unknown(&Place::Root(&key));
        }
        self.reader.grant(Deviation::PathAsKey, || {
            Place::Root(&key)
                .error(Kind::InvalidPath, "a key of \"value\" is an attribute's name, not a path.")
        })?;
        let path = self.paths.parse(key, self.reader.schemas.tolerance(), &mut self.reader.notes)?;
        self.at_path(&path, action, Named::InValue)
    }

    fn at_path(&mut self, path: &WrittenPath, action: Action, named: Named) -> Result<()> {
        match Target::resolve(&mut self.reader, self.kind, path)? {
            Some(target) => self.at(&target, action, named),
            None => Ok(()),
        }
    }

    fn at(&mut self, target: &Target, action: Action, named: Named) -> Result<()> {
        if !target.is_read_only() {
            return self.change(target, action);
        }
        match named {
            _ if self.repeats_what_is(target, &action) => Ok(()),
            Named::ByPath => Err(read_only(target)),
            Named::InValue => self.reader.grant(Deviation::ReadOnlyInValue, || read_only(target)),
        }
    }

    /// An operation on an attribute that clients may write.
    fn change(&mut self, target: &Target, action: Action) -> Result<()> {
        if self.kind == ResourceKind::Group && target.attribute.name == "members" {
            return self.change_members(target, action);
        }
        let place = Place::Root(target.text);
        let is_set = !matches!(action, Action::Remove(_));
        // A password is taken and not kept; `schemas` always says what is there.
        if target.attribute.returned == Returned::Never || (target.attribute.name == "schemas" && is_set) {
            return Ok(());
        }
        let Patch { reader, resource, .. } = self;
        match target.extension {
            None => at_target(reader, resource, target, action, &place)?,
            Some(extension) => {
                within(resource, extension, |object| at_target(reader, object, target, action, &place))?;
            }
        }
        let is_own = target.extension.is_none();
        if is_own && target.attribute.required && !self.resource.contains_key(target.attribute.name.as_ref())
        {
            let problem = "it is required and cannot be removed (RFC 7644 \u{a7}3.5.2.2).";
            return Err(place.error(Kind::Mutability, problem));
        }
        Ok(())
    }

    /// Whether an operation on a read-only attribute would leave it as it is.
    fn repeats_what_is(&self, target: &Target, action: &Action) -> bool {
        let (Action::Add(value) | Action::Replace(value)) = action else { return false };
        let current = self.read_only.get(target.attribute.name.as_ref());
        let current = match target.sub {
            Some(sub) => current.and_then(|object| object.get(sub.name.as_ref())),
            None => current,
        };
        target.filter.is_none() && current.map_or_else(|| is_no_value(value), |current| current == value)
    }
}

fn is_no_value(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn read_only(target: &Target) -> Error {
    let problem = "only this server sets it, and it has another value. Take it out of the operation.";
    Place::Root(target.text).error(Kind::Mutability, problem)
}

//! One operation of a BulkRequest: what it does, from its method, path and data.

use std::collections::BTreeSet;

use serde_json::Value;

use super::references::{collect, referred};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::ResourceId;
use crate::scim::schema::{ResourceKind, Short};

/// An operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// The method as it was sent.
    pub method: String,
    /// The client's name for the operation.
    pub bulk_id: Option<String>,
    /// The version that the resource must have.
    pub version: Option<String>,
    /// The path, where it leads to resources.
    pub place: Option<Place>,
    /// What to do, or why that cannot be done.
    pub action: Result<Action<Target>>,
}

/// Where an operation's path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub kind: ResourceKind,
    /// One resource; `None` for all of that kind.
    pub target: Option<Target>,
}

/// Which resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Id(ResourceId),
    /// The one that the operation of this `bulkId` creates.
    Created(String),
}

/// What to do; `T` says with which resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action<T> {
    Create { kind: ResourceKind, data: Value },
    Replace { kind: ResourceKind, target: T, data: Value },
    Patch { kind: ResourceKind, target: T, data: Value },
    Delete { kind: ResourceKind, target: T },
}

impl Place {
    /// Reads a path relative to the SCIM base URL; `None` when it leads to no resources.
    pub(super) fn parse(path: &str) -> Option<Place> {
        let path = path.trim_matches('/');
        let (endpoint, rest) = path.split_once('/').unwrap_or((path, ""));
        let kind = [ResourceKind::User, ResourceKind::Group]
            .into_iter()
            .find(|kind| kind.endpoint().trim_start_matches('/').eq_ignore_ascii_case(endpoint))?;
        let target = match rest.trim_start_matches('/') {
            "" => None,
            id if id.contains('/') => return None,
            id => Some(match referred(id) {
                Some(bulk_id) => Target::Created(bulk_id.to_owned()),
                None => Target::Id(ResourceId::from(id)),
            }),
        };
        Some(Place { kind, target })
    }
}

impl Action<Target> {
    /// What `method` does at `place`. The letter case of the method does not count, as for any value that is not
    /// declared `caseExact` (RFC 7643 §2.2).
    ///
    /// # Errors
    /// `NotFound` for a path that leads nowhere, `MethodNotAllowed`, `InvalidValue` without data where it is needed.
    pub(super) fn parse(
        method: &str,
        path: &str,
        place: Option<Place>,
        data: Option<Value>,
    ) -> Result<Action<Target>> {
        let Some(Place { kind, target }) = place else { return Err(nowhere(path)) };
        let data = || data.ok_or_else(|| without_data(method));
        match (method.to_ascii_uppercase().as_str(), target) {
            ("POST", None) => Ok(Action::Create { kind, data: data()? }),
            ("PUT", Some(target)) => Ok(Action::Replace { kind, target, data: data()? }),
            ("PATCH", Some(target)) => Ok(Action::Patch { kind, target, data: data()? }),
            ("DELETE", Some(target)) => Ok(Action::Delete { kind, target }),
            (_, None) => Err(not_offered(method, path, "POST")),
            (_, Some(_)) => Err(not_offered(method, path, "PUT, PATCH or DELETE")),
        }
    }

    /// The `bulkId`s of the operations whose resources this one needs.
    pub(super) fn references(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let (target, data) = match self {
            Action::Create { data, .. } => (None, Some(data)),
            Action::Replace { target, data, .. } | Action::Patch { target, data, .. } => {
                (Some(target), Some(data))
            }
            Action::Delete { target, .. } => (Some(target), None),
        };
        if let Some(Target::Created(bulk_id)) = target {
            found.insert(bulk_id.clone());
        }
        if let Some(data) = data {
            collect(data, &mut found);
        }
        found
    }
}

fn nowhere(path: &str) -> Error {
    Error::new(
        Kind::NotFound,
        format!(
            "path: there is nothing at \"{}\". Expected /Users, /Users/{{id}}, /Groups or /Groups/{{id}}.",
            Short(path)
        ),
    )
}

fn without_data(method: &str) -> Error {
    Error::invalid_value(format!("data: {method} needs the body of the request here, and there is none."))
        .at("data")
}

fn not_offered(method: &str, path: &str, offered: &str) -> Error {
    Error::new(
        Kind::MethodNotAllowed,
        format!("method: {} is not offered at \"{}\"; use {offered}.", Short(method), Short(path)),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place(kind: ResourceKind, target: Option<Target>) -> Option<Place> {
        Some(Place { kind, target })
    }

    #[test]
    fn a_path_is_an_endpoint_and_perhaps_one_resource_rfc_7644_3_7() {
        for users in ["/Users", "Users", "/users/", "//Users"] {
            assert_eq!(Place::parse(users), place(ResourceKind::User, None), "{users}");
        }
        let id = Target::Id(ResourceId::from("7"));
        assert_eq!(Place::parse("/Groups/7"), place(ResourceKind::Group, Some(id)));
        let created = Target::Created("qwerty".to_owned());
        assert_eq!(Place::parse("/Users/bulkId:qwerty"), place(ResourceKind::User, Some(created)));
        for nowhere in ["", "/", "/Bulk", "/Users/7/groups", "/ServiceProviderConfig"] {
            assert_eq!(Place::parse(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn a_method_that_the_place_does_not_have_is_refused_and_its_letter_case_does_not_count() {
        let parse = |method: &str, path: &str| {
            let refused = Action::parse(method, path, Place::parse(path), Some(json!({})));
            refused.err().map(|error| error.kind)
        };
        assert_eq!(parse("post", "/Users"), None);
        assert_eq!(parse("Delete", "/Users/7"), None);
        for (method, path) in
            [("GET", "/Users/7"), ("PUT", "/Users"), ("POST", "/Users/7"), ("BREW", "/Groups")]
        {
            assert_eq!(parse(method, path), Some(Kind::MethodNotAllowed), "{method} {path}");
        }
        assert_eq!(parse("POST", "/Sers"), Some(Kind::NotFound));
    }

    #[test]
    fn references_are_those_of_the_path_and_of_the_data() {
        let path = "/Groups/bulkId:g";
        let data = json!({"members": [{"value": "bulkId:u"}]});
        let action = Action::parse("PUT", path, Place::parse(path), Some(data)).expect("an action");
        assert_eq!(action.references(), BTreeSet::from(["g".to_owned(), "u".to_owned()]));
    }
}

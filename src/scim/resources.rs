//! Stored resources → the JSON that clients see: `id`, `meta` and what is derived are spliced into the stored text.

use serde_json::{Map, Value, json};

use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::id::ResourceId;
use crate::model::time::Timestamp;
use crate::model::user::User;
use crate::scim::etags::etag;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceKind;
use crate::store::{Db, Member};

/// How resources are shown in one answer.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The SCIM base URL without a slash at its end.
    pub base: &'a str,
    /// Which parts.
    pub projection: &'a Projection,
}

/// What is derived of a resource, besides its stored text.
struct Derived<'a> {
    kind: ResourceKind,
    id: &'a ResourceId,
    version: i64,
    created: Timestamp,
    last_modified: Timestamp,
    /// `groups` or `members`, as JSON text, where the view wants it.
    list: Option<(&'static str, String)>,
}

impl View<'_> {
    /// A user as JSON text. Their groups are read only where the view wants them.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn user(&self, db: &Db<'_>, user: &User) -> Result<String> {
        let groups = if self.projection.wants("groups") { db.groups_of(user.id)? } else { Vec::new() };
        let list =
            (!groups.is_empty()).then(|| ("groups", self.list(&groups, ResourceKind::Group, "direct")));
        self.text(
            &user.resource,
            Derived {
                kind: ResourceKind::User,
                id: &user.resource_id,
                version: user.version,
                created: user.created,
                last_modified: user.last_modified,
                list,
            },
        )
    }

    /// A group as JSON text. Its members are read only where the view wants them.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn group(&self, db: &Db<'_>, group: &Group) -> Result<String> {
        let list = if self.projection.wants("members") {
            Some(("members", self.list(&db.members(group.id)?, ResourceKind::User, "User")))
        } else {
            None
        };
        self.text(
            &group.resource,
            Derived {
                kind: ResourceKind::Group,
                id: &group.resource_id,
                version: group.version,
                created: group.created,
                last_modified: group.last_modified,
                list,
            },
        )
    }

    /// Where a resource is.
    pub fn location(&self, kind: ResourceKind, id: &ResourceId) -> String {
        format!("{}{}/{id}", self.base, kind.endpoint())
    }

    fn list(&self, members: &[Member], kind: ResourceKind, ty: &str) -> String {
        let mut text = String::from("[");
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            // Ids and the base URL need no escaping; names do.
            text.push_str("{\"value\":\"");
            text.push_str(member.resource_id.as_str());
            text.push_str("\",\"$ref\":");
            text.push_str(&Value::String(self.location(kind, &member.resource_id)).to_string());
            if let Some(display) = &member.display {
                text.push_str(",\"display\":");
                text.push_str(&Value::from(display.as_str()).to_string());
            }
            text.push_str(",\"type\":\"");
            text.push_str(ty);
            text.push_str("\"}");
        }
        text.push(']');
        text
    }

    fn text(&self, stored: &str, derived: Derived<'_>) -> Result<String> {
        let spliced = self.splice(stored, derived);
        if self.projection.keeps_all_but(&["groups", "members"]) {
            return Ok(spliced);
        }
        let resource: Map<String, Value> = serde_json::from_str(&spliced)
            .map_err(|error| Error::internal(format!("a stored resource is not JSON: {error}")))?;
        let kept = self.projection.apply(resource);
        Ok(Value::Object(kept).to_string())
    }

    fn splice(&self, stored: &str, derived: Derived<'_>) -> String {
        let meta = json!({
            "resourceType": derived.kind.as_str(),
            "created": derived.created,
            "lastModified": derived.last_modified,
            "version": etag(derived.version),
            "location": self.location(derived.kind, derived.id),
        });
        let members = stored.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
        let mut text = String::with_capacity(stored.len() + 400);
        text.push_str("{\"id\":\"");
        text.push_str(derived.id.as_str());
        text.push('"');
        if !members.is_empty() {
            text.push(',');
            text.push_str(members);
        }
        if let Some((name, list)) = derived.list {
            text.push_str(",\"");
            text.push_str(name);
            text.push_str("\":");
            text.push_str(&list);
        }
        text.push_str(",\"meta\":");
        text.push_str(&meta.to_string());
        text.push('}');
        text
    }
}

/// What the server itself puts into a user's answer, so that a client may write it back in a PATCH.
pub fn read_only_members(text: &str) -> Map<String, Value> {
    let mut resource: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    resource.retain(|name, _| matches!(name.as_str(), "id" | "meta" | "groups"));
    resource
}

/// The answer to a reader who has this version already.
pub fn not_modified(version: i64) -> rouille::Response {
    rouille::Response::empty_204().with_status_code(304).with_additional_header("ETag", etag(version))
}

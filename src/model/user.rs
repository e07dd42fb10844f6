//! Users as the IdP pushed them.

use serde::Deserialize;

use crate::model::id::{OrganizationId, ResourceId, UserId};
use crate::model::role::Role;
use crate::model::time::Timestamp;

/// A user's attributes after validation: the resource itself and what is searched or acted on, taken out of it.
///
/// `resource` holds no `id`, `meta`, `groups` or `password`: they are the server's, or never stored.
#[derive(Clone, Debug, PartialEq)]
pub struct UserDocument {
    /// The JSON object to store and to give back, `schemas` included.
    pub resource: serde_json::Map<String, serde_json::Value>,
    /// `userName` (RFC 7643 §4.1.1).
    pub user_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `active`. `None` after its removal by a PATCH: then the account stays as it was, which must not switch it on.
    pub active: Option<bool>,
    /// `OrganizationRole` of the user extension.
    pub own_role: Option<Role>,
    /// `LambdatestGroup` of the user extension: the name of a concurrency group.
    pub concurrency_group: Option<String>,
    /// `emails`, as (type, value).
    pub emails: Vec<(Option<String>, String)>,
}

/// A stored user.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Its row.
    pub id: UserId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// `userName`.
    pub user_name: String,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Whether the account is in use.
    pub active: bool,
    /// The role that the IdP gave the user itself.
    pub own_role: Option<Role>,
    /// The role that counts (mapping.md §7.2).
    pub effective_role: Role,
    /// `LambdatestGroup` as stored.
    pub concurrency_group: Option<String>,
    /// The JSON text of the resource without `id`, `meta` and `groups`.
    pub resource: String,
    /// Counts the changes of the resource; the weak ETag is `W/"version"`.
    pub version: i64,
    /// `meta.created`.
    pub created: Timestamp,
    /// `meta.lastModified`.
    pub last_modified: Timestamp,
    /// When the derived `groups` last changed.
    pub groups_changed: Timestamp,
    /// When it was deleted, if it was.
    pub deleted: Option<Timestamp>,
}

impl User {
    /// What people call the user: `displayName`, else what [`name_in`] finds.
    pub fn name(&self) -> Option<String> {
        self.display_name.clone().or_else(|| name_in(&self.resource))
    }
}

/// The name of a person whose resource, as JSON text, has no `displayName`: `name.formatted`, else `givenName` and
/// `familyName`.
///
/// A search asks this of everybody, so that only `name` itself is read: no other attribute of a user's is called so.
pub fn name_in(resource: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Name {
        formatted: Option<String>,
        given_name: Option<String>,
        family_name: Option<String>,
    }
    let is_name = |at: &usize| resource.get(..*at).is_some_and(|before| before.ends_with("\"name\":"));
    // Much faster than a search for the text: an object's beginning is one byte.
    let at = resource.match_indices('{').map(|(at, _)| at).find(is_name)?;
    let text = resource.get(at..)?;
    let name = Name::deserialize(&mut serde_json::Deserializer::from_str(text)).ok()?;
    let whole = name.formatted.filter(|text| !text.trim().is_empty());
    let parts: Vec<String> = whole
        .map_or_else(|| name.given_name.into_iter().chain(name.family_name).collect(), |whole| vec![whole]);
    let joined = parts.join(" ");
    let joined = joined.trim();
    (!joined.is_empty()).then(|| joined.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_called_by_the_whole_name_or_by_its_parts() {
        let told = |name: &str| name_in(&format!("{{\"userName\":\"j\",\"name\":{name},\"active\":true}}"));
        let parts = "\"givenName\":\"Jane\",\"familyName\":\"Doe\",\"honorificPrefix\":\"Dr\"";
        assert_eq!(told(&format!("{{{parts}}}")).as_deref(), Some("Jane Doe"));
        assert_eq!(
            told(&format!("{{{parts},\"formatted\":\"Dr Jane Doe\"}}")).as_deref(),
            Some("Dr Jane Doe")
        );
        assert_eq!(told("{\"familyName\":\"D\\u00e9\\\"\"}").as_deref(), Some("D\u{e9}\""));
        for none in ["{}", "null", "{\"formatted\":\" \"}", "\"text\""] {
            assert_eq!(told(none), None, "{none}");
        }
        assert_eq!(name_in("{\"title\":\"\\\"name\\\":{\"}"), None);
    }
}

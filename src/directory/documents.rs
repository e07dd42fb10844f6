//! How users, groups, entities, mappings, rules, organizations and events themselves look to the outside.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::model::assignment::{Assignment, Source};
use crate::model::entity::Entity;
use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::id::{MappingId, ResourceId};
use crate::model::mapping::Mapping;
use crate::model::organization::Organization;
use crate::model::role::Role;
use crate::model::rule::{Rule, RuleSpec};
use crate::model::user::User;
use crate::store::Event;

/// A user in a few words: id and name.
pub fn user_json(id: &ResourceId, user_name: &str) -> Value {
    json!({"id": id, "user_name": user_name})
}

/// A user as [`user_json`] shows one, written straight to text.
#[derive(Serialize)]
struct UserShown<'a> {
    id: &'a ResourceId,
    user_name: &'a str,
}

/// The data of an event about a user's place: large changes record one for each member, so that it goes straight to
/// text. `slot` is what the place's slot holds now, and under which key.
pub(super) fn place_event(
    user: (&ResourceId, &str),
    place: &Assignment,
    entity: &Value,
    slot: (&str, &Value),
) -> Result<String> {
    #[derive(Serialize)]
    struct Data<'a> {
        user: UserShown<'a>,
        entity: &'a Value,
        source: &'a str,
        mapping_id: Option<MappingId>,
        #[serde(flatten)]
        slot: Slot<'a>,
    }
    let mapping_id = match place.source {
        Source::Mapping(mapping) => Some(mapping),
        Source::Attribute | Source::Manual => None,
    };
    let (user, source) = (UserShown { id: user.0, user_name: user.1 }, place.source.as_str());
    text(&Data { user, entity, source, mapping_id, slot: Slot(slot.0, slot.1) })
}

/// The data of an event about the role that counts, like [`place_event`].
pub(super) fn role_event(user: (&ResourceId, &str), [old, new]: [Role; 2], cause: &Value) -> Result<String> {
    #[derive(Serialize)]
    struct Data<'a> {
        user: UserShown<'a>,
        old: Role,
        new: Role,
        cause: &'a Value,
    }
    text(&Data { user: UserShown { id: user.0, user_name: user.1 }, old, new, cause })
}

/// One member of a JSON object whose name is not known before.
struct Slot<'a>(&'a str, &'a Value);

impl Serialize for Slot<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, self.1)])
    }
}

fn text(data: &impl Serialize) -> Result<String> {
    serde_json::to_string(data).map_err(|error| Error::internal(error.to_string()))
}

/// A user without its places: as its events and the snapshot show it.
pub fn user_state_json(user: &User) -> Value {
    json!({
        "id": user.resource_id,
        "user_name": user.user_name,
        "display_name": user.display_name,
        "external_id": user.external_id,
        "active": user.active,
        "role": {"effective": user.effective_role, "own": user.own_role},
    })
}

/// A group in a few words: id and name.
pub fn group_json(group: &Group) -> Value {
    json!({"id": group.resource_id, "display_name": group.display_name})
}

/// An entity in a few words: id, type and name, and whether it is the default concurrency group.
pub fn entity_json(entity: &Entity) -> Value {
    json!({
        "id": entity.resource_id,
        "type": entity.target_type,
        "name": entity.name,
        "is_default": entity.is_default,
    })
}

/// A mapping with its group and entity in a few words (`null` where there is none).
pub fn mapping_json(mapping: &Mapping, group: Value, entity: Value) -> Value {
    let flags: &[&str] = if mapping.rename_blocked { &["rename_blocked"] } else { &[] };
    json!({
        "id": mapping.id,
        "group": group,
        "target_type": mapping.target_type,
        "entity": entity,
        "status": mapping.status.as_str(),
        "reason": mapping.status.reason(),
        "flags": flags,
        "rule_id": mapping.rule,
        "created_at": mapping.created,
        "changed_at": mapping.changed,
    })
}

/// A mapping rule.
pub fn rule_json(rule: &Rule) -> Value {
    let mut value = json!({"id": rule.id});
    if let (Value::Object(members), Value::Object(spec)) = (&mut value, spec_json(&rule.spec)) {
        members.extend(spec);
        members.insert("created_at".to_owned(), json!(rule.created));
        members.insert("changed_at".to_owned(), json!(rule.changed));
    }
    value
}

/// What an admin wrote of a rule.
pub fn spec_json(spec: &RuleSpec) -> Value {
    json!({
        "kind": spec.kind.as_str(),
        "pattern": (!spec.pattern.is_empty()).then_some(&spec.pattern),
        "exclude": spec.exclude,
        "entity_name": spec.entity_name,
        "target_type": spec.target_type,
        "priority": spec.priority,
        "auto_approve": spec.auto_approve,
        "enabled": spec.enabled,
    })
}

/// An organization with its settings.
pub fn organization_json(organization: &Organization) -> Value {
    json!({
        "slug": organization.slug,
        "name": organization.name,
        "plan": (!organization.plan.is_empty()).then_some(&organization.plan),
        "sso": {"enabled": organization.sso},
        "features": organization.features,
        "record_bodies_until": organization.record_bodies_until,
        "created_at": organization.created,
    })
}

/// An event as the feed and webhooks tell it: JSON text. What it tells is text already, and is put in as it is.
pub fn event_text(event: &Event) -> String {
    let head = json!({
        "id": event.id.to_string(),
        "at": event.at,
        "type": event.kind,
        "request_id": event.request_id,
    });
    joined(&head.to_string(), &event.data)
}

/// Two JSON objects of different fields as one.
fn joined(head: &str, tail: &str) -> String {
    match (head.strip_suffix('}'), tail.strip_prefix('{')) {
        (Some(head), Some(tail)) if tail != "}" => format!("{head},{tail}"),
        _ => head.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_data_is_still_an_object() {
        assert_eq!(joined("{\"id\":\"1\"}", "{}"), "{\"id\":\"1\"}");
        assert_eq!(joined("{\"id\":\"1\"}", "{\"a\":{}}"), "{\"id\":\"1\",\"a\":{}}");
    }
}

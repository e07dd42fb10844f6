//! How users, groups, entities, mappings, rules, organizations and events themselves look to the outside.

use serde_json::{Value, json};

use crate::model::entity::Entity;
use crate::model::group::Group;
use crate::model::id::ResourceId;
use crate::model::mapping::Mapping;
use crate::model::organization::Organization;
use crate::model::rule::{Rule, RuleSpec};
use crate::model::user::User;
use crate::store::Event;

/// A user in a few words: id and name.
pub fn user_json(id: &ResourceId, user_name: &str) -> Value {
    json!({"id": id, "user_name": user_name})
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

//! How users, groups, entities, mappings, rules and organizations look in events and in the admin API.

use serde_json::{Value, json};

use crate::model::entity::Entity;
use crate::model::group::Group;
use crate::model::id::ResourceId;
use crate::model::mapping::Mapping;
use crate::model::organization::Organization;
use crate::model::rule::Rule;

/// A user in a few words: id and name.
pub fn user_json(id: &ResourceId, user_name: &str) -> Value {
    json!({"id": id, "user_name": user_name})
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
    json!({
        "id": rule.id,
        "kind": rule.spec.kind.as_str(),
        "pattern": (!rule.spec.pattern.is_empty()).then_some(&rule.spec.pattern),
        "exclude": rule.spec.exclude,
        "entity_name": rule.spec.entity_name,
        "target_type": rule.spec.target_type,
        "priority": rule.spec.priority,
        "auto_approve": rule.spec.auto_approve,
        "enabled": rule.spec.enabled,
        "created_at": rule.created,
        "changed_at": rule.changed,
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
        "created_at": organization.created,
    })
}

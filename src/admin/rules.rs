//! Mapping rules (mapping.md §3). A rule that is written is not run; that is `apply`.

use std::cmp::Reverse;

use crate::admin::body::{Edit, Fields};
use crate::admin::handle::{Admin, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::admin::version::Condition;
use crate::directory::{Change, rule_json};
use crate::mapping::rule_changes::edited;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::RuleId;
use crate::model::rule::{Rule, RuleEdit, RuleSpec};

/// What a rule is written with.
pub(super) const FIELDS: [&str; 8] =
    ["kind", "pattern", "exclude", "entity_name", "target_type", "priority", "auto_approve", "enabled"];

/// Of [`list`].
pub const LIST: Operation =
    Operation::list("Mapping rules, in the order in which they are looked at", "Rule");
/// Of [`create`].
pub const CREATE: Operation = Operation::create("Write a rule; it is not run", "NewRule", "Rule").versioned();
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One rule", "Rule").versioned();
/// Of [`update`].
pub const UPDATE: Operation =
    Operation::change("Rewrite a rule; it is not run", Body::Required("RuleChange"), "Rule").versioned();
/// Of [`remove`].
pub const REMOVE: Operation = Operation::delete("Delete a rule; the mappings that it made stay").versioned();

/// `GET mapping-rules`: in the order in which they are looked at.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    // The order of rules is that of two numbers, and an organization has few: they are read whole.
    let listing: Listing<2> = Listing::read(call, "mapping-rules")?;
    let place = |rule: &Rule| (Reverse(rule.spec.priority), rule.id.0);
    let mut rules = admin.read(|db| db.rules(organization(call)?.id))?;
    if let Some([priority, id]) = listing.after {
        rules.retain(|rule| place(rule) > (Reverse(priority), id));
    }
    let (rules, next) = listing.cut(rules, |rule| [rule.spec.priority, rule.id.0]);
    Ok(reply::list(rules.iter().map(rule_json).collect(), next))
}

/// `POST mapping-rules`.
///
/// # Errors
/// `InvalidValue` naming the field.
pub fn create(admin: &Admin, call: &Call) -> Result<Reply> {
    let spec = spec(&mut Fields::of_body(call, &FIELDS)?)?;
    let rule = admin.change(call, move |change| change.create_rule(&spec))?;
    Ok(reply::created(call, &format!("mapping-rules/{}", rule.id), &rule_json(&rule))?.of_version(&rule))
}

/// `GET mapping-rules/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let rule = admin.read(|db| db.rule(organization(call)?.id, id))?;
    let rule = rule.ok_or_else(|| Error::not_found("mapping rule", id))?;
    Ok(reply::ok(&rule_json(&rule)).of_version(&rule))
}

/// `PATCH mapping-rules/{id}`: null empties `pattern`, `exclude` and `entity_name`.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `PreconditionFailed`.
pub fn update(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let edit = edit(&mut Fields::of_body(call, &FIELDS)?)?;
    let condition = Condition::of(call)?;
    let rule = admin.change(call, move |change| {
        check(change, id, &condition)?;
        change.update_rule(id, |before| Ok(edited(before, &edit)))
    })?;
    Ok(reply::ok(&rule_json(&rule)).of_version(&rule))
}

/// `DELETE mapping-rules/{id}`: the mappings that it made stay.
///
/// # Errors
/// `NotFound`; `PreconditionFailed`.
pub fn remove(admin: &Admin, call: &Call) -> Result<Reply> {
    let (id, condition) = (id(call)?, Condition::of(call)?);
    admin.change(call, move |change| {
        check(change, id, &condition)?;
        change.delete_rule(id)
    })?;
    Ok(reply::no_content())
}

/// Reads a new rule.
///
/// # Errors
/// `InvalidValue` naming the field.
pub(super) fn spec(fields: &mut Fields) -> Result<RuleSpec> {
    Ok(RuleSpec {
        kind: fields.required("kind")?,
        pattern: fields.optional("pattern")?.unwrap_or_default(),
        exclude: fields.optional("exclude")?,
        entity_name: fields.optional("entity_name")?,
        target_type: fields.required("target_type")?,
        priority: fields.optional("priority")?.unwrap_or(0),
        auto_approve: fields.optional("auto_approve")?.unwrap_or(false),
        enabled: fields.optional("enabled")?.unwrap_or(true),
    })
}

/// Reads what changes of a rule: null empties `pattern`, `exclude` and `entity_name`.
///
/// # Errors
/// `InvalidValue` naming the field.
pub(super) fn edit(fields: &mut Fields) -> Result<RuleEdit> {
    let pattern: Edit<String> = fields.edit("pattern")?;
    Ok(RuleEdit {
        kind: fields.changed("kind")?,
        pattern: pattern.change().map(Option::unwrap_or_default),
        exclude: fields.edit("exclude")?.change(),
        entity_name: fields.edit("entity_name")?.change(),
        target_type: fields.changed("target_type")?,
        priority: fields.changed("priority")?,
        auto_approve: fields.changed("auto_approve")?,
        enabled: fields.changed("enabled")?,
    })
}

fn check(change: &Change<'_>, id: RuleId, condition: &Condition) -> Result<()> {
    let rule = change.tx().rule(change.organization().id, id)?;
    rule.map_or(Ok(()), |rule| condition.check(&rule))
}

fn id(call: &Call) -> Result<RuleId> {
    let text = call.parameter(0);
    RuleId::parse(text).ok_or_else(|| Error::not_found("mapping rule", text))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

//! Previews, and applying what was previewed (mapping.md §9.1). The form of a preview stands with
//! `directory::Preview::to_json`.

use serde_json::json;

use crate::admin::body::{Field, Fields};
use crate::admin::groups::{TARGET, live, target};
use crate::admin::handle::{Admin, cause, organization};
use crate::admin::mappings::{self, Wanted, chosen};
use crate::admin::operation::{Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::admin::rules::{self, edit, spec};
use crate::directory::{About, Change};
use crate::mapping::preview::Trial;
use crate::model::call::Call;
use crate::model::error::Result;
use crate::model::rule::RuleChanges;
use crate::store::Db;

/// Of [`rules()`].
pub const RULES: Operation =
    Operation::change("What a change of the rules would come to", Body::Optional("RuleChanges"), "Preview");
/// Of [`apply`].
pub const APPLY: Operation =
    Operation::change("Change the rules as a whole, and run them", Body::Optional("RulesToApply"), "Applied");
/// Of [`mapping`].
pub const MAPPING: Operation = Operation::change(
    "What approving, rejecting or removing a mapping would come to",
    Body::Required("MappingTrial"),
    "Preview",
);
/// Of [`group`].
pub const GROUP: Operation = Operation::change(
    "What mapping a group by hand would come to",
    Body::Required("MappingTarget"),
    "Preview",
);

/// `POST mapping-rules/preview` with `{add: [...], change: [{id, ...}], remove: [ids]}`: what applying the same would come
/// to. With an empty body: what running the stored rules would.
///
/// # Errors
/// `InvalidValue` naming the place in the body.
pub fn rules(admin: &Admin, call: &Call) -> Result<Reply> {
    let changes = changes(&mut Fields::of_optional_body(call, &["add", "change", "remove"])?)?;
    let organization = organization(call)?.id;
    let preview = admin.read(|db| admin.directory.preview_rules(db, organization, &changes))?;
    Ok(reply::ok(&preview.to_json()))
}

/// `POST mapping-rules/apply` with the same and optionally `basis`, of a preview: writes the rules and runs them in one
/// transaction; with an empty body runs the stored rules. Answers `{"basis", "added"}`: the revision now, and
/// the ids of the added rules in their order.
///
/// # Errors
/// As [`rules()`]; `Conflict` with a fresh preview as `preview` when something happened since `basis`.
pub fn apply(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_optional_body(call, &["add", "change", "remove", "basis"])?;
    let changes = changes(&mut fields)?;
    let basis: Option<Basis> = fields.optional("basis")?;
    let organization = organization(call)?.id;
    let basis = basis.map(|Basis(id)| id);
    let added = admin.directory.apply_rule_changes(organization, cause(call), &changes, basis)?;
    let newest = admin.read(|db| db.revision(organization))?;
    Ok(reply::ok(&json!({"basis": newest.to_string(), "added": added})))
}

/// `POST mappings/{id}/preview` with `{action: "approve"|"reject"|"remove"}`, and for approve what approving takes: what
/// `mappings/{id}/approve`, `mappings/{id}/reject` or the DELETE of the mapping would come to.
///
/// # Errors
/// What the real call would be refused with.
pub fn mapping(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = mappings::id(call)?;
    let mut fields = Fields::of_body(call, &["action", "entity_id", "entity_name", "create"])?;
    let action: Action = fields.required("action")?;
    let wanted = chosen(&mut fields)?;
    if action != Action::Approve {
        // Only an approval names an entity.
        Fields::of_body(call, &["action"])?;
    }
    let organization = organization(call)?.id;
    let preview = admin.read(|db| {
        let trial = match action {
            Action::Approve => {
                let target_type = mappings::stored(db, organization, id)?.target_type;
                Trial::Approve(id, wanted.resolve(db, organization, target_type)?)
            }
            Action::Reject => Trial::Reject(id),
            Action::Remove => Trial::Remove(id),
        };
        admin.directory.preview_by_hand(db, organization, &trial)
    })?;
    Ok(reply::ok(&preview.to_json()))
}

/// `POST groups/{id}/mappings/preview` with what `POST groups/{id}/mappings` takes: what that would come to.
///
/// # Errors
/// What the real call would be refused with.
pub fn group(admin: &Admin, call: &Call) -> Result<Reply> {
    let (target_type, wanted): (_, Wanted) = target(&mut Fields::of_body(call, &TARGET)?)?;
    let organization = organization(call)?.id;
    let preview = admin.read(|db| {
        let choice = wanted.resolve(db, organization, target_type)?;
        let trial = Trial::Map(live(db, call)?.id, target_type, choice);
        admin.directory.preview_by_hand(db, organization, &trial)
    })?;
    Ok(reply::ok(&preview.to_json()))
}

/// Reads a change of the rules as a whole.
fn changes(fields: &mut Fields) -> Result<RuleChanges> {
    let with_id: Vec<&str> = ["id"].into_iter().chain(rules::FIELDS).collect();
    let add = fields.objects("add", &rules::FIELDS)?;
    let change = fields.objects("change", &with_id)?;
    Ok(RuleChanges {
        add: add.into_iter().map(|mut fields| spec(&mut fields)).collect::<Result<_>>()?,
        change: change
            .into_iter()
            .map(|mut fields| Ok((fields.required("id")?, edit(&mut fields)?)))
            .collect::<Result<_>>()?,
        remove: fields.changed("remove")?.unwrap_or_default(),
    })
}

/// Does by hand what may have been previewed: with a `basis`, only if nothing has happened since.
///
/// # Errors
/// What `operation` answers; `Conflict` with what `trial` would come to now, when something has happened.
pub(super) fn by_hand<T: Send + 'static>(
    admin: &Admin,
    call: &Call,
    (about, basis): (&About, Option<Basis>),
    trial: impl FnOnce(&Db<'_>) -> Result<Trial>,
    operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let basis = basis.map(|Basis(id)| id);
    let done = admin.change_about(call, about, move |change| match change.is_at(basis)? {
        true => operation(change).map(Some),
        false => Ok(None),
    })?;
    if let Some(done) = done {
        return Ok(done);
    }
    let organization = organization(call)?.id;
    let fresh = admin.read(|db| admin.directory.preview_by_hand(db, organization, &trial(db)?))?;
    Err(fresh.moved_since(basis))
}

/// The `basis` of a preview.
#[derive(Clone, Copy)]
pub(super) struct Basis(i64);

impl Field for Basis {
    const EXPECTED: &'static str = "the basis of a preview, a string of digits";

    fn read(value: &serde_json::Value) -> Option<Basis> {
        value.as_str()?.parse().ok().map(Basis)
    }
}

/// What is tried on a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Approve,
    Reject,
    Remove,
}

impl Field for Action {
    const EXPECTED: &'static str = "one of approve, reject, remove";

    fn read(value: &serde_json::Value) -> Option<Action> {
        match value.as_str()? {
            "approve" => Some(Action::Approve),
            "reject" => Some(Action::Reject),
            "remove" => Some(Action::Remove),
            _ => None,
        }
    }
}

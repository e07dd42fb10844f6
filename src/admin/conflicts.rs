//! Conflicts, and how admins decide them (mapping.md §5.3).

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::admin::body::Fields;
use crate::admin::handle::{Admin, organization};
use crate::admin::list::{self, Listing};
use crate::admin::lookup::Lookup;
use crate::admin::operation::{AFTER, Body, LIMIT, Operation, Parameter};
use crate::admin::reply::{self, Reply};
use crate::directory::{Answer, user_json};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::{ConflictId, MappingId, ResourceId, UserId};
use crate::store::{Conflict, ConflictSide, Db};

const STATUS: Parameter =
    Parameter { name: "status", written: "open|resolved|closed", about: "Only those of this status." };
const ASKED_BY: &[Parameter] = &[LIMIT, AFTER, STATUS];
/// Of [`list`].
pub const LIST: Operation = Operation::list("Conflicts", "Conflict").asked_by(ASKED_BY);
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One conflict", "Conflict");
/// Of [`resolve`].
pub const RESOLVE: Operation = Operation::change("Decide a conflict", Body::Required("Decision"), "Conflict");
/// Of [`resolve_many`].
pub const RESOLVE_MANY: Operation = Operation::change(
    "Decide all open conflicts between two groups",
    Body::Required("Decisions"),
    "Resolved",
);

/// `GET conflicts?status=`.
///
/// # Errors
/// Those of paging; `InvalidValue` for an unknown status.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "conflicts")?;
    let status = list::word(call, "status", &["open", "resolved", "closed"])?;
    admin.read(|db| {
        let rows = db.conflicts(organization(call)?.id, status, listing.page())?;
        let (rows, next) = listing.cut(rows, |conflict| [conflict.id.0]);
        Ok(reply::list(conflicts_json(db, &rows)?, next))
    })
}

/// `GET conflicts/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    shown(admin, call, id(call)?)
}

/// `POST conflicts/{id}/resolve` `{decision}`.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `Conflict` when it is not open any more.
pub fn resolve(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = id(call)?;
    let decision: Answer = Fields::of_body(call, &["decision"])?.required("decision")?;
    admin.change(call, move |change| change.resolve_conflict(id, decision))?;
    shown(admin, call, id)
}

/// `POST conflicts/resolve` `{current_group, incoming_group, decision}`: all that are open between two groups.
///
/// # Errors
/// `InvalidValue` naming the field, also for a group that does not exist.
pub fn resolve_many(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &["current_group", "incoming_group", "decision"])?;
    let current: String = fields.required("current_group")?;
    let incoming: String = fields.required("incoming_group")?;
    let decision: Answer = fields.required("decision")?;
    let resolved = admin.change(call, move |change| {
        let organization = change.organization().id;
        let group = |field: &str, id: String| {
            let found = change.tx().group(organization, &ResourceId::from(id.as_str()))?;
            found.map(|group| group.id).ok_or_else(|| {
                Error::invalid_value(format!("{field}: there is no group with the id \"{id}\" here."))
                    .at(field)
            })
        };
        let current = group("current_group", current)?;
        let incoming = group("incoming_group", incoming)?;
        change.resolve_conflicts(current, incoming, decision)
    })?;
    Ok(reply::ok(&json!({"resolved": resolved})))
}

fn id(call: &Call) -> Result<ConflictId> {
    let text = call.parameter(0);
    ConflictId::parse(text).ok_or_else(|| Error::not_found("conflict", text))
}

fn shown(admin: &Admin, call: &Call, id: ConflictId) -> Result<Reply> {
    admin.read(|db| {
        let conflict = db.conflict(organization(call)?.id, id)?;
        let conflict = conflict.ok_or_else(|| Error::not_found("conflict", id))?;
        let shown = conflicts_json(db, &[conflict])?;
        Ok(reply::ok(shown.first().unwrap_or(&Value::Null)))
    })
}

/// Conflicts as the API shows them: both sides with what they were when the conflict opened, and their mappings now.
///
/// # Errors
/// Only those of the store.
pub fn conflicts_json(db: &Db<'_>, conflicts: &[Conflict]) -> Result<Vec<Value>> {
    let sides: Vec<ConflictSide> =
        conflicts.iter().flat_map(|conflict| [conflict.current, conflict.incoming]).collect();
    let mappings = db.mappings_by_row(&sides.iter().map(|side| side.mapping).collect::<Vec<_>>())?;
    let groups: Vec<_> = sides.iter().map(|side| side.group).collect();
    let mut entities: Vec<_> = sides.iter().map(|side| side.entity).collect();
    entities.extend(mappings.iter().filter_map(|mapping| mapping.status.entity()));
    let lookup = Lookup::of(db, &groups, &entities)?;
    let mappings: HashMap<MappingId, Value> =
        mappings.iter().map(|mapping| (mapping.id, lookup.mapping(mapping))).collect();
    let users: Vec<UserId> = conflicts.iter().map(|conflict| conflict.user).collect();
    let users: HashMap<UserId, Value> = db
        .users_by_row(&users)?
        .iter()
        .map(|user| (user.id, user_json(&user.resource_id, &user.user_name)))
        .collect();
    let side = |side: &ConflictSide| {
        json!({
            "mapping": mappings.get(&side.mapping),
            "group": lookup.group(side.group),
            "entity": lookup.entity(side.entity),
        })
    };
    let shown = conflicts.iter().map(|conflict| {
        json!({
            "id": conflict.id,
            "user": users.get(&conflict.user),
            "current": side(&conflict.current),
            "incoming": side(&conflict.incoming),
            "kind": conflict.kind,
            "status": conflict.status,
            "outcome": conflict.outcome,
            "opened_at": conflict.opened,
            "ended_at": conflict.ended,
        })
    });
    Ok(shown.collect())
}
